// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flush control.
 *
 * The drain runs in one of the kernel's workers: whoever asked for it can then be
 * killed while a release is stuck, and releases that put further files defer
 * those again, as the kernel's own worker would. It never runs in the kernel's
 * delayed_fput work, which some kernels wait for inside flush_delayed_fput().
 *
 * A release may be stuck for ever, and our text can't go while it is being run. So
 * a drain has a reference to the module.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "core/waiters.h"
#include "debugfs/flush.h"
#include "list/list.h"

#define PATIENCE (10 * HZ)

/* Nobody tells us that a work item is over: so often we look. */
#define LOOK (HZ / 50 + 1)

static void drain_list(struct work_struct *work)
{
	dfput_batch_flush();
	/* dfput_flush_exit() waits for what follows. */
	module_put(THIS_MODULE);
}

static DECLARE_WORK(flush_work_item, drain_list);

static bool is_over(u64 time)
{
	return !work_busy(&flush_work_item) && !dfput_list_has_queued_by(time);
}

int dfput_flush(void)
{
	u64 now = ktime_get_mono_fast_ns();
	unsigned long end = jiffies + PATIENCE;
	long left = 0;

	/* Our caller has one already, so it can't be too late for another. */
	__module_get(THIS_MODULE);
	if (!schedule_work(&flush_work_item))
		module_put(THIS_MODULE);
	while (!left && time_before(jiffies, end))
		left = wait_event_killable_timeout(dfput_waiters, is_over(now),
						   LOOK);
	if (left < 0)
		return -EINTR;
	return left ? 0 : -ETIMEDOUT;
}

void dfput_flush_exit(void)
{
	flush_work(&flush_work_item);
}
