// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deaths of superblocks.
 *
 * Whoever drops the last reference shuts the superblock down, in one function
 * that sleeps: its task claims a slot at the entry, with a compare and exchange,
 * and gives it up at the return; nobody else touches it.
 *
 * delayed_mntput() never runs concurrently with itself.
 */
#include <linux/ktime.h>
#include <linux/sched.h>

#include "umount/shutdown.h"
#include "core/stats.h"
#include "fs/fs.h"
#include "core/trace.h"
#include "umount/umount.h"
#include "debugfs/waiters.h"

#define SLOTS 64

struct slot {
	/* The task that drops the reference: a key. NULL: free. */
	struct task_struct *task;
	/* Of which superblock: a key. */
	const struct super_block *sb;
	/* Its generation, once it is being shut down. */
	struct dfput_super_ref super;
};

static struct slot slots[SLOTS];
static bool following __read_mostly;

/* When the batch that delayed_mntput() will find, or has found, was begun. */
static atomic64_t mounts_queued;
static u64 batch_queued;
static struct task_struct *mounts_task;

/* One may be inside another: filesystems keep mounts of the kernel's own. */
static struct slot *find(const struct super_block *sb)
{
	struct slot *slot;

	for (slot = slots; slot < slots + SLOTS; slot++)
		if (READ_ONCE(slot->task) == current && slot->sb == sb)
			return slot;
	return NULL;
}

static struct slot *claim(void)
{
	struct slot *slot;

	for (slot = slots; slot < slots + SLOTS; slot++)
		if (!READ_ONCE(slot->task) &&
		    !cmpxchg(&slot->task, NULL, current))
			return slot;
	return NULL;
}

static void is_dead(const struct dfput_super_view *view)
{
	dfput_hist_add(DFPUT_HIST_super_shutdown, view->shutdown.took);
	dfput_umount_died(view->id, view->shutdown.begun + view->shutdown.took);
	trace_dfput_super_shutdown(view);
	dfput_waiters_notify();
}

void dfput_death_enter(const struct super_block *sb)
{
	struct slot *slot = claim();

	if (!slot)
		return;
	slot->super.id = 0;
	slot->sb = sb;
}

void dfput_death_leave(const struct super_block *sb)
{
	struct slot *slot = find(sb);
	struct dfput_super_view view;

	if (!slot)
		return;
	if (slot->super.id &&
	    dfput_super_end_shutdown(&slot->super, ktime_get_mono_fast_ns(),
				     &view))
		is_dead(&view);
	slot->super.id = 0;
	slot->sb = NULL;
	/* What we did in the slot is done before another task can have it. */
	smp_store_release(&slot->task, NULL);
}

void dfput_death_shutdown(const struct super_block *sb)
{
	struct slot *slot = find(sb);
	bool mount = READ_ONCE(mounts_task) == current;
	struct dfput_super_ref super;

	/* Of a mount that failed: nobody has ever seen it. */
	if (!sb->s_root && !dfput_super_known(sb))
		return;
	dfput_count(DFPUT_COUNT_supers_shutdown);
	if (current->flags & PF_KTHREAD)
		dfput_count(DFPUT_COUNT_supers_shutdown_kthread);
	if (!slot && READ_ONCE(following))
		dfput_count(DFPUT_COUNT_lost_shutdowns);

	super = dfput_super_begin_shutdown(sb, mount, slot,
					   ktime_get_mono_fast_ns());
	if (slot)
		slot->super = super;
}

/* ---- mounts -------------------------------------------------------------- */

void dfput_death_mounts_queued(void)
{
	atomic64_cmpxchg(&mounts_queued, 0, ktime_get_mono_fast_ns());
}

void dfput_death_mounts_enter(void)
{
	/* Before it takes the list: what comes later begins the next batch. */
	batch_queued = atomic64_xchg(&mounts_queued, 0);
	WRITE_ONCE(mounts_task, current);
}

void dfput_death_mounts_leave(void)
{
	WRITE_ONCE(mounts_task, NULL);
	dfput_waiters_notify();
}

void dfput_death_mount(void)
{
	dfput_count(DFPUT_COUNT_mounts_deferred);
	if (batch_queued)
		dfput_hist_add(DFPUT_HIST_mount_wait,
			       dfput_elapsed(batch_queued,
					     ktime_get_mono_fast_ns()));
}

/* ---- */

void dfput_death_follow(void)
{
	WRITE_ONCE(following, true);
}

void dfput_death_abandon(void)
{
	WRITE_ONCE(following, false);
	memset(slots, 0, sizeof(slots));
	atomic64_set(&mounts_queued, 0);
	mounts_task = NULL;
}
