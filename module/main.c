// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput: counts and timestamps the kernel's delayed_fput work.
 *
 * Parameters, load and unload. Hooks are armed last and disarmed first; the debugfs
 * directory is made after that and removed before, so that nobody can reach what is
 * not there.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/string.h>

#include <dfput/version.h>

#include "control.h"
#include "debugfs/debugfs.h"
#include "hook/hook.h"
#include "parts.h"

/* With the rest about half of the 4 MiB that we allow ourselves by default. */
#define RECORDS_DEFAULT 16384
#define RECORDS_MIN 8
#define RECORDS_MAX BIT(20)
#define LEFTOVERS_DEFAULT 2048
#define LEFTOVERS_MIN 16
#define LEFTOVERS_MAX BIT(20)
#define STACKS_DEFAULT 256
#define STACKS_MIN 1
#define STACKS_MAX 512
#define SAMPLE_DEFAULT 256

static char *method = "auto";
module_param(method, charp, 0400);
MODULE_PARM_DESC(
	method,
	"how queueing is seen: auto (default: the best that works), exact or reconciled");

static char *scope = DFPUT_SCOPE_DEFAULT;
module_param(scope, charp, 0400);
MODULE_PARM_DESC(
	scope,
	"what is measured: exits (default: the list, and what exits leave) or deferred (the list alone)");

static unsigned int records = RECORDS_DEFAULT;
module_param(records, uint, 0400);
MODULE_PARM_DESC(
	records,
	"files on the list that can be timed at once: 8 to 1048576 (default 16384)");

static unsigned int leftovers = LEFTOVERS_DEFAULT;
module_param(leftovers, uint, 0400);
MODULE_PARM_DESC(
	leftovers,
	"files that can be watched at once, and leftovers that are kept: 16 to 1048576 (default 2048)");

static unsigned int stacks = STACKS_DEFAULT;
module_param(stacks, uint, 0400);
MODULE_PARM_DESC(stacks, "call paths that are kept: 1 to 512 (default 256)");

static unsigned int stack_sample = SAMPLE_DEFAULT;
module_param(stack_sample, uint, 0400);
MODULE_PARM_DESC(
	stack_sample,
	"unwind the stack for one in N files of a call site: 1 for all, 0 for the first only (default 256)");

static int parse_method(struct dfput_settings *settings)
{
	enum dfput_method i;

	for (i = 0; i < DFPUT_NR_METHODS; i++)
		if (!strcmp(method, dfput_method_name(i)))
			break;
	settings->method = i;
	if (i < DFPUT_NR_METHODS || !strcmp(method, "auto"))
		return 0;
	pr_err("parameter method=%s: must be auto, exact or reconciled\n",
	       method);
	return -EINVAL;
}

static int parse_scope(struct dfput_settings *settings)
{
	static const char *const scopes[] = { DFPUT_SCOPES(DFPUT_WORD) };

	settings->exits = !strcmp(scope, scopes[DFPUT_SCOPE_EXITS]);
	if (settings->exits || !strcmp(scope, scopes[DFPUT_SCOPE_DEFERRED]))
		return 0;
	pr_err("parameter scope=%s: must be deferred or exits\n", scope);
	return -EINVAL;
}

static int check_size(const char *name, unsigned int value, unsigned long min,
		      unsigned long max)
{
	if (value >= min && value <= max)
		return 0;
	pr_err("parameter %s=%u: must be from %lu to %lu\n", name, value, min,
	       max);
	return -EINVAL;
}

static int parse_parameters(struct dfput_settings *settings)
{
	int err = parse_method(settings);

	if (!err)
		err = parse_scope(settings);
	if (!err)
		err = check_size("records", records, RECORDS_MIN, RECORDS_MAX);
	if (!err)
		err = check_size("leftovers", leftovers, LEFTOVERS_MIN,
				 LEFTOVERS_MAX);
	if (!err)
		err = check_size("stacks", stacks, STACKS_MIN, STACKS_MAX);
	settings->records = records;
	settings->leftovers = leftovers;
	settings->stacks = stacks;
	settings->stack_sample = stack_sample;
	return err;
}

static int __init dfput_init(void)
{
	u64 begun = ktime_get_mono_fast_ns();
	struct dfput_settings settings;
	int err;

	err = parse_parameters(&settings);
	if (err)
		return err;
	err = dfput_parts_init(&settings);
	if (err)
		return err;
	err = dfput_control_init(&settings, begun);
	if (err) {
		dfput_parts_exit();
		return err;
	}
	dfput_debugfs_init();
	return 0;
}

static void __exit dfput_exit(void)
{
	dfput_debugfs_exit();
	dfput_control_exit();
	dfput_parts_exit();
}

module_init(dfput_init);
module_exit(dfput_exit);

MODULE_DESCRIPTION("Counts and timestamps delayed_fput work against task exits");
MODULE_AUTHOR("The dfput developers");
MODULE_VERSION(DFPUT_VERSION);
MODULE_LICENSE("GPL");
