// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints' bodies; all there is to them is in trace.h. */
#include <linux/module.h>

#define CREATE_TRACE_POINTS
#include "trace.h"
