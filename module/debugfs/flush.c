// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flush control.
 *
 * The drain runs in one of the kernel's workers: whoever asked for it can then be
 * killed while a release is stuck, and releases that put further files defer
 * those again, as the kernel's own worker would. It never runs in the kernel's
 * delayed_fput work, which some kernels wait for inside flush_delayed_fput().
 *
 * A release may be stuck for ever, and our text can't go while it is being run.
 * So the work item calls the kernel's function itself, and lives in memory that
 * may outlive us: see resident.c.
 */
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "compat/compat.h"
#include "list/list.h"
#include "debugfs/flush.h"
#include "debugfs/resident.h"
#include "debugfs/waiters.h"

#define PATIENCE (10 * HZ)

/* Nobody tells us that a work item is over: so often we look. */
#define LOOK (HZ / 50 + 1)

static bool closing;

#ifdef DFPUT_CHECKED_CALLS
static void drain(struct work_struct *work)
{
	flush_delayed_fput();
}
#else
/* It takes no argument, and does not mind one. */
#define drain ((work_func_t)(void *)flush_delayed_fput)
#endif

static bool is_over(u64 time)
{
	if (READ_ONCE(closing))
		return true;
	return !work_busy(&dfput_resident->flush) &&
	       !dfput_list_has_queued_by(time);
}

int dfput_flush(void)
{
	u64 now = ktime_get_mono_fast_ns();
	unsigned long end = jiffies + PATIENCE;
	long left = 0;

	schedule_work(&dfput_resident->flush);
	while (!left && time_before(jiffies, end))
		left = wait_event_killable_timeout(*dfput_waiters_queue(),
						   is_over(now), LOOK);
	if (READ_ONCE(closing))
		return -ESHUTDOWN;
	if (left < 0)
		return -EINTR;
	return left ? 0 : -ETIMEDOUT;
}

void dfput_flush_init(void)
{
	INIT_WORK(&dfput_resident->flush, drain);
	/* That gave it a key of ours, which goes when we do. */
	lockdep_init_map(&dfput_resident->flush.lockdep_map, "dfput_flush",
			 &dfput_resident->flush_key, 0);
}

void dfput_flush_cancel(void)
{
	WRITE_ONCE(closing, true);
	wake_up_all(dfput_waiters_queue());
}

void dfput_flush_exit(void)
{
#ifdef DFPUT_CHECKED_CALLS
	cancel_work_sync(&dfput_resident->flush);
#endif
}
