// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks by ftrace, at the entry of a function.
 *
 * Handlers run in the context of the hooked function, with its interrupt and
 * preemption state: any context. They do without ftrace's protection against
 * recursion, which would double their price: no handler calls a hooked function.
 * The cheap way out comes first.
 *
 * FTRACE_OPS_FL_PERMANENT: without it, `sysctl kernel.ftrace_enabled=0` would
 * silently disable our hooks. With it, the sysctl fails with EBUSY while we measure,
 * and loading fails with EBUSY while it is 0.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/string.h>

#include "list/list.h"
#include "compat/compat.h"
#include "hook/context.h"
#include "umount/umount.h"
#include "core/fault.h"
#include "core/filter.h"
#include "hook/internal.h"
#include "exit/exit.h"
#include "core/stats.h"
#include "hook/symbol.h"
#include "core/trace.h"

/*
 * At the entry of fput(), one reference is the last one. With a few more, other CPUs
 * or preempted tasks may be in fput() too, and any of these puts may be the last.
 */
#define MAYBE_LAST_REFS 8

static __always_inline const struct file *
file_argument(struct ftrace_regs *fregs)
{
	return (const struct file *)dfput_ftrace_argument(fregs, 0);
}

/*
 * What follows the cheap way out is a noinline function: else the compiler saves
 * registers for it first.
 */

/* The caller drops @refs references where the last put would be deferred. */
static noinline void report_put(const struct file *file, unsigned int refs,
				unsigned long caller)
{
	enum dfput_cause cause = dfput_context_cause();
	long left = dfput_file_refs(file) - refs;

	if (left >= MAYBE_LAST_REFS)
		return;
	dfput_count_hit(DFPUT_HOOK_queue_many);
	dfput_list_put(file, cause, caller,
		       left ? DFPUT_PUT_MAYBE_LAST : DFPUT_PUT_LAST);
}

void dfput_on_fput(unsigned long ip, unsigned long caller,
		   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (likely(!dfput_context_defers()))
		return;
	report_put(file_argument(fregs), 1, caller);
}

/* Up to 5.17 fput() calls fput_many(), and so do others. */
void dfput_on_fput_many(unsigned long ip, unsigned long caller,
			struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (likely(!dfput_context_defers()))
		return;
	report_put(file_argument(fregs), dfput_ftrace_argument(fregs, 1),
		   caller);
}

static noinline void report_queued(const struct file *file,
				   unsigned long caller)
{
	dfput_count_hit(DFPUT_HOOK_queue_exact);
	dfput_list_put(file, dfput_context_cause(), caller, DFPUT_PUT_DROPPED);
}

/* Called when the last reference is gone. */
void dfput_on___fput_deferred(unsigned long ip, unsigned long caller,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (likely(!dfput_context_defers()))
		return;
	report_queued(file_argument(fregs), caller);
}

static void report_other_release(const struct file *file)
{
	dfput_list_not_deferred(file);
	dfput_watch_put(file);
	if (trace_dfput_put_enabled() && (current->flags & PF_EXITING))
		trace_dfput_put(file);
}

/* It gets the file anew: so the way out needs no register for it. */
static noinline void report_release(struct ftrace_regs *fregs,
				    unsigned long caller)
{
	const struct file *file = file_argument(fregs);
	bool flush =
		dfput_range_holds(&dfput_symbols.flush_delayed_fput, caller);

	if (!flush && !dfput_range_holds(&dfput_symbols.delayed_fput, caller)) {
		report_other_release(file);
		return;
	}
	dfput_count_hit(DFPUT_HOOK_release);
	dfput_batch_file(file, flush);
}

void dfput_on___fput(unsigned long ip, unsigned long caller,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned long distance = caller - dfput_symbols.drains.start;

	if (unlikely(dfput_filter_passes(file_argument(fregs), distance) ||
		     trace_dfput_put_enabled()))
		report_release(fregs, caller);
}

/*
 * Recognised by the work that it waits for: the call may be a tail call, so the caller
 * says nothing.
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

	dfput_count_hit(DFPUT_HOOK_super_shutdown);
	dfput_shutdown_begin((const struct super_block *)sb);
}

/* Called for all delayed work. */
void dfput_on_queue_delayed_work_on(unsigned long ip, unsigned long caller,
				    struct ftrace_ops *ops,
				    struct ftrace_regs *fregs)
{
	unsigned long work = dfput_ftrace_argument(fregs, 2);

	if (likely(work != dfput_symbols.delayed_mntput_work))
		return;
	dfput_count_hit(DFPUT_HOOK_mounts_queue);
	dfput_shutdown_mounts_queued();
}

/* Most mounts are cleaned up by the task that puts them last: not deferred. */
void dfput_on_cleanup_mnt(unsigned long ip, unsigned long caller,
			  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!dfput_range_holds(&dfput_symbols.delayed_mntput, caller))
		return;
	dfput_count_hit(DFPUT_HOOK_mount);
	dfput_shutdown_mount();
}

/* A live process closes a file: it is no leftover of whoever closed it before. */
static noinline void report_live_close(const struct file *file)
{
	if (!(current->flags & PF_KTHREAD))
		dfput_watch_closed_by_live(file);
}

static noinline void report_exit_close(const struct file *file,
				       enum dfput_kind kind)
{
	dfput_count_hit(DFPUT_HOOK_close);
	dfput_watch_closed(file, kind);
}

/*
 * When the last task of a files_struct exits, the table is closed. An exec closes what
 * is marked close-on-exec.
 */
void dfput_on_filp_close(unsigned long ip, unsigned long caller,
			 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct task_struct *task = current;

	if (task->flags & PF_EXITING) {
		if (!task->files && dfput_file_refs(file_argument(fregs)) > 1)
			report_exit_close(file_argument(fregs),
					  DFPUT_KIND_EXIT);
	} else if (unlikely(task->in_execve)) {
		if (dfput_file_refs(file_argument(fregs)) > 1)
			report_exit_close(file_argument(fregs),
					  DFPUT_KIND_EXEC);
	} else if (unlikely(dfput_filter_has(file_argument(fregs)))) {
		report_live_close(file_argument(fregs));
	}
}

/* Since 6.6 close(2) calls this in place of filp_close(). */
void dfput_on___fput_sync(unsigned long ip, unsigned long caller,
			  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (likely(!dfput_filter_has(file_argument(fregs))))
		return;
	dfput_count_hit(DFPUT_HOOK_close_sync);
	report_live_close(file_argument(fregs));
}

void dfput_on_io_uring_release(unsigned long ip, unsigned long caller,
			       struct ftrace_ops *ops,
			       struct ftrace_regs *fregs)
{
	unsigned long file = dfput_ftrace_argument(fregs, 1);

	dfput_count_hit(DFPUT_HOOK_ring);
	dfput_ring_released(((const struct file *)file)->private_data);
}

/* By whoever waits for something, for a while at most. */
void dfput_on_ring_wait(unsigned long ip, unsigned long caller,
			struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (likely(!dfput_range_holds(&dfput_symbols.io_ring_exit_work,
				      caller)))
		return;
	dfput_count_hit(DFPUT_HOOK_ring_wait);
	dfput_ring_wait(dfput_ftrace_argument(fregs, 1));
}

void dfput_on_aio_ring_mmap(unsigned long ip, unsigned long caller,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	dfput_count_hit(DFPUT_HOOK_aio_map);
	dfput_watch_bind(file_argument(fregs));
}

void dfput_on_aio_ring_mmap_prepare(unsigned long ip, unsigned long caller,
				    struct ftrace_ops *ops,
				    struct ftrace_regs *fregs)
{
	unsigned long desc = dfput_ftrace_argument(fregs, 0);
	const struct file *file = dfput_mmap_prepare_file(desc);

	dfput_count_hit(DFPUT_HOOK_aio_map);
	if (file)
		dfput_watch_bind(file);
}

void dfput_on_exit_aio(unsigned long ip, unsigned long caller,
		       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned long mm = dfput_ftrace_argument(fregs, 0);

	dfput_count_hit(DFPUT_HOOK_aio_exit);
	dfput_watch_exit_aio((const struct mm_struct *)mm);
}

void dfput_on_do_notify_parent(unsigned long ip, unsigned long caller,
			       struct ftrace_ops *ops,
			       struct ftrace_regs *fregs)
{
	unsigned long task = dfput_ftrace_argument(fregs, 0);

	dfput_exit_notify((const struct task_struct *)task, caller);
}

/*
 * By address: other functions may have the same name, and ftrace would look up that of
 * every function. Up to 5.17 the address has to be that of the call to ftrace, and on
 * arm64 up to two instructions come before that.
 */
#define BEFORE_CALL 8

static int add_to_filter(struct ftrace_ops *ops, const struct dfput_hook *hook,
			 int reset)
{
	unsigned int before;
	int err = -EINVAL;

	for (before = 0; before <= BEFORE_CALL && err == -EINVAL; before += 4)
		err = dfput_try(-ENOMEM,
				ftrace_set_filter_ip(
					ops, hook->address + before, 0, reset));
	return err;
}

static int prepare_ftrace(struct dfput_hook *hook)
{
	hook->ops.func = hook->on_call;
	hook->ops.flags = FTRACE_OPS_FL_PERMANENT | DFPUT_FTRACE_FLAGS;
	return add_to_filter(&hook->ops, hook, 1);
}

static void arm_ftrace(struct dfput_hook **hooks, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		hooks[i]->error = dfput_try(
			-ENOMEM, register_ftrace_function(&hooks[i]->ops));
}

static int disarm_ftrace(struct dfput_hook **hooks, unsigned int nr)
{
	int err, first_err = 0;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		err = unregister_ftrace_function(&hooks[i]->ops);
		first_err = first_err ?: err;
	}
	return first_err;
}

static void release_ftrace(struct dfput_hook *hook)
{
	dfput_ftrace_forget(&hook->ops);
}

/* ftrace does not count what it skips: that shows as unmatched or stale. */
const struct dfput_backend dfput_backend_ftrace = {
	.name = "ftrace",
	.prepare = prepare_ftrace,
	.arm = arm_ftrace,
	.disarm = disarm_ftrace,
	.release = release_ftrace,
};

/*
 * Functions that are called rarely share one ftrace_ops, because arming one takes as
 * long as arming all. The callback looks up which it is. The fentry call may follow
 * ENDBR or BTI, so it is within a few bytes of the symbol.
 */
#define REACH 16

static struct {
	struct ftrace_ops ops;
	struct dfput_hook *hooks[DFPUT_NR_HOOKS];
	unsigned int nr;
} rare;

static void call_rare_handler(unsigned long ip, unsigned long caller,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned int i;

	for (i = 0; i < rare.nr; i++)
		if (ip - rare.hooks[i]->address < REACH) {
			rare.hooks[i]->on_call(ip, caller, ops, fregs);
			return;
		}
}

static int register_rare(struct dfput_hook **hooks, unsigned int nr)
{
	unsigned int i;
	int err = 0;

	rare.ops.func = call_rare_handler;
	rare.ops.flags = FTRACE_OPS_FL_PERMANENT | DFPUT_FTRACE_FLAGS;
	rare.nr = nr;
	for (i = 0; i < nr && !err; i++) {
		rare.hooks[i] = hooks[i];
		err = add_to_filter(&rare.ops, hooks[i], !i);
	}
	if (err)
		return err;
	return dfput_try(-ENOMEM, register_ftrace_function(&rare.ops));
}

/* Zero the ops: ftrace_free_filter() may leave a stale ops->func_hash. */
static void clear_rare(void)
{
	dfput_ftrace_forget(&rare.ops);
	memset(&rare.ops, 0, sizeof(rare.ops));
}

static void arm_rare(struct dfput_hook **hooks, unsigned int nr)
{
	int err = register_rare(hooks, nr);
	unsigned int i;

	for (i = 0; i < nr; i++)
		hooks[i]->error = err;
	if (err)
		clear_rare();
}

static int disarm_rare(struct dfput_hook **hooks, unsigned int nr)
{
	int err = unregister_ftrace_function(&rare.ops);

	if (!err)
		clear_rare();
	return err;
}

const struct dfput_backend dfput_backend_ftrace_rare = {
	.name = "ftrace",
	.prepare = prepare_ftrace,
	.arm = arm_rare,
	.disarm = disarm_rare,
	.release = release_ftrace,
};
