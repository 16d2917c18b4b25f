/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks: arming, disarming, state. Only this room knows that ftrace and
 * kprobes exist.
 */
#ifndef DFPUT_HOOK_H
#define DFPUT_HOOK_H

#include <linux/types.h>

#include "hook/hook_list.h"

/**
 * struct dfput_hook_view - one hook, for showing it
 * @name: as in hook_list.h
 * @symbol: the kernel function
 * @backend: "ftrace" or "kretprobe"
 * @state: see there
 * @error: why it failed: 0 or -errno
 * @hits: calls that had something to do, since load or reset
 * @misses: calls that the kernel skipped, since load or reset
 */
struct dfput_hook_view {
	const char *name;
	const char *symbol;
	const char *backend;
	enum dfput_hook_state state;
	int error;
	u64 hits;
	u64 misses;
};

/**
 * dfput_hooks_init() - find out what this kernel lets us hook
 *
 * Return: 0, or, with a message, -ENOENT: nothing can be counted in this kernel.
 */
int dfput_hooks_init(void);

/* Give everything back; the hooks are disarmed. */
void dfput_hooks_exit(void);

/* Is there a function to hook for this method? */
bool dfput_hooks_offer(enum dfput_method method);

/**
 * dfput_hooks_arm() - begin to measure
 * @method: how queueing is seen
 * @exits: arm the hooks of scope EXITS as well
 *
 * Says in one line each which optional hook is missing and what that costs.
 *
 * Return: 0, or, with a message, the error of the required hook that could not be
 * armed. Others may be armed then.
 */
int dfput_hooks_arm(enum dfput_method method, bool exits);

/*
 * Disarm what is armed, and wait for handlers that run.
 * Return: none is called any more.
 */
bool dfput_hooks_disarm(void);

/* Count hits and misses from zero. */
void dfput_hooks_reset(void);

bool dfput_hook_is_armed(enum dfput_hook_id id);
/* A kretprobe of this role is armed, and has missed no call since: a reset forgets none. */
bool dfput_hook_sees_all(enum dfput_hook_id role);
void dfput_hook_view(enum dfput_hook_id id, struct dfput_hook_view *view);

/*
 * Calls that the kernel skipped since load or reset: of one hook; of all whose
 * misses can make any number wrong, and not just leave out a row.
 */
u64 dfput_hook_missed(enum dfput_hook_id id);
u64 dfput_hooks_missed(void);

/* What the kernel allocates for hooks that are armed. */
size_t dfput_hooks_memory(void);

const char *dfput_method_name(enum dfput_method method);

#endif /* DFPUT_HOOK_H */
