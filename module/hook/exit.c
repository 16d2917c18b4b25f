// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits: when a thread group's end becomes visible to its parent.
 *
 * do_notify_parent() is called more often than that:
 *
 * - for a traced thread, to tell the tracer: not the end of a group;
 * - for a leader whose threads are gone, by the last of them: so @task counts, and
 *   not current;
 * - for a leader with a tracer that is not its parent: first to the tracer, then to
 *   the parent, which is the visible end;
 * - again, when a parent exits and hands a zombie to the next parent.
 *
 * Runs under tasklist_lock with interrupts off, and only reads what that protects.
 */
#include <linux/ktime.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>

#include "hook/internal.h"
#include "exit/exit.h"
#include "core/stats.h"
#include "hook/symbol.h"
#include "core/trace.h"

static bool is_whole_group(const struct task_struct *task)
{
	return thread_group_leader((struct task_struct *)task) &&
	       thread_group_empty((struct task_struct *)task);
}

static bool is_for_tracer_only(const struct task_struct *task)
{
	return task->ptrace && ptrace_reparented((struct task_struct *)task);
}

/* An exiting parent hands over a zombie whose end was visible before. */
static bool is_repeated(const struct task_struct *task, unsigned long caller)
{
	unsigned int i;

	if (same_thread_group((struct task_struct *)task, current))
		return false;
	for (i = 0; i < DFPUT_NR_REPARENT; i++)
		if (dfput_range_holds(&dfput_symbols.reparent[i], caller))
			return true;
	return false;
}

void dfput_exit_notify(const struct task_struct *task, unsigned long caller)
{
	dfput_count_hit(DFPUT_HOOK_exit);
	if (!is_whole_group(task) || is_for_tracer_only(task) ||
	    is_repeated(task, caller))
		return;
	dfput_count(DFPUT_COUNT_exits);
	dfput_owner_ended(task, ktime_get_mono_fast_ns());
	trace_dfput_exit(task);
}
