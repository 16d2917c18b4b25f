// SPDX-License-Identifier: GPL-2.0-only
/*
 * Batches: drains of the kernel's list.
 *
 * A drain is an activity of its task. One whose entry was not seen is not
 * followed: it began before we were loaded, or the kernel had no kretprobe
 * instance left, or kprobes are switched off. The return of such a drain would
 * not be seen either. Its files are counted one by one, as released when their
 * __fput begins, and in lost_batches.
 */
#include <linux/ktime.h>
#include <linux/sched.h>

#include "core/activity.h"
#include "list/batch.h"
#include "list/deferral.h"
#include "core/stats.h"
#include "core/trace.h"
#include "debugfs/waiters.h"

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
	/* Nested drain functions: one calls the other where it isn't inlined. */
	unsigned int depth;
	u64 files;
	u64 begun;
	struct dfput_drained file;
};

static struct batch slots[SLOTS];
static const struct dfput_activities batches = DFPUT_ACTIVITIES(slots);

/*
 * Files that were queued while we did not measure are preload. Measuring begins
 * and ends with a new generation of them. A generation is over when the batch
 * that holds the last of its files ends; one that ends late says nothing about
 * the next generation.
 */
static u32 preload_gen = 1;
static u32 preload_gen_over;

static bool is_preload_over(void)
{
	return READ_ONCE(preload_gen_over) == READ_ONCE(preload_gen);
}

/* Returns the mount of the file that is over, which is left to the caller. */
static const void *finish_file(struct batch *batch, u64 now)
{
	if (!batch->busy)
		return NULL;
	dfput_deferral_finish(&batch->file, now, batch->flush);
	batch->busy = false;
	return batch->file.mount;
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

static void end_batch(struct batch *batch)
{
	u64 now = ktime_get_mono_fast_ns();

	dfput_deferral_pass(finish_file(batch, now), NULL);
	count_batch(batch, now);
	if (batch->last_preload_gen)
		WRITE_ONCE(preload_gen_over, batch->last_preload_gen);
	dfput_activity_release(&batch->activity);
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
	batch->preload = !is_preload_over();
	batch->busy = false;
	batch->last_preload_gen = 0;
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

/*
 * The worker never overlaps itself, so once the preload is over its batches hold
 * nothing old. A flush may have begun before us and still run.
 */
static void count_alone(const struct file *file, bool flush, u64 now)
{
	struct dfput_drained alone;

	if (is_preload_over())
		dfput_count(DFPUT_COUNT_lost_batches);
	dfput_deferral_start(file, flush || !is_preload_over(), now, &alone);
	dfput_deferral_finish(&alone, now, flush);
	dfput_deferral_pass(alone.mount, &alone);
}

void dfput_batch_file(const struct file *file, bool flush)
{
	u64 now = ktime_get_mono_fast_ns();
	struct batch *batch = dfput_activity_find(&batches);
	const void *done;

	if (unlikely(!batch)) {
		count_alone(file, flush, now);
		return;
	}
	done = finish_file(batch, now);
	/* Measuring may have ended between the batch's entry and its list. */
	dfput_deferral_start(file, batch->preload || !is_preload_over(), now,
			     &batch->file);
	dfput_deferral_pass(done, &batch->file);
	batch->busy = true;
	if (!batch->files++)
		batch->begun = batch->file.started;
}

bool dfput_batch_entered(void)
{
	return dfput_activity_find(&batches);
}

bool dfput_batch_settled(void)
{
	return is_preload_over();
}

void dfput_batch_unsettle(void)
{
	/* 0 is none. */
	WRITE_ONCE(preload_gen, preload_gen + 1 ? preload_gen + 1 : 1);
}

void dfput_batch_settle(void)
{
	struct batch *batch = dfput_activity_find(&batches);

	if (batch)
		batch->last_preload_gen = READ_ONCE(preload_gen);
}

void dfput_batch_abandon(void)
{
	struct batch *batch;

	for (batch = slots; batch < slots + SLOTS; batch++) {
		if (batch->activity.task && batch->busy)
			dfput_deferral_drop(&batch->file);
		dfput_activity_release(&batch->activity);
	}
}
