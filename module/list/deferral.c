// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of files on the kernel's list.
 *
 *          put            start            finish
 *   (free) ----> QUEUED ----------> STARTED -----> (free)
 *      |            ^                  ^
 *      |            | last after all   | drained
 *      `---> MAYBE_LAST ---------------'
 *                   |
 *                   `-----> (free): another __fput(), it was not deferred
 *
 * Context: any but NMI, under the lock of a file's bucket. fput() comes from
 * everywhere. No two buckets are locked at a time, except by the try-lock in
 * evict_record(). The locks of what dfput_list_started() calls, of superblocks and
 * of mounts are taken inside.
 *
 * A record is found by its file until that starts. From then on it belongs to the
 * batch: the struct file may be freed and used again before the drain loop comes
 * back to us. A struct file is a key and never dereferenced later. Its inode,
 * remembered as well, tells whether the address is still the same file's.
 *
 * When no record is free, a file is counted as lost in its bucket and has no
 * times, but all totals stay exact. Which of the files without a record is which
 * cannot be told. So its superblock and its mount count such a file only while it is
 * in its __fput(), as they do one whose queueing was not seen. That is a gap, and until
 * it is over nobody may say that nothing is left: see dfput_list_end_gaps().
 *
 * Readers take no lock: each record has a seqcount.
 */
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/seqlock.h>

#include "compat/compat.h"
#include "core/filter.h"
#include "core/hash.h"
#include "core/stats.h"
#include "core/trace.h"
#include "core/waiters.h"
#include "fs/fs.h"
#include "list/events.h"
#include "list/private.h"

/* How many records evict_maybe_last() tries, when none is free. */
#define EVICT_TRIES 8

enum record_state {
	STATE_FREE,
	/* Perhaps it was the last put: somebody else held the file then. */
	STATE_MAYBE_LAST,
	/* On the kernel's list. */
	STATE_QUEUED,
	/* In __fput(), called from a drain loop. */
	STATE_STARTED,
};

struct record {
	struct dfput_entry entry;
	u32 state;
	seqcount_t seq;
	void *watched;
	/* If it is started: when. */
	u64 started;
	struct dfput_deferral deferral;
};

atomic_t dfput_list_servants = ATOMIC_INIT(0);

static struct dfput_hash files;
static atomic_t evict_hand;

atomic_t dfput_list_gaps = ATOMIC_INIT(0);
u32 dfput_list_gaps_over;
/* Of one it cannot be told that it is over. */
static bool gap_lasts;
/* Files that are counted as lost in their buckets, or are in their __fput(). */
static atomic_t nr_unrecorded = ATOMIC_INIT(0);

void dfput_list_begin_gap(void)
{
	/* Pairs with dfput_batch_enter(): whoever counts the gap sees its cause. */
	smp_mb__before_atomic();
	atomic_inc(&dfput_list_gaps);
}

/* It may not be the last put, so that nothing tells when it is over. */
static void begin_lasting_gap(void)
{
	dfput_count(DFPUT_COUNT_evicted);
	if (READ_ONCE(gap_lasts))
		return;
	WRITE_ONCE(gap_lasts, true);
	dfput_list_begin_gap();
}

/*
 * A batch is over that began after the gaps up to @nr, and no other is under way: what
 * was on the list at its beginning is gone. A file that was lost just before is
 * perhaps not on the list yet, but still counted as lost.
 */
void dfput_list_end_gaps(u32 nr)
{
	if (!READ_ONCE(gap_lasts) && !atomic_read(&nr_unrecorded))
		WRITE_ONCE(dfput_list_gaps_over, nr);
}

static struct dfput_bucket *bucket_of(const void *file)
{
	return dfput_hash_bucket(&files, (unsigned long)file);
}

static struct record *find_record(const struct dfput_bucket *bucket,
				  const void *file)
{
	return dfput_hash_find(bucket, (unsigned long)file);
}

static u64 id_of(const struct record *record)
{
	return dfput_pool_id(&files.pool, &record->entry.pooled);
}

/* The file is on the list, or perhaps so: one more, or one less. */
static void count_reaching(bool reaches, int nr)
{
	if (unlikely(reaches))
		dfput_reaching_add(nr);
}

static void count_maybe_last(const struct record *record)
{
	dfput_super_maybe_last(&record->deferral.super, 1);
	count_reaching(record->deferral.reaches, 1);
}

/* Under its bucket's lock: it goes to another state, or away. */
static void uncount_maybe_last(const struct record *record)
{
	if (record->state != STATE_MAYBE_LAST)
		return;
	dfput_super_maybe_last(&record->deferral.super, -1);
	count_reaching(record->deferral.reaches, -1);
}

/* By whoever owns the record, or holds its bucket's lock. */
static void begin_change(struct record *record)
{
	/* A reader spins meanwhile. */
	lockdep_assert_preemption_disabled();
	raw_write_seqcount_begin(&record->seq);
}

static void set_state(struct record *record, enum record_state state)
{
	begin_change(record);
	WRITE_ONCE(record->state, state);
	raw_write_seqcount_end(&record->seq);
}

/* Under the bucket's lock. The record is free from then on, but not in the pool. */
static void remove_record(struct record *record)
{
	dfput_hash_remove(&record->entry);
	dfput_filter_remove((const void *)record->entry.key);
	uncount_maybe_last(record);
	/* Before the lock is: evict_record() would remove it once more. */
	set_state(record, STATE_FREE);
}

static bool evict_record(struct record *record)
{
	unsigned long file = READ_ONCE(record->entry.key);
	struct dfput_bucket *bucket = dfput_hash_bucket(&files, file);
	bool ours = false;

	if (!raw_spin_trylock(&bucket->lock))
		return false;
	/*
	 * Under another bucket's lock the record may get another file right now.
	 * Pairs with write_record(): the state first, then the file.
	 */
	if (smp_load_acquire(&record->state) == STATE_MAYBE_LAST &&
	    READ_ONCE(record->entry.key) == file) {
		remove_record(record);
		ours = true;
	}
	raw_spin_unlock(&bucket->lock);
	return ours;
}

/*
 * Files that are used from interrupts for long keep a record each, though nobody
 * has counted them. They make room for those that are certain.
 */
static struct record *evict_maybe_last(void)
{
	unsigned int try;

	for (try = 0; try < EVICT_TRIES; try++) {
		u32 hand = atomic_inc_return(&evict_hand);
		struct record *record =
			dfput_pool_at(&files.pool, hand % files.pool.size);

		if (READ_ONCE(record->state) != STATE_MAYBE_LAST)
			continue;
		if (evict_record(record)) {
			begin_lasting_gap();
			record->entry.pooled.generation++;
			return record;
		}
	}
	return NULL;
}

static const void *inode_of(const struct file *file)
{
	return file->f_mode & FMODE_OPENED ? file_inode(file) : NULL;
}

static void describe_file(struct dfput_deferral *deferral,
			  const struct file *file, enum dfput_cause cause,
			  unsigned long caller, bool last)
{
	const struct inode *inode = inode_of(file);

	deferral->inode = inode;
	deferral->ops = dfput_file_ops(file);
	deferral->queued = ktime_get_mono_fast_ns();
	deferral->ino = inode ? inode->i_ino : 0;
	deferral->super = dfput_super_of(file);
	deferral->mount = dfput_mount_of(file);
	deferral->reaches = dfput_file_reaches(file);
	deferral->ring = 0;
	deferral->pid = current->pid;
	deferral->cpu = raw_smp_processor_id();
	deferral->origin = dfput_origin_of(caller, cause, last);
	deferral->cause = cause;
	memcpy(deferral->comm, current->comm, sizeof(deferral->comm));
}

static void write_record(struct record *record,
			 const struct dfput_deferral *deferral, bool last)
{
	begin_change(record);
	record->watched = NULL;
	record->deferral = *deferral;
	/* Pairs with evict_record(): whoever sees the state sees the file. */
	smp_store_release(&record->state,
			  last ? STATE_QUEUED : STATE_MAYBE_LAST);
	raw_write_seqcount_end(&record->seq);
	if (!last)
		count_maybe_last(record);
}

/*
 * @recorded: it has a record. @late: it was only known to be the last put when the file
 * was drained.
 */
static void count_queued(const struct dfput_deferral *deferral, bool recorded,
			 bool late)
{
	u32 seq = dfput_mount_move(deferral->mount, DFPUT_STAGE_NONE,
				   recorded ? DFPUT_STAGE_QUEUED :
					      DFPUT_STAGE_NONE);

	if (unlikely(deferral->ring || late))
		dfput_list_queued(deferral, seq, late);
	dfput_count_queued(deferral->cause);
	if (recorded) {
		dfput_super_queued(&deferral->super);
		count_reaching(deferral->reaches, 1);
	}
	dfput_origin_queued(deferral->origin);
	dfput_pending_add();
}

static void retract_queued(const struct record *record)
{
	dfput_count(DFPUT_COUNT_retracted);
	dfput_super_retracted(&record->deferral.super);
	count_reaching(record->deferral.reaches, -1);
	dfput_mount_move(record->deferral.mount, DFPUT_STAGE_QUEUED,
			 DFPUT_STAGE_NONE);
	dfput_pending_sub();
	/* No batch's end will say that there is one less. */
	dfput_waiters_notify();
}

/* With another inode it is another file: the release of the first was not seen. */
static bool is_stale(const struct record *record, const void *inode)
{
	return record->deferral.inode != inode;
}

static void count_stale(const struct record *record)
{
	if (record->state == STATE_QUEUED)
		retract_queued(record);
	dfput_count(DFPUT_COUNT_stale_records);
}

/* What the file was counted for stays as it is. */
static void queue_again(struct record *record, u64 queued)
{
	begin_change(record);
	record->deferral.queued = queued;
	raw_write_seqcount_end(&record->seq);
}

/* Return: the file is to be counted as queued. */
static bool put_again(struct record *record, struct dfput_deferral *deferral,
		      enum dfput_put_kind kind)
{
	bool queued = record->state == STATE_QUEUED;
	bool last = kind != DFPUT_PUT_MAYBE_LAST;

	/* No file loses its last reference twice: a release was not seen. */
	if (is_stale(record, deferral->inode) ||
	    (queued && kind == DFPUT_PUT_DROPPED)) {
		count_stale(record);
	} else if (queued) {
		if (last)
			queue_again(record, deferral->queued);
		return false;
	} else if (record->deferral.ring) {
		/* That held the file until then, whoever puts it last. */
		deferral->ring = record->deferral.ring;
	}
	uncount_maybe_last(record);
	write_record(record, deferral, last);
	return last;
}

static struct record *put_first(struct dfput_bucket *bucket,
				const struct file *file,
				const struct dfput_deferral *deferral,
				bool last)
{
	struct record *record = dfput_pool_get(&files.pool);

	if (!record && last)
		record = evict_maybe_last();
	if (record) {
		WRITE_ONCE(record->entry.key, (unsigned long)file);
		write_record(record, deferral, last);
		/* Before the last reference goes. */
		dfput_filter_add(file);
		dfput_hash_add(bucket, &record->entry);
		return record;
	}
	if (!last) {
		begin_lasting_gap();
		return NULL;
	}
	bucket->lost++;
	atomic_inc(&nr_unrecorded);
	dfput_list_begin_gap();
	dfput_count(DFPUT_COUNT_lost_records);
	return NULL;
}

void dfput_list_put(const struct file *file, enum dfput_cause cause,
		    unsigned long caller, enum dfput_put_kind kind)
{
	struct dfput_bucket *bucket = bucket_of(file);
	struct dfput_deferral deferral DFPUT_UNINITIALIZED;
	bool last = kind != DFPUT_PUT_MAYBE_LAST;
	struct record *record;
	unsigned long flags;
	bool count = last;
	u64 id;

	if (dfput_file_skips_list(file))
		return;
	/* fput() is not for NMIs, and neither are our locks. */
	if (unlikely(in_nmi())) {
		dfput_count(DFPUT_COUNT_missed_probes);
		return;
	}
	describe_file(&deferral, file, cause, caller, last);
	if (cause == DFPUT_CAUSE_kthread &&
	    unlikely(atomic_read(&dfput_list_servants)))
		deferral.ring = dfput_list_putting(file);

	raw_spin_lock_irqsave(&bucket->lock, flags);
	record = find_record(bucket, file);
	if (record)
		count = put_again(record, &deferral, kind);
	else
		record = put_first(bucket, file, &deferral, last);
	id = record ? id_of(record) : 0;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	/* In time: the kernel drains it after we return. */
	if (count) {
		count_queued(&deferral, record, false);
		trace_dfput_queue(id, &deferral);
		dfput_selftest_queued(file, cause);
	} else if (unlikely(deferral.ring)) {
		dfput_list_maybe_last(&deferral);
	}
}

/*
 * A queued file that is released inside a drain, but not by the loops that the kernel
 * was built with: a livepatch or the like has replaced them. That drain's batch is
 * not over before the file is.
 */
static void count_foreign(void)
{
	dfput_list_begin_gap();
	dfput_count(DFPUT_COUNT_foreign);
}

void dfput_list_not_deferred(const struct file *file)
{
	struct dfput_bucket *bucket = bucket_of(file);
	struct record *record;
	unsigned long flags;

	/* The file's put came before this, and made its record. */
	if (hlist_empty(&bucket->entries))
		return;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	record = find_record(bucket, file);
	if (record) {
		if (dfput_batch_entered())
			count_foreign();
		if (is_stale(record, inode_of(file)))
			count_stale(record);
		else if (record->state == STATE_QUEUED)
			retract_queued(record);
		remove_record(record);
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	if (record)
		dfput_pool_put(&files.pool, record);
}

/* ---- releases ------------------------------------------------------------ */

static struct record *record_of(const struct dfput_release *release)
{
	return container_of(release->deferral, struct record, deferral);
}

/*
 * Under the lock. A reader sees the file queued or started, never without what is
 * watched of it.
 */
static void start_record(struct record *record, struct dfput_release *release,
			 const struct file *file)
{
	dfput_hash_remove(&record->entry);
	dfput_filter_remove((const void *)record->entry.key);
	begin_change(record);
	release->watched = dfput_list_started(file);
	record->watched = release->watched;
	record->started = release->started;
	WRITE_ONCE(record->state, STATE_STARTED);
	raw_write_seqcount_end(&record->seq);
	release->deferral = &record->deferral;
	release->match = DFPUT_MATCH_QUEUED;
}

/* From here on it counts as one that is on the list without a record. */
static void count_unseen(bool preload)
{
	atomic_inc(&nr_unrecorded);
	dfput_pending_add();
	dfput_count(preload ? DFPUT_COUNT_preload : DFPUT_COUNT_unmatched);
}

/* Before it is watched no longer: a reader finds it here or there. */
static void start_lost(struct dfput_bucket *bucket,
		       struct dfput_release *release, const struct file *file,
		       bool preload)
{
	if (bucket->lost) {
		bucket->lost--;
		release->match = DFPUT_MATCH_QUEUED;
	} else {
		count_unseen(preload);
		release->match = preload ? DFPUT_MATCH_PRELOAD :
					   DFPUT_MATCH_NONE;
	}
	release->watched = dfput_list_started(file);
	release->deferral = NULL;
}

/* Return: until now it was not certain that the file is on the list. */
static bool match_record(struct dfput_release *release, const struct file *file,
			 bool preload)
{
	struct dfput_bucket *bucket = bucket_of(file);
	struct record *record, *stale = NULL;
	bool maybe_last = false;
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	record = find_record(bucket, file);
	if (record && is_stale(record, inode_of(file))) {
		count_stale(record);
		remove_record(record);
		stale = record;
		record = NULL;
	}
	if (record) {
		maybe_last = record->state == STATE_MAYBE_LAST;
		if (maybe_last)
			uncount_maybe_last(record);
		start_record(record, release, file);
	} else {
		start_lost(bucket, release, file, preload);
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	if (stale)
		dfput_pool_put(&files.pool, stale);
	return maybe_last;
}

static void count_start(struct dfput_release *release, bool maybe_last)
{
	const struct dfput_deferral *deferral = release->deferral;
	u64 wait = dfput_elapsed(deferral->queued, release->started);

	if (maybe_last) {
		/* It was the last put: counted late, timed right. */
		count_queued(deferral, true, true);
		trace_dfput_queue(release->id, deferral);
	}
	dfput_hist_add(DFPUT_HIST_queue_wait, wait);
	dfput_origin_waited(deferral->origin, wait);
}

void dfput_release_start(struct dfput_release *release, const struct file *file,
			 bool preload, u64 now)
{
	bool maybe_last;

	release->started = now;
	maybe_last = match_record(release, file, preload);
	dfput_selftest_started(file, release->match);
	release->id = 0;
	if (release->deferral) {
		release->id = id_of(record_of(release));
		count_start(release, maybe_last);
		release->ino = release->deferral->ino;
		release->super = release->deferral->super;
		release->mount = release->deferral->mount;
		release->reaches = release->deferral->reaches;
	} else {
		release->ino = inode_of(file) ? file_inode(file)->i_ino : 0;
		release->super = dfput_super_of(file);
		release->mount = dfput_mount_of(file);
		release->reaches = dfput_file_reaches(file);
		dfput_mount_move(release->mount, DFPUT_STAGE_NONE,
				 DFPUT_STAGE_QUEUED);
		dfput_super_queued(&release->super);
		count_reaching(release->reaches, 1);
	}
	if (unlikely(release->match == DFPUT_MATCH_NONE)) {
		dfput_list_begin_gap();
		dfput_list_unseen(release);
	}
	dfput_super_started(&release->super, release->ino, now);
}

/*
 * A reader sees the file until what is watched of it is accounted for, and does not
 * look at that any longer.
 */
static void finish_record(struct record *record,
			  const struct dfput_release *release, u64 now)
{
	preempt_disable();
	begin_change(record);
	dfput_list_released(release, now);
	WRITE_ONCE(record->state, STATE_FREE);
	raw_write_seqcount_end(&record->seq);
	preempt_enable();
	dfput_pool_put(&files.pool, record);
}

void dfput_release_finish(struct dfput_release *release, u64 now, bool flush)
{
	dfput_count(DFPUT_COUNT_released);
	if (flush)
		dfput_count(DFPUT_COUNT_released_flush);
	dfput_super_released(&release->super);
	dfput_hist_add(DFPUT_HIST_release_time,
		       dfput_elapsed(release->started, now));
	trace_dfput_release(release, now, flush);
	count_reaching(release->reaches, -1);
	if (release->deferral) {
		finish_record(record_of(release), release, now);
	} else {
		dfput_list_released(release, now);
		atomic_dec(&nr_unrecorded);
	}
	dfput_mount_move(release->mount, DFPUT_STAGE_QUEUED, DFPUT_STAGE_NONE);
	dfput_pending_sub();
}

/* ---- stop ---------------------------------------------------------------- */

/* Superblocks and mounts are set right for all files at once. */
static void stop_pending(void)
{
	dfput_count(DFPUT_COUNT_pending_at_stop);
	dfput_pending_sub();
}

void dfput_release_drop(struct dfput_release *release)
{
	struct record *record = record_of(release);

	dfput_list_dropped(release);
	if (release->deferral) {
		preempt_disable();
		set_state(record, STATE_FREE);
		preempt_enable();
		dfput_pool_put(&files.pool, record);
	}
	stop_pending();
}

static void empty_bucket(struct dfput_bucket *bucket)
{
	struct hlist_node *next;
	struct record *record;
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	hlist_for_each_entry_safe(record, next, &bucket->entries, entry.node) {
		if (record->state == STATE_QUEUED)
			stop_pending();
		remove_record(record);
		dfput_pool_put(&files.pool, record);
	}
	for (; bucket->lost; bucket->lost--)
		stop_pending();
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
}

void dfput_list_stop(void)
{
	struct dfput_bucket *bucket;

	dfput_hash_for_each_bucket(&files, bucket)
		empty_bucket(bucket);
	atomic_set(&nr_unrecorded, 0);
	WRITE_ONCE(gap_lasts, false);
	dfput_list_end_gaps(atomic_read(&dfput_list_gaps));
	dfput_waiters_notify();
}

/* ---- reading ------------------------------------------------------------- */

bool dfput_list_view(unsigned int index, struct dfput_pending_view *view)
{
	const struct record *record = dfput_pool_at(&files.pool, index);
	u32 state;

	do {
		view->seq = raw_read_seqcount_begin(&record->seq);
		state = READ_ONCE(record->state);
		if (state != STATE_QUEUED && state != STATE_STARTED)
			return false;
		view->deferral = record->deferral;
		view->file = (const void *)record->entry.key;
		view->watched = record->watched;
		view->started = state == STATE_STARTED ? record->started : 0;
	} while (!dfput_list_is_unchanged(index, view));
	return true;
}

bool dfput_list_is_unchanged(unsigned int index,
			     const struct dfput_pending_view *view)
{
	const struct record *record = dfput_pool_at(&files.pool, index);

	return !read_seqcount_retry(&record->seq, view->seq);
}

bool dfput_list_has(const void *file)
{
	struct dfput_bucket *bucket = bucket_of(file);
	const struct record *record;
	unsigned long flags;
	bool has;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	record = find_record(bucket, file);
	has = record && record->state == STATE_QUEUED;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return has;
}

bool dfput_list_is_complete(void)
{
	return !dfput_list_has_gaps() && dfput_batch_is_preload_over();
}

u32 dfput_list_count_gaps(void)
{
	return atomic_read(&dfput_list_gaps);
}

unsigned int dfput_list_unrecorded(void)
{
	return atomic_read(&nr_unrecorded);
}

bool dfput_list_has_queued_by(u64 time)
{
	struct dfput_pending_view view;
	unsigned int i;

	for (i = 0; i < files.pool.size; i++)
		if (dfput_list_view(i, &view) && view.deferral.queued <= time)
			return true;
	return false;
}

/* ---- memory -------------------------------------------------------------- */

int dfput_list_init(unsigned int records)
{
	struct record *record;
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

void dfput_list_exit(void)
{
	dfput_hash_exit(&files);
}

unsigned int dfput_list_records(void)
{
	return files.pool.size;
}

size_t dfput_list_memory(void)
{
	return dfput_hash_memory(&files);
}
