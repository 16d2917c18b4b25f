// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of files on the kernel's list: queued, started, released.
 *
 * A hash of buckets, each with a raw spinlock that is held with interrupts
 * off, because fput() comes from everywhere; never two buckets at a time,
 * except for the try-lock in evict(). The records come from a pool of fixed
 * size. When it is empty, a file is counted in its bucket's `lost` and has no
 * times, but all totals stay exact.
 *
 * A struct file that a record remembers is a key and is never followed: the
 * inode, remembered as well, tells whether the file that comes back under this
 * address is still the same one.
 *
 * Reading happens without the locks: each record has a seqcount, which changes
 * whenever its sight or state does.
 */
#include <linux/ktime.h>

#include "compat/compat.h"
#include "list/deferral.h"
#include "core/hash.h"
#include "exit/exit.h"
#include "fs/fs.h"
#include "list/origin.h"
#include "list/selftest.h"
#include "core/stats.h"
#include "core/trace.h"
#include "umount/umount.h"

/* How many records evict() looks at, when none is free. */
#define EVICT_TRIES 8

static struct dfput_hash files;
static atomic_t evict_hand;

static struct dfput_bucket *bucket_of(const void *file)
{
	return dfput_hash_bucket(&files, (unsigned long)file);
}

static struct dfput_record *find_record(const struct dfput_bucket *bucket,
					const void *file)
{
	return dfput_hash_find(bucket, (unsigned long)file);
}

static u64 id_of(const struct dfput_record *record)
{
	return dfput_pool_id(&files.pool, &record->entry.pooled);
}

/* Whoever owns the record, or holds its bucket's lock, changes its state. */
static void set_state(struct dfput_record *record, enum dfput_state state)
{
	raw_write_seqcount_begin(&record->seq);
	WRITE_ONCE(record->state, state);
	raw_write_seqcount_end(&record->seq);
}

/*
 * Out of the table, by whoever holds its bucket's lock. Its state says so before
 * the lock is free: evict_one() would take a candidate out once more.
 */
static void take_out(struct dfput_record *record, enum dfput_state state)
{
	dfput_hash_remove(&record->entry);
	dfput_attention_add(-1);
	set_state(record, state);
}

/* A record that is started goes on being shown, until its file is released. */
static void end_record(struct dfput_record *record)
{
	set_state(record, DFPUT_STATE_FREE);
	dfput_pool_put(&files.pool, record);
}

/*
 * Candidates are guesses that nobody has counted, and a file that is used from
 * interrupts for a long time keeps one. With no record free, a guess makes
 * room for what is certain.
 */
static bool evict_one(struct dfput_record *record)
{
	unsigned long file = READ_ONCE(record->entry.key);
	struct dfput_bucket *bucket = dfput_hash_bucket(&files, file);
	bool ours = false;

	if (!raw_spin_trylock(&bucket->lock))
		return false;
	/*
	 * Only under the lock of its own bucket do we know what it is. Under that
	 * of another it may be made a candidate right now, so its state first.
	 */
	if (smp_load_acquire(&record->state) == DFPUT_STATE_CANDIDATE &&
	    READ_ONCE(record->entry.key) == file) {
		take_out(record, DFPUT_STATE_FREE);
		ours = true;
	}
	raw_spin_unlock(&bucket->lock);
	return ours;
}

static struct dfput_record *evict(void)
{
	unsigned int try;

	for (try = 0; try < EVICT_TRIES; try++) {
		u32 hand = atomic_inc_return(&evict_hand);
		struct dfput_record *record =
			dfput_pool_at(&files.pool, hand % files.pool.size);

		if (READ_ONCE(record->state) != DFPUT_STATE_CANDIDATE)
			continue;
		if (evict_one(record)) {
			dfput_count(DFPUT_COUNT_evicted);
			record->entry.pooled.generation++;
			return record;
		}
	}
	return NULL;
}

static struct dfput_record *new_record(bool certain)
{
	struct dfput_record *record = dfput_pool_get(&files.pool);

	return record || !certain ? record : evict();
}

static const void *inode_of(const struct file *file)
{
	return file->f_mode & FMODE_OPENED ? file_inode(file) : NULL;
}

static void describe(struct dfput_sight *sight, const struct file *file,
		     enum dfput_cause cause, unsigned long caller,
		     struct pt_regs *regs, u64 now)
{
	const struct inode *inode = inode_of(file);

	sight->inode = inode;
	sight->ino = inode ? inode->i_ino : 0;
	sight->super = dfput_super_of(file);
	sight->mount = dfput_mount_of(file);
	sight->ring = 0;
	sight->queued = now;
	sight->cause = cause;
	sight->origin = dfput_origin_of(caller, regs, cause);
	sight->cpu = raw_smp_processor_id();
	sight->pid = current->pid;
	memcpy(sight->comm, current->comm, sizeof(sight->comm));
}

static void remember(struct dfput_record *record,
		     const struct dfput_sight *sight, enum dfput_state state)
{
	raw_write_seqcount_begin(&record->seq);
	record->sight = *sight;
	/* Pairs with evict_one(): whoever sees the state sees the file. */
	smp_store_release(&record->state, state);
	raw_write_seqcount_end(&record->seq);
}

static void count_queued(const struct dfput_sight *sight)
{
	u32 seq = dfput_mount_move(sight->mount, DFPUT_STAGE_NONE,
				   DFPUT_STAGE_QUEUED);

	if (unlikely(sight->ring))
		dfput_umount_ring_put(sight->ring, sight->mount, seq);
	dfput_count_queued(sight->cause);
	dfput_super_queued(&sight->super);
	dfput_origin_queued(sight->origin);
	dfput_pending_add();
}

static void retract(const struct dfput_record *record)
{
	dfput_count(DFPUT_COUNT_retracted);
	dfput_super_retracted(&record->sight.super);
	dfput_mount_move(record->sight.mount, DFPUT_STAGE_QUEUED,
			 DFPUT_STAGE_NONE);
	dfput_pending_sub();
}

/*
 * A record that we still have of this address is an earlier look at the same
 * file, unless the inode differs: then a release went by unseen.
 */
static bool is_stale(const struct dfput_record *record, const void *inode)
{
	return record->sight.inode != inode;
}

static void count_stale(const struct dfput_record *record)
{
	if (record->state == DFPUT_STATE_QUEUED)
		retract(record);
	dfput_count(DFPUT_COUNT_stale_records);
}

/*
 * Returns true if the file is to be counted as queued now. Nothing loses its last
 * reference twice: then, too, a release went by unseen.
 */
static bool note_again(struct dfput_record *record,
		       const struct dfput_sight *sight,
		       enum dfput_sureness sure)
{
	bool queued = record->state == DFPUT_STATE_QUEUED;
	bool certain = sure != DFPUT_SURE_NOT;

	if (is_stale(record, sight->inode) ||
	    (queued && sure == DFPUT_SURE_GONE)) {
		count_stale(record);
		queued = false;
	} else if (queued && !certain) {
		return false;
	}
	remember(record, sight,
		 certain ? DFPUT_STATE_QUEUED : DFPUT_STATE_CANDIDATE);
	return certain && !queued;
}

static struct dfput_record *note_first(struct dfput_bucket *bucket,
				       const struct file *file,
				       const struct dfput_sight *sight,
				       bool certain)
{
	struct dfput_record *record = new_record(certain);

	if (record) {
		WRITE_ONCE(record->entry.key, (unsigned long)file);
		remember(record, sight,
			 certain ? DFPUT_STATE_QUEUED : DFPUT_STATE_CANDIDATE);
		/* Before the last put of its file. */
		dfput_attention_add(1);
		dfput_hash_add(bucket, &record->entry);
	} else if (certain) {
		bucket->lost++;
		dfput_count(DFPUT_COUNT_lost_records);
	}
	return record;
}

void dfput_deferral_sight(const struct file *file, enum dfput_cause cause,
			  unsigned long caller, struct pt_regs *regs,
			  enum dfput_sureness sure)
{
	struct dfput_bucket *bucket = bucket_of(file);
	struct dfput_record *record;
	struct dfput_sight sight DFPUT_UNINITIALIZED;
	unsigned long flags;
	bool certain = sure != DFPUT_SURE_NOT;
	bool count = certain;
	u64 id;

	if (dfput_file_skips_list(file))
		return;
	/* fput() is not for NMIs, and neither are our locks. */
	if (unlikely(in_nmi())) {
		dfput_count(DFPUT_COUNT_missed_probes);
		return;
	}
	describe(&sight, file, cause, caller, regs, ktime_get_mono_fast_ns());
	if (cause == DFPUT_CAUSE_kthread)
		sight.ring = dfput_ring_putting(file);

	raw_spin_lock_irqsave(&bucket->lock, flags);
	record = find_record(bucket, file);
	if (record)
		count = note_again(record, &sight, sure);
	else
		record = note_first(bucket, file, &sight, certain);
	id = record ? id_of(record) : 0;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	/* The kernel drains it after we return, so it is counted in time. */
	if (!count)
		return;
	count_queued(&sight);
	trace_dfput_queue(id, &sight);
	dfput_selftest_queued(file, cause, caller);
}

bool dfput_deferral_other(const struct file *file)
{
	struct dfput_bucket *bucket = bucket_of(file);
	struct dfput_record *record;
	unsigned long flags;

	/* Whoever noted this file did so before its last put, hence before us. */
	if (hlist_empty(&bucket->entries))
		return false;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	record = find_record(bucket, file);
	if (record) {
		if (is_stale(record, inode_of(file)))
			count_stale(record);
		else if (record->state == DFPUT_STATE_QUEUED)
			retract(record);
		take_out(record, DFPUT_STATE_FREE);
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	if (record)
		dfput_pool_put(&files.pool, record);
	return record;
}

static void start_record(struct dfput_record *record, bool guessed, u64 now)
{
	u64 wait = dfput_elapsed(record->sight.queued, now);

	if (guessed) {
		/* So it was its last put: counted late, timed right. */
		count_queued(&record->sight);
		trace_dfput_queue(id_of(record), &record->sight);
	}
	dfput_hist_add(DFPUT_HIST_queue_wait, wait);
	dfput_origin_waited(record->sight.origin, wait);
}

/*
 * Take a file's record out of the table, and say what is known of the file; and
 * whether it was a guess until now.
 */
static struct dfput_record *take(const struct file *file, bool preload,
				 enum dfput_fate *fate, bool *guessed)
{
	struct dfput_bucket *bucket = bucket_of(file);
	struct dfput_record *record, *stale = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	record = find_record(bucket, file);
	if (record && is_stale(record, inode_of(file))) {
		count_stale(record);
		take_out(record, DFPUT_STATE_FREE);
		stale = record;
		record = NULL;
	}
	if (record) {
		*guessed = record->state == DFPUT_STATE_CANDIDATE;
		take_out(record, DFPUT_STATE_STARTED);
	}
	*fate = DFPUT_FATE_KNOWN;
	if (!record && bucket->lost)
		bucket->lost--;
	else if (!record)
		*fate = preload ? DFPUT_FATE_PRELOAD : DFPUT_FATE_UNMATCHED;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	if (stale)
		dfput_pool_put(&files.pool, stale);
	return record;
}

void dfput_deferral_start(const struct file *file, bool preload, u64 now,
			  struct dfput_drained *drained)
{
	bool guessed = false;
	struct dfput_record *record =
		take(file, preload, &drained->fate, &guessed);

	dfput_selftest_started(file, drained->fate);
	drained->record = record;
	drained->watch = dfput_watch_take(file);
	drained->started = now;
	drained->id = 0;
	if (record) {
		drained->id = id_of(record);
		start_record(record, guessed, now);
		drained->ino = record->sight.ino;
		drained->super = record->sight.super;
		drained->mount = record->sight.mount;
	} else {
		drained->ino = inode_of(file) ? file_inode(file)->i_ino : 0;
		drained->super = dfput_super_of(file);
		drained->mount = dfput_mount_of(file);
	}
	if (drained->fate != DFPUT_FATE_KNOWN)
		dfput_super_queued(&drained->super);
	dfput_super_started(&drained->super, drained->ino, now);
}

void dfput_deferral_pass(const void *done, const struct dfput_drained *next)
{
	const void *mount = next ? next->mount : NULL;
	enum dfput_stage from = DFPUT_STAGE_NONE;

	if (next && next->fate == DFPUT_FATE_KNOWN)
		from = DFPUT_STAGE_QUEUED;
	if (done == mount) {
		dfput_mount_move(mount, from, DFPUT_STAGE_NONE);
		return;
	}
	dfput_mount_move(done, DFPUT_STAGE_STARTED, DFPUT_STAGE_NONE);
	dfput_mount_move(mount, from, DFPUT_STAGE_STARTED);
}

void dfput_deferral_finish(struct dfput_drained *drained, u64 now, bool flush)
{
	dfput_count(DFPUT_COUNT_released);
	if (flush)
		dfput_count(DFPUT_COUNT_released_flush);
	dfput_super_released(&drained->super);
	dfput_hist_add(DFPUT_HIST_release_time,
		       dfput_elapsed(drained->started, now));
	trace_dfput_release(drained, now, flush);
	dfput_watch_released(drained->watch,
			     drained->record ? &drained->record->sight : NULL,
			     now);

	if (drained->record)
		end_record(drained->record);
	if (drained->fate == DFPUT_FATE_KNOWN)
		dfput_pending_sub();
	else if (drained->fate == DFPUT_FATE_PRELOAD)
		dfput_count(DFPUT_COUNT_preload);
	else
		dfput_count(DFPUT_COUNT_unmatched);
}

/* Superblocks and mounts are set right for all of them at once: see below. */
static void abandon_file(void)
{
	dfput_count(DFPUT_COUNT_pending_at_stop);
	dfput_pending_sub();
}

void dfput_deferral_drop(struct dfput_drained *drained)
{
	dfput_watch_drop(drained->watch);
	if (drained->record)
		end_record(drained->record);
	if (drained->fate == DFPUT_FATE_KNOWN)
		abandon_file();
}

static void abandon_bucket(struct dfput_bucket *bucket)
{
	struct dfput_record *record;
	struct hlist_node *next;

	hlist_for_each_entry_safe(record, next, &bucket->entries, entry.node) {
		if (record->state == DFPUT_STATE_QUEUED)
			abandon_file();
		take_out(record, DFPUT_STATE_FREE);
		dfput_pool_put(&files.pool, record);
	}
	for (; bucket->lost; bucket->lost--)
		abandon_file();
}

void dfput_deferral_abandon(void)
{
	struct dfput_bucket *bucket;

	dfput_hash_for_each_bucket(&files, bucket)
		abandon_bucket(bucket);
	dfput_super_stop();
	dfput_mount_stop();
}

bool dfput_deferral_copy(unsigned int index, const void **file,
			 struct dfput_sight *sight, enum dfput_state *state)
{
	const struct dfput_record *record = dfput_pool_at(&files.pool, index);
	unsigned int seq;

	/* A writer may be preempted half-way, so wait for it asleep. */
	for (;;) {
		*state = READ_ONCE(record->state);
		if (*state != DFPUT_STATE_QUEUED &&
		    *state != DFPUT_STATE_STARTED)
			return false;
		seq = raw_read_seqcount(&record->seq);
		*file = (const void *)record->entry.key;
		*sight = record->sight;
		if (!(seq & 1) && *state == READ_ONCE(record->state) &&
		    !read_seqcount_retry(&record->seq, seq))
			return true;
		cond_resched();
	}
}

bool dfput_deferral_has(const void *file)
{
	struct dfput_bucket *bucket = bucket_of(file);
	const struct dfput_record *record;
	unsigned long flags;
	bool has;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	record = find_record(bucket, file);
	has = record && record->state == DFPUT_STATE_QUEUED;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return has;
}

bool dfput_deferral_queued_before(u64 time)
{
	struct dfput_sight sight;
	enum dfput_state state;
	const void *file;
	unsigned int i;

	for (i = 0; i < files.pool.size; i++)
		if (dfput_deferral_copy(i, &file, &sight, &state) &&
		    sight.queued <= time)
			return true;
	return false;
}

int dfput_deferral_init(unsigned int records)
{
	struct dfput_record *record;
	unsigned int i;
	int err;

	err = dfput_hash_init(&files, records, sizeof(*record));
	if (err)
		return err;
	for (i = 0; i < records; i++) {
		record = dfput_pool_at(&files.pool, i);
		seqcount_init(&record->seq);
	}
	return 0;
}

void dfput_deferral_exit(void)
{
	dfput_hash_exit(&files);
}

unsigned int dfput_deferral_records(void)
{
	return files.pool.size;
}

size_t dfput_deferral_memory(void)
{
	return dfput_hash_memory(&files);
}
