/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which cause applies here and now: fput()'s own test whether it can leave the
 * last put to task work, taken apart by reason.
 *
 * Pure reads of the CPU's and current's own state; nothing here can change
 * between the hook and the kernel's decision a few instructions later, because
 * only this context changes it.
 */
#ifndef DFPUT_CONTEXT_H
#define DFPUT_CONTEXT_H

#include <linux/sched.h>

#include <dfput/causes.h>

#include "compat/compat.h"
#include "hook/symbol.h"

/* The task's task work is over: the kernel has put its static end mark there. */
static __always_inline bool dfput_context_exited(const struct task_struct *task)
{
	return dfput_symbols.work_exited &&
	       (unsigned long)READ_ONCE(task->task_works) ==
		       dfput_symbols.work_exited;
}

static __always_inline enum dfput_cause dfput_context_interrupt(void)
{
	/* fput() is not NMI safe, so a call from there is a bug elsewhere. */
	if (in_nmi() || in_hardirq())
		return DFPUT_CAUSE_hardirq;
	if (in_serving_softirq())
		return DFPUT_CAUSE_softirq;
	return DFPUT_CAUSE_bh;
}

/**
 * dfput_context_defers() - is there a cause at all?
 *
 * For the way of all that is not deferred: as little as the compiler can make of
 * it. Looks at the flags twice, so that the first look needs no register.
 *
 * Context: any.
 * Return: as dfput_context_cause() is not DFPUT_CAUSE_NONE.
 */
static __always_inline bool dfput_context_defers(void)
{
	const struct task_struct *task = current;

	if (unlikely(in_interrupt()))
		return true;
	if (likely(!(task->flags & (PF_KTHREAD | PF_EXITING))))
		return false;
	barrier();
	return (task->flags & PF_KTHREAD) || dfput_context_exited(task);
}

/**
 * dfput_context_cause() - would a last put be deferred here, and why?
 *
 * The order is the kernel's: context first, then the kind of task.
 *
 * Context: any.
 * Return: the cause, or DFPUT_CAUSE_NONE where task work is used.
 */
static __always_inline enum dfput_cause dfput_context_cause(void)
{
	const struct task_struct *task = current;

	if (unlikely(in_interrupt()))
		return dfput_context_interrupt();
	if (likely(!(task->flags & (PF_KTHREAD | PF_EXITING))))
		return DFPUT_CAUSE_NONE;
	if (task->flags & PF_KTHREAD)
		return DFPUT_CAUSE_kthread;
	return dfput_context_exited(task) ? DFPUT_CAUSE_exited :
					    DFPUT_CAUSE_NONE;
}

#endif /* DFPUT_CONTEXT_H */
