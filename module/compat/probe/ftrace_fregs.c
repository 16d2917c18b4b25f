// SPDX-License-Identifier: GPL-2.0-only
/* Since 5.11 ftrace's callbacks get a struct ftrace_regs, before a pt_regs. */
#include <linux/ftrace.h>

void probe(unsigned long ip, unsigned long caller, struct ftrace_ops *ops,
	   struct ftrace_regs *fregs);
ftrace_func_t callback(void);
ftrace_func_t callback(void)
{
	return probe;
}
