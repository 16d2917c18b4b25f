/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Teardowns: kernel threads that put files on behalf of a process, and whose.
 *
 * io_uring and aio hold files of their own. When their process ends, a kworker
 * takes their ring to pieces. The file that it puts then tells nothing of that
 * process; but the ring does, from its release on.
 */
#ifndef DFPUT_TEARDOWN_H
#define DFPUT_TEARDOWN_H

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/workqueue.h>

#include "exit/owner.h"

/**
 * struct dfput_rings - which rings there were at some time
 * @last: number of the newest whose teardown had begun
 * @gone: how many had been torn down since load
 */
struct dfput_rings {
	u32 last;
	u32 gone;
};

/**
 * struct dfput_ring_view - one ring that is being torn down
 * @id: its number
 * @since: when its last descriptor was released, ns of ktime_get_mono_fast_ns()
 * @working: a kworker is at it
 * @who: the process that closed it
 */
struct dfput_ring_view {
	u32 id;
	u64 since;
	bool working;
	struct dfput_identity who;
};

/* How many kernel threads are at it. */
extern atomic_t dfput_teardowns;

u32 __dfput_teardown_sight(const struct file *file);

/**
 * dfput_teardown_sight() - a kernel thread is about to put a file
 * @file: the file
 *
 * Context: handler, in that thread.
 * Return: number of the ring that it takes to pieces, 0 for none.
 */
static __always_inline u32 dfput_teardown_sight(const struct file *file)
{
	if (likely(!atomic_read(&dfput_teardowns)))
		return 0;
	return __dfput_teardown_sight(file);
}

/**
 * dfput_teardown_rings() - how many rings are being torn down
 * @snapshot: receives which
 *
 * Context: any but NMI.
 * Return: their number.
 */
u32 dfput_teardown_rings(struct dfput_rings *snapshot);

/**
 * dfput_teardown_slots() - how many places the table of rings has
 *
 * Context: any.
 * Return: the number of slots to try with dfput_teardown_view().
 */
unsigned int dfput_teardown_slots(void);

/**
 * dfput_teardown_view() - look at one place of it
 * @slot: 0 to dfput_teardown_slots() - 1
 * @view: where to
 *
 * Context: process context.
 * Return: true if there is a ring that is being torn down.
 */
bool dfput_teardown_view(unsigned int slot, struct dfput_ring_view *view);

/**
 * dfput_teardown_ring() - the last file of an io_uring ring is released
 * @ring: its context: a key, and alive
 *
 * Context: handler, process context.
 */
void dfput_teardown_ring(const void *ring);

/**
 * dfput_teardown_exec() - an execution closes a descriptor of an io_uring ring
 * @ring: its context: a key, and alive
 *
 * If that is what releases the ring, its files are leftovers of the execution.
 *
 * Context: handler, process context.
 */
void dfput_teardown_exec(const void *ring);

/**
 * dfput_teardown_enter() - a work item that belongs to a ring begins
 * @work: which
 *
 * Context: handler, in the kworker.
 */
void dfput_teardown_enter(const void *work);

/**
 * dfput_teardown_enter_task() - a work item that belongs to a task begins
 * @task: which, alive at least as memory
 *
 * Context: handler, in the kworker.
 */
void dfput_teardown_enter_task(struct task_struct *task);

/**
 * dfput_teardown_leave() - such a work item is over
 * @gone: and with it its ring
 *
 * Context: handler, in the kworker.
 */
void dfput_teardown_leave(bool gone);

/**
 * dfput_teardown_mm() - the last user of an address space leaves it
 * @mm: the address space
 *
 * Context: handler, before aio's contexts are taken to pieces.
 */
void dfput_teardown_mm(const struct mm_struct *mm);

/**
 * dfput_teardown_abandon() - forget all rings
 *
 * Context: process context; no handler may run.
 */
void dfput_teardown_abandon(void);

#endif /* DFPUT_TEARDOWN_H */
