/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who waits for something to end: pollers, the flush control, the self-test.
 * They are told at the end of each batch, ring, umount and superblock, and whenever
 * files leave the list otherwise.
 */
#ifndef DFPUT_WAITERS_H
#define DFPUT_WAITERS_H

#include <linux/atomic.h>
#include <linux/wait.h>

extern wait_queue_head_t dfput_waiters;

/* How many things have ended: a number that changes with each. */
extern atomic_t dfput_ended;

/**
 * dfput_waiters_notify() - something has ended
 *
 * A handler must not wake: it may run where the scheduler's locks are held. So
 * when somebody waits, and only then, an irq_work is raised that does.
 *
 * Context: handler, any context but NMI.
 */
void dfput_waiters_notify(void);

/* Wait for a wake-up that is under way. No handler may run any more. */
void dfput_waiters_exit(void);

#endif /* DFPUT_WAITERS_H */
