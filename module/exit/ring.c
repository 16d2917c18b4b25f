// SPDX-License-Identifier: GPL-2.0-only
/*
 * Teardowns: kernel threads that put files on behalf of a process, and whose.
 *
 * A ring is known by its memory, from the release of its last file to the end
 * of its teardown, which frees it: any work item inside that memory is its own.
 * What the ring looks like we need not know.
 *
 * Rings are in a small table under one raw spinlock, which is taken once a ring
 * and work item, not once a file. The kworkers that are at it are in an open
 * hash: a place is claimed with a compare and exchange by its kworker, and
 * touched by no other until it gives it up.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "compat/compat.h"
#include "exit/leftover.h"
#include "exit/owner.h"
#include "core/stats.h"
#include "exit/ring.h"
#include "umount/umount.h"
#include "debugfs/waiters.h"

#define RINGS 1024
#define WORKER_BITS 10
#define WORKER_TRIES 16

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

struct worker {
	/* A key. NULL: free. */
	struct task_struct *task;
	struct dfput_owner *owner;
	/* NULL: what it does is no ring's. */
	struct ring *ring;
};

atomic_t dfput_teardowns = ATOMIC_INIT(0);

static DEFINE_RAW_SPINLOCK(rings_lock);
static struct ring rings[RINGS];
/* Above the last that is taken. */
static unsigned int rings_end;
/* Those that are being torn down, of all that ever were. */
static u32 rings_now;
static struct dfput_rings rings_ever;
static struct worker workers[BIT(WORKER_BITS)];

/* ---- rings ------------------------------------------------------------- */

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

static struct ring *find_room(void)
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

/* Under the lock. */
static void set_released(struct ring *ring, bool released)
{
	rings_now += released - ring->released;
	if (released && !ring->released) {
		ring->since = ktime_get_mono_fast_ns();
		ring->id = ++rings_ever.last;
	} else if (!released && ring->released) {
		rings_ever.gone++;
	}
	ring->released = released;
}

static void free_ring(struct ring *ring)
{
	struct dfput_owner *owner;
	unsigned long flags;
	u32 id, gone;

	raw_spin_lock_irqsave(&rings_lock, flags);
	id = ring->id;
	owner = ring->owner;
	ring->owner = NULL;
	ring->start = NULL;
	set_released(ring, false);
	gone = rings_ever.gone;
	while (rings_end && !rings[rings_end - 1].start)
		rings_end--;
	raw_spin_unlock_irqrestore(&rings_lock, flags);

	dfput_umount_ring_gone(id, gone);
	dfput_owner_put(owner);
	dfput_waiters_notify();
}

/*
 * Under the lock. One that is there already has gone without our having seen it,
 * or lived on. Return: whose reference is left over, or NULL.
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
		before = ring->owner;
	else
		ring = find_room();
	if (!ring) {
		dfput_count(DFPUT_COUNT_lost_rings);
		return owner;
	}
	ring->start = start;
	ring->size = ksize(start);
	ring->owner = owner;
	/* One that was there had gone without our having seen it. */
	set_released(ring, false);
	set_released(ring, kind == DFPUT_KIND_EXIT);
	return before;
}

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

void dfput_teardown_exec(const void *start)
{
	note_ring(start, DFPUT_KIND_EXEC);
}

void dfput_teardown_ring(const void *start)
{
	/* Released by a kernel thread: then it was not the one that closed it. */
	if (current->flags & PF_KTHREAD)
		dfput_count(DFPUT_COUNT_lost_rings);
	else
		note_ring(start, DFPUT_KIND_EXIT);
}

/* ---- those who take them to pieces -------------------------------------- */

static struct worker *worker_at(unsigned int try)
{
	unsigned int place = hash_ptr(current, WORKER_BITS);

	return &workers[(place + try) % ARRAY_SIZE(workers)];
}

static struct worker *find_worker(void)
{
	unsigned int i;

	for (i = 0; i < WORKER_TRIES; i++)
		if (READ_ONCE(worker_at(i)->task) == current)
			return worker_at(i);
	return NULL;
}

static struct worker *claim_worker(void)
{
	struct worker *worker;
	unsigned int i;

	for (i = 0; i < WORKER_TRIES; i++) {
		worker = worker_at(i);
		if (!READ_ONCE(worker->task) &&
		    !cmpxchg(&worker->task, NULL, current))
			return worker;
	}
	return NULL;
}

/* The owner's reference is the worker's from here on. */
static void begin(struct dfput_owner *owner, struct ring *ring)
{
	struct worker *worker = owner ? claim_worker() : NULL;

	if (worker) {
		worker->owner = owner;
		worker->ring = ring;
		atomic_inc(&dfput_teardowns);
		return;
	}
	if (owner)
		dfput_count(DFPUT_COUNT_lost_rings);
	dfput_owner_put(owner);
}

void dfput_teardown_enter(const void *work)
{
	struct dfput_owner *owner = NULL;
	struct ring *ring;
	unsigned long flags;

	raw_spin_lock_irqsave(&rings_lock, flags);
	ring = find_ring(work);
	if (ring && ring->released)
		owner = dfput_owner_hold(ring->owner);
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	begin(owner, ring);
}

void dfput_teardown_enter_task(struct task_struct *task)
{
	begin(dfput_owner_get_task(task), NULL);
}

void dfput_teardown_leave(bool gone)
{
	struct worker *worker = find_worker();

	if (!worker)
		return;
	atomic_dec(&dfput_teardowns);
	if (gone && worker->ring)
		free_ring(worker->ring);
	dfput_owner_put(worker->owner);
	worker->owner = NULL;
	worker->ring = NULL;
	/* What we did in the place is done before another thread can have it. */
	smp_store_release(&worker->task, NULL);
}

u32 __dfput_teardown_sight(const struct file *file)
{
	struct worker *worker = find_worker();

	if (!worker)
		return 0;
	dfput_leftover_owned(file, worker->owner);
	return worker->ring ? worker->ring->id : 0;
}

/* ---- reading ------------------------------------------------------------ */

u32 dfput_teardown_rings(struct dfput_rings *snapshot)
{
	unsigned long flags;
	u32 now;

	raw_spin_lock_irqsave(&rings_lock, flags);
	*snapshot = rings_ever;
	now = rings_now;
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	return now;
}

unsigned int dfput_teardown_slots(void)
{
	return RINGS;
}

static bool is_worked_at(const struct ring *ring)
{
	const struct worker *worker;

	for (worker = workers; worker < workers + ARRAY_SIZE(workers); worker++)
		if (READ_ONCE(worker->task) && READ_ONCE(worker->ring) == ring)
			return true;
	return false;
}

bool dfput_teardown_view(unsigned int slot, struct dfput_ring_view *view)
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

/* ---- aio ---------------------------------------------------------------- */

void dfput_teardown_mm(const struct mm_struct *mm)
{
	bool exec = current->in_execve;
	bool exits = current->flags & PF_EXITING && current->active_mm == mm;

	if (likely(!dfput_mm_has_aio(mm)))
		return;
	/* Others may hold an address space as well, to look at it. */
	dfput_leftover_unbind(mm, exec || exits,
			      exec ? DFPUT_KIND_EXEC : DFPUT_KIND_EXIT);
}

/* ---- */

void dfput_teardown_abandon(void)
{
	struct worker *worker;
	struct ring *ring;

	for (worker = workers; worker < workers + ARRAY_SIZE(workers);
	     worker++) {
		dfput_owner_put(worker->owner);
		worker->owner = NULL;
		worker->task = NULL;
	}
	for (ring = rings; ring < rings + RINGS; ring++) {
		dfput_owner_put(ring->owner);
		ring->owner = NULL;
		ring->start = NULL;
		set_released(ring, false);
	}
	rings_end = 0;
	atomic_set(&dfput_teardowns, 0);
}
