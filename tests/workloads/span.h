/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who did what, and between which two moments: what a test holds against the
 * rows that dfput has of single processes.
 */
#ifndef SPAN_H
#define SPAN_H

#include <sys/types.h>

#include "workload.h"

/**
 * span_now() - the clock of all spans
 *
 * Return: ns of CLOCK_MONOTONIC, as the kernel's own stamps.
 */
unsigned long long span_now(void);

/**
 * span_add() - remember one, to be printed with the counts
 * @result: where
 * @name: what it is, a key of the output: see SPANS
 * @pid: of which process
 * @from_ns: it had not happened yet then; 0 with @to_ns when only the pid counts
 * @to_ns: it had happened by then
 *
 * Return: DONE, or FAILED after having said why.
 */
enum verdict span_add(struct result *result, const char *name, pid_t pid,
		      unsigned long long from_ns, unsigned long long to_ns);

/**
 * span_print() - print all of them, in the order in which they were added
 * @result: where they are
 */
void span_print(const struct result *result);

#endif /* SPAN_H */
