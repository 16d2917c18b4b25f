// SPDX-License-Identifier: GPL-2.0-only
/*
 * Umounts.
 *
 * One that is under way is in memory of its own task: the hook's. Those that are
 * over are in a ring of rows under one raw spinlock, taken with interrupts off:
 * umounts are rare, and so are the files that change a row later, because each
 * was put by a ring that a refused umount had found. The locks of the rings and
 * of a mount are taken inside it.
 */
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/mount.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "core/stats.h"
#include "core/trace.h"
#include "core/waiters.h"
#include "exit/exit.h"
#include "list/list.h"
#include "umount/internal.h"

/* The newest ring that a refused umount has found; 0 before the first ring. */
static u32 last_ring_found;

static DEFINE_RAW_SPINLOCK(rows_lock);
static struct dfput_umount_view rows[DFPUT_UMOUNTS];
static u64 last_id;
static u64 first_id = 1;

void dfput_umount_enter(struct dfput_umount_view *view, const struct path *path,
			int flags)
{
	struct dfput_mount_view mount = dfput_mount_snapshot(path->mnt);
	const struct super_block *sb = path->mnt->mnt_sb;

	memset(view, 0, sizeof(*view));
	view->flags = flags;
	view->super = dfput_super_find(sb);
	view->mnt = path->mnt;
	view->before = mount.files[DFPUT_STAGE_QUEUED];
	view->pid = current->tgid;
	memcpy(view->comm, current->comm, sizeof(view->comm));
	view->comm[sizeof(view->comm) - 1] = '\0';
	strscpy(view->fstype, sb->s_type->name, sizeof(view->fstype));
	strscpy(view->name, sb->s_id, sizeof(view->name));
	view->begun = ktime_get_mono_fast_ns();
}

/* What is in its way, if it is. */
static void look_at_mount(struct dfput_umount_view *view)
{
	struct dfput_mount_view mount;

	view->rings = dfput_ring_count(&view->last_ring);
	if (view->result == -EBUSY)
		WRITE_ONCE(last_ring_found, view->last_ring);
	/* Pairs with dfput_umount_ring_put(). */
	smp_mb();
	/* Before the snapshot: see there. */
	view->releasing = dfput_batch_count_releasing(view->mnt);
	mount = dfput_mount_snapshot(view->mnt);
	view->seq = mount.seq;
	view->queued = mount.files[DFPUT_STAGE_QUEUED];
	view->held = mount.files[DFPUT_STAGE_HELD];
	view->unsure = mount.unsure || !dfput_batch_is_preload_over();
	view->pending_super = dfput_super_pending(&view->super);
}

/*
 * A file that a ring puts at this moment is either counted here, or its put waits
 * for the lock and finds the row.
 */
static void add_row(struct dfput_umount_view *view)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&rows_lock, flags);
	look_at_mount(view);
	view->id = ++last_id;
	rows[last_id % DFPUT_UMOUNTS] = *view;
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

/* A file in its __fput() may have given the mount up before it was asked for. */
static bool has_deferral(const struct dfput_umount_view *view)
{
	return view->queued > view->releasing;
}

static void count_umount(const struct dfput_umount_view *view)
{
	dfput_count(DFPUT_COUNT_umounts);
	if (view->result != -EBUSY)
		return;
	dfput_count(DFPUT_COUNT_umounts_busy);
	if (has_deferral(view))
		dfput_count(DFPUT_COUNT_umounts_busy_deferred);
}

void dfput_umount_leave(struct dfput_umount_view *view, int result)
{
	view->ended = ktime_get_mono_fast_ns();
	view->result = result;
	add_row(view);
	count_umount(view);
	trace_dfput_umount(view);
	dfput_waiters_notify();
}

/* Numbers wrap, but no row lives so long. */
static bool ring_existed_at(const struct dfput_umount_view *row, u32 ring)
{
	return row->result == -EBUSY && (s32)(row->last_ring - ring) >= 0;
}

static void add_ring_file(u32 ring, const void *mnt, u32 seq)
{
	struct dfput_umount_view *row;
	unsigned long flags;

	raw_spin_lock_irqsave(&rows_lock, flags);
	for (row = rows; row < rows + DFPUT_UMOUNTS; row++) {
		/* A later snapshot than the file's has counted it. */
		if (row->mnt != mnt || !ring_existed_at(row, ring) ||
		    (s32)(seq - row->seq) < 0)
			continue;
		if (!row->ring_files++ && !has_deferral(row))
			dfput_count(DFPUT_COUNT_umounts_busy_ring);
	}
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

void dfput_umount_ring_put(u32 ring, const void *mnt, u32 seq)
{
	/* Pairs with look_at_mount(): we see its ring, or it counts our file. */
	smp_mb();
	if (mnt && (s32)(READ_ONCE(last_ring_found) - ring) >= 0)
		add_ring_file(ring, mnt, seq);
}

void dfput_umount_shutdown(u64 super, u64 now)
{
	struct dfput_umount_view *row;
	unsigned long flags;

	raw_spin_lock_irqsave(&rows_lock, flags);
	for (row = rows; row < rows + DFPUT_UMOUNTS; row++)
		if (row->super.id == super)
			row->shutdown = now;
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

enum dfput_why dfput_umount_why(const struct dfput_umount_view *view)
{
	const struct dfput_evidence evidence = {
		.busy = view->result == -EBUSY,
		.unsure = view->unsure,
		.before = view->before,
		.queued = view->queued,
		.releasing = view->releasing,
		.held = view->held,
		.ring_files = view->ring_files,
		.rings_left = view->rings_left,
	};

	return dfput_evidence_why(&evidence);
}

static u32 count_rings_left(const struct dfput_umount_view *row)
{
	if (row->result != -EBUSY || !row->rings)
		return 0;
	return dfput_ring_count_upto(row->last_ring);
}

bool dfput_umount_view(unsigned int index, struct dfput_umount_view *view)
{
	const struct dfput_umount_view *row;
	unsigned long flags;
	u64 oldest;

	raw_spin_lock_irqsave(&rows_lock, flags);
	oldest = last_id < DFPUT_UMOUNTS ? 1 : last_id - DFPUT_UMOUNTS + 1;
	row = &rows[(oldest + index) % DFPUT_UMOUNTS];
	*view = *row;
	/* A ring that puts a file now waits for the lock, so it is still there. */
	view->rings_left = count_rings_left(row);
	raw_spin_unlock_irqrestore(&rows_lock, flags);

	return view->id && view->id >= READ_ONCE(first_id);
}

void dfput_umount_reset(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&rows_lock, flags);
	first_id = last_id + 1;
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

void dfput_umount_stop(void)
{
	struct dfput_umount_view *row;

	for (row = rows; row < rows + DFPUT_UMOUNTS; row++)
		row->unsure |= count_rings_left(row) > 0;
}
