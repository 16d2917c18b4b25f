/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steps that can fail, made to fail one at a time, for tests.
 *
 * Every allocation, registration and lookup of the module is such a step, and
 * stands in a dfput_try(); a gate sees to that. Handlers take no such step.
 */
#ifndef DFPUT_FAULT_H
#define DFPUT_FAULT_H

#include <linux/compiler.h>
#include <linux/types.h>

/*
 * How many steps from now on until the one that fails; 0: none does. It counts
 * down, so what is left of a large number says how many steps were taken.
 */
extern unsigned int dfput_fault_steps;

/**
 * __dfput_fault_due() - count a step, while steps are counted
 *
 * Context: process context.
 * Return: true if this is the one that is to fail.
 */
bool __dfput_fault_due(void);

/**
 * dfput_fault_due() - is the step that follows to fail?
 *
 * Context: process context.
 * Return: true if it is not to be taken.
 */
static inline bool dfput_fault_due(void)
{
	return unlikely(READ_ONCE(dfput_fault_steps)) && __dfput_fault_due();
}

/**
 * dfput_try() - take a step that can fail
 * @failure: what @step returns when it fails
 * @step: the call
 *
 * Context: process context.
 * Return: the result of @step, or @failure without having taken it.
 */
#define dfput_try(failure, step) (dfput_fault_due() ? (failure) : (step))

#endif /* DFPUT_FAULT_H */
