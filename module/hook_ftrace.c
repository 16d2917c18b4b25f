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
#include <linux/errno.h>
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

static __always_inline const struct file *
file_argument(struct ftrace_regs *fregs)
{
	return (const struct file *)dfput_ftrace_argument(fregs, 0);
}

/* A caller that would be deferred gives up this many references. */
static void see_candidate(enum dfput_hook_id hook, const struct file *file,
			  unsigned int refs, enum dfput_cause cause)
{
	long left = dfput_file_refs(file) - refs;

	if (left >= CANDIDATE_REFS)
		return;
	dfput_count_hit(hook);
	dfput_deferral_sight(file, cause, !left);
}

void dfput_on_fput(unsigned long ip, unsigned long caller,
		   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	enum dfput_cause cause = dfput_context_cause();

	if (likely(cause == DFPUT_CAUSE_NONE))
		return;
	see_candidate(DFPUT_HOOK_queue_candidate, file_argument(fregs), 1,
		      cause);
}

/* Up to 5.17 fput() is a call of this one, which others call as well. */
void dfput_on_fput_many(unsigned long ip, unsigned long caller,
			struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	enum dfput_cause cause = dfput_context_cause();

	if (likely(cause == DFPUT_CAUSE_NONE))
		return;
	see_candidate(DFPUT_HOOK_queue_many, file_argument(fregs),
		      dfput_ftrace_argument(fregs, 1), cause);
}

/* Entered only once the last reference is gone: no guess is left. */
void dfput_on___fput_deferred(unsigned long ip, unsigned long caller,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	enum dfput_cause cause = dfput_context_cause();

	if (likely(cause == DFPUT_CAUSE_NONE))
		return;
	dfput_count_hit(DFPUT_HOOK_queue_entry);
	dfput_deferral_sight(file_argument(fregs), cause, true);
}

void dfput_on___fput(unsigned long ip, unsigned long caller,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct file *file = file_argument(fregs);
	bool flush =
		dfput_range_holds(&dfput_symbols.flush_delayed_fput, caller);

	if (!flush && !dfput_range_holds(&dfput_symbols.delayed_fput, caller)) {
		dfput_deferral_other(file);
		return;
	}
	dfput_count_hit(DFPUT_HOOK_release);
	dfput_batch_file(file, flush);
}

/*
 * By the work that it waits for and not by the caller: this may be a tail call,
 * and a release may wait for other work.
 */
void dfput_on_flush_delayed_work(unsigned long ip, unsigned long caller,
				 struct ftrace_ops *ops,
				 struct ftrace_regs *fregs)
{
	unsigned long work = dfput_ftrace_argument(fregs, 0);

	if (likely(work != dfput_symbols.delayed_fput_work))
		return;
	dfput_count_hit(DFPUT_HOOK_flush_wait);
	dfput_batch_wait();
}

void dfput_on_generic_shutdown_super(unsigned long ip, unsigned long caller,
				     struct ftrace_ops *ops,
				     struct ftrace_regs *fregs)
{
	unsigned long sb = dfput_ftrace_argument(fregs, 0);

	dfput_count_hit(DFPUT_HOOK_super_death);
	dfput_super_died((const struct super_block *)sb);
}

void dfput_on_do_notify_parent(unsigned long ip, unsigned long caller,
			       struct ftrace_ops *ops,
			       struct ftrace_regs *fregs)
{
	unsigned long task = dfput_ftrace_argument(fregs, 0);

	dfput_exit_notify((const struct task_struct *)task, caller);
}

static int filter_by_name(struct dfput_hook *hook)
{
	/* ftrace writes into what it parses. */
	char name[64];

	if (strscpy(name, hook->symbol, sizeof(name)) < 0)
		return -ENAMETOOLONG;
	return ftrace_set_filter(&hook->ops, name, strlen(name), 1);
}

/*
 * By name is slow: ftrace looks up the name of each function that there is. But
 * up to 5.17 it takes no other address than that of the call itself, which only
 * on some architectures is the function's first instruction.
 */
static int prepare(struct dfput_hook *hook)
{
	unsigned long address = dfput_symbol_address(hook->symbol);
	int err;

	if (!address)
		return -ENOENT;
	hook->ops.func = hook->on_call;
	hook->ops.flags = FTRACE_OPS_FL_PERMANENT | DFPUT_FTRACE_FLAGS;
	err = ftrace_set_filter_ip(&hook->ops, address, 0, 1);
	return err == -EINVAL ? filter_by_name(hook) : err;
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
	dfput_ftrace_forget(&hook->ops);
}

const struct dfput_backend dfput_backend_ftrace = {
	.name = "ftrace",
	.prepare = prepare,
	.arm = arm,
	.disarm = disarm,
	.missed = missed,
	.release = release,
};
