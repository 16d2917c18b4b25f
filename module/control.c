// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measuring: on, off, from zero.
 *
 * One mutex serialises everything that arms, disarms or resets. Handlers do not
 * know of it, and showing statistics does not take it.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mutex.h>

#include "control.h"
#include "core/stats.h"
#include "exit/exit.h"
#include "fs/fs.h"
#include "hook/hook.h"
#include "list/list.h"
#include "parts.h"
#include "umount/umount.h"

static DEFINE_MUTEX(lock);
static struct dfput_settings wanted;
static struct dfput_status status;
static u64 load_begun;

static void stop_measuring(void)
{
	dfput_parts_stop();
	WRITE_ONCE(status.enabled, false);
}

static int run_selftest(enum dfput_method method)
{
	int err = dfput_selftest_run();

	if (err)
		pr_notice("self-test failed with method %s (%pe)\n",
			  dfput_method_name(method), ERR_PTR(err));
	return err;
}

/* Handlers run from here on, whatever comes of the rest. */
static int arm_and_test(enum dfput_method method)
{
	int err;

	dfput_batch_new_preload();
	if (wanted.exits)
		dfput_mount_start();
	err = dfput_hooks_arm(method, wanted.exits);
	if (err)
		return err;

	if (dfput_hook_is_armed(DFPUT_HOOK_super_shutdown))
		dfput_super_start();
	if (dfput_hook_is_armed(DFPUT_HOOK_super_deactivate))
		dfput_shutdown_start();
	if (dfput_hook_is_armed(DFPUT_HOOK_close))
		dfput_watch_start();
	dfput_ring_start(dfput_hook_is_armed(DFPUT_HOOK_ring) &&
			 dfput_hook_is_armed(DFPUT_HOOK_ring_exit) &&
			 dfput_hook_is_armed(DFPUT_HOOK_ring_wait) &&
			 dfput_hook_is_armed(DFPUT_HOOK_ring_wait_old));
	if (!status.load_ns)
		WRITE_ONCE(status.load_ns,
			   dfput_elapsed(load_begun, ktime_get_mono_fast_ns()));
	WRITE_ONCE(status.method, method);
	WRITE_ONCE(status.exits, wanted.exits);
	return run_selftest(method);
}

static int start_method(enum dfput_method method)
{
	int err = arm_and_test(method);

	if (err) {
		stop_measuring();
		return err;
	}
	dfput_stats_begin();
	WRITE_ONCE(status.enabled, true);
	return 0;
}

static bool is_wanted(enum dfput_method method)
{
	return wanted.method == DFPUT_NR_METHODS || wanted.method == method;
}

/* The best method that this kernel offers and that sees what it should see. */
static int start_measuring(void)
{
	enum dfput_method method;
	int err = -ENOENT;

	for (method = 0; method < DFPUT_NR_METHODS; method++) {
		if (!is_wanted(method) || !dfput_hooks_offer(method))
			continue;
		err = start_method(method);
		/* -EIO: the self-test's files went by unseen. */
		if (err != -EIO)
			return err;
	}
	if (err == -ENOENT)
		pr_err("cannot see queueing: this kernel lets none of the functions of method %s be traced\n",
		       wanted.method == DFPUT_NR_METHODS ?
			       "exact or reconciled" :
			       dfput_method_name(wanted.method));
	return err;
}

int dfput_control_enable(bool on)
{
	int err = 0;

	mutex_lock(&lock);
	if (on && !status.enabled)
		err = start_measuring();
	else if (!on && status.enabled)
		stop_measuring();
	mutex_unlock(&lock);
	return err;
}

void dfput_control_reset(void)
{
	mutex_lock(&lock);
	dfput_parts_reset();
	mutex_unlock(&lock);
}

struct dfput_status dfput_control_status(void)
{
	struct dfput_status copy = {
		.enabled = READ_ONCE(status.enabled),
		.method = READ_ONCE(status.method),
		.exits = READ_ONCE(status.exits),
		.load_ns = READ_ONCE(status.load_ns),
	};

	return copy;
}

int dfput_control_init(const struct dfput_settings *settings, u64 begun)
{
	wanted = *settings;
	load_begun = begun;
	return dfput_control_enable(true);
}

void dfput_control_exit(void)
{
	dfput_control_enable(false);
}
