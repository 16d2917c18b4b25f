/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why a last put is deferred here: fput()'s own test, by reason.
 *
 * It reads only the state of this CPU and of current, which nothing but this context
 * changes: fput() will find the same.
 */
#ifndef DFPUT_CONTEXT_H
#define DFPUT_CONTEXT_H

#include <linux/sched.h>

#include <dfput/words.h>

#include "compat/compat.h"
#include "hook/symbol.h"

/* The task takes no task work any more. */
static __always_inline bool dfput_context_exited(const struct task_struct *task)
{
	return dfput_symbols.work_exited &&
	       (unsigned long)READ_ONCE(task->task_works) ==
		       dfput_symbols.work_exited;
}

static __always_inline enum dfput_cause dfput_context_interrupt(void)
{
	/* fput() is not NMI safe: such a call is a bug elsewhere. */
	if (in_nmi() || in_hardirq())
		return DFPUT_CAUSE_hardirq;
	if (in_serving_softirq())
		return DFPUT_CAUSE_softirq;
	return DFPUT_CAUSE_bh;
}

/*
 * Is there a cause? The fast path: few instructions, and the first test of the flags
 * needs no register, so they are tested twice.
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

/* In the kernel's order: context first, then the kind of task. NONE: task work. */
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
