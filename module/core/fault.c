// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps that can fail, made to fail one at a time, for tests.
 *
 * Distributions' kernels have no fault injection of their own. Process context;
 * steps of several tasks are counted together.
 */
#include <linux/atomic.h>
#include <linux/cache.h>

#include "core/fault.h"

unsigned int dfput_fault_steps __read_mostly;

bool __dfput_fault_due(void)
{
	unsigned int steps = READ_ONCE(dfput_fault_steps);
	unsigned int before;

	while (steps) {
		before = cmpxchg(&dfput_fault_steps, steps, steps - 1);
		if (before == steps)
			return steps == 1;
		steps = before;
	}
	return false;
}
