/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks: arming, disarming, state. Only the files named hook* know that
 * ftrace and kprobes exist.
 */
#ifndef DFPUT_HOOK_H
#define DFPUT_HOOK_H

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/types.h>

#include "compat/compat.h"
#include "hook/hook_list.h"
#include "hook/site.h"

struct dfput_hook;

/**
 * struct dfput_backend - a way to hook a function
 * @name: as the hooks file shows it
 * @prepare: find the function; 0 or an error. Nothing is changed yet
 * @arm: begin to call the handlers of some rows; each has its error then, and
 * one that has left nothing behind
 * @disarm: stop them, and wait for the handlers that run
 * @missed: calls that the kernel skipped since the hook was armed
 * @works: an armed hook still sees what it should; NULL: it always does
 * @release: give back what @prepare took
 */
struct dfput_backend {
	const char *name;
	int (*prepare)(struct dfput_hook *hook);
	void (*arm)(struct dfput_hook **hooks, unsigned int nr);
	void (*disarm)(struct dfput_hook **hooks, unsigned int nr);
	u64 (*missed)(const struct dfput_hook *hook);
	bool (*works)(const struct dfput_hook *hook);
	void (*release)(struct dfput_hook *hook);
};

enum dfput_hook_state {
	/* Could be armed; measuring is stopped. */
	DFPUT_HOOK_OFF,
	DFPUT_HOOK_ARMED,
	/* Not needed in this rung and scope, or another row does its job. */
	DFPUT_HOOK_IDLE,
	DFPUT_HOOK_FAILED,
	/* The kernel has no such function, and nothing that it would show. */
	DFPUT_HOOK_ABSENT,
};

/**
 * struct dfput_hook - one row of hook_list.h, and what became of it
 * @name: what it is for
 * @symbol: the kernel function
 * @backend: how it is hooked
 * @role: what it sees
 * @rungs: bit mask of the rungs that need it
 * @need: what becomes of the load without its role
 * @on_call: ftrace's handler
 * @on_entry: kretprobe's handler at entry
 * @on_return: kretprobe's handler at return
 * @on_site: kprobe's handler
 * @address: of that function, or of the instruction in it
 * @prepared: the function is there; else it never will be
 * @state: see there
 * @error: why it failed, 0 or -errno
 * @missed_before: calls skipped while it was armed before
 * @ops: ftrace's part
 * @retprobe: kprobes' part, of a function
 * @probe: kprobes' part, of an instruction
 * @site: that instruction
 */
struct dfput_hook {
	const char *name;
	const char *symbol;
	const struct dfput_backend *backend;
	enum dfput_role role;
	unsigned int rungs;
	enum dfput_need need;
	ftrace_func_t on_call;
	kretprobe_handler_t on_entry;
	kretprobe_handler_t on_return;
	kprobe_pre_handler_t on_site;
	unsigned long address;
	bool prepared;
	enum dfput_hook_state state;
	int error;
	u64 missed_before;
	struct ftrace_ops ops;
	struct kretprobe retprobe;
	struct kprobe probe;
	struct dfput_site site;
};

extern const struct dfput_backend dfput_backend_ftrace;
extern const struct dfput_backend dfput_backend_ftrace_rare;
extern const struct dfput_backend dfput_backend_kretprobe;
extern const struct dfput_backend dfput_backend_site;

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
#define DFPUT_HANDLER_site(handler) \
	int dfput_site_##handler(struct kprobe *probe, struct pt_regs *regs);
#define DFPUT_HANDLER(id, symbol, backend, role, rungs, need, handler) \
	DFPUT_HANDLER_##backend(handler)
DFPUT_HOOKS(DFPUT_HANDLER)
#undef DFPUT_HANDLER
#undef DFPUT_HANDLER_site
#undef DFPUT_HANDLER_kretprobe
#undef DFPUT_HANDLER_ftrace_rare
#undef DFPUT_HANDLER_ftrace

/**
 * dfput_hooks_init() - find out what this kernel lets us hook
 *
 * Context: process context, at load.
 */
void dfput_hooks_init(void);

/**
 * dfput_hooks_exit() - give everything back; the hooks are disarmed
 *
 * Context: process context, may sleep.
 */
void dfput_hooks_exit(void);

/**
 * dfput_hooks_offer() - could queueing be seen this way?
 * @rung: the way
 *
 * What rung site needs is looked for here, and nowhere else.
 *
 * Context: process context, may sleep, after dfput_hooks_init().
 * Return: true if its hook's function is there.
 */
bool dfput_hooks_offer(enum dfput_rung rung);

/**
 * dfput_hooks_blocked() - will no rung do?
 *
 * Context: process context, after dfput_hooks_arm() has failed.
 * Return: true if what failed is a hook that every rung needs.
 */
bool dfput_hooks_blocked(void);

/**
 * dfput_hooks_arm() - begin to measure
 * @rung: how queueing is to be seen
 * @exits: see exits too
 *
 * Says in one line each what optional hook is missing and what that costs.
 *
 * Context: process context, may sleep.
 * Return: 0, or, with a message and nothing armed, the error of the required
 * hook that could not be armed.
 */
int dfput_hooks_arm(enum dfput_rung rung, bool exits);

/**
 * dfput_hooks_disarm() - stop measuring, and wait for handlers that run
 *
 * Context: process context, may sleep.
 */
void dfput_hooks_disarm(void);

/**
 * dfput_hooks_missed() - handlers that the kernel skipped since load
 *
 * Context: process context.
 * Return: their number, as far as the kernel counts them.
 */
u64 dfput_hooks_missed(void);

/**
 * dfput_hook_missed() - the same, of one hook
 * @hook: which
 *
 * Context: process context.
 * Return: their number.
 */
u64 dfput_hook_missed(const struct dfput_hook *hook);

/**
 * dfput_hook_error() - what is the matter with a hook?
 * @hook: which
 *
 * Context: process context.
 * Return: 0, why it could not be armed, or -EAGAIN if it was, and has been taken
 * away behind our back.
 */
int dfput_hook_error(const struct dfput_hook *hook);

/**
 * dfput_hook_at() - a row, for showing it
 * @id: which
 *
 * Context: process context.
 * Return: the row.
 */
const struct dfput_hook *dfput_hook_at(enum dfput_hook_id id);

/**
 * dfput_rung_name() - what a rung is called
 * @rung: which
 *
 * Context: any.
 * Return: its name, as the parameter and the hooks file have it.
 */
const char *dfput_rung_name(enum dfput_rung rung);

#endif /* DFPUT_HOOK_H */
