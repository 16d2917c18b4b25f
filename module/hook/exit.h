/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exits: the moments when a thread group's end becomes visible to whoever
 * waits for it.
 */
#ifndef DFPUT_EXIT_H
#define DFPUT_EXIT_H

#include <linux/sched.h>

/**
 * dfput_exit_notify() - the kernel notifies a task's parent of its end
 * @task: the task that ended; not always current
 * @caller: where do_notify_parent() was called from
 *
 * Context: handler at the entry of do_notify_parent(): tasklist_lock is held
 * for writing, interrupts are off.
 */
void dfput_exit_notify(const struct task_struct *task, unsigned long caller);

#endif /* DFPUT_EXIT_H */
