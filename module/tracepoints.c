// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints' own code, and what some of them need beside it.
 *
 * Process context, under a lock of the kernel's; no handler is entered.
 */
#include "core/stats.h"
#include "exit/exit.h"
#include "list/list.h"
#include "umount/umount.h"

#define CREATE_TRACE_POINTS
#include "core/trace.h"

int dfput_trace_put_begin(void)
{
	dfput_fput_filter_add(1);
	return 0;
}

void dfput_trace_put_end(void)
{
	dfput_fput_filter_add(-1);
}
