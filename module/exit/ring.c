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
#include <linux/jiffies.h>
#include <linux/kernel.h>
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

/*
 * io_ring_exit_work() waits for its requests in a loop, 50 ms at a time; once a ring
 * has hung for five minutes and the kernel has warned of it, a minute at a time. So a
 * ring that we do not follow shows up that often.
 */
#define HUNG_WAIT_NS (60 * NSEC_PER_SEC)
/* How much later than that, on a busy machine. */
#define SLACK_NS (2 * NSEC_PER_SEC)

struct ring {
	/* NULL: free. */
	const void *start;
	size_t size;
	struct dfput_owner *owner;
	/* Else it lives, and an execution has closed one of its descriptors. */
	bool released;
	/* By a process that lives on. */
	bool closer_lives;
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
	/* Number of that ring, or of the newest of that task, once one is known. */
	u32 id;
};

static DEFINE_RAW_SPINLOCK(rings_lock);
static struct ring rings[RINGS];
/* Above the last that is taken. */
static unsigned int rings_end;
/* How many are released, have gone; the number of the newest. */
static u32 rings_now;
static u32 rings_living;
static u32 rings_gone;
static u32 last_id;

/* Until then there may be rings that we do not follow: one was seen; none was yet. */
static u64 strange_until;
static u64 blind_until = U64_MAX;

static struct work works[WORKS];
static const struct dfput_activities working = DFPUT_ACTIVITIES(works);

/* ---- rings that we do not follow ---- */

static void note_stranger(u64 wait)
{
	WRITE_ONCE(strange_until, ktime_get_mono_fast_ns() + wait + SLACK_NS);
}

static void count_lost(void)
{
	dfput_count(DFPUT_COUNT_lost_rings);
	/* Its work begins by then, and shows it. */
	note_stranger(0);
}

void dfput_ring_wait(unsigned long timeout)
{
	unsigned long max = HUNG_WAIT_NS / NSEC_PER_SEC * HZ;

	if (!dfput_activity_find(&working))
		note_stranger(NSEC_PER_USEC *
			      jiffies_to_usecs(min(timeout, max)));
}

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
	if (released == ring->released)
		return;
	rings_now += released ? 1 : -1;
	if (ring->closer_lives)
		rings_living += released ? 1 : -1;
	if (released) {
		ring->since = ktime_get_mono_fast_ns();
		ring->id = ++last_id;
	} else {
		rings_gone++;
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
		/* The exec has cancelled the requests of this process. */
		ring->closer_lives = false;
		set_released(ring, true);
		return owner;
	}
	if (ring)
		before = clear_ring(ring);
	else
		ring = find_free_ring();
	if (!ring) {
		count_lost();
		return owner;
	}
	ring->start = start;
	ring->size = ksize(start);
	ring->owner = owner;
	ring->closer_lives = !(current->flags & PF_EXITING);
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
		count_lost();
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
		count_lost();
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
		count_lost();
		dfput_owner_put(owner);
		return false;
	}
	work->owner = owner;
	work->id = ring ? ring->id : 0;
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

bool dfput_ring_enter_exit(const void *work)
{
	if (dfput_ring_enter(work))
		return true;
	note_stranger(0);
	return false;
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

/* The newest ring that an ended process has left, or 0. */
static u32 find_ring_of(const struct dfput_owner *owner)
{
	const struct ring *ring;
	unsigned long flags;
	u32 id = 0;

	raw_spin_lock_irqsave(&rings_lock, flags);
	for (ring = rings; ring < rings + rings_end; ring++)
		if (ring->start && ring->released && ring->owner == owner &&
		    !ring->closer_lives && (!id || (s32)(ring->id - id) > 0))
			id = ring->id;
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	return id;
}

u32 dfput_ring_putting(const struct file *file)
{
	struct work *work = dfput_activity_find(&working);

	if (!work)
		return 0;
	dfput_watch_put_for(file, work->owner);
	if (!work->id)
		work->id = find_ring_of(work->owner);
	return work->id;
}

/* ---- reading ---- */

struct dfput_ring_census dfput_ring_census(void)
{
	u64 now = ktime_get_mono_fast_ns();
	struct dfput_ring_census census;
	unsigned long flags;

	raw_spin_lock_irqsave(&rings_lock, flags);
	census.now = rings_now;
	census.living = rings_living;
	census.gone = rings_gone;
	census.last = last_id;
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	census.strange = now < READ_ONCE(strange_until);
	census.blind = now < READ_ONCE(blind_until);
	return census;
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

void dfput_ring_start(bool seen)
{
	/* The kernel would have warned of a ring that hangs. */
	u64 wait = test_taint(TAINT_WARN) ? HUNG_WAIT_NS : 0;

	if (!IS_ENABLED(CONFIG_IO_URING))
		WRITE_ONCE(blind_until, 0);
	else if (seen)
		WRITE_ONCE(blind_until,
			   ktime_get_mono_fast_ns() + wait + SLACK_NS);
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
	blind_until = U64_MAX;
	atomic_set(&dfput_list_servants, 0);
}
