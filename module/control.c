// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measuring: on, off, anew.
 *
 * One mutex serialises everything that arms, disarms or resets. Handlers do not
 * know of it, and showing statistics does not take it.
 */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/ktime.h>

#include "list/list.h"
#include "control.h"
#include "hook/hook.h"
#include "exit/exit.h"
#include "fs/fs.h"
#include "hook/site.h"
#include "core/stats.h"
#include "umount/umount.h"

static DEFINE_MUTEX(lock);
static struct dfput_wanted wanted;
static struct dfput_status status;
static u64 load_begun;

static void stop(void)
{
	/* Hooks go one by one, that of queueing first. */
	dfput_batch_new_preload();
	dfput_hooks_disarm();
	/* No handler runs any more: what they left in flight is of no use. */
	dfput_selftest_stop();
	dfput_umount_stop();
	dfput_shutdown_stop();
	dfput_batch_stop();
	dfput_watch_stop();
	dfput_ring_stop();
	dfput_list_stop();
	dfput_super_stop();
	dfput_mount_stop();
	WRITE_ONCE(status.enabled, false);
}

static bool is_armed(enum dfput_hook_id hook)
{
	return dfput_hook_at(hook)->state == DFPUT_HOOK_ARMED;
}

static int start_rung(enum dfput_rung rung)
{
	int err;

	dfput_batch_new_preload();
	if (wanted.exits)
		dfput_mount_start();
	err = dfput_hooks_arm(rung, wanted.exits);
	if (err)
		return err;

	if (is_armed(DFPUT_HOOK_super_shutdown))
		dfput_super_start();
	if (is_armed(DFPUT_HOOK_super_free))
		dfput_shutdown_start();
	if (is_armed(DFPUT_HOOK_close))
		dfput_watch_start();
	if (!status.load_ns)
		WRITE_ONCE(status.load_ns,
			   dfput_elapsed(load_begun, ktime_get_mono_fast_ns()));
	WRITE_ONCE(status.rung, rung);
	err = dfput_selftest_run(rung == DFPUT_RUNG_SITE);
	if (err) {
		pr_notice(
			"self-test failed in rung %s (%pe): it will not be used\n",
			dfput_rung_name(rung), ERR_PTR(err));
		if (rung == DFPUT_RUNG_SITE)
			dfput_site_refuse("self-test");
		stop();
		return err;
	}
	dfput_stats_begin();
	WRITE_ONCE(status.exits, wanted.exits);
	WRITE_ONCE(status.enabled, true);
	return 0;
}

/*
 * Where exits are looked at, __fput is hooked for everybody anyway, and site costs a
 * gap: see hook_site.c.
 */
static bool is_wanted(enum dfput_rung rung)
{
	if (wanted.rung == DFPUT_NR_RUNGS)
		return rung != DFPUT_RUNG_SITE || !wanted.exits;
	return wanted.rung == rung;
}

static void say_why_not(void)
{
	if (wanted.rung == DFPUT_RUNG_SITE)
		pr_err("cannot see queueing in rung site: %s\n",
		       dfput_site_reason());
	else
		pr_err("cannot see queueing: this kernel lets none of the functions of rung %s be traced\n",
		       wanted.rung == DFPUT_NR_RUNGS ?
			       "entry or candidate" :
			       dfput_rung_name(wanted.rung));
}

/* The best rung that this kernel offers and that passes its self-test. */
static int start(void)
{
	enum dfput_rung rung;
	bool offered = false;
	int err = -ENOENT;

	for (rung = 0; rung < DFPUT_NR_RUNGS; rung++) {
		if (!is_wanted(rung) || !dfput_hooks_offer(rung))
			continue;
		offered = true;
		err = start_rung(rung);
		if (!err || dfput_hooks_blocked())
			return err;
	}
	if (!offered)
		say_why_not();
	return err;
}

int dfput_control_enable(bool on)
{
	int err = 0;

	mutex_lock(&lock);
	if (on && !status.enabled)
		err = start();
	else if (!on && status.enabled)
		stop();
	mutex_unlock(&lock);
	return err;
}

void dfput_control_reset(void)
{
	mutex_lock(&lock);
	dfput_stats_reset();
	dfput_super_reset();
	dfput_origin_reset();
	dfput_leftover_reset();
	dfput_umount_reset();
	mutex_unlock(&lock);
}

const char *dfput_control_why_not(void)
{
	if (READ_ONCE(status.rung) == DFPUT_RUNG_SITE)
		return "-";
	if (wanted.rung != DFPUT_NR_RUNGS)
		return "asked";
	return wanted.exits ? "scope" : dfput_site_reason();
}

struct dfput_status dfput_control_status(void)
{
	struct dfput_status copy = {
		.enabled = READ_ONCE(status.enabled),
		.rung = READ_ONCE(status.rung),
		.exits = READ_ONCE(status.exits),
		.load_ns = READ_ONCE(status.load_ns),
	};

	return copy;
}

int dfput_control_init(const struct dfput_wanted *asked, u64 begun)
{
	int err;

	wanted = *asked;
	load_begun = begun;
	dfput_hooks_init();
	err = dfput_control_enable(true);
	if (err)
		dfput_hooks_exit();
	return err;
}

void dfput_control_exit(void)
{
	dfput_control_enable(false);
	dfput_hooks_exit();
}
