// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parts of the module, one row each; and who hears of what happens to a file of
 * the list: see list/events.h.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/tracepoint.h>

#include "core/stats.h"
#include "core/waiters.h"
#include "exit/exit.h"
#include "fs/fs.h"
#include "hook/hook.h"
#include "list/events.h"
#include "list/list.h"
#include "parts.h"
#include "umount/umount.h"

static int init_stats(const struct dfput_settings *settings)
{
	return dfput_stats_init();
}

static int init_supers(const struct dfput_settings *settings)
{
	return dfput_super_init();
}

static int init_mounts(const struct dfput_settings *settings)
{
	return dfput_mount_init(settings->leftovers);
}

static int init_records(const struct dfput_settings *settings)
{
	return dfput_list_init(settings->records);
}

static int init_owners(const struct dfput_settings *settings)
{
	return dfput_owner_init(settings->leftovers);
}

static int init_watch(const struct dfput_settings *settings)
{
	return dfput_watch_init(settings->leftovers);
}

static int init_leftovers(const struct dfput_settings *settings)
{
	return dfput_leftover_init(settings->leftovers);
}

static int init_rings(const struct dfput_settings *settings)
{
	dfput_ring_init();
	return 0;
}

static int init_origins(const struct dfput_settings *settings)
{
	return dfput_origin_init(settings->stacks, settings->stack_sample);
}

static int init_hooks(const struct dfput_settings *settings)
{
	return dfput_hooks_init();
}

struct part {
	const char *name;
	int (*init)(const struct dfput_settings *settings);
	void (*exit)(void);
	void (*stop)(void);
	void (*reset)(void);
	size_t (*memory)(void);
};

/*
 * In the order of init. Exit and stop go backwards, so each row may use those above
 * it until its own exit or stop:
 *
 * - Hooks exit first, and before any stop: no handler may run while others forget.
 * - Batches stop before watch, records, mounts and superblocks: a batch gives back
 *   what it holds of the file that it was releasing.
 * - Rings and watch stop before owners exit: they hold references to them.
 * - Umounts stop before rings: a row may still wait for some.
 */
static const struct part parts[] = {
	{ .name = "waiters", .exit = dfput_waiters_exit },
	{ "counters", init_stats, dfput_stats_exit, NULL, dfput_stats_reset,
	  dfput_stats_memory },
	{ "superblocks", init_supers, dfput_super_exit, dfput_super_stop,
	  dfput_super_reset, dfput_super_memory },
	{ "mounts", init_mounts, dfput_mount_exit, dfput_mount_stop, NULL,
	  dfput_mount_memory },
	{ "records", init_records, dfput_list_exit, dfput_list_stop, NULL,
	  dfput_list_memory },
	{ "origins", init_origins, dfput_origin_exit, NULL, dfput_origin_reset,
	  dfput_origin_memory },
	{ "owners", init_owners, dfput_owner_exit, NULL, NULL,
	  dfput_owner_memory },
	{ "leftovers", init_leftovers, dfput_leftover_exit, NULL,
	  dfput_leftover_reset, dfput_leftover_memory },
	{ "rings", init_rings, NULL, dfput_ring_stop },
	{ "watch", init_watch, dfput_watch_exit, dfput_watch_stop, NULL,
	  dfput_watch_memory },
	{ .name = "batches", .stop = dfput_batch_stop },
	{ .name = "shutdowns", .stop = dfput_shutdown_stop },
	{ .name = "umounts",
	  .stop = dfput_umount_stop,
	  .reset = dfput_umount_reset },
	{ .name = "selftest", .stop = dfput_selftest_stop },
	{ .name = "tracepoints", .exit = tracepoint_synchronize_unregister },
	{ "hooks", init_hooks, dfput_hooks_exit, NULL, dfput_hooks_reset,
	  dfput_hooks_memory },
};

#define for_each_part(part) \
	for (part = parts; part < parts + ARRAY_SIZE(parts); part++)

static void exit_before(const struct part *part)
{
	while (part-- > parts)
		if (part->exit)
			part->exit();
}

int dfput_parts_init(const struct dfput_settings *settings)
{
	const struct part *part;
	int err;

	for_each_part(part) {
		err = part->init ? part->init(settings) : 0;
		if (!err)
			continue;
		if (err == -ENOMEM)
			pr_err("no memory for %s (%pe): try smaller parameters\n",
			       part->name, ERR_PTR(err));
		exit_before(part);
		return err;
	}
	return 0;
}

void dfput_parts_exit(void)
{
	exit_before(parts + ARRAY_SIZE(parts));
}

void dfput_parts_stop(void)
{
	const struct part *part = parts + ARRAY_SIZE(parts);

	/* Files that come without a record from now on were queued unseen: preload. */
	dfput_batch_new_preload();
	if (!dfput_hooks_disarm())
		return;
	while (part-- > parts)
		if (part->stop)
			part->stop();
}

void dfput_parts_reset(void)
{
	const struct part *part;

	for_each_part(part)
		if (part->reset)
			part->reset();
}

size_t dfput_parts_memory(void)
{
	const struct part *part;
	size_t sum = 0;

	for_each_part(part)
		if (part->memory)
			sum += part->memory();
	return sum;
}

/* ---- events of the list --------------------------------------------------- */

u32 dfput_list_putting(const struct file *file)
{
	return dfput_ring_putting(file);
}

void dfput_list_queued(const struct dfput_deferral *deferral, u32 mount_seq,
		       bool late)
{
	if (late)
		dfput_umount_drained(deferral, mount_seq);
	if (deferral->ring)
		dfput_umount_ring_put(deferral, mount_seq);
}

void dfput_list_maybe_last(const struct dfput_deferral *deferral)
{
	dfput_umount_ring_maybe_last(deferral);
}

void dfput_list_unseen(const struct dfput_release *release)
{
	dfput_umount_unseen(release);
}

void *dfput_list_started(const struct file *file)
{
	return dfput_watch_take(file);
}

void dfput_list_released(const struct dfput_release *release, u64 now)
{
	dfput_watch_released(release->watched, release->deferral, now);
}

void dfput_list_dropped(const struct dfput_release *release)
{
	dfput_watch_drop(release->watched);
}
