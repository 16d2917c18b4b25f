// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for something to end.
 */
#include <linux/irq_work.h>
#include <linux/sched.h>

#include "core/waiters.h"

DECLARE_WAIT_QUEUE_HEAD(dfput_waiters);
atomic_t dfput_ended = ATOMIC_INIT(0);

static void wake_waiters(struct irq_work *work)
{
	wake_up_all(&dfput_waiters);
}

static DEFINE_IRQ_WORK(wake_work, wake_waiters);

void dfput_waiters_notify(void)
{
	atomic_inc(&dfput_ended);
	/* Pairs with the barrier that puts a waiter on the queue. */
	if (wq_has_sleeper(&dfput_waiters))
		irq_work_queue(&wake_work);
}

void dfput_waiters_exit(void)
{
	irq_work_sync(&wake_work);
}
