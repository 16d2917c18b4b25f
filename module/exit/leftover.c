// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leftovers: files that outlive the end of the process that closed them.
 *
 * Those that are watched are in a hash by address, whose buckets have a raw
 * spinlock each, held with interrupts off because files are released anywhere;
 * never two at a time, except for the try-lock in evict(). Inside it the locks of
 * an owner, a superblock or a mount may be taken, one at a time, and no other.
 *
 * Those that were leftovers are in a ring that is written under a lock of its
 * own. Reading takes none: each row has a seqcount.
 */
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "exit/blocks.h"
#include "compat/compat.h"
#include "list/deferral.h"
#include "core/fault.h"
#include "exit/leftover.h"
#include "fs/fs.h"
#include "core/stats.h"
#include "core/trace.h"
#include "debugfs/waiters.h"

/* How many records evict() looks at, when none is free. */
#define EVICT_TRIES 8

/**
 * struct dfput_leftover - one file that is watched
 * @pooled: for the pool
 * @blocks: what it is in the way of
 * @node: its place in the table
 * @file: its address: a key
 * @inode: its inode: a key, to tell a reused @file
 * @mm: the address space that it goes with: a key, or NULL
 * @owner: whose it is; NULL while @mm lives, and when that is not known
 * @closed: when, ns of ktime_get_mono_fast_ns()
 * @ino: inode number
 * @super: where it lives
 * @mount: on which mount: a key, or NULL
 * @fstype: type of filesystem
 */
struct dfput_leftover {
	struct dfput_pooled pooled;
	u8 blocks;
	struct hlist_node node;
	const void *file;
	const void *inode;
	const void *mm;
	struct dfput_owner *owner;
	u64 closed;
	u64 ino;
	struct dfput_super_ref super;
	const void *mount;
	char fstype[DFPUT_FSTYPE_LEN];
};

struct bucket {
	raw_spinlock_t lock;
	struct hlist_head files;
};

struct row {
	seqcount_t seq;
	struct dfput_leftover_view view;
};

atomic_t dfput_watched = ATOMIC_INIT(0);

static struct dfput_pool pool;
static struct bucket *buckets;
static unsigned int bucket_bits;
static atomic_t evict_hand;
static atomic_t bound;
static bool following __read_mostly;

static DEFINE_RAW_SPINLOCK(ring_lock);
static struct row *ring;
static u64 last_id;
static u64 first_id = 1;

/* ---- those that are watched -------------------------------------------- */

static struct bucket *bucket_of(const void *file)
{
	return &buckets[hash_ptr(file, bucket_bits)];
}

static struct dfput_leftover *find(struct bucket *bucket, const void *file)
{
	struct dfput_leftover *leftover;

	hlist_for_each_entry(leftover, &bucket->files, node)
		if (leftover->file == file)
			return leftover;
	return NULL;
}

static const void *inode_of(const struct file *file)
{
	return file->f_mode & FMODE_OPENED ? file_inode(file) : NULL;
}

/* Under the bucket's lock: whose it is. It is held from then on. */
static void set_owner(struct dfput_leftover *leftover,
		      struct dfput_owner *owner)
{
	if (owner && !leftover->owner) {
		dfput_super_hold(&leftover->super);
		dfput_mount_move(leftover->mount, DFPUT_STAGE_NONE,
				 DFPUT_STAGE_HELD);
	} else if (!owner && leftover->owner) {
		dfput_super_unhold(&leftover->super);
		dfput_mount_move(leftover->mount, DFPUT_STAGE_HELD,
				 DFPUT_STAGE_NONE);
	}
	leftover->owner = owner;
}

/* Under the bucket's lock: out of the table, and of all sums. */
static void unwatch(struct dfput_leftover *leftover)
{
	hlist_del_init(&leftover->node);
	dfput_attention_add(-1);
	atomic_dec(&dfput_watched);
	if (leftover->owner) {
		dfput_super_unhold(&leftover->super);
		dfput_mount_move(leftover->mount, DFPUT_STAGE_HELD,
				 DFPUT_STAGE_NONE);
	}
	if (leftover->mm)
		atomic_dec(&bound);
}

static void free_leftover(struct dfput_leftover *leftover)
{
	dfput_owner_put(leftover->owner);
	leftover->owner = NULL;
	dfput_pool_put(&pool, leftover);
}

static bool evict_one(struct dfput_leftover *leftover)
{
	const void *file = READ_ONCE(leftover->file);
	struct bucket *bucket = bucket_of(file);
	bool ours = false;

	if (!raw_spin_trylock(&bucket->lock))
		return false;
	if (!hlist_unhashed(&leftover->node) && leftover->file == file) {
		unwatch(leftover);
		ours = true;
	}
	raw_spin_unlock(&bucket->lock);
	return ours;
}

/* Roughly the oldest, which has had most time to be released. */
static struct dfput_leftover *evict(void)
{
	unsigned int try;

	for (try = 0; try < EVICT_TRIES; try++) {
		u32 hand = atomic_inc_return(&evict_hand);
		struct dfput_leftover *leftover =
			dfput_pool_at(&pool, hand % pool.size);

		if (evict_one(leftover)) {
			dfput_owner_put(leftover->owner);
			return leftover;
		}
	}
	return NULL;
}

static void describe(struct dfput_leftover *leftover, const struct file *file)
{
	const struct inode *inode = inode_of(file);

	leftover->file = file;
	leftover->inode = inode;
	leftover->ino = inode ? inode->i_ino : 0;
	leftover->super = dfput_super_of(file);
	leftover->mount = dfput_mount_of(file);
	leftover->fstype[0] = '\0';
	if (inode)
		strscpy(leftover->fstype, inode->i_sb->s_type->name,
			sizeof(leftover->fstype));
}

static struct dfput_leftover *watch_new(struct bucket *bucket,
					const struct file *file)
{
	struct dfput_leftover *leftover = dfput_pool_get(&pool);

	if (!leftover) {
		dfput_count(DFPUT_COUNT_lost_leftovers);
		leftover = evict();
	}
	if (!leftover)
		return NULL;
	describe(leftover, file);
	leftover->mm = NULL;
	leftover->owner = NULL;
	hlist_add_head(&leftover->node, &bucket->files);
	atomic_inc(&dfput_watched);
	dfput_attention_add(1);
	return leftover;
}

/*
 * Watch a file, or note who has closed it last: that one it may outlive. The
 * owner's reference is ours from here on. Without an owner it goes with @mm.
 */
static void watch(const struct file *file, struct dfput_owner *owner,
		  const void *mm, u8 blocks)
{
	struct bucket *bucket = bucket_of(file);
	struct dfput_owner *before = owner;
	struct dfput_leftover *leftover, *stale = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	leftover = find(bucket, file);
	if (leftover && leftover->inode != inode_of(file)) {
		dfput_count(DFPUT_COUNT_stale_records);
		stale = leftover;
		unwatch(stale);
		leftover = NULL;
	}
	if (!leftover)
		leftover = watch_new(bucket, file);
	if (leftover) {
		before = leftover->owner;
		set_owner(leftover, owner);
		leftover->closed = ktime_get_mono_fast_ns();
		leftover->blocks = blocks;
		atomic_add(!!mm - !!leftover->mm, &bound);
		leftover->mm = mm;
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	dfput_owner_put(before);
	if (stale)
		free_leftover(stale);
}

void dfput_leftover_closed(const struct file *file, enum dfput_kind kind)
{
	struct dfput_owner *owner = dfput_owner_get(kind);

	if (owner)
		watch(file, owner, NULL, dfput_blocks_of(file));
	else
		dfput_count(DFPUT_COUNT_lost_leftovers);
}

void dfput_leftover_owned(const struct file *file, struct dfput_owner *owner)
{
	if (owner)
		watch(file, dfput_owner_hold(owner), NULL,
		      dfput_blocks_of(file));
}

void dfput_leftover_bind(const struct file *file, const void *mm)
{
	watch(file, NULL, mm, dfput_blocks_of(file));
}

/* Under the lock of its bucket, if it is still what it was without. */
static void unbind_one(struct dfput_leftover *leftover, const void *mm,
		       struct dfput_owner *owner)
{
	const void *file = READ_ONCE(leftover->file);
	struct bucket *bucket = bucket_of(file);
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	if (!hlist_unhashed(&leftover->node) && leftover->file == file &&
	    leftover->mm == mm) {
		leftover->mm = NULL;
		atomic_dec(&bound);
		set_owner(leftover, dfput_owner_hold(owner));
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
}

void dfput_leftover_unbind(const void *mm, bool ours, enum dfput_kind kind)
{
	struct dfput_owner *owner;
	unsigned int i;

	if (!atomic_read(&bound))
		return;
	owner = ours ? dfput_owner_get(kind) : NULL;
	for (i = 0; i < pool.size && atomic_read(&bound); i++) {
		struct dfput_leftover *leftover = dfput_pool_at(&pool, i);

		if (READ_ONCE(leftover->mm) == mm)
			unbind_one(leftover, mm, owner);
	}
	dfput_owner_put(owner);
}

/* ---- those that were leftovers ----------------------------------------- */

static void log_leftover(struct dfput_leftover_view *view)
{
	unsigned long flags;
	struct row *row;

	raw_spin_lock_irqsave(&ring_lock, flags);
	view->id = ++last_id;
	row = &ring[last_id % pool.size];
	raw_write_seqcount_begin(&row->seq);
	row->view = *view;
	raw_write_seqcount_end(&row->seq);
	raw_spin_unlock_irqrestore(&ring_lock, flags);
}

static void count_leftover(const struct dfput_leftover_view *view)
{
	dfput_count(DFPUT_COUNT_leftover);
	dfput_count(DFPUT_COUNT_leftover_deferred + view->route);
	if (view->who.exec)
		dfput_count(DFPUT_COUNT_leftover_exec);
	dfput_super_leftover(&view->super);
	dfput_hist_add(DFPUT_HIST_lateness, view->lateness);
}

static void is_leftover(const struct dfput_leftover *leftover,
			enum dfput_route route, const struct dfput_sight *sight,
			u64 now)
{
	struct dfput_leftover_view view = {
		.visible = dfput_owner_visible(leftover->owner),
		.ino = leftover->ino,
		.super = leftover->super,
		.route = route,
		.cause = sight ? sight->cause : DFPUT_CAUSE_NONE,
		.blocks = leftover->blocks,
		.origin = sight ? sight->origin : 0,
		.who = leftover->owner->who,
	};

	view.lateness = dfput_elapsed(view.visible, now);
	memcpy(view.fstype, leftover->fstype, sizeof(view.fstype));
	log_leftover(&view);
	count_leftover(&view);
	trace_dfput_leftover(&view);
}

static bool is_late(const struct dfput_leftover *leftover)
{
	return leftover->owner && dfput_owner_visible(leftover->owner);
}

struct dfput_leftover *__dfput_leftover_take(const struct file *file)
{
	struct bucket *bucket = bucket_of(file);
	struct dfput_leftover *leftover;
	unsigned long flags;
	bool stale = false;

	/* Whoever noted this file held it, hence before us. */
	if (hlist_empty(&bucket->files))
		return NULL;
	raw_spin_lock_irqsave(&bucket->lock, flags);
	leftover = find(bucket, file);
	if (leftover) {
		unwatch(leftover);
		stale = leftover->inode != inode_of(file);
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	if (stale) {
		dfput_count(DFPUT_COUNT_stale_records);
		free_leftover(leftover);
		return NULL;
	}
	return leftover;
}

void dfput_leftover_deferred(struct dfput_leftover *leftover,
			     const struct dfput_sight *sight, u64 now)
{
	if (!leftover) {
		if (READ_ONCE(following))
			dfput_count(DFPUT_COUNT_unowned);
		return;
	}
	if (is_late(leftover))
		is_leftover(leftover, DFPUT_ROUTE_DEFERRED, sight, now);
	else
		dfput_count(DFPUT_COUNT_in_time);
	free_leftover(leftover);
}

/* A thread that serves a process, and is not part of what that does itself. */
static bool is_worker(const struct task_struct *task)
{
	return task->flags & DFPUT_WORKER_FLAGS;
}

void __dfput_leftover_put(const struct file *file)
{
	struct dfput_leftover *leftover = __dfput_leftover_take(file);
	u64 now;

	if (!leftover)
		return;
	if (is_late(leftover) && !dfput_owner_is_current(leftover->owner)) {
		now = ktime_get_mono_fast_ns();
		if (current->flags & PF_KTHREAD)
			is_leftover(leftover, DFPUT_ROUTE_SYNC, NULL, now);
		else if (is_worker(current))
			is_leftover(leftover, DFPUT_ROUTE_TASK_WORK, NULL, now);
		else
			dfput_count(DFPUT_COUNT_closed_by_live);
	}
	free_leftover(leftover);
	dfput_waiters_notify();
}

/* A ring of aio stays bound: it was never in a table of files. */
void dfput_leftover_hand_on(const struct file *file)
{
	struct bucket *bucket = bucket_of(file);
	struct dfput_leftover *leftover;
	unsigned long flags;

	if (hlist_empty(&bucket->files))
		return;
	raw_spin_lock_irqsave(&bucket->lock, flags);
	leftover = find(bucket, file);
	if (leftover && leftover->owner)
		unwatch(leftover);
	else
		leftover = NULL;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	if (!leftover)
		return;
	if (is_late(leftover))
		dfput_count(DFPUT_COUNT_closed_by_live);
	free_leftover(leftover);
}

void dfput_leftover_drop(struct dfput_leftover *leftover)
{
	if (leftover)
		free_leftover(leftover);
}

bool dfput_leftover_owner_of(const void *file, struct dfput_identity *who)
{
	struct bucket *bucket = bucket_of(file);
	struct dfput_leftover *leftover;
	unsigned long flags;
	bool known;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	leftover = find(bucket, file);
	known = leftover && leftover->owner;
	if (known)
		*who = leftover->owner->who;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return known;
}

/* Of one that is still watched, unless it is on the list: pending has it then. */
static bool copy_held(struct dfput_leftover *leftover,
		      struct dfput_held_view *view)
{
	const void *file = READ_ONCE(leftover->file);
	struct bucket *bucket = bucket_of(file);
	unsigned long flags;
	bool held;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	held = !hlist_unhashed(&leftover->node) && leftover->file == file &&
	       leftover->owner;
	if (held) {
		view->closed = leftover->closed;
		view->visible = dfput_owner_visible(leftover->owner);
		view->ino = leftover->ino;
		view->super = leftover->super;
		view->mount = leftover->mount;
		view->blocks = leftover->blocks;
		view->who = leftover->owner->who;
		memcpy(view->fstype, leftover->fstype, sizeof(view->fstype));
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return held && !dfput_deferral_has(file);
}

bool dfput_leftover_held(unsigned int index, struct dfput_held_view *view)
{
	struct dfput_leftover *leftover = dfput_pool_at(&pool, index);

	return !hlist_unhashed_lockless(&leftover->node) &&
	       copy_held(leftover, view);
}

/* ---- control, reading -------------------------------------------------- */

void dfput_leftover_follow(void)
{
	WRITE_ONCE(following, true);
}

void dfput_leftover_abandon(void)
{
	struct dfput_leftover *leftover;
	struct hlist_node *next;
	unsigned int i;

	WRITE_ONCE(following, false);
	for (i = 0; i < 1U << bucket_bits; i++)
		hlist_for_each_entry_safe(leftover, next, &buckets[i].files,
					  node) {
			unwatch(leftover);
			free_leftover(leftover);
		}
}

void dfput_leftover_reset(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ring_lock, flags);
	first_id = last_id + 1;
	raw_spin_unlock_irqrestore(&ring_lock, flags);
}

unsigned int dfput_leftover_rows(void)
{
	return pool.size;
}

bool dfput_leftover_view(unsigned int index, struct dfput_leftover_view *view)
{
	u64 newest = READ_ONCE(last_id);
	u64 oldest = newest < pool.size ? 1 : newest - pool.size + 1;
	const struct row *row = &ring[(oldest + index) % pool.size];
	unsigned int seq;

	/* A writer may be preempted half-way, so wait for it asleep. */
	for (;;) {
		seq = raw_read_seqcount(&row->seq);
		*view = row->view;
		if (!(seq & 1) && !read_seqcount_retry(&row->seq, seq))
			break;
		cond_resched();
	}
	return view->id && view->id >= READ_ONCE(first_id);
}

int dfput_leftover_init(unsigned int leftovers)
{
	unsigned int i;
	int err;

	err = dfput_pool_init(&pool, leftovers, sizeof(struct dfput_leftover));
	if (err)
		return err;
	bucket_bits = max(ilog2(leftovers) - 1, 3);
	buckets = dfput_try(NULL, vzalloc(sizeof(*buckets) << bucket_bits));
	ring = dfput_try(NULL, vzalloc(array_size(leftovers, sizeof(*ring))));
	if (!buckets || !ring) {
		dfput_leftover_exit();
		return -ENOMEM;
	}
	for (i = 0; i < 1U << bucket_bits; i++)
		raw_spin_lock_init(&buckets[i].lock);
	for (i = 0; i < leftovers; i++)
		seqcount_init(&ring[i].seq);
	return 0;
}

void dfput_leftover_exit(void)
{
	vfree(ring);
	vfree(buckets);
	dfput_pool_exit(&pool);
}

size_t dfput_leftover_memory(void)
{
	return dfput_pool_memory(&pool) +
	       PAGE_ALIGN(sizeof(*buckets) << bucket_bits) +
	       PAGE_ALIGN(pool.size * sizeof(*ring));
}
