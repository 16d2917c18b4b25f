/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Seams for tests, in a module made with TEST=1 only: a step can be made to fail, and
 * a symbol to be missing. Otherwise nothing is left of them.
 */
#ifndef DFPUT_FAULT_H
#define DFPUT_FAULT_H

#include <linux/types.h>

#ifdef DFPUT_TEST

/* Count a step that can fail. Process context. Returns true if it has to fail. */
bool dfput_fault_due(void);

/* The parameter `hide` has this symbol. */
bool dfput_is_hidden(const char *symbol);

/**
 * dfput_try() - take a step that can fail
 * @failure: what @step returns when it fails
 * @step: the call
 *
 * Context: process context.
 * Return: the result of @step, or @failure without having taken it.
 */
#define dfput_try(failure, step) (dfput_fault_due() ? (failure) : (step))

#else

static inline bool dfput_is_hidden(const char *symbol)
{
	return false;
}

#define dfput_try(failure, step) (step)

#endif

#endif /* DFPUT_FAULT_H */
