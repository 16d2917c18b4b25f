// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks by ftrace: the functions that are called often, at their entry.
 *
 * The handlers run in the context of the hooked function, with its interrupt
 * and preemption state: any context, fput() included. They ask ftrace for no
 * protection against recursion, which would double their price: none of them
 * calls a function that one of them hooks. They keep the cheap way out first.
 *
 * FTRACE_OPS_FL_PERMANENT: without it, `sysctl kernel.ftrace_enabled=0` would
 * take our eyes away without a word. With it, that is refused with EBUSY while
 * we measure, and so is our loading while it is 0.
 */
#include <linux/fs.h>
#include <linux/string.h>

#include "batch.h"
#include "compat.h"
#include "context.h"
#include "deferral.h"
#include "exit.h"
#include "hook.h"
#include "stats.h"
#include "super.h"
#include "symbol.h"

/*
 * Up to 6.12 fput() decides by itself, and at its entry a count of one means:
 * this is the last reference. With a few more, others may be at this very
 * point as well, and any of them may turn out to be the last. Each of them is
 * one CPU, or one task that was preempted here.
 */
#define CANDIDATE_REFS 8

void dfput_on_fput(unsigned long ip, unsigned long caller,
		   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	enum dfput_cause cause = dfput_context_cause();
	const struct file *file;
	long refs;

	if (likely(cause == DFPUT_CAUSE_NONE))
		return;
	file = (const struct file *)dfput_ftrace_arg0(fregs);
	refs = file_count(file);
	if (refs > CANDIDATE_REFS)
		return;
	dfput_count_hit(DFPUT_HOOK_queue_candidate);
	dfput_deferral_sight(file, cause, refs == 1);
}

/* Entered only once the last reference is gone: no guess is left. */
void dfput_on___fput_deferred(unsigned long ip, unsigned long caller,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	enum dfput_cause cause = dfput_context_cause();

	if (likely(cause == DFPUT_CAUSE_NONE))
		return;
	dfput_count_hit(DFPUT_HOOK_queue_entry);
	dfput_deferral_sight((const struct file *)dfput_ftrace_arg0(fregs),
			     cause, true);
}

void dfput_on___fput(unsigned long ip, unsigned long caller,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct file *file = (const struct file *)dfput_ftrace_arg0(fregs);
	bool flush =
		dfput_range_holds(&dfput_symbols.flush_delayed_fput, caller);

	if (!flush && !dfput_range_holds(&dfput_symbols.delayed_fput, caller)) {
		dfput_deferral_other(file);
		return;
	}
	dfput_count_hit(DFPUT_HOOK_release);
	dfput_batch_file(file, flush);
}

void dfput_on_generic_shutdown_super(unsigned long ip, unsigned long caller,
				     struct ftrace_ops *ops,
				     struct ftrace_regs *fregs)
{
	dfput_count_hit(DFPUT_HOOK_super_death);
	dfput_super_died((const struct super_block *)dfput_ftrace_arg0(fregs));
}

void dfput_on_do_notify_parent(unsigned long ip, unsigned long caller,
			       struct ftrace_ops *ops,
			       struct ftrace_regs *fregs)
{
	dfput_exit_notify((const struct task_struct *)dfput_ftrace_arg0(fregs),
			  caller);
}

static int prepare(struct dfput_hook *hook)
{
	char symbol[64];

	/* ftrace takes it for a pattern, and may write into it. */
	strscpy(symbol, hook->symbol, sizeof(symbol));
	hook->ops.func = hook->on_call;
	hook->ops.flags = FTRACE_OPS_FL_PERMANENT;
	return ftrace_set_filter(&hook->ops, symbol, strlen(symbol), 1);
}

static int arm(struct dfput_hook *hook)
{
	return register_ftrace_function(&hook->ops);
}

static void disarm(struct dfput_hook *hook)
{
	unregister_ftrace_function(&hook->ops);
}

/* ftrace does not say; what it skips shows as unmatched or stale. */
static u64 missed(const struct dfput_hook *hook)
{
	return 0;
}

static void release(struct dfput_hook *hook)
{
	ftrace_free_filter(&hook->ops);
}

const struct dfput_backend dfput_backend_ftrace = {
	.name = "ftrace",
	.prepare = prepare,
	.arm = arm,
	.disarm = disarm,
	.missed = missed,
	.release = release,
};
