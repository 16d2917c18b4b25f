/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The thread that drains the kernel's delayed_fput list: mostly a kworker, or whoever
 * called flush_delayed_fput().
 */
#ifndef DFPUT_DRAIN_H
#define DFPUT_DRAIN_H

#include <sys/types.h>

/* So deep are the stacks that the kernel shows: 64 functions. */
#define DRAIN_STACK 8192

/**
 * struct drain - such a thread
 * @pid: its own
 * @comm: its name
 * @stack: its kernel stack, for drain_next()
 */
struct drain {
	pid_t pid;
	char comm[64];
	char stack[DRAIN_STACK];
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

/* Return: the next function of a stack, innermost first, cut off its text; NULL: none. */
const char *drain_next(char **stack);

#endif /* DFPUT_DRAIN_H */
