// SPDX-License-Identifier: GPL-2.0-only
/*
 * Batches: drains of the kernel's list.
 *
 * A drain is an activity of its task. One whose entry was not seen is not
 * followed: it began before we were loaded, or the kernel had no kretprobe
 * instance left, or kprobes are switched off. The return of such a drain would
 * not be seen either. Its files are counted one by one, as released when their
 * __fput begins, and in lost_batches; each leaves a gap, which does not end.
 */
#include <linux/file.h>
#include <linux/ktime.h>
#include <linux/sched.h>

#include "core/activity.h"
#include "core/stats.h"
#include "core/trace.h"
#include "core/waiters.h"
#include "list/private.h"

#define SLOTS 64

struct batch {
	struct dfput_activity activity;
	bool flush;
	/* It may hold files that were queued before measuring began. */
	bool preload;
	/* A file is in its __fput now. */
	bool busy;
	/* The preload generation whose last files it holds; 0: none. */
	u32 last_preload_gen;
	/* How many gaps there were before it took the list. */
	u32 gaps;
	/* Nested drain functions: one calls the other where it isn't inlined. */
	unsigned int depth;
	u64 files;
	u64 begun;
	struct dfput_release release;
};

static struct batch slots[SLOTS];
static const struct dfput_activities batches = DFPUT_ACTIVITIES(slots);

/*
 * Files that were queued while we did not measure are preload. Measuring begins
 * and ends with a new generation of them. A generation is over
 *
 * - when a batch has ended that held the last of its files: none is on the list;
 * - and the worker has begun a batch since: it never overlaps itself, so one that
 *   began before measuring, and may be stuck, has ended;
 * - and each batch that began before the first of these has ended;
 * - and our own flush is not under way, which may have begun before measuring. Of
 *   others that is not known: see count_alone().
 *
 * A batch that ends late says nothing about the next generation.
 */
static u32 preload_gen = 1;
static u32 preload_gen_drained;
static u32 preload_gen_worker;
static u32 preload_gen_over;

/* Who is in dfput_batch_flush(), or NULL. */
static const struct task_struct *flusher;

static bool is_preload_over(void)
{
	return READ_ONCE(preload_gen_over) == READ_ONCE(preload_gen);
}

static void finish_file(struct batch *batch, u64 now)
{
	if (batch->busy)
		dfput_release_finish(&batch->release, now, batch->flush);
	/* Whoever sees this sees that the file is counted nowhere any more. */
	smp_store_release(&batch->busy, false);
}

static void count_batch(const struct batch *batch, u64 now)
{
	u64 time = dfput_elapsed(batch->begun, now);

	if (!batch->files) {
		dfput_count(DFPUT_COUNT_batches_empty);
		return;
	}
	dfput_count(DFPUT_COUNT_batches);
	if (batch->flush)
		dfput_count(DFPUT_COUNT_batches_flush);
	dfput_hist_add(DFPUT_HIST_batch_size, batch->files);
	dfput_hist_add(DFPUT_HIST_batch_time, time);
	trace_dfput_batch(batch->flush, batch->files, time);
}

/* A drain was not followed: it may hold files that no batch shows. */
static bool unfollowed;

/* Is one under way, or only one of those that may hold preload? */
static bool is_any_batch(bool preload)
{
	const struct batch *batch;

	for (batch = slots; batch < slots + SLOTS; batch++)
		if (READ_ONCE(batch->activity.task) &&
		    (!preload || READ_ONCE(batch->preload)))
			return true;
	return false;
}

static void check_preload(void)
{
	u32 gen = READ_ONCE(preload_gen);

	if (READ_ONCE(preload_gen_drained) == gen &&
	    READ_ONCE(preload_gen_worker) == gen && !READ_ONCE(flusher) &&
	    !is_any_batch(true))
		WRITE_ONCE(preload_gen_over, gen);
}

static void check_gaps(u32 before)
{
	if (!READ_ONCE(unfollowed) && !is_any_batch(false))
		dfput_list_end_gaps(before);
}

static void end_batch(struct batch *batch)
{
	u64 now = ktime_get_mono_fast_ns();
	u32 gaps = batch->gaps;

	finish_file(batch, now);
	count_batch(batch, now);
	if (batch->last_preload_gen)
		WRITE_ONCE(preload_gen_drained, batch->last_preload_gen);
	dfput_activity_release(&batch->activity);
	if (unlikely(!is_preload_over() || dfput_list_has_gaps())) {
		/* The slot is free by now: of two that end at once one sees no other. */
		smp_mb();
		check_preload();
		check_gaps(gaps);
	}
	dfput_waiters_notify();
}

void dfput_batch_enter(bool flush)
{
	struct batch *batch = dfput_activity_find(&batches);

	if (batch) {
		batch->depth++;
		return;
	}
	batch = dfput_activity_claim(&batches);
	if (!batch)
		return;
	batch->flush = flush;
	if (!flush)
		WRITE_ONCE(preload_gen_worker, READ_ONCE(preload_gen));
	WRITE_ONCE(batch->preload,
		   READ_ONCE(preload_gen_drained) != READ_ONCE(preload_gen));
	batch->busy = false;
	batch->last_preload_gen = 0;
	/* Pairs with begin_gap(). */
	batch->gaps = atomic_read_acquire(&dfput_list_gaps);
	batch->depth = 0;
	batch->files = 0;
}

void dfput_batch_leave(void)
{
	struct batch *batch = dfput_activity_find(&batches);

	if (!batch)
		return;
	if (batch->depth)
		batch->depth--;
	else
		end_batch(batch);
}

void dfput_batch_wait(void)
{
	struct batch *batch = dfput_activity_find(&batches);

	if (batch && batch->flush)
		end_batch(batch);
}

void dfput_batch_flush(void)
{
	WRITE_ONCE(flusher, current);
	/* Takes the list after that, so whoever finds the list drained sees it. */
	flush_delayed_fput();
	/* Whoever sees that it is over sees its files counted. */
	smp_store_release(&flusher, NULL);
	/* Of two that end at once, one sees no other: see end_batch(). */
	smp_mb();
	check_preload();
	dfput_waiters_notify();
}

/*
 * The preload lasts until the drains are over that held it: the worker's, and our own
 * flush. Another flush may have begun before us as well, and may go on for ever.
 */
static void count_alone(const struct file *file, bool flush, u64 now)
{
	struct dfput_release release;

	if (is_preload_over() || (flush && READ_ONCE(flusher) != current)) {
		WRITE_ONCE(unfollowed, true);
		dfput_list_begin_gap();
		dfput_count(DFPUT_COUNT_lost_batches);
	}
	dfput_release_start(&release, file, !is_preload_over(), now);
	dfput_release_finish(&release, now, flush);
	dfput_waiters_notify();
}

void dfput_batch_file(const struct file *file, bool flush)
{
	u64 now = ktime_get_mono_fast_ns();
	struct batch *batch = dfput_activity_find(&batches);

	if (unlikely(!batch)) {
		count_alone(file, flush, now);
		return;
	}
	finish_file(batch, now);
	/* Measuring may have ended between the batch's entry and its list. */
	dfput_release_start(&batch->release, file,
			    batch->preload || !is_preload_over(), now);
	batch->busy = true;
	if (!batch->files++)
		batch->begun = now;
}

bool dfput_batch_entered(void)
{
	return dfput_activity_find(&batches);
}

unsigned int dfput_batch_count_releasing(const void *mount)
{
	const struct batch *batch;
	unsigned int nr = 0;

	for (batch = slots; batch < slots + SLOTS; batch++)
		/* Pairs with finish_file(). */
		if (smp_load_acquire(&batch->busy) &&
		    READ_ONCE(batch->release.mount) == mount)
			nr++;
	return nr;
}

bool dfput_batch_is_preload_over(void)
{
	return is_preload_over();
}

void dfput_batch_new_preload(void)
{
	/* 0 is none. */
	WRITE_ONCE(preload_gen, preload_gen + 1 ? preload_gen + 1 : 1);
}

void dfput_batch_has_last_preload(void)
{
	struct batch *batch = dfput_activity_find(&batches);

	if (batch)
		batch->last_preload_gen = READ_ONCE(preload_gen);
}

void dfput_batch_stop(void)
{
	struct batch *batch;

	for (batch = slots; batch < slots + SLOTS; batch++) {
		if (batch->activity.task && batch->busy)
			dfput_release_drop(&batch->release);
		batch->busy = false;
		dfput_activity_release(&batch->activity);
	}
	unfollowed = false;
}
