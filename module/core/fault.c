// SPDX-License-Identifier: GPL-2.0-only
/*
 * Seams for tests, in a module made with TEST=1 only.
 *
 * Distributions' kernels have no fault injection of their own. Process context;
 * steps of several tasks are counted together.
 */
#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/string.h>

#include "core/fault.h"

static unsigned int steps_left;
module_param_named(fail, steps_left, uint, 0600);
MODULE_PARM_DESC(
	fail,
	"the step that fails, counted from now on: an allocation, registration or lookup; 0 for none (default)");

static char *hide = "";
module_param(hide, charp, 0400);
MODULE_PARM_DESC(hide, "kernel symbols to do without, separated by commas");

bool dfput_fault_due(void)
{
	unsigned int steps = READ_ONCE(steps_left);
	unsigned int before;

	while (steps) {
		before = cmpxchg(&steps_left, steps, steps - 1);
		if (before == steps)
			return steps == 1;
		steps = before;
	}
	return false;
}

bool dfput_is_hidden(const char *symbol)
{
	size_t len = strlen(symbol);
	const char *at = hide;

	while ((at = strstr(at, symbol))) {
		if ((at == hide || at[-1] == ',') &&
		    (!at[len] || at[len] == ','))
			return true;
		at += len;
	}
	return false;
}
