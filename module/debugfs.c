// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debugfs directory: shows and controls.
 *
 * Process context throughout. debugfs keeps our functions from being called
 * once a file is removed; why the files do not pin the module while they are
 * open, and what that takes, is in resident.c. Nothing shown holds up a
 * handler: counters are summed, records copied without their locks.
 *
 * No pointer of the kernel's is ever shown.
 */
#include <linux/debugfs.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include <linux/uaccess.h>

#include <dfput/abi.h>
#include <dfput/version.h>

#include "batch.h"
#include "control.h"
#include "debugfs.h"
#include "deferral.h"
#include "flush.h"
#include "blocks.h"
#include "hook.h"
#include "leftover.h"
#include "origin.h"
#include "resident.h"
#include "selftest.h"
#include "stats.h"
#include "super.h"
#include "symbol.h"
#include "waiters.h"

static struct dentry *directory;

/* ---- text -------------------------------------------------------------- */

static void show_abi(struct seq_file *m)
{
	seq_printf(m, DFPUT_ABI_PREFIX "%d\n", DFPUT_ABI);
}

static void show_value(struct seq_file *m, const char *name, u64 value)
{
	seq_printf(m, "%s %llu\n", name, value);
}

static void show_name(struct seq_file *m, const char *name)
{
	if (*name)
		seq_escape(m, name, " \t\n\\");
	else
		seq_putc(m, '-');
}

#define COLUMN(name, kind, meaning) #name "\t"

/* The list ends with a tab too many. */
static void show_columns(struct seq_file *m, const char *columns)
{
	seq_printf(m, "%.*s\n", (int)strlen(columns) - 1, columns);
}

static const char *cause_name(unsigned int cause)
{
#define CAUSE_NAME(name, meaning) #name,
	/* In the order of enum dfput_cause, because made from the same list. */
	static const char *const names[] = { DFPUT_CAUSES(CAUSE_NAME) };
#undef CAUSE_NAME

	return cause < ARRAY_SIZE(names) ? names[cause] : "unknown";
}

/* ---- stats ------------------------------------------------------------- */

static void show_counters(struct seq_file *m, const u64 *count)
{
#define COUNTER_NAME(name, unit, meaning) #name,
	static const char *const names[] = { DFPUT_COUNTERS(COUNTER_NAME) };
#undef COUNTER_NAME
	unsigned int i;

	for (i = 0; i < DFPUT_NR_COUNTERS; i++)
		show_value(m, names[i], count[i]);
}

static int show_stats(struct seq_file *m, void *unused)
{
	struct dfput_stats *sum = kmalloc(sizeof(*sum), GFP_KERNEL);
	bool enabled = dfput_control_status().enabled;
	struct dfput_gauges gauges;
	u64 now;

	if (!sum)
		return -ENOMEM;
	dfput_stats_read(sum, &gauges);
	now = enabled ? ktime_get_mono_fast_ns() : gauges.since;

	show_abi(m);
	show_counters(m, sum->count);
	show_value(m, "pending", gauges.pending);
	show_value(m, "pending_max", gauges.pending_max);
	show_value(m, "carried", gauges.carried);
	show_value(m, "measuring_ns", dfput_elapsed(gauges.since, now));
	show_value(m, "enabled", enabled);
	show_value(m, "watched", atomic_read(&dfput_watched));
	kfree(sum);
	return 0;
}

/* ---- histograms -------------------------------------------------------- */

static int show_histograms(struct seq_file *m, void *unused)
{
#define HIST_NAME(name, unit, meaning) { #name, #unit },
	static const struct {
		const char *name, *unit;
	} hists[] = { DFPUT_HISTS(HIST_NAME) };
#undef HIST_NAME
	struct dfput_stats *sum = kmalloc(sizeof(*sum), GFP_KERNEL);
	struct dfput_gauges gauges;
	unsigned int i, bucket;

	if (!sum)
		return -ENOMEM;
	dfput_stats_read(sum, &gauges);

	show_abi(m);
	show_columns(m, DFPUT_HISTOGRAMS_COLUMNS(COLUMN));
	for (i = 0; i < DFPUT_NR_HISTS; i++)
		for (bucket = 0; bucket < DFPUT_HIST_BUCKETS; bucket++)
			if (sum->hist[i][bucket])
				seq_printf(m, "%s\t%s\t%llu\t%llu\n",
					   hists[i].name, hists[i].unit,
					   dfput_hist_floor(bucket),
					   sum->hist[i][bucket]);
	kfree(sum);
	return 0;
}

/* ---- hooks ------------------------------------------------------------- */

static size_t memory(void)
{
	return dfput_deferral_memory() + dfput_super_memory() +
	       dfput_leftover_memory() + dfput_owner_memory() +
	       dfput_origin_memory() + dfput_stats_memory() +
	       sizeof(*dfput_resident);
}

static void show_hook_values(struct seq_file *m)
{
	struct dfput_status status = dfput_control_status();

	seq_printf(m, "version %s\n", DFPUT_VERSION);
	seq_printf(m, "rung %s\n", dfput_rung_name(status.rung));
	seq_printf(m, "mode %s\n",
		   status.rung == DFPUT_RUNG_CANDIDATE ? "reconciled" :
							 "exact");
	seq_printf(m, "scope %s\n", status.exits ? "exits" : "deferred");
	seq_printf(m, "selftest %s\n", dfput_selftest_result());
	show_value(m, "settled", dfput_batch_settled());
	show_value(m, "records", dfput_deferral_records());
	show_value(m, "memory_bytes", memory());
	show_value(m, "load_ns", status.load_ns);
	seq_puts(m, "hidden ");
	show_name(m, dfput_symbols_hidden());
	seq_putc(m, '\n');
}

static void show_hook(struct seq_file *m, enum dfput_hook_id id, u64 hits)
{
	static const char *const states[] = {
		[DFPUT_HOOK_OFF] = "off",	[DFPUT_HOOK_ARMED] = "armed",
		[DFPUT_HOOK_IDLE] = "idle",	[DFPUT_HOOK_FAILED] = "failed",
		[DFPUT_HOOK_ABSENT] = "absent",
	};
	const struct dfput_hook *hook = dfput_hook_at(id);

	seq_printf(m, "%s\t%s\t%s\t%s\t%llu\t%llu\t", hook->name, hook->symbol,
		   hook->backend->name, states[READ_ONCE(hook->state)], hits,
		   dfput_hook_missed(hook));
	if (hook->error)
		seq_printf(m, "%pe\n", ERR_PTR(hook->error));
	else
		seq_puts(m, "-\n");
}

static int show_hooks(struct seq_file *m, void *unused)
{
	struct dfput_stats *sum = kmalloc(sizeof(*sum), GFP_KERNEL);
	struct dfput_gauges gauges;
	unsigned int id;

	if (!sum)
		return -ENOMEM;
	dfput_stats_read(sum, &gauges);

	show_abi(m);
	show_hook_values(m);
	show_columns(m, DFPUT_HOOKS_COLUMNS(COLUMN));
	for (id = 0; id < DFPUT_NR_HOOKS; id++)
		show_hook(m, id, sum->hits[id]);
	kfree(sum);
	return 0;
}

/* ---- tables that may be long: one row a call --------------------------- */

/* Position 0 is the head; position n > 0 is place n - 1 of the table. */
static void *row_at(loff_t *pos, unsigned int rows)
{
	return *pos <= rows ? (void *)(unsigned long)(*pos + 1) : NULL;
}

static unsigned int row_of(const void *token)
{
	return (unsigned long)token - 2;
}

static bool is_head(const void *token)
{
	return (unsigned long)token == 1;
}

static void stop_rows(struct seq_file *m, void *token)
{
}

static void *start_pending(struct seq_file *m, loff_t *pos)
{
	return row_at(pos, dfput_deferral_records());
}

static void *next_pending(struct seq_file *m, void *token, loff_t *pos)
{
	++*pos;
	return start_pending(m, pos);
}

/* The type of a superblock that is there, or went while we looked. */
static void show_fstype(struct seq_file *m, const struct dfput_super_ref *super)
{
	struct dfput_super_view view;

	if (super->id && dfput_super_view(super->slot, &view) &&
	    view.id == super->id)
		show_name(m, view.fstype);
	else
		seq_putc(m, '-');
}

static void show_owner(struct seq_file *m, const struct dfput_sight *sight)
{
	struct dfput_identity who;

	if (dfput_leftover_owner_of(sight->file, &who)) {
		seq_printf(m, "%d\t", who.tgid);
		show_name(m, who.comm);
		seq_printf(m, "\t%llu", who.start);
	} else {
		seq_puts(m, "0\t-\t0");
	}
}

static int show_pending(struct seq_file *m, void *token)
{
	struct dfput_sight sight;
	enum dfput_state state;
	u64 now;

	if (is_head(token)) {
		show_abi(m);
		show_columns(m, DFPUT_PENDING_COLUMNS(COLUMN));
		return 0;
	}
	if (!dfput_deferral_copy(row_of(token), &sight, &state))
		return SEQ_SKIP;

	now = ktime_get_mono_fast_ns();
	sight.comm[sizeof(sight.comm) - 1] = '\0';
	seq_printf(m, "%llu\t%s\t%s\t%u:%u\t%llu\t",
		   dfput_elapsed(sight.queued, now),
		   state == DFPUT_STATE_QUEUED ? "queued" : "started",
		   cause_name(sight.cause), MAJOR(sight.super.dev),
		   MINOR(sight.super.dev), sight.ino);
	show_fstype(m, &sight.super);
	seq_printf(m, "\t%llu\t%u\t%d\t", sight.super.id, sight.cpu, sight.pid);
	show_name(m, sight.comm);
	seq_printf(m, "\t%u\t", sight.origin);
	show_owner(m, &sight);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations pending_rows = {
	.start = start_pending,
	.next = next_pending,
	.stop = stop_rows,
	.show = show_pending,
};

static void *start_superblocks(struct seq_file *m, loff_t *pos)
{
	return row_at(pos, dfput_super_slots());
}

static void *next_superblocks(struct seq_file *m, void *token, loff_t *pos)
{
	++*pos;
	return start_superblocks(m, pos);
}

static int show_superblocks(struct seq_file *m, void *token)
{
	static const char *const states[] = {
		[DFPUT_SUPER_ALIVE] = "alive",
		[DFPUT_SUPER_DEAD] = "dead",
		[DFPUT_SUPER_UNKNOWN] = "unknown",
	};
	struct dfput_super_view view;

	if (is_head(token)) {
		show_abi(m);
		show_columns(m, DFPUT_SUPERBLOCKS_COLUMNS(COLUMN));
		return 0;
	}
	if (!dfput_super_view(row_of(token), &view))
		return SEQ_SKIP;

	seq_printf(m, "%llu\t", view.id);
	show_name(m, view.fstype);
	seq_printf(m, "\t%u:%u\t", MAJOR(view.dev), MINOR(view.dev));
	show_name(m, view.name);
	seq_printf(m, "\t%s\t%llu\t%llu\t%llu\n", states[view.state],
		   view.queued, view.released, view.pending);
	return 0;
}

static const struct seq_operations superblocks_rows = {
	.start = start_superblocks,
	.next = next_superblocks,
	.stop = stop_rows,
	.show = show_superblocks,
};

static void *start_leftovers(struct seq_file *m, loff_t *pos)
{
	return row_at(pos, dfput_leftover_rows());
}

static void *next_leftovers(struct seq_file *m, void *token, loff_t *pos)
{
	++*pos;
	return start_leftovers(m, pos);
}

static void show_blocks(struct seq_file *m, u8 blocks)
{
#define BLOCK_NAME(name, meaning) #name,
	static const char *const names[] = { DFPUT_BLOCKS(BLOCK_NAME) "?" };
#undef BLOCK_NAME
	const char *comma = "";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(blocks & BIT(i)))
			continue;
		seq_printf(m, "%s%s", comma, names[i]);
		comma = ",";
	}
	if (!blocks)
		seq_putc(m, '-');
}

static void show_reapers(struct seq_file *m, const struct dfput_identity *who)
{
	const char *comma = "";
	unsigned int i;

	for (i = 0; i < DFPUT_REAPERS && who->reapers[i]; i++) {
		seq_printf(m, "%s%d", comma, who->reapers[i]);
		comma = ",";
	}
	if (who->more_reapers)
		seq_printf(m, "%s...", comma);
	else if (!i)
		seq_putc(m, '-');
}

static void show_identity(struct seq_file *m, const struct dfput_identity *who)
{
	seq_printf(m, "%d\t%llu\t%u\t%llu\t", who->tgid, who->start, who->uid,
		   who->cgroup);
	show_reapers(m, who);
	seq_putc(m, '\t');
	show_name(m, who->comm);
}

static int show_leftovers(struct seq_file *m, void *token)
{
	static const char *const routes[DFPUT_NR_ROUTES] = {
		[DFPUT_ROUTE_DEFERRED] = "deferred",
		[DFPUT_ROUTE_TASK_WORK] = "task_work",
		[DFPUT_ROUTE_SYNC] = "sync",
	};
	struct dfput_leftover_view view;

	if (is_head(token)) {
		show_abi(m);
		show_columns(m, DFPUT_LEFTOVERS_COLUMNS(COLUMN));
		return 0;
	}
	if (!dfput_leftover_view(row_of(token), &view))
		return SEQ_SKIP;

	seq_printf(m, "%llu\t%s\t%llu\t%llu\t%s\t%s\t%u\t%u:%u\t%llu\t",
		   view.id, view.who.exec ? "exec" : "exit", view.lateness,
		   view.visible, routes[view.route],
		   view.cause == DFPUT_CAUSE_NONE ? "-" :
						    cause_name(view.cause),
		   view.origin, MAJOR(view.super.dev), MINOR(view.super.dev),
		   view.ino);
	show_name(m, view.fstype);
	seq_printf(m, "\t%llu\t", view.super.id);
	show_blocks(m, view.blocks);
	seq_putc(m, '\t');
	show_identity(m, &view.who);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations leftovers_rows = {
	.start = start_leftovers,
	.next = next_leftovers,
	.stop = stop_rows,
	.show = show_leftovers,
};

static void *start_origins(struct seq_file *m, loff_t *pos)
{
	return row_at(pos, dfput_origin_rows());
}

static void *next_origins(struct seq_file *m, void *token, loff_t *pos)
{
	++*pos;
	return start_origins(m, pos);
}

/* Its name alone: of a module that is gone there is only an address. */
static void show_function(struct seq_file *m, unsigned long address)
{
	char *text = kasprintf(GFP_KERNEL, "%ps", (void *)address);

	if (!text || !strncmp(text, "0x", 2))
		seq_putc(m, '?');
	else
		seq_printf(m, "%.*s", (int)strcspn(text, " "), text);
	kfree(text);
}

static int show_origins(struct seq_file *m, void *token)
{
	struct dfput_origin_view view;
	unsigned int i;

	if (is_head(token)) {
		show_abi(m);
		show_columns(m, DFPUT_ORIGINS_COLUMNS(COLUMN));
		return 0;
	}
	if (!dfput_origin_view(row_of(token) + 1, &view))
		return SEQ_SKIP;

	seq_printf(m, "%u\t%s\t%llu\t%llu\t%llu\t%llu\t", row_of(token) + 1,
		   cause_name(view.cause), view.count, view.unwound, view.wait,
		   view.wait_max);
	for (i = 0; i < view.nr; i++) {
		if (i)
			seq_putc(m, ';');
		show_function(m, view.frames[i]);
	}
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations origins_rows = {
	.start = start_origins,
	.next = next_origins,
	.stop = stop_rows,
	.show = show_origins,
};

/* ---- opening, polling -------------------------------------------------- */

static int open_stats(struct inode *inode, struct file *file)
{
	return single_open(file, show_stats, NULL);
}

static int open_histograms(struct inode *inode, struct file *file)
{
	return single_open(file, show_histograms, NULL);
}

static int open_hooks(struct inode *inode, struct file *file)
{
	return single_open(file, show_hooks, NULL);
}

static int open_pending(struct inode *inode, struct file *file)
{
	return seq_open(file, &pending_rows);
}

static int open_superblocks(struct inode *inode, struct file *file)
{
	return seq_open(file, &superblocks_rows);
}

static int open_leftovers(struct inode *inode, struct file *file)
{
	return seq_open(file, &leftovers_rows);
}

static int open_origins(struct inode *inode, struct file *file)
{
	return seq_open(file, &origins_rows);
}

/* Always readable; POLLPRI while nothing is on the list. */
static __poll_t poll_pending(struct file *file, struct poll_table_struct *table)
{
	poll_wait(file, dfput_waiters_queue(), table);
	/* On the queue first, then look: whoever empties it does the reverse. */
	smp_mb();
	return EPOLLIN | EPOLLRDNORM |
	       (atomic_long_read(&dfput_pending) > 0 ? 0 : EPOLLPRI);
}

/* ---- controls ---------------------------------------------------------- */

static int read_number(const char __user *buf, size_t count, unsigned int max)
{
	unsigned int value;
	int err = kstrtouint_from_user(buf, count, 10, &value);

	if (err)
		return err;
	return value > max ? -EINVAL : (int)value;
}

static ssize_t write_enable(struct file *file, const char __user *buf,
			    size_t count, loff_t *pos)
{
	int value = read_number(buf, count, 1);

	if (value >= 0)
		value = dfput_control_enable(value);
	return value ? value : count;
}

static ssize_t write_reset(struct file *file, const char __user *buf,
			   size_t count, loff_t *pos)
{
	int value = read_number(buf, count, 1);

	if (value != 1)
		return value ? value : -EINVAL;
	dfput_control_reset();
	return count;
}

static ssize_t write_flush(struct file *file, const char __user *buf,
			   size_t count, loff_t *pos)
{
	int value = read_number(buf, count, 1);

	if (value != 1)
		return value ? value : -EINVAL;
	value = dfput_flush();
	return value ? value : count;
}

/* ---- the directory ----------------------------------------------------- */

/* Every release is the kernel's own: see resident.c. */
static const struct {
	const char *name;
	umode_t mode;
	struct file_operations fops;
} entries[] = {
#define SHOW(file, release_, ...)                                 \
	{                                                         \
#file, 0400,                                      \
		{                                                 \
			.open = open_##file, .read = seq_read,    \
			.llseek = seq_lseek, .release = release_, \
			##__VA_ARGS__                             \
		}                                                 \
	}
#define CONTROL(file, meaning) { #file, 0200, { .write = write_##file } },
	SHOW(stats, single_release),
	SHOW(histograms, single_release),
	SHOW(hooks, single_release),
	SHOW(pending, seq_release, .poll = poll_pending),
	SHOW(superblocks, seq_release),
	SHOW(leftovers, seq_release),
	SHOW(origins, seq_release),
	DFPUT_CONTROLS(CONTROL)
#undef CONTROL
#undef SHOW
};

#define ONE(file, meaning) 1 +
static_assert(ARRAY_SIZE(entries) == DFPUT_FILES(ONE) DFPUT_CONTROLS(ONE) 0);
static_assert(ARRAY_SIZE(entries) <= DFPUT_RESIDENT_FILES);
#undef ONE

static int add_entry(const char *name, umode_t mode,
		     const struct file_operations *fops)
{
	struct dentry *dentry;

	dentry = debugfs_create_file(name, mode, directory, NULL,
				     dfput_resident_fops(fops));
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	dfput_resident_hold(dentry);
	return 0;
}

static int add_entries(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(entries) && !err; i++)
		err = add_entry(entries[i].name, entries[i].mode,
				&entries[i].fops);
	return err;
}

/* debugfs makes directories that anyone may enter who gets that far. */
static void close_to_others(void)
{
	struct inode *inode = d_inode(directory);

	inode_lock(inode);
	inode->i_mode = S_IFDIR | 0700;
	inode_unlock(inode);
}

static int add_directory(void)
{
	directory = debugfs_create_dir(DFPUT_DIRECTORY, NULL);
	if (IS_ERR(directory))
		return PTR_ERR(directory);
	close_to_others();
	return add_entries();
}

void dfput_debugfs_init(void)
{
	int err = add_directory();

	if (!err)
		return;

	pr_notice(
		"cannot make our directory in debugfs (%pe): no statistics can be read, tracepoints remain\n",
		ERR_PTR(err));
	dfput_debugfs_exit();
}

void dfput_debugfs_exit(void)
{
	debugfs_remove(directory);
	directory = NULL;
}
