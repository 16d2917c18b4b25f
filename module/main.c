// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput: counts and timestamps the kernel's delayed_fput work.
 *
 * Here are the parameters, and the ladder that brings the parts up, and down in
 * reverse. Hooks are armed last and disarmed first; nothing that a handler
 * touches goes before the hooks have waited for it.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/ktime.h>
#include <linux/tracepoint.h>

#include <dfput/version.h>

#include "control.h"
#include "debugfs/debugfs.h"
#include "list/list.h"
#include "core/fault.h"
#include "debugfs/flush.h"
#include "hook/hook.h"
#include "exit/exit.h"
#include "fs/fs.h"
#include "debugfs/resident.h"
#include "core/stats.h"
#include "hook/symbol.h"
#include "debugfs/waiters.h"

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

static char *rung = "auto";
module_param(rung, charp, 0400);
MODULE_PARM_DESC(
	rung, "how queueing is seen: auto (default), site, entry or candidate");

static char *scope = "exits";
module_param(scope, charp, 0400);
MODULE_PARM_DESC(
	scope,
	"what is measured: deferred (the list alone), or exits too (default)");

static unsigned int records = RECORDS_DEFAULT;
module_param(records, uint, 0400);
MODULE_PARM_DESC(
	records,
	"files on the list that can be timed at once: 8 to 1048576 (default 16384)");

static unsigned int leftovers = LEFTOVERS_DEFAULT;
module_param(leftovers, uint, 0400);
MODULE_PARM_DESC(
	leftovers,
	"files that can be watched after their process closed them, and leftovers that are kept: 16 to 1048576 (default 2048)");

static unsigned int stacks = STACKS_DEFAULT;
module_param(stacks, uint, 0400);
MODULE_PARM_DESC(stacks, "call paths that are kept: 1 to 512 (default 256)");

static unsigned int stack_sample = SAMPLE_DEFAULT;
module_param(stack_sample, uint, 0400);
MODULE_PARM_DESC(
	stack_sample,
	"of how many files from one call site the path is looked at for one: 1 for all, 0 for the first only (default 256)");

static char *hide = "";
module_param(hide, charp, 0400);
MODULE_PARM_DESC(
	hide,
	"for tests: kernel symbols to do without, with commas between them");

module_param_named(fail, dfput_fault_steps, uint, 0600);
MODULE_PARM_DESC(
	fail,
	"for tests: the allocation, registration or lookup that fails, counted from now on; 0 for none (default)");

static int parse_rung(struct dfput_wanted *wanted)
{
	for (wanted->rung = 0; wanted->rung < DFPUT_NR_RUNGS; wanted->rung++)
		if (!strcmp(rung, dfput_rung_name(wanted->rung)))
			return 0;
	if (!strcmp(rung, "auto"))
		return 0;
	pr_err("parameter rung=%s: must be auto, site, entry or candidate\n",
	       rung);
	return -EINVAL;
}

static int parse_scope(struct dfput_wanted *wanted)
{
	wanted->exits = !strcmp(scope, "exits");
	if (wanted->exits || !strcmp(scope, "deferred"))
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

static int parse_parameters(struct dfput_wanted *wanted)
{
	int err = parse_rung(wanted);

	if (!err)
		err = parse_scope(wanted);
	if (!err)
		err = check_size("records", records, RECORDS_MIN, RECORDS_MAX);
	if (!err)
		err = check_size("leftovers", leftovers, LEFTOVERS_MIN,
				 LEFTOVERS_MAX);
	if (!err)
		err = check_size("stacks", stacks, STACKS_MIN, STACKS_MAX);
	return err;
}

static int __init allocate(void)
{
	int err;

	err = dfput_resident_init();
	if (err)
		goto fail;
	err = dfput_stats_init();
	if (err)
		goto resident;
	err = dfput_super_init();
	if (err)
		goto stats;
	err = dfput_mount_init();
	if (err)
		goto super;
	err = dfput_list_init(records);
	if (err)
		goto mount;
	err = dfput_leftover_init(leftovers);
	if (err)
		goto deferral;
	err = dfput_watch_init(leftovers);
	if (err)
		goto leftover;
	err = dfput_owner_init(leftovers);
	if (err)
		goto watch;
	err = dfput_origin_init(stacks, stack_sample);
	if (err)
		goto owner;
	dfput_flush_init();
	return 0;

owner:
	dfput_owner_exit();
watch:
	dfput_watch_exit();
leftover:
	dfput_leftover_exit();
deferral:
	dfput_list_exit();
mount:
	dfput_mount_exit();
super:
	dfput_super_exit();
stats:
	dfput_stats_exit();
resident:
	dfput_resident_exit();
fail:
	pr_err("no memory for %u records, %u leftovers, %u stacks (%pe): try smaller parameters\n",
	       records, leftovers, stacks, ERR_PTR(err));
	return err;
}

static void release(void)
{
	dfput_waiters_sync();
	dfput_flush_exit();
	dfput_origin_exit();
	dfput_owner_exit();
	dfput_watch_exit();
	dfput_leftover_exit();
	dfput_list_exit();
	dfput_mount_exit();
	dfput_super_exit();
	dfput_stats_exit();
	dfput_resident_exit();
}

static int __init dfput_init(void)
{
	u64 begun = ktime_get_mono_fast_ns();
	struct dfput_wanted wanted;
	int err;

	err = parse_parameters(&wanted);
	if (err)
		return err;
	err = dfput_symbols_init(hide);
	if (err)
		return err;
	err = allocate();
	if (err)
		return err;
	dfput_debugfs_init();
	err = dfput_control_init(&wanted, begun);
	if (err)
		goto debugfs;
	return 0;

debugfs:
	dfput_flush_cancel();
	dfput_debugfs_exit();
	release();
	return err;
}

static void __exit dfput_exit(void)
{
	dfput_flush_cancel();
	dfput_debugfs_exit();
	dfput_control_exit();
	tracepoint_synchronize_unregister();
	release();
}

module_init(dfput_init);
module_exit(dfput_exit);

MODULE_DESCRIPTION("Counts and timestamps delayed_fput work against task exits");
MODULE_AUTHOR("The dfput developers");
MODULE_VERSION(DFPUT_VERSION);
MODULE_LICENSE("GPL");
