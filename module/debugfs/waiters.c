// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for something to end.
 *
 * The queue itself is in memory that may outlive the module: see resident.c.
 */
#include <linux/irq_work.h>
#include <linux/poll.h>

#include "debugfs/resident.h"
#include "debugfs/waiters.h"

static void wake(struct irq_work *work)
{
	wake_up_all(dfput_waiters_queue());
}

static DEFINE_IRQ_WORK(wake_work, wake);

wait_queue_head_t *dfput_waiters_queue(void)
{
	return &dfput_resident->drained;
}

static atomic_t ended = ATOMIC_INIT(0);

int dfput_waiters_ended(void)
{
	return atomic_read(&ended);
}

void dfput_waiters_notify(void)
{
	atomic_inc(&ended);
	/* Pairs with the barrier that puts a waiter on the queue. */
	if (wq_has_sleeper(dfput_waiters_queue()))
		irq_work_queue(&wake_work);
}

void dfput_waiters_wake(void)
{
	wake_up_poll(dfput_waiters_queue(), EPOLLHUP | EPOLLERR | EPOLLPRI);
}

void dfput_waiters_sync(void)
{
	irq_work_sync(&wake_work);
}
