// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings of io_uring, from the release of their last descriptor to the end of
 * io_ring_exit_work(), and the kworkers that put their files.
 *
 * io_ring_exit_work() runs in a kworker, so current is not the owner. A ring is
 * known by its memory instead, until that function frees it: any work item inside
 * that memory is its own. What is in there we need not know.
 *
 * Who drops the last reference need not be who closed the ring: a reader of
 * /proc/PID/fdinfo may, or who has it in flight on a socket. fput()'s task work runs on
 * the way out of a system call, so its number says whether that is one that closes. If
 * not, the ring has no owner.
 *
 * Rings are in a small table under one raw spinlock, taken with interrupts off,
 * once a ring and work item, not once a file; an owner's lock is taken inside it.
 * A kworker's slot is its own: see core/activity.h.
 */
#include <asm/syscall.h>
#include <linux/atomic.h>
#include <linux/compat.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/unistd.h>

#include "compat/compat.h"
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
/* The kernel queues that work at the release. By then it has begun, unseen by us. */
#define BEGIN_MAX_NS (60 * NSEC_PER_SEC)
/* So many rings are given up at a time, because interrupts are off. */
#define EXPIRE_MAX 8

struct ring {
	/* Among those in use, or free. */
	struct list_head node;
	/* NULL: free. */
	const void *start;
	size_t size;
	/* NULL: not known. */
	struct dfput_owner *owner;
	/* The owner lives on, or may do so. */
	bool owner_lives;
	/* io_ring_exit_work() has begun, and we see its end. */
	bool begun;
	/* Since its release. */
	u64 since;
	u32 id;
};

/* A work item that current is in the middle of. */
struct work {
	struct dfput_activity activity;
	/* NULL: not known. */
	struct dfput_owner *owner;
	/* When its owner closed the ring and lived on; 0: it ended, or is not known. */
	u64 closed;
	/* Number of its ring; or of the newest of its task, once one is known. */
	u32 id;
};

static DEFINE_RAW_SPINLOCK(rings_lock);
static struct ring rings[RINGS];
static LIST_HEAD(rings_free);
/* In the order of their release: of their times, and of their numbers. */
static LIST_HEAD(rings_used);
/* How many there are, of living owners, have gone; the number of the newest. */
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

	list_for_each_entry(ring, &rings_used, node)
		if ((size_t)(inside - ring->start) < ring->size)
			return ring;
	return NULL;
}

static void clear_ring(struct ring *ring)
{
	rings_now--;
	rings_living -= ring->owner_lives;
	rings_gone++;
	dfput_owner_put(ring->owner);
	ring->start = NULL;
	list_move(&ring->node, &rings_free);
}

/* Its end was not seen, and will not be. */
static void lose_ring(struct ring *ring)
{
	clear_ring(ring);
	count_lost();
}

static bool is_overdue(const struct ring *ring, u64 now)
{
	return dfput_elapsed(ring->since, now) > BEGIN_MAX_NS;
}

static void expire_rings(void)
{
	u64 now = ktime_get_mono_fast_ns();
	struct ring *ring, *next;
	unsigned int nr = 0;

	list_for_each_entry_safe(ring, next, &rings_used, node) {
		if (nr == EXPIRE_MAX || !is_overdue(ring, now))
			break;
		if (ring->begun)
			continue;
		lose_ring(ring);
		nr++;
	}
}

/* Its reference to the owner is the ring's from here on. */
static void add_ring(const void *start, struct dfput_owner *owner, bool lives)
{
	struct ring *ring = find_ring(start);

	/* The one before has gone, but perhaps its work is still to return. */
	if (ring && ring->begun)
		clear_ring(ring);
	else if (ring)
		lose_ring(ring);
	ring = list_first_entry_or_null(&rings_free, struct ring, node);
	/* Where ksize() may not be asked, no work item can be told to be the ring's. */
	if (!ring || !virt_addr_valid(start)) {
		count_lost();
		dfput_owner_put(owner);
		return;
	}
	list_move_tail(&ring->node, &rings_used);
	ring->start = start;
	ring->size = ksize(start);
	ring->owner = owner;
	ring->owner_lives = lives;
	ring->begun = false;
	ring->since = ktime_get_mono_fast_ns();
	ring->id = ++last_id;
	rings_now++;
	rings_living += lives;
}

/* ---- from release to end ---- */

/* What current does that drops the last reference of a ring. */
enum closer {
	/* Perhaps it never had the ring. */
	CLOSER_UNKNOWN,
	CLOSER_LIVES,
	CLOSER_EXECUTES,
	CLOSER_ENDS,
};

static enum closer find_closer(void)
{
	if (current->flags & PF_KTHREAD)
		return CLOSER_UNKNOWN;
	if (current->flags & PF_EXITING)
		return CLOSER_ENDS;
	/* A worker has no system call: it carries out a request of its process. */
	if (current->flags & DFPUT_WORKER_FLAGS)
		return CLOSER_LIVES;
	/* Other numbers. */
	if (in_compat_syscall())
		return CLOSER_UNKNOWN;
	switch (syscall_get_nr(current, task_pt_regs(current))) {
	case __NR_execve:
	case __NR_execveat:
		return CLOSER_EXECUTES;
	case __NR_close:
	case __NR_close_range:
#ifdef __NR_dup2
	case __NR_dup2:
#endif
	case __NR_dup3:
	case __NR_munmap:
		return CLOSER_LIVES;
	default:
		return CLOSER_UNKNOWN;
	}
}

void dfput_ring_released(const void *ctx)
{
	enum closer closer = find_closer();
	struct dfput_owner *owner = NULL;
	unsigned long flags;

	if (closer != CLOSER_UNKNOWN)
		owner = dfput_owner_get(closer == CLOSER_EXECUTES ?
						DFPUT_KIND_EXEC :
						DFPUT_KIND_EXIT);
	raw_spin_lock_irqsave(&rings_lock, flags);
	/* An exec has cancelled the requests of its process. */
	add_ring(ctx, owner, closer <= CLOSER_LIVES);
	raw_spin_unlock_irqrestore(&rings_lock, flags);
}

/* If it has not made room for another meanwhile. */
static void end_ring(u32 id)
{
	struct ring *ring;
	unsigned long flags;

	raw_spin_lock_irqsave(&rings_lock, flags);
	list_for_each_entry(ring, &rings_used, node)
		if (ring->id == id) {
			clear_ring(ring);
			break;
		}
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	dfput_waiters_notify();
}

/* ---- kworkers ---- */

/* The owner's reference is the slot's from here on. */
static bool begin_work(struct dfput_owner *owner, u64 closed, u32 id)
{
	struct work *work = dfput_activity_claim(&working);

	if (!work) {
		dfput_owner_put(owner);
		return false;
	}
	work->owner = owner;
	work->closed = closed;
	WRITE_ONCE(work->id, id);
	atomic_inc(&dfput_list_servants);
	return true;
}

static bool enter_ring(const void *item, bool exit)
{
	struct ring *ring;
	unsigned long flags;
	bool begun;

	raw_spin_lock_irqsave(&rings_lock, flags);
	ring = find_ring(item);
	begun = ring &&
		begin_work(dfput_owner_hold(ring->owner),
			   ring->owner_lives ? ring->since : 0, ring->id);
	if (begun)
		ring->begun |= exit;
	else if (ring)
		lose_ring(ring);
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	return begun;
}

bool dfput_ring_enter(const void *work)
{
	return enter_ring(work, false);
}

bool dfput_ring_enter_exit(const void *work)
{
	bool begun = enter_ring(work, true);

	if (!begun)
		note_stranger(0);
	return begun;
}

bool dfput_ring_enter_task(struct task_struct *task)
{
	struct dfput_owner *owner = dfput_owner_get_task(task);
	bool begun = owner && begin_work(owner, 0, 0);

	if (owner && !begun)
		count_lost();
	return begun;
}

void dfput_ring_leave(bool gone)
{
	struct work *work = dfput_activity_find(&working);

	if (!work)
		return;
	atomic_dec(&dfput_list_servants);
	if (gone)
		end_ring(work->id);
	dfput_owner_put(work->owner);
	work->owner = NULL;
	WRITE_ONCE(work->id, 0);
	dfput_activity_release(&work->activity);
}

/* The newest ring that an ended process has left, or 0. */
static u32 find_ring_of(const struct dfput_owner *owner)
{
	const struct ring *ring;
	unsigned long flags;
	u32 id = 0;

	raw_spin_lock_irqsave(&rings_lock, flags);
	list_for_each_entry_reverse(ring, &rings_used, node)
		if (ring->owner == owner && !ring->owner_lives) {
			id = ring->id;
			break;
		}
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	return id;
}

/*
 * A process that lives on may have the file open itself. If others drop it right now, it
 * counts as unowned.
 */
static bool is_held_alive(const struct work *work, const struct file *file)
{
	return work->closed && dfput_file_refs(file) > 1;
}

u32 dfput_ring_putting(const struct file *file)
{
	struct work *work = dfput_activity_find(&working);

	if (!work)
		return 0;
	if (work->owner && !is_held_alive(work, file))
		dfput_watch_put_for(file, work->owner, work->closed);
	if (!work->id)
		WRITE_ONCE(work->id, find_ring_of(work->owner));
	return work->id;
}

/* ---- reading ---- */

static u32 find_oldest(void)
{
	const struct ring *ring =
		list_first_entry_or_null(&rings_used, struct ring, node);

	return ring ? ring->id : last_id + 1;
}

struct dfput_ring_census dfput_ring_census(void)
{
	struct dfput_ring_census census;
	unsigned long flags;
	u64 now;

	raw_spin_lock_irqsave(&rings_lock, flags);
	expire_rings();
	census.now = rings_now;
	census.living = rings_living;
	census.gone = rings_gone;
	census.last = last_id;
	census.oldest = find_oldest();
	raw_spin_unlock_irqrestore(&rings_lock, flags);
	now = ktime_get_mono_fast_ns();
	census.strange = now < READ_ONCE(strange_until);
	census.blind = now < READ_ONCE(blind_until);
	return census;
}

unsigned int dfput_ring_slots(void)
{
	return RINGS;
}

static bool is_worked_at(u32 id)
{
	const struct work *work;

	for (work = works; work < works + WORKS; work++)
		if (READ_ONCE(work->id) == id)
			return true;
	return false;
}

static enum dfput_kind kind_of(const struct ring *ring)
{
	if (!ring->owner)
		return DFPUT_NR_KINDS;
	return ring->owner_lives ? DFPUT_KIND_RING :
				   dfput_owner_kind(ring->owner);
}

bool dfput_ring_view(unsigned int slot, struct dfput_ring_view *view)
{
	const struct ring *ring = &rings[slot];
	unsigned long flags;
	bool there;

	memset(view, 0, sizeof(*view));
	raw_spin_lock_irqsave(&rings_lock, flags);
	expire_rings();
	there = ring->start;
	if (there) {
		view->id = ring->id;
		view->since = ring->since;
		view->kind = kind_of(ring);
		if (ring->owner)
			view->who = ring->owner->who;
	}
	raw_spin_unlock_irqrestore(&rings_lock, flags);

	if (there)
		view->working = is_worked_at(view->id);
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

void dfput_ring_init(void)
{
	struct ring *ring;

	for (ring = rings; ring < rings + RINGS; ring++)
		list_add_tail(&ring->node, &rings_free);
}

/* No handler may run. */
void dfput_ring_stop(void)
{
	struct ring *ring, *next;
	struct work *work;

	for (work = works; work < works + WORKS; work++)
		dfput_owner_put(work->owner);
	memset(works, 0, sizeof(works));
	list_for_each_entry_safe(ring, next, &rings_used, node)
		clear_ring(ring);
	blind_until = U64_MAX;
	atomic_set(&dfput_list_servants, 0);
}
