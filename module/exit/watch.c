// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watched files: a process closed them as it ended, or as it executed another
 * program, while somebody else still held them.
 *
 *   closed, put for ---> watched ---> taken, at the entry of its __fput
 *   bound (aio) ------->    |           |-> leftover: late, not by a process itself
 *                           |           |-> closed by a live process, or in time
 *                           |           `-> dropped: the release was not seen
 *                           `-> closed by a live process
 *
 * They are in a hash by address. A bucket's lock is taken with interrupts off,
 * because files are released anywhere; never two at a time. Inside it the lock of
 * an owner, a superblock or a mount may be taken, one at a time.
 *
 * The key of an entry is cleared under its bucket's lock when it is taken out. So
 * whoever walks the pool reads a key, locks that key's bucket and reads the key
 * again: if it is the same, the entry is in that bucket.
 *
 * When the table is full, the newest file is lost, and counted.
 */
#include <linux/ktime.h>
#include <linux/string.h>

#include "compat/compat.h"
#include "core/filter.h"
#include "core/stats.h"
#include "core/waiters.h"
#include "exit/internal.h"
#include "list/list.h"

/**
 * struct dfput_watch - one watched file
 * @entry: its place in the hash; the key is its address
 * @blocks: what it blocks
 * @of_ring: put for a process that closed its ring, and lived on
 * @inode: its inode: a key, to tell a reused address
 * @ops: address of its operations: see dfput_file_ops()
 * @mm: the address space that it goes with: a key, or NULL
 * @owner: whose it is; NULL while @mm lives, and when that is not known
 * @closed: when, or its ring if @of_ring, ns of ktime_get_mono_fast_ns()
 * @ino: inode number
 * @super: where it lives
 * @mount: on which mount: a key, or NULL
 * @fstype: type of filesystem
 */
struct dfput_watch {
	struct dfput_entry entry;
	u8 blocks;
	bool of_ring;
	const void *inode;
	const void *ops;
	const void *mm;
	struct dfput_owner *owner;
	u64 closed;
	u64 ino;
	struct dfput_super_ref super;
	const void *mount;
	char fstype[DFPUT_FSTYPE_LEN];
};

atomic_t dfput_watched = ATOMIC_INIT(0);

static struct dfput_hash files;
/* How many have an mm. */
static atomic_t bound;
static bool started __read_mostly;

static struct dfput_bucket *bucket_of(const void *file)
{
	return dfput_hash_bucket(&files, (unsigned long)file);
}

static struct dfput_watch *find_watch(struct dfput_bucket *bucket,
				      const void *file)
{
	return dfput_hash_find(bucket, (unsigned long)file);
}

static const void *inode_of(const struct file *file)
{
	return file->f_mode & FMODE_OPENED ? file_inode(file) : NULL;
}

/* ---- in, and out; under the bucket's lock ---- */

static void count_held(const struct dfput_watch *watch)
{
	dfput_super_hold(&watch->super);
	dfput_mount_move(watch->mount, DFPUT_STAGE_NONE, DFPUT_STAGE_HELD);
}

static void uncount_held(const struct dfput_watch *watch)
{
	dfput_super_unhold(&watch->super);
	dfput_mount_move(watch->mount, DFPUT_STAGE_HELD, DFPUT_STAGE_NONE);
}

/* With an owner a file is held. */
static void set_owner(struct dfput_watch *watch, struct dfput_owner *owner)
{
	if (owner && !watch->owner)
		count_held(watch);
	else if (!owner && watch->owner)
		uncount_held(watch);
	watch->owner = owner;
}

static void remove_watch(struct dfput_watch *watch)
{
	dfput_hash_remove(&watch->entry);
	dfput_filter_remove((const void *)watch->entry.key);
	WRITE_ONCE(watch->entry.key, 0);
	atomic_dec(&dfput_watched);
	if (watch->owner)
		uncount_held(watch);
	if (watch->mm)
		atomic_dec(&bound);
}

static void free_watch(struct dfput_watch *watch)
{
	dfput_owner_put(watch->owner);
	watch->owner = NULL;
	dfput_pool_put(&files.pool, watch);
}

static struct dfput_watch *add_watch(struct dfput_bucket *bucket,
				     const struct file *file)
{
	struct dfput_watch *watch = dfput_pool_get(&files.pool);
	const struct inode *inode = inode_of(file);

	if (!watch) {
		dfput_count(DFPUT_COUNT_lost_leftovers);
		return NULL;
	}
	watch->inode = inode;
	watch->ops = dfput_file_ops(file);
	watch->mm = NULL;
	watch->owner = NULL;
	watch->ino = inode ? inode->i_ino : 0;
	watch->super = dfput_super_of(file);
	watch->mount = dfput_mount_of(file);
	watch->fstype[0] = '\0';
	if (inode)
		strscpy(watch->fstype, inode->i_sb->s_type->name,
			sizeof(watch->fstype));
	WRITE_ONCE(watch->entry.key, (unsigned long)file);
	dfput_hash_add(bucket, &watch->entry);
	atomic_inc(&dfput_watched);
	/* Before the caller's reference goes. */
	dfput_filter_add(file);
	return watch;
}

/*
 * Watch a file, or note who closed it last: that is the one it may outlive. The
 * owner's reference is ours from here on. Without an owner it goes with @mm.
 */
static void watch_file(const struct file *file, struct dfput_owner *owner,
		       const void *mm, u64 ring_closed)
{
	struct dfput_bucket *bucket = bucket_of(file);
	struct dfput_owner *unused = owner;
	struct dfput_watch *watch, *stale = NULL;
	u8 blocks = dfput_blocks_of(file);
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	watch = find_watch(bucket, file);
	if (watch && watch->inode != inode_of(file)) {
		dfput_count(DFPUT_COUNT_stale_records);
		stale = watch;
		remove_watch(stale);
		watch = NULL;
	}
	if (!watch)
		watch = add_watch(bucket, file);
	if (watch) {
		unused = watch->owner;
		set_owner(watch, owner);
		watch->closed = ring_closed ?: ktime_get_mono_fast_ns();
		watch->of_ring = ring_closed;
		watch->blocks = blocks;
		atomic_add(!!mm - !!watch->mm, &bound);
		watch->mm = mm;
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	dfput_owner_put(unused);
	if (stale)
		free_watch(stale);
}

void dfput_watch_closed(const struct file *file, enum dfput_kind kind)
{
	struct dfput_owner *owner;

	/* That closes it later: this process is not the one that it may outlive. */
	if (dfput_parent_has(file))
		return;
	owner = dfput_owner_get(kind);
	if (owner)
		watch_file(file, owner, NULL, 0);
	else
		dfput_count(DFPUT_COUNT_lost_leftovers);
}

void dfput_watch_put_for(const struct file *file, struct dfput_owner *owner,
			 u64 ring_closed)
{
	watch_file(file, dfput_owner_hold(owner), NULL, ring_closed);
}

/*
 * A live process closed it later, so its lifetime no longer says anything about
 * the exited owner. A ring of aio stays bound: it was never in a table of files.
 */
void dfput_watch_closed_by_live(const struct file *file)
{
	struct dfput_bucket *bucket = bucket_of(file);
	struct dfput_watch *watch;
	unsigned long flags;

	if (hlist_empty(&bucket->entries))
		return;
	raw_spin_lock_irqsave(&bucket->lock, flags);
	watch = find_watch(bucket, file);
	if (watch && watch->owner)
		remove_watch(watch);
	else
		watch = NULL;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	if (!watch)
		return;
	if (dfput_owner_visible(watch->owner))
		dfput_count(DFPUT_COUNT_closed_by_live);
	free_watch(watch);
}

/* ---- aio: the file of a ring goes with an address space ---- */

void dfput_watch_bind(const struct file *file)
{
	watch_file(file, NULL, current->mm, 0);
}

static void unbind_watch(struct dfput_watch *watch, const void *mm,
			 struct dfput_owner *owner)
{
	unsigned long key = READ_ONCE(watch->entry.key);
	struct dfput_bucket *bucket = dfput_hash_bucket(&files, key);
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	if (key && READ_ONCE(watch->entry.key) == key && watch->mm == mm) {
		watch->mm = NULL;
		atomic_dec(&bound);
		set_owner(watch, dfput_owner_hold(owner));
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
}

static void unbind_all(const void *mm, struct dfput_owner *owner)
{
	struct dfput_watch *watch;
	unsigned int i;

	for (i = 0; i < files.pool.size && atomic_read(&bound); i++) {
		watch = dfput_pool_at(&files.pool, i);
		if (READ_ONCE(watch->mm) == mm)
			unbind_watch(watch, mm, owner);
	}
}

void dfput_watch_exit_aio(const struct mm_struct *mm)
{
	bool exec = current->in_execve;
	bool exits = current->flags & PF_EXITING && current->active_mm == mm;
	struct dfput_owner *owner = NULL;

	if (likely(!dfput_mm_has_aio(mm)) || !atomic_read(&bound))
		return;
	/* Others may hold an address space as well, to look at it. */
	if (exec || exits)
		owner = dfput_owner_get(exec ? DFPUT_KIND_EXEC :
					       DFPUT_KIND_EXIT);
	unbind_all(mm, owner);
	dfput_owner_put(owner);
}

/* ---- released ---- */

/* What outlives the ring and then the process has outlived the process. */
static enum dfput_kind kind_of(const struct dfput_watch *watch, u64 visible)
{
	return watch->of_ring && !visible ? DFPUT_KIND_RING :
					    dfput_owner_kind(watch->owner);
}

static void add_leftover(const struct dfput_watch *watch,
			 enum dfput_route route,
			 const struct dfput_deferral *deferral, u64 now)
{
	u64 visible = dfput_owner_visible(watch->owner);
	struct dfput_leftover_view view = {
		.visible = visible ?: watch->closed,
		.ino = watch->ino,
		.ops = watch->ops,
		.super = watch->super,
		.kind = kind_of(watch, visible),
		.route = route,
		.cause = deferral ? deferral->cause : DFPUT_CAUSE_NONE,
		.blocks = watch->blocks,
		.origin = deferral ? deferral->origin : 0,
		.who = watch->owner->who,
	};

	view.lateness = dfput_elapsed(view.visible, now);
	memcpy(view.fstype, watch->fstype, sizeof(view.fstype));
	dfput_leftover_add(&view);
}

static bool is_late(const struct dfput_watch *watch)
{
	return watch->owner &&
	       (watch->of_ring || dfput_owner_visible(watch->owner));
}

struct dfput_watch *__dfput_watch_take(const struct file *file)
{
	struct dfput_bucket *bucket = bucket_of(file);
	struct dfput_watch *watch;
	unsigned long flags;
	bool stale = false;

	/* Whoever watched this file held it, hence before us. */
	if (hlist_empty(&bucket->entries))
		return NULL;
	raw_spin_lock_irqsave(&bucket->lock, flags);
	watch = find_watch(bucket, file);
	if (watch) {
		remove_watch(watch);
		stale = watch->inode != inode_of(file);
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	if (stale) {
		dfput_count(DFPUT_COUNT_stale_records);
		free_watch(watch);
		return NULL;
	}
	return watch;
}

void dfput_watch_released(struct dfput_watch *watch,
			  const struct dfput_deferral *deferral, u64 now)
{
	if (!watch) {
		if (READ_ONCE(started))
			dfput_count(DFPUT_COUNT_unowned);
		return;
	}
	if (is_late(watch))
		add_leftover(watch, DFPUT_ROUTE_DEFERRED, deferral, now);
	else
		dfput_count(DFPUT_COUNT_in_time);
	free_watch(watch);
}

void dfput_watch_drop(struct dfput_watch *watch)
{
	if (watch)
		free_watch(watch);
}

/* A thread that serves a process, and is not part of what that does itself. */
static bool is_worker(const struct task_struct *task)
{
	return task->flags & DFPUT_WORKER_FLAGS;
}

void dfput_watch_put(const struct file *file)
{
	struct dfput_watch *watch = __dfput_watch_take(file);
	u64 now;

	if (!watch)
		return;
	if (is_late(watch) && !dfput_owner_is_current(watch->owner)) {
		now = ktime_get_mono_fast_ns();
		if (current->flags & PF_KTHREAD)
			add_leftover(watch, DFPUT_ROUTE_SYNC, NULL, now);
		else if (is_worker(current))
			add_leftover(watch, DFPUT_ROUTE_TASK_WORK, NULL, now);
		else if (dfput_owner_visible(watch->owner))
			dfput_count(DFPUT_COUNT_closed_by_live);
	}
	free_watch(watch);
	dfput_waiters_notify();
}

/* ---- reading ---- */

bool dfput_watch_owner_of(const void *file, struct dfput_identity *who)
{
	struct dfput_bucket *bucket = bucket_of(file);
	const struct dfput_watch *watch;
	unsigned long flags;
	bool known;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	watch = find_watch(bucket, file);
	known = watch && watch->owner;
	if (known)
		*who = watch->owner->who;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return known;
}

bool dfput_watch_taken_owner(const struct dfput_watch *watch,
			     struct dfput_identity *who)
{
	const struct dfput_owner *owner = watch ? READ_ONCE(watch->owner) :
						  NULL;

	if (owner)
		*who = owner->who;
	return owner;
}

static void copy_watch(const struct dfput_watch *watch,
		       struct dfput_held_view *view)
{
	view->file = (const void *)watch->entry.key;
	view->closed = watch->closed;
	view->visible = dfput_owner_visible(watch->owner);
	view->ino = watch->ino;
	view->super = watch->super;
	view->mount = watch->mount;
	view->kind = kind_of(watch, view->visible);
	view->ops = watch->ops;
	view->blocks = watch->blocks;
	view->who = watch->owner->who;
	memcpy(view->fstype, watch->fstype, sizeof(view->fstype));
}

unsigned int dfput_watch_slots(void)
{
	return files.pool.size;
}

bool dfput_watch_view(unsigned int slot, struct dfput_held_view *view)
{
	const struct dfput_watch *watch = dfput_pool_at(&files.pool, slot);
	unsigned long key = READ_ONCE(watch->entry.key);
	struct dfput_bucket *bucket = dfput_hash_bucket(&files, key);
	unsigned long flags;
	bool held;

	if (!key)
		return false;
	raw_spin_lock_irqsave(&bucket->lock, flags);
	held = READ_ONCE(watch->entry.key) == key && watch->owner;
	if (held)
		copy_watch(watch, view);
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return held;
}

/* ---- starting and stopping ---- */

void dfput_watch_start(void)
{
	WRITE_ONCE(started, true);
}

static void empty_bucket(struct dfput_bucket *bucket)
{
	struct dfput_watch *watch;
	struct hlist_node *next;

	hlist_for_each_entry_safe(watch, next, &bucket->entries, entry.node) {
		remove_watch(watch);
		free_watch(watch);
	}
}

void dfput_watch_stop(void)
{
	struct dfput_bucket *bucket;

	WRITE_ONCE(started, false);
	dfput_hash_for_each_bucket(&files, bucket)
		empty_bucket(bucket);
}

int dfput_watch_init(unsigned int nr)
{
	return dfput_hash_init(&files, nr, sizeof(struct dfput_watch));
}

void dfput_watch_exit(void)
{
	dfput_hash_exit(&files);
}

size_t dfput_watch_memory(void)
{
	return dfput_hash_memory(&files);
}
