// SPDX-License-Identifier: GPL-2.0-only
/*
 * Umounts.
 *
 * One that is under way is in memory of its own task: the hook's. Those that are
 * over are rows under one raw spinlock, taken with interrupts off: umounts are rare,
 * and so are the files that change a row later, because a refused umount has to be
 * newer than their queueing. The locks of the rings and of a mount are taken inside
 * it.
 *
 * Attempts that differ in nothing but time are one row, so that a loop of retries
 * takes no room. Those without permission are none: anybody can make them.
 */
#include <linux/errno.h>
#include <linux/fs_struct.h>
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
/* When the newest refused umount returned; 0: there is none. */
static u64 last_refused;

static DEFINE_RAW_SPINLOCK(rows_lock);
static struct dfput_umount_view rows[DFPUT_UMOUNTS];
/* The oldest and the newest. */
static u64 first_id = 1;
static u64 last_id;

static struct dfput_umount_view *row_at(u64 id)
{
	return &rows[id % DFPUT_UMOUNTS];
}

#define for_each_row(id, row)                                                \
	for ((id) = first_id; (id) <= last_id && ((row) = row_at(id), true); \
	     (id)++)

/* ---- an attempt ---------------------------------------------------------- */

/* It is made read-only instead, which only writers are in the way of. */
static bool is_root(const struct path *path, int flags)
{
	return path->mnt == READ_ONCE(current->fs->root.mnt) &&
	       !(flags & MNT_DETACH);
}

void dfput_umount_enter(struct dfput_umount_view *view, const struct path *path,
			int flags)
{
	const struct super_block *sb = path->mnt->mnt_sb;
	struct dfput_mount_view mount;

	memset(view, 0, sizeof(*view));
	view->flags = flags;
	view->super = dfput_super_touch(sb);
	view->sb = sb;
	view->mnt = path->mnt;
	view->pid = current->tgid;
	memcpy(view->comm, current->comm, sizeof(view->comm));
	view->comm[sizeof(view->comm) - 1] = '\0';
	strscpy(view->fstype, sb->s_type->name, sizeof(view->fstype));
	strscpy(view->name, sb->s_id, sizeof(view->name));
	view->begun = ktime_get_mono_fast_ns();

	view->evidence.root = is_root(path, flags);
	view->gaps = dfput_list_count_gaps();
	view->evidence.unsure = !dfput_list_is_complete();
	/* Counts what comes from here on. */
	dfput_mount_move(view->mnt, DFPUT_STAGE_NONE, DFPUT_STAGE_UMOUNT);
	mount = dfput_mount_snapshot(view->mnt);
	view->arrived = mount.arrived;
	view->evidence.before = mount.queued;
	view->traffic = dfput_super_traffic(sb, &view->super);
	view->lost_account = dfput_super_lost_account(sb);
	view->lost = dfput_super_traffic_lost(view->lost_account);
	view->reaching = dfput_reaching_count();
	view->gone = dfput_ring_census().gone;
}

/* Return: the number of the oldest ring. */
static u32 look_at_rings(struct dfput_umount_view *view)
{
	struct dfput_ring_census census = dfput_ring_census();
	struct dfput_evidence *evidence = &view->evidence;

	view->rings = census.now;
	view->last_ring = census.last;
	evidence->rings_left = census.now;
	evidence->rings_gone = census.gone - view->gone;
	evidence->rings_living = census.living;
	evidence->rings_strange = census.strange;
	evidence->unsure |= census.blind;
	return census.oldest;
}

static void look_at_mount(struct dfput_umount_view *view)
{
	struct dfput_evidence *evidence = &view->evidence;
	struct dfput_mount_view mount;

	/* Before the snapshot: see there. */
	evidence->releasing = dfput_batch_count_releasing(view->mnt);
	mount = dfput_mount_snapshot(view->mnt);
	view->seq = mount.seq;
	evidence->arrived = mount.arrived - view->arrived;
	evidence->queued = mount.queued;
	evidence->held = mount.held;
	evidence->unsure |= mount.unsure;
}

/* How many there were on the list from @before to @now, or perhaps so. */
static u32 count_files(const struct dfput_traffic *before,
		       const struct dfput_traffic *now)
{
	return before->pending + now->queued - before->queued + now->maybe_last;
}

/* Files of other mounts of the superblock, which may be copies of this one, and others. */
static void look_at_super(struct dfput_umount_view *view)
{
	const struct dfput_traffic *before = &view->traffic;
	struct dfput_traffic lost =
		dfput_super_traffic_lost(view->lost_account);
	struct dfput_reaching reaching = dfput_reaching_count();
	struct dfput_traffic traffic =
		dfput_super_traffic(view->sb, &view->super);

	view->pending_super = traffic.pending;
	view->evidence.other_files = count_files(before, &traffic) +
				     view->reaching.now + reaching.now +
				     reaching.arrived - view->reaching.arrived;
	/* Any without room may be of this superblock. */
	if (count_files(&view->lost, &lost) ||
	    (before->id && traffic.id != before->id))
		view->evidence.unsure = true;
}

/*
 * What is in its way, if it is refused. A file that comes at this moment is either
 * counted here, or its put waits for the lock and finds the row.
 * Return: the number of the oldest ring.
 */
static u32 look(struct dfput_umount_view *view)
{
	struct dfput_evidence *evidence = &view->evidence;
	u32 oldest_ring;

	evidence->busy = view->result == -EBUSY;
	oldest_ring = look_at_rings(view);
	if (evidence->busy) {
		WRITE_ONCE(last_ring_found, view->last_ring);
		WRITE_ONCE(last_refused, view->ended);
	}
	/* Pairs with dfput_umount_ring_put() and dfput_umount_drained(). */
	smp_mb();
	look_at_mount(view);
	look_at_super(view);
	/* Last, because a file without a record is in none of these. */
	evidence->unsure |= dfput_list_count_gaps() != view->gaps;
	return oldest_ring;
}

static bool was_refused(const struct dfput_umount_view *row)
{
	return row->result == -EBUSY;
}

/* Are all rings gone that there were? The caller has looked for the @oldest there is. */
static void update_row(struct dfput_umount_view *row, u32 oldest)
{
	/* Numbers wrap, but no row lives so long. */
	if (!was_refused(row) || (s32)(row->last_ring - oldest) < 0)
		row->evidence.rings_left = 0;
}

/* ---- rows ---------------------------------------------------------------- */

static bool has_deferral(const struct dfput_umount_view *view)
{
	return dfput_evidence_has_deferral(&view->evidence);
}

/* An umount that succeeded was the last of its mount. */
static bool is_repeated(struct dfput_umount_view *row,
			const struct dfput_umount_view *view, u32 oldest_ring)
{
	if (!view->result || row->result != view->result ||
	    row->mnt != view->mnt || row->pid != view->pid ||
	    row->flags != view->flags || row->super.id != view->super.id)
		return false;
	update_row(row, oldest_ring);
	/* Of other rings, others might be told later. */
	if (row->evidence.rings_left && row->last_ring != view->last_ring)
		return false;
	return dfput_umount_why(row) == dfput_umount_why(view);
}

static struct dfput_umount_view *
find_repeated(const struct dfput_umount_view *view, u32 oldest_ring)
{
	u64 id;

	for (id = last_id; id >= first_id; id--)
		if (is_repeated(row_at(id), view, oldest_ring))
			return row_at(id);
	return NULL;
}

/* Return: it differs from all there are. */
static bool add_row(struct dfput_umount_view *view)
{
	const struct dfput_umount_view *repeated;
	unsigned long flags;
	u32 oldest_ring;

	raw_spin_lock_irqsave(&rows_lock, flags);
	oldest_ring = look(view);
	view->attempts = 1;
	view->unexplained = was_refused(view) && !has_deferral(view);
	view->first = view->ended;
	repeated = find_repeated(view, oldest_ring);
	if (repeated) {
		view->id = repeated->id;
		view->attempts += repeated->attempts;
		view->unexplained += repeated->unexplained;
		view->first = repeated->first;
	} else {
		view->id = ++last_id;
		if (last_id - first_id == DFPUT_UMOUNTS)
			first_id++;
	}
	*row_at(view->id) = *view;
	raw_spin_unlock_irqrestore(&rows_lock, flags);
	return !repeated;
}

static void count_umount(const struct dfput_umount_view *view)
{
	dfput_count(DFPUT_COUNT_umounts);
	if (!was_refused(view))
		return;
	dfput_count(DFPUT_COUNT_umounts_busy);
	if (has_deferral(view))
		dfput_count(DFPUT_COUNT_umounts_busy_deferred);
}

void dfput_umount_leave(struct dfput_umount_view *view, int result)
{
	bool permitted = result != -EPERM;
	bool added = false;

	view->ended = ktime_get_mono_fast_ns();
	view->result = result;
	if (permitted)
		added = add_row(view);
	dfput_mount_move(view->mnt, DFPUT_STAGE_UMOUNT, DFPUT_STAGE_NONE);
	count_umount(view);
	trace_dfput_umount(view);
	if (added)
		dfput_waiters_notify();
}

/* ---- what shows later ---------------------------------------------------- */

static void explain(struct dfput_umount_view *row, enum dfput_counter counter)
{
	dfput_count_add(counter, row->unexplained);
	row->unexplained = 0;
}

/* Numbers wrap, but no row lives so long. */
static bool ring_existed_at(const struct dfput_umount_view *row, u32 ring)
{
	return was_refused(row) && (s32)(row->last_ring - ring) >= 0;
}

/* A later snapshot than the file's has counted it. */
static bool has_counted(const struct dfput_umount_view *row, u32 seq)
{
	return (s32)(seq - row->seq) < 0;
}

/* It may be in the way of the umount of another mount than its own. */
static bool may_block(const struct dfput_super_ref *super, bool reaches,
		      const struct dfput_umount_view *row)
{
	return reaches || super->dev == row->super.dev;
}

static void add_ring_file(const struct dfput_deferral *deferral, u32 seq,
			  bool last)
{
	struct dfput_umount_view *row;
	unsigned long flags;
	u64 id;

	raw_spin_lock_irqsave(&rows_lock, flags);
	for_each_row(id, row) {
		if (!ring_existed_at(row, deferral->ring))
			continue;
		if (!last || row->mnt != deferral->mount) {
			row->evidence.ring_other_files += may_block(
				&deferral->super, deferral->reaches, row);
		} else if (!has_counted(row, seq)) {
			row->evidence.ring_files++;
			if (!row->evidence.root)
				explain(row, DFPUT_COUNT_umounts_busy_ring);
		}
	}
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

static void ring_put(const struct dfput_deferral *deferral, u32 seq, bool last)
{
	/* Pairs with look(): either we see its rings, or it counts our file. */
	smp_mb();
	if ((deferral->mount || deferral->reaches) &&
	    (s32)(READ_ONCE(last_ring_found) - deferral->ring) >= 0)
		add_ring_file(deferral, seq, last);
}

void dfput_umount_ring_put(const struct dfput_deferral *deferral, u32 seq)
{
	ring_put(deferral, seq, true);
}

void dfput_umount_ring_maybe_last(const struct dfput_deferral *deferral)
{
	ring_put(deferral, 0, false);
}

static void add_drained(const struct dfput_deferral *deferral, u32 seq)
{
	struct dfput_umount_view *row;
	unsigned long flags;
	u64 id;

	raw_spin_lock_irqsave(&rows_lock, flags);
	for_each_row(id, row) {
		if (!was_refused(row) || row->ended < deferral->queued)
			continue;
		if (row->mnt != deferral->mount) {
			row->evidence.other_files += may_block(
				&deferral->super, deferral->reaches, row);
		} else if (!has_counted(row, seq)) {
			row->evidence.drained++;
			if (!row->evidence.root)
				explain(row, DFPUT_COUNT_umounts_busy_deferred);
		}
	}
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

void dfput_umount_drained(const struct dfput_deferral *deferral, u32 seq)
{
	/* Pairs with look(): either we see it, or it counts our file. */
	smp_mb();
	if (READ_ONCE(last_refused) >= deferral->queued)
		add_drained(deferral, seq);
}

/* Nobody knows since when it was on the list. */
void dfput_umount_unseen(const struct dfput_release *release)
{
	struct dfput_umount_view *row;
	unsigned long flags;
	u64 id;

	raw_spin_lock_irqsave(&rows_lock, flags);
	for_each_row(id, row)
		if (row->mnt == release->mount ||
		    may_block(&release->super, release->reaches, row))
			row->evidence.unsure = true;
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

/* One without a number is of this generation, unless another shutdown came first. */
static bool is_of(const struct dfput_umount_view *row,
		  const struct dfput_super_ref *super)
{
	return row->super.id ? row->super.id == super->id :
			       row->super.dev == super->dev && !row->shutdown;
}

void dfput_umount_shutdown(const struct dfput_super_ref *super, u64 now)
{
	struct dfput_umount_view *row;
	unsigned long flags;
	u64 id;

	raw_spin_lock_irqsave(&rows_lock, flags);
	for_each_row(id, row)
		if (is_of(row, super))
			row->shutdown = now;
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

/* ---- reading ------------------------------------------------------------- */

enum dfput_why dfput_umount_why(const struct dfput_umount_view *view)
{
	return dfput_evidence_why(&view->evidence);
}

u64 dfput_umount_first(void)
{
	return READ_ONCE(first_id);
}

u64 dfput_umount_last(void)
{
	return READ_ONCE(last_id);
}

bool dfput_umount_view(u64 id, struct dfput_umount_view *view)
{
	unsigned long flags;
	bool there;

	raw_spin_lock_irqsave(&rows_lock, flags);
	there = id >= first_id && id <= last_id;
	if (there) {
		/* A ring that puts a file now waits for the lock: still there. */
		update_row(row_at(id), dfput_ring_census().oldest);
		*view = *row_at(id);
	}
	raw_spin_unlock_irqrestore(&rows_lock, flags);
	return there;
}

void dfput_umount_reset(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&rows_lock, flags);
	first_id = last_id + 1;
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

/* What is not told by now will not be. */
void dfput_umount_stop(void)
{
	u32 oldest_ring = dfput_ring_census().oldest;
	struct dfput_umount_view *row;
	u64 id;

	for_each_row(id, row) {
		update_row(row, oldest_ring);
		row->evidence.unsure |= row->evidence.rings_left;
		row->evidence.rings_left = 0;
	}
}
