/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who waits for something to end: pollers, the flush control, the self-test.
 * They are told at the end of each batch, ring, umount and superblock.
 */
#ifndef DFPUT_WAITERS_H
#define DFPUT_WAITERS_H

#include <linux/wait.h>

/**
 * dfput_waiters_notify() - something has ended
 *
 * A handler must not wake: it may run where the scheduler's locks are held. So
 * when somebody waits, and only then, an irq_work is raised that does.
 *
 * Context: handler, any context but NMI.
 */
void dfput_waiters_notify(void);

/**
 * dfput_waiters_ended() - how many things have ended
 *
 * Context: any.
 * Return: a number that changes with each.
 */
int dfput_waiters_ended(void);

/**
 * dfput_waiters_queue() - the queue to wait on
 *
 * Context: process context.
 * Return: the wait queue; it lives as long as any of our files is open.
 */
wait_queue_head_t *dfput_waiters_queue(void);

/**
 * dfput_waiters_wake() - wake everybody: the module is going
 *
 * Context: process context.
 */
void dfput_waiters_wake(void);

/**
 * dfput_waiters_sync() - wait for a wake-up that is under way
 *
 * Context: process context, may sleep; no handler may run any more.
 */
void dfput_waiters_sync(void);

#endif /* DFPUT_WAITERS_H */
