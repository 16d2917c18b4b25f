// SPDX-License-Identifier: GPL-2.0-only
/* No feature: if this does not compile, then no answer is worth anything. */
#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/module.h>
