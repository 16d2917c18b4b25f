// SPDX-License-Identifier: GPL-2.0-only
/*
 * Umounts.
 *
 * One that is under way is in a slot that its task claims, with a compare and
 * exchange, and nobody else touches. Those that are over are in a ring of rows
 * under one raw spinlock, taken with interrupts off: umounts are rare, and so
 * are the files that change a row later, because each was put by a ring of
 * io_uring while a row waited for it.
 */
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/mount.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "list/batch.h"
#include "fs/fs.h"
#include "core/stats.h"
#include "exit/ring.h"
#include "core/trace.h"
#include "umount/umount.h"
#include "debugfs/waiters.h"

#define SLOTS 64

struct slot {
	/* The task that asks: a key. NULL: free. */
	struct task_struct *task;
	struct dfput_umount_view view;
};

atomic_t dfput_umounts_open = ATOMIC_INIT(0);

static struct slot slots[SLOTS];

static DEFINE_RAW_SPINLOCK(rows_lock);
static struct dfput_umount_view rows[DFPUT_UMOUNTS];
static u64 last_id;
static u64 first_id = 1;

static struct slot *find(struct task_struct *task)
{
	struct slot *slot;

	for (slot = slots; slot < slots + SLOTS; slot++)
		if (READ_ONCE(slot->task) == task)
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

static u32 pending_of(const struct dfput_mount_view *mount)
{
	return mount->files[DFPUT_STAGE_QUEUED] +
	       mount->files[DFPUT_STAGE_STARTED];
}

void dfput_umount_enter(const struct path *path, int flags)
{
	const struct super_block *sb = path->mnt->mnt_sb;
	struct dfput_mount_view mount = dfput_mount_snapshot(path->mnt);
	struct slot *slot = claim();
	struct dfput_umount_view *view;

	if (!slot) {
		dfput_count(DFPUT_COUNT_lost_umounts);
		return;
	}
	view = &slot->view;
	memset(view, 0, sizeof(*view));
	view->flags = flags;
	view->super = dfput_super_find(sb);
	view->mnt = path->mnt;
	view->before = pending_of(&mount);
	view->pid = current->tgid;
	memcpy(view->comm, current->comm, sizeof(view->comm));
	view->comm[sizeof(view->comm) - 1] = '\0';
	strscpy(view->fstype, sb->s_type->name, sizeof(view->fstype));
	strscpy(view->name, sb->s_id, sizeof(view->name));
	view->begun = ktime_get_mono_fast_ns();
}

/*
 * What is in its way, if it is. Under the rows' lock: a file that a ring puts at
 * this moment is either seen by this look, or sees the row.
 */
static void look_around(struct dfput_umount_view *view)
{
	struct dfput_mount_view mount;

	view->rings = dfput_teardown_rings(&view->snapshot);
	view->rings_left = view->rings;
	mount = dfput_mount_snapshot(view->mnt);
	view->look = mount.seq;
	view->queued = mount.files[DFPUT_STAGE_QUEUED];
	view->started = mount.files[DFPUT_STAGE_STARTED];
	view->held = mount.files[DFPUT_STAGE_HELD];
	view->unsure = mount.unsure || !dfput_batch_settled();
	view->pending_super = dfput_super_pending(&view->super);
}

static void log_umount(struct dfput_umount_view *view)
{
	struct dfput_umount_view *row;
	unsigned long flags;

	atomic_inc(&dfput_umounts_open);
	/* Before we look: whoever does not see this has moved its file by now. */
	smp_mb__after_atomic();

	raw_spin_lock_irqsave(&rows_lock, flags);
	look_around(view);
	view->id = ++last_id;
	row = &rows[last_id % DFPUT_UMOUNTS];
	if (row->rings_left)
		atomic_dec(&dfput_umounts_open);
	if (view->result != -EBUSY)
		view->rings_left = 0;
	if (!view->rings_left)
		atomic_dec(&dfput_umounts_open);
	*row = *view;
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

static void count_umount(const struct dfput_umount_view *view)
{
	dfput_count(DFPUT_COUNT_umounts);
	if (view->result != -EBUSY)
		return;
	dfput_count(DFPUT_COUNT_umounts_busy);
	if (view->queued)
		dfput_count(DFPUT_COUNT_umounts_busy_deferred);
}

/* Its mount may be gone by now: it is a key. */
void dfput_umount_leave(int result)
{
	struct slot *slot = find(current);
	struct dfput_umount_view *view;

	if (!slot) {
		dfput_count(DFPUT_COUNT_lost_umounts);
		return;
	}
	view = &slot->view;
	view->ended = ktime_get_mono_fast_ns();
	view->result = result;
	log_umount(view);
	count_umount(view);
	trace_dfput_umount(view);
	/* What we did in the slot is done before another task can have it. */
	smp_store_release(&slot->task, NULL);
	dfput_waiters_notify();
}

/* Was that ring being torn down then? Numbers wrap, but no row lives so long. */
static bool knew(const struct dfput_umount_view *row, u32 ring)
{
	return row->rings_left && (s32)(row->snapshot.last - ring) >= 0;
}

void __dfput_umount_torn(u32 ring, const void *mnt, u32 looks)
{
	struct dfput_umount_view *row;
	unsigned long flags;

	raw_spin_lock_irqsave(&rows_lock, flags);
	for (row = rows; row < rows + DFPUT_UMOUNTS; row++) {
		if (row->mnt != mnt || !knew(row, ring) ||
		    (s32)(looks - row->look) < 0)
			continue;
		if (!row->teardown++ && !row->queued)
			dfput_count(DFPUT_COUNT_umounts_busy_ring);
	}
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

void __dfput_umount_ring_gone(u32 ring, u32 gone)
{
	struct dfput_umount_view *row;
	unsigned long flags;

	raw_spin_lock_irqsave(&rows_lock, flags);
	for (row = rows; row < rows + DFPUT_UMOUNTS; row++)
		if (knew(row, ring) && (s32)(gone - row->snapshot.gone) > 0 &&
		    !--row->rings_left)
			atomic_dec(&dfput_umounts_open);
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

void dfput_umount_died(u64 super, u64 now)
{
	struct dfput_umount_view *row;
	unsigned long flags;

	raw_spin_lock_irqsave(&rows_lock, flags);
	for (row = rows; row < rows + DFPUT_UMOUNTS; row++)
		if (row->super.id == super)
			row->died = now;
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

/* The surest first. */
enum dfput_why dfput_umount_why(const struct dfput_umount_view *view)
{
	if (view->result != -EBUSY)
		return DFPUT_WHY_NOT_BUSY;
	if (view->queued)
		return DFPUT_WHY_DEFERRAL;
	if (view->teardown)
		return DFPUT_WHY_TEARDOWN;
	if (view->before || view->started)
		return DFPUT_WHY_DEFERRAL_PERHAPS;
	if (view->rings_left)
		return DFPUT_WHY_TEARDOWN_PERHAPS;
	if (view->unsure)
		return DFPUT_WHY_UNKNOWN;
	return view->held ? DFPUT_WHY_HELD : DFPUT_WHY_OTHER;
}

bool dfput_umount_view(unsigned int index, struct dfput_umount_view *view)
{
	unsigned long flags;
	u64 oldest;

	raw_spin_lock_irqsave(&rows_lock, flags);
	oldest = last_id < DFPUT_UMOUNTS ? 1 : last_id - DFPUT_UMOUNTS + 1;
	*view = rows[(oldest + index) % DFPUT_UMOUNTS];
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

void dfput_umount_abandon(void)
{
	struct dfput_umount_view *row;

	memset(slots, 0, sizeof(slots));
	for (row = rows; row < rows + DFPUT_UMOUNTS; row++) {
		row->unsure |= row->rings_left;
		row->rings_left = 0;
	}
	atomic_set(&dfput_umounts_open, 0);
}
