// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings of io_uring, from the release of their last descriptor to the end of
 * io_ring_exit_work(), and the kworkers that put their files.
 *
 * io_ring_exit_work() runs in a kworker, so current is not the owner. A ring is
 * known by its memory instead, until that function frees it: any work item inside
 * that memory is its own. What is in there we need not know.
 *
 * Rings are in a small table under one raw spinlock, taken with interrupts off,
 * once a ring and work item, not once a file; an owner's lock is taken inside it.
 * A kworker's slot is its own: see core/activity.h.
 */
#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "core/activity.h"
#include "core/stats.h"
#include "core/waiters.h"
#include "exit/internal.h"
#include "list/events.h"

#define RINGS 1024
#define WORKS 1024

struct ring {
	/* NULL: free. */
	const void *start;
	size_t size;
	struct dfput_owner *owner;
	/* Else it lives, and an execution has closed one of its descriptors. */
	bool released;
	/* Since then. */
	u64 since;
	u32 id;
};

/* A work item that current is in the middle of. */
struct work {
	struct dfput_activity activity;
	struct dfput_owner *owner;
	/* NULL: it is a task's, not a ring's. */
	struct ring *ring;
};

static DEFINE_RAW_SPINLOCK(rings_lock);
static struct ring rings[RINGS];
/* Above the last that is taken. */
static unsigned int rings_end;
/* How many are released, and the number of the newest. */
static u32 rings_now;
static u32 last_id;

static struct work works[WORKS];
static const struct dfput_activities working = DFPUT_ACTIVITIES(works);

/* ---- rings; under their lock ---- */

static struct ring *find_ring(const void *inside)
{
	struct ring *ring;

	for (ring = rings; ring < rings + rings_end; ring++)
		if (ring->start && inside >= ring->start &&
		    inside < ring->start + ring->size)
			return ring;
	return NULL;
}

/* The execution closed it, and its task work has come to the release by now. */
static bool is_released_by_exec(const struct ring *ring)
{
	return ring && !ring->released && dfput_owner_is_current(ring->owner) &&
	       ring->owner->who.exec == READ_ONCE(current->self_exec_id);
}

static struct ring *find_free_ring(void)
{
	struct ring *ring;

	for (ring = rings; ring < rings + RINGS; ring++)
		if (!ring->start)
			break;
	if (ring == rings + RINGS)
		return NULL;
	if (ring == rings + rings_end)
		rings_end++;
	return ring;
}

static void set_released(struct ring *ring, bool released)
{
	rings_now += released - ring->released;
	if (released && !ring->released) {
		ring->since = ktime_get_mono_fast_ns();
		ring->id = ++last_id;
	}
	ring->released = released;
}

/* Return: the owner, whose reference is the caller's now. */
static struct dfput_owner *clear_ring(struct ring *ring)
{
	struct dfput_owner *owner = ring->owner;

	ring->owner = NULL;
	ring->start = NULL;
	set_released(ring, false);
	return owner;
}

/*
 * One that is there already has gone without our having seen it, or lived on.
 * Return: whose reference is left over, or NULL.
 */
static struct dfput_owner *
enter_ring(const void *start, struct dfput_owner *owner, enum dfput_kind kind)
{
	struct ring *ring = find_ring(start);
	struct dfput_owner *before = NULL;

	if (kind == DFPUT_KIND_EXIT && is_released_by_exec(ring)) {
		set_released(ring, true);
		return owner;
	}
	if (ring)
		before = clear_ring(ring);
	else
		ring = find_free_ring();
	if (!ring) {
		dfput_count(DFPUT_COUNT_lost_rings);
		return owner;
	}
	ring->start = start;
	ring->size = ksize(start);
	ring->owner = owner;
	set_released(ring, kind == DFPUT_KIND_EXIT);
	return before;
}

static bool is_numbered_upto(const struct ring *ring, u32 last)
{
	/* Numbers wrap. */
	return ring->start && ring->released && (s32)(last - ring->id) >= 0;
}

/* ---- from release to end ---- */

static void note_ring(const void *start, enum dfput_kind kind)
{
	struct dfput_owner *owner = dfput_owner_get(kind);
	unsigned long flags;

	if (!owner) {
		dfput_count(DFPUT_COUNT_lost_rings);
		return;
	}
	raw_spin_lock_irqsave(&rings_lock, flags);
	owner = enter_ring(start, owner, kind);
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	dfput_owner_put(owner);
}

void dfput_ring_closed_by_exec(const void *ctx)
{
	note_ring(ctx, DFPUT_KIND_EXEC);
}

void dfput_ring_released(const void *ctx)
{
	/* Released by a kernel thread: then it was not the one that closed it. */
	if (current->flags & PF_KTHREAD)
		dfput_count(DFPUT_COUNT_lost_rings);
	else
		note_ring(ctx, DFPUT_KIND_EXIT);
}

static void end_ring(struct ring *ring)
{
	struct dfput_owner *owner;
	unsigned long flags;

	raw_spin_lock_irqsave(&rings_lock, flags);
	owner = clear_ring(ring);
	while (rings_end && !rings[rings_end - 1].start)
		rings_end--;
	raw_spin_unlock_irqrestore(&rings_lock, flags);

	dfput_owner_put(owner);
	dfput_waiters_notify();
}

/* ---- kworkers ---- */

/* The owner's reference is the slot's from here on. */
static bool begin_work(struct dfput_owner *owner, struct ring *ring)
{
	struct work *work;

	/* Of a living ring: its owner lives, and isn't known. */
	if (!owner)
		return false;
	work = dfput_activity_claim(&working);
	if (!work) {
		dfput_count(DFPUT_COUNT_lost_rings);
		dfput_owner_put(owner);
		return false;
	}
	work->owner = owner;
	WRITE_ONCE(work->ring, ring);
	atomic_inc(&dfput_list_servants);
	return true;
}

bool dfput_ring_enter(const void *item)
{
	struct dfput_owner *owner = NULL;
	struct ring *ring;
	unsigned long flags;

	raw_spin_lock_irqsave(&rings_lock, flags);
	ring = find_ring(item);
	if (ring && ring->released)
		owner = dfput_owner_hold(ring->owner);
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	return begin_work(owner, ring);
}

bool dfput_ring_enter_task(struct task_struct *task)
{
	return begin_work(dfput_owner_get_task(task), NULL);
}

void dfput_ring_leave(bool gone)
{
	struct work *work = dfput_activity_find(&working);

	if (!work)
		return;
	atomic_dec(&dfput_list_servants);
	if (gone && work->ring)
		end_ring(work->ring);
	dfput_owner_put(work->owner);
	work->owner = NULL;
	WRITE_ONCE(work->ring, NULL);
	dfput_activity_release(&work->activity);
}

u32 dfput_ring_putting(const struct file *file)
{
	const struct work *work = dfput_activity_find(&working);

	if (!work)
		return 0;
	dfput_watch_put_for(file, work->owner);
	return work->ring ? work->ring->id : 0;
}

/* ---- reading ---- */

u32 dfput_ring_count(u32 *last)
{
	unsigned long flags;
	u32 now;

	raw_spin_lock_irqsave(&rings_lock, flags);
	*last = last_id;
	now = rings_now;
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	return now;
}

u32 dfput_ring_count_upto(u32 last)
{
	const struct ring *ring;
	unsigned long flags;
	u32 nr = 0;

	raw_spin_lock_irqsave(&rings_lock, flags);
	for (ring = rings; rings_now && ring < rings + rings_end; ring++)
		nr += is_numbered_upto(ring, last);
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	return nr;
}

unsigned int dfput_ring_slots(void)
{
	return RINGS;
}

static bool is_worked_at(const struct ring *ring)
{
	const struct work *work;

	for (work = works; work < works + WORKS; work++)
		if (READ_ONCE(work->ring) == ring)
			return true;
	return false;
}

bool dfput_ring_view(unsigned int slot, struct dfput_ring_view *view)
{
	const struct ring *ring = &rings[slot];
	unsigned long flags;
	bool there;

	raw_spin_lock_irqsave(&rings_lock, flags);
	there = ring->start && ring->released;
	if (there) {
		view->id = ring->id;
		view->since = ring->since;
		view->who = ring->owner->who;
	}
	raw_spin_unlock_irqrestore(&rings_lock, flags);

	if (there)
		view->working = is_worked_at(ring);
	return there;
}

/* No handler may run. */
void dfput_ring_stop(void)
{
	struct ring *ring;
	struct work *work;

	for (work = works; work < works + WORKS; work++)
		dfput_owner_put(work->owner);
	memset(works, 0, sizeof(works));
	for (ring = rings; ring < rings + RINGS; ring++)
		dfput_owner_put(clear_ring(ring));
	rings_end = 0;
	atomic_set(&dfput_list_servants, 0);
}
