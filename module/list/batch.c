// SPDX-License-Identifier: GPL-2.0-only
/*
 * Batches: drains of the kernel's list.
 *
 * The worker never runs concurrently with itself, and flushes are rare, so a
 * few slots do for all drains at once. A slot is claimed by the task that
 * drains, found by it, and touched by no other until it gives it up: the only
 * thing shared is the owner field, a key that is claimed with a compare and
 * exchange.
 *
 * A batch whose entry went by unseen (it began before we were loaded, or the
 * kernel had no kretprobe instance left, or its kprobes are switched off) begins
 * with its first file, and ends with the next batch of the same task: its last
 * file counts as pending until then. That is said by lost_batches.
 */
#include <linux/atomic.h>
#include <linux/sched.h>
#include <linux/ktime.h>

#include "list/batch.h"
#include "list/deferral.h"
#include "core/stats.h"
#include "core/trace.h"
#include "debugfs/waiters.h"

#define SLOTS 16

struct batch {
	/* The task that drains: a key. NULL: the slot is free. */
	struct task_struct *owner;
	/* Its entry was seen, so its return will be. */
	bool entered;
	/* The worker's, and neither was: may be ended by its next batch. */
	bool unfollowed;
	bool flush;
	/* It may hold files that were queued before measuring began. */
	bool preload;
	/* It holds the last of those of this era; 0: it does not. */
	u32 settles;
	/* A file is in its __fput now. */
	bool busy;
	/* Nested drain functions: one calls the other where it isn't inlined. */
	unsigned int depth;
	u64 files;
	u64 begun;
	struct dfput_drained file;
};

static struct batch slots[SLOTS];
/*
 * Measuring begins and ends by beginning an era. One is settled once all that was
 * queued before it is gone; a batch that ends late must not settle the next.
 */
static u32 era = 1;
static u32 settled;

static bool is_settled(void)
{
	return READ_ONCE(settled) == READ_ONCE(era);
}

static struct batch *find(void)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		if (READ_ONCE(slots[i].owner) == current)
			return &slots[i];
	return NULL;
}

static struct batch *claim(void)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		if (!READ_ONCE(slots[i].owner) &&
		    !cmpxchg(&slots[i].owner, NULL, current))
			return &slots[i];
	return NULL;
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

static void end(struct batch *batch)
{
	u64 now = ktime_get_mono_fast_ns();

	dfput_deferral_pass(finish_file(batch, now), NULL);
	count_batch(batch, now);
	if (batch->settles)
		WRITE_ONCE(settled, batch->settles);
	WRITE_ONCE(batch->unfollowed, false);
	/* What we did in the slot is done before another task can have it. */
	smp_store_release(&batch->owner, NULL);
	dfput_waiters_notify();
}

/*
 * The worker never overlaps itself, whichever task it runs in: a batch of it
 * whose end we could not see is over when the next one begins.
 */
static void end_unfollowed(void)
{
	struct batch *batch;

	for (batch = slots; batch < slots + SLOTS; batch++)
		/* Pairs with begin(): whoever sees this sees the rest. */
		if (smp_load_acquire(&batch->unfollowed))
			end(batch);
}

static struct batch *begin(bool flush, bool entered)
{
	struct batch *batch;

	if (!flush)
		end_unfollowed();
	batch = claim();
	if (!batch) {
		dfput_count(DFPUT_COUNT_lost_batches);
		return NULL;
	}
	batch->entered = entered;
	batch->flush = flush;
	/*
	 * The worker never overlaps itself, so once we are settled its batches
	 * hold nothing old. A flush may have begun before us and still run.
	 */
	batch->preload = !is_settled() || (flush && !entered);
	if (!entered && is_settled())
		dfput_count(DFPUT_COUNT_lost_batches);
	batch->settles = 0;
	batch->busy = false;
	batch->depth = 0;
	batch->files = 0;
	/* Pairs with end_unfollowed(). */
	smp_store_release(&batch->unfollowed, !flush && !entered);
	return batch;
}

void dfput_batch_enter(bool flush)
{
	struct batch *batch = find();

	if (batch && !batch->entered) {
		end(batch);
		batch = NULL;
	}
	if (batch)
		batch->depth++;
	else
		begin(flush, true);
}

void dfput_batch_leave(void)
{
	struct batch *batch = find();

	if (!batch)
		return;
	if (batch->depth)
		batch->depth--;
	else
		end(batch);
}

void dfput_batch_wait(void)
{
	struct batch *batch = find();

	if (batch && batch->flush)
		end(batch);
}

void dfput_batch_file(const struct file *file, bool flush)
{
	u64 now = ktime_get_mono_fast_ns();
	struct batch *batch = find();
	struct dfput_drained alone;
	const void *done;

	if (!batch)
		batch = begin(flush, false);
	if (!batch) {
		/* No place to keep it in: counted, its time is not. */
		dfput_deferral_start(file, !is_settled(), now, &alone);
		dfput_deferral_finish(&alone, now, flush);
		dfput_deferral_pass(alone.mount, &alone);
		return;
	}
	done = finish_file(batch, now);
	/* Measuring may have ended between the batch's entry and its list. */
	dfput_deferral_start(file, batch->preload || !is_settled(), now,
			     &batch->file);
	dfput_deferral_pass(done, &batch->file);
	batch->busy = true;
	if (!batch->files++)
		batch->begun = batch->file.started;
}

bool dfput_batch_entered(void)
{
	const struct batch *batch = find();

	return batch && batch->entered;
}

bool dfput_batch_settled(void)
{
	return is_settled();
}

void dfput_batch_unsettle(void)
{
	/* 0 is none. */
	WRITE_ONCE(era, era + 1 ? era + 1 : 1);
}

void dfput_batch_settle(void)
{
	struct batch *batch = find();

	if (batch)
		batch->settles = READ_ONCE(era);
}

void dfput_batch_abandon(void)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		if (slots[i].owner && slots[i].busy)
			dfput_deferral_drop(&slots[i].file);
		slots[i].unfollowed = false;
		slots[i].owner = NULL;
	}
}
