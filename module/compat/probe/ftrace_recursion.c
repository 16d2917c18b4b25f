// SPDX-License-Identifier: GPL-2.0-only
/* Since 5.11 protection against recursion is asked for, before it was declined. */
#include <linux/ftrace.h>

int probe(void);
int probe(void)
{
	return FTRACE_OPS_FL_RECURSION;
}
