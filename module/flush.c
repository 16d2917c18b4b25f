// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flush control.
 *
 * The drain runs in a worker of our own: whoever asked for it can then be
 * killed while a release is stuck, and releases that put further files defer
 * those again, as the kernel's own worker would. It never runs in the kernel's
 * delayed_fput work, which some kernels wait for inside flush_delayed_fput().
 *
 * Counters, not flags, tell a waiter when its drain is over: one that was
 * already running when it came does not count.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "deferral.h"
#include "flush.h"
#include "waiters.h"

#define PATIENCE (10 * HZ)

static atomic_t started;
static atomic_t finished;
static bool closing;
static struct workqueue_struct *queue;

static void drain(struct work_struct *work)
{
	int run = atomic_inc_return(&started);

	flush_delayed_fput();
	atomic_set(&finished, run);
	wake_up_all(dfput_waiters_queue());
}

static DECLARE_WORK(drain_work, drain);

static bool is_over(int before, u64 time)
{
	if (READ_ONCE(closing))
		return true;
	return atomic_read(&finished) - before > 0 &&
	       !dfput_deferral_queued_before(time);
}

int dfput_flush(void)
{
	u64 now = ktime_get_mono_fast_ns();
	int before = atomic_read(&started);
	long left;

	queue_work(queue, &drain_work);
	left = wait_event_killable_timeout(*dfput_waiters_queue(),
					   is_over(before, now), PATIENCE);
	if (READ_ONCE(closing))
		return -ESHUTDOWN;
	if (left < 0)
		return -EINTR;
	return left ? 0 : -ETIMEDOUT;
}

int dfput_flush_init(void)
{
	queue = alloc_workqueue("dfput", WQ_UNBOUND, 1);
	return queue ? 0 : -ENOMEM;
}

void dfput_flush_cancel(void)
{
	WRITE_ONCE(closing, true);
	wake_up_all(dfput_waiters_queue());
}

void dfput_flush_exit(void)
{
	destroy_workqueue(queue);
}
