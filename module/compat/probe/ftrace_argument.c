// SPDX-License-Identifier: GPL-2.0-only
/* Since 6.2 struct ftrace_regs has a getter for arguments, and no other way. */
#include <linux/ftrace.h>

unsigned long probe(struct ftrace_regs *fregs);
unsigned long probe(struct ftrace_regs *fregs)
{
	return ftrace_regs_get_argument(fregs, 0);
}
