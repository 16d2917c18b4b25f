/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The thread that drains the kernel's delayed_fput list: mostly a kworker, or whoever
 * called flush_delayed_fput().
 */
#ifndef DFPUT_DRAIN_H
#define DFPUT_DRAIN_H

#include <sys/types.h>

#include "proc/stack.h"

/**
 * struct drain - such a thread
 * @pid: its own
 * @comm: its name
 * @stack: its kernel stack, for stack_next()
 */
struct drain {
	pid_t pid;
	char comm[64];
	char stack[STACK_TEXT];
};

/**
 * drain_find() - look for a thread with a drain in its kernel stack
 * @drain: receives the first
 * @root: prefix of /proc, "" for the running system
 *
 * One walk through /proc, of processes, not of their threads. Only root may read stacks.
 *
 * Return: 0, -ENOENT when none is seen, or a negative errno when some stack cannot be read.
 */
int drain_find(struct drain *drain, const char *root);

#endif /* DFPUT_DRAIN_H */
