// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shutdowns of superblocks.
 *
 * Whoever drops the last reference shuts the superblock down, in one function
 * that sleeps. No locks.
 *
 * delayed_mntput() never runs concurrently with itself.
 */
#include <linux/ktime.h>
#include <linux/sched.h>

#include "core/stats.h"
#include "core/trace.h"
#include "core/waiters.h"
#include "umount/internal.h"

static bool started __read_mostly;

/* When the batch that delayed_mntput() will find, or has found, was begun. */
static atomic64_t mounts_queued;
static u64 batch_queued;
static struct task_struct *mounts_task;

void dfput_shutdown_leave(const struct dfput_super_ref *super)
{
	struct dfput_super_view view;

	if (!dfput_super_end_shutdown(super, ktime_get_mono_fast_ns(), &view))
		return;
	dfput_hist_add(DFPUT_HIST_super_shutdown, view.shutdown.took);
	dfput_umount_shutdown(super, view.shutdown.begun + view.shutdown.took);
	trace_dfput_super_shutdown(&view);
	dfput_waiters_notify();
}

void dfput_shutdown_begin(const struct super_block *sb)
{
	bool mount = READ_ONCE(mounts_task) == current;

	/* Of a mount that failed: nobody has ever seen it. */
	if (!sb->s_root && !dfput_super_known(sb))
		return;
	dfput_count(DFPUT_COUNT_supers_shutdown);
	if (current->flags & PF_KTHREAD)
		dfput_count(DFPUT_COUNT_supers_shutdown_kthread);
	if (!dfput_super_begin_shutdown(sb, mount, ktime_get_mono_fast_ns()) &&
	    READ_ONCE(started))
		dfput_count(DFPUT_COUNT_lost_shutdowns);
}

/* ---- mounts ---- */

void dfput_shutdown_mounts_queued(void)
{
	atomic64_cmpxchg(&mounts_queued, 0, ktime_get_mono_fast_ns());
}

void dfput_shutdown_mounts_enter(void)
{
	/* Before it takes the list: what comes later begins the next batch. */
	batch_queued = atomic64_xchg(&mounts_queued, 0);
	WRITE_ONCE(mounts_task, current);
}

void dfput_shutdown_mounts_leave(void)
{
	WRITE_ONCE(mounts_task, NULL);
	dfput_waiters_notify();
}

void dfput_shutdown_mount(void)
{
	dfput_count(DFPUT_COUNT_mounts_deferred);
	if (batch_queued)
		dfput_hist_add(DFPUT_HIST_mount_wait,
			       dfput_elapsed(batch_queued,
					     ktime_get_mono_fast_ns()));
}

/* ---- starting and stopping ---- */

void dfput_shutdown_start(void)
{
	WRITE_ONCE(started, true);
}

void dfput_shutdown_stop(void)
{
	WRITE_ONCE(started, false);
	atomic64_set(&mounts_queued, 0);
	mounts_task = NULL;
}
