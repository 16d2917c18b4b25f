// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints' own code.
 *
 * Process context, under a lock of the kernel's; no handler is entered.
 */
#include "core/stats.h"
#include "exit/exit.h"
#include "list/list.h"
#include "umount/umount.h"

#define CREATE_TRACE_POINTS
#include "core/trace.h"
