/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of this room share: rows, backends, handlers.
 */
#ifndef DFPUT_HOOK_INTERNAL_H
#define DFPUT_HOOK_INTERNAL_H

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "compat/compat.h"
#include "hook/hook.h"

struct dfput_hook;

/**
 * struct dfput_backend - a way to hook a function
 * @name: as the hooks file shows it
 * @prepare: after the function was found: 0 or an error. Optional
 * @arm: begin to call the handlers of some rows, and set the error of each. A row
 * with an error has left nothing behind
 * @disarm: stop them, and wait for the handlers that run: 0, or an error and they go on
 * @missed: calls that the kernel skipped since the hook was armed. Optional
 * @release: give back what @prepare took. Optional
 */
struct dfput_backend {
	const char *name;
	int (*prepare)(struct dfput_hook *hook);
	void (*arm)(struct dfput_hook **hooks, unsigned int nr);
	int (*disarm)(struct dfput_hook **hooks, unsigned int nr);
	u64 (*missed)(const struct dfput_hook *hook);
	void (*release)(struct dfput_hook *hook);
};

/* What becomes of the load when a hook can not be had. */
enum dfput_need {
	DFPUT_NEED_REQUIRED,
	DFPUT_NEED_USEFUL,
	/* This kernel is built without what it looks at. */
	DFPUT_NEED_ABSENT,
};

/**
 * struct dfput_hook - one row of hook_list.h, and what became of it
 * @name: its id
 * @symbol: the kernel function
 * @loss: what is not seen without it
 * @backend: how it is hooked
 * @role: the row that it stands in for, or itself
 * @methods: bit mask of the methods that need it
 * @exits: needed in scope EXITS only
 * @need: what becomes of the load without its role
 * @on_call: ftrace's handler
 * @on_entry: kretprobe's handler at entry
 * @on_return: kretprobe's handler at return
 * @address: of the function; 0 if there is none
 * @prepared: it can be armed
 * @state: see there
 * @error: why it failed: 0 or -errno
 * @missed_before: calls skipped while it was armed before
 * @hits_base: hits at the last reset
 * @missed_base: misses at the last reset
 * @ops: ftrace's part
 * @retprobe: kprobes' part
 */
struct dfput_hook {
	const char *name;
	const char *symbol;
	const char *loss;
	const struct dfput_backend *backend;
	enum dfput_hook_id role;
	unsigned int methods;
	bool exits;
	enum dfput_need need;
	ftrace_func_t on_call;
	kretprobe_handler_t on_entry;
	kretprobe_handler_t on_return;
	unsigned long address;
	bool prepared;
	enum dfput_hook_state state;
	int error;
	u64 missed_before;
	u64 hits_base;
	u64 missed_base;
	struct ftrace_ops ops;
	struct kretprobe retprobe;
};

extern const struct dfput_backend dfput_backend_ftrace;
extern const struct dfput_backend dfput_backend_ftrace_rare;
extern const struct dfput_backend dfput_backend_kretprobe;

extern struct dfput_hook dfput_hooks[DFPUT_NR_HOOKS];

/* The handlers that the rows of hook_list.h name, each in its backend's file. */
#define DFPUT_HANDLER_ftrace(handler)                                   \
	void dfput_on_##handler(unsigned long ip, unsigned long caller, \
				struct ftrace_ops *ops,                 \
				struct ftrace_regs *fregs);
#define DFPUT_HANDLER_ftrace_rare(handler) DFPUT_HANDLER_ftrace(handler)
#define DFPUT_HANDLER_kretprobe(handler)                               \
	int dfput_enter_##handler(struct kretprobe_instance *instance, \
				  struct pt_regs *regs);               \
	int dfput_leave_##handler(struct kretprobe_instance *instance, \
				  struct pt_regs *regs);
#define DFPUT_HANDLER(id, symbol, backend, role, methods, scope, need, \
		      handler, loss)                                   \
	DFPUT_HANDLER_##backend(handler)
DFPUT_HOOKS(DFPUT_HANDLER)
#undef DFPUT_HANDLER
#undef DFPUT_HANDLER_kretprobe
#undef DFPUT_HANDLER_ftrace_rare
#undef DFPUT_HANDLER_ftrace

DECLARE_PER_CPU(u64[DFPUT_NR_HOOKS], dfput_hits);

/* A handler of this role had something to do. Any context. */
static __always_inline void dfput_count_hit(enum dfput_hook_id role)
{
	this_cpu_inc(dfput_hits[role]);
}

/**
 * dfput_exit_notify() - do_notify_parent() was called
 * @task: the task that ended; not always current
 * @caller: return address
 *
 * Context: handler; tasklist_lock is held for writing, interrupts are off.
 */
void dfput_exit_notify(const struct task_struct *task, unsigned long caller);

#endif /* DFPUT_HOOK_INTERNAL_H */
