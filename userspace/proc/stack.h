/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread's kernel stack, as /proc/PID/stack has it. Only root may read it.
 */
#ifndef DFPUT_STACK_H
#define DFPUT_STACK_H

/* So long are the stacks that the kernel shows: 64 functions. */
#define STACK_TEXT 8192

/* Return: the next function of a stack, innermost first, cut off its text; NULL: none. */
const char *stack_next(char **stack);

/*
 * Cuts its text up. Return: its innermost functions, for people and free(3); "" if there
 * are none.
 */
char *stack_place(char *stack);

#endif /* DFPUT_STACK_H */
