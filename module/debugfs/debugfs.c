// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debugfs directory: shows and controls.
 *
 * Process context throughout. An open file pins the module. Nothing shown holds up a
 * handler: counters are summed. The long tables are in tables.c.
 */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include <linux/uaccess.h>

#include <dfput/abi.h>
#include <dfput/version.h>

#include "list/list.h"
#include "control.h"
#include "debugfs/debugfs.h"
#include "core/fault.h"
#include "core/waiters.h"
#include "debugfs/flush.h"
#include "hook/hook.h"
#include "exit/exit.h"
#include "fs/fs.h"
#include "parts.h"
#include "core/stats.h"
#include "debugfs/tables.h"
#include "debugfs/text.h"

static struct dentry *directory;

/* ---- stats ------------------------------------------------------------- */

static void show_counters(struct seq_file *m, const u64 *count)
{
#define COUNTER_NAME(name, unit, meaning) #name,
	static const char *const names[] = { DFPUT_COUNTERS(COUNTER_NAME) };
#undef COUNTER_NAME
	unsigned int i;

	for (i = 0; i < DFPUT_NR_COUNTERS; i++)
		dfput_text_value(m, names[i], count[i]);
}

/* One moment on three clocks: a reader turns our times into wall-clock times. */
static void show_clocks(struct seq_file *m)
{
	ktime_t now = ktime_get();

	dfput_text_value(m, "clock_monotonic_ns", ktime_to_ns(now));
	dfput_text_value(m, "clock_boottime_ns",
			 ktime_to_ns(ktime_mono_to_any(now, TK_OFFS_BOOT)));
	dfput_text_value(m, "clock_realtime_ns",
			 ktime_to_ns(ktime_mono_to_real(now)));
}

static int show_stats(struct seq_file *m, void *unused)
{
	struct dfput_stats *sum =
		dfput_try(NULL, kmalloc(sizeof(*sum), GFP_KERNEL));
	bool enabled = dfput_control_status().enabled;
	struct dfput_gauges gauges;
	u32 last_ring;
	u64 now;

	if (!sum)
		return -ENOMEM;
	dfput_stats_read(sum, &gauges);
	sum->count[DFPUT_COUNT_missed_probes] += dfput_hooks_missed();
	now = enabled ? ktime_get_mono_fast_ns() : gauges.since;

	dfput_text_abi(m);
	show_counters(m, sum->count);
	dfput_text_value(m, "pending", gauges.pending);
	dfput_text_value(m, "pending_max", gauges.pending_max);
	dfput_text_value(m, "pending_at_reset", gauges.pending_at_reset);
	dfput_text_value(m, "measuring_ns", dfput_elapsed(gauges.since, now));
	dfput_text_value(m, "enabled", enabled);
	dfput_text_value(m, "watched", atomic_read(&dfput_watched));
	dfput_text_value(m, "rings", dfput_ring_count(&last_ring));
	show_clocks(m);
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
	struct dfput_stats *sum =
		dfput_try(NULL, kmalloc(sizeof(*sum), GFP_KERNEL));
	struct dfput_gauges gauges;
	unsigned int i, bucket;

	if (!sum)
		return -ENOMEM;
	dfput_stats_read(sum, &gauges);

	dfput_text_abi(m);
	dfput_text_columns(m, DFPUT_HISTOGRAMS_COLUMNS(DFPUT_TEXT_COLUMN));
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

static void show_hook_values(struct seq_file *m)
{
	struct dfput_status status = dfput_control_status();

	seq_printf(m, "version %s\n", DFPUT_VERSION);
	seq_printf(m, "method %s\n", dfput_method_name(status.method));
	seq_printf(m, "scope %s\n", status.exits ? "exits" : "deferred");
	seq_printf(m, "selftest %s\n", dfput_selftest_result());
	dfput_text_value(m, "settled", dfput_batch_is_preload_over());
	dfput_text_value(m, "records", dfput_list_records());
	dfput_text_value(m, "memory_bytes", dfput_parts_memory());
	dfput_text_value(m, "load_ns", status.load_ns);
}

static void show_hook(struct seq_file *m, enum dfput_hook_id id)
{
	static const char *const states[] = {
		[DFPUT_HOOK_OFF] = "off",	[DFPUT_HOOK_ARMED] = "armed",
		[DFPUT_HOOK_IDLE] = "idle",	[DFPUT_HOOK_FAILED] = "failed",
		[DFPUT_HOOK_ABSENT] = "absent",
	};
	struct dfput_hook_view hook;

	dfput_hook_view(id, &hook);
	seq_printf(m, "%s\t%s\t%s\t%s\t%llu\t%llu\t", hook.name, hook.symbol,
		   hook.backend, states[hook.state], hook.hits, hook.misses);
	if (hook.error)
		seq_printf(m, "%pe\n", ERR_PTR(hook.error));
	else
		seq_puts(m, "-\n");
}

static int show_hooks(struct seq_file *m, void *unused)
{
	unsigned int id;

	dfput_text_abi(m);
	show_hook_values(m);
	dfput_text_columns(m, DFPUT_HOOKS_COLUMNS(DFPUT_TEXT_COLUMN));
	for (id = 0; id < DFPUT_NR_HOOKS; id++)
		show_hook(m, id);
	return 0;
}

/* ---- opening, polling -------------------------------------------------- */

static int open_stats(struct inode *inode, struct file *file)
{
	return dfput_try(-ENOMEM, single_open(file, show_stats, NULL));
}

static int open_histograms(struct inode *inode, struct file *file)
{
	return dfput_try(-ENOMEM, single_open(file, show_histograms, NULL));
}

static int open_hooks(struct inode *inode, struct file *file)
{
	return dfput_try(-ENOMEM, single_open(file, show_hooks, NULL));
}

static int open_table(struct inode *inode, struct file *file)
{
	struct seq_file *m;
	int err = dfput_try(-ENOMEM, seq_open(file, &dfput_table_operations));

	if (err)
		return err;
	m = file->private_data;
	m->private = inode->i_private;
	m->poll_event = atomic_read(&dfput_ended);
	return 0;
}

/* Always readable; POLLPRI while nothing is on the list. */
static __poll_t poll_pending(struct file *file, struct poll_table_struct *table)
{
	poll_wait(file, &dfput_waiters, table);
	/* On the queue first, then look: whoever empties it does the reverse. */
	smp_mb();
	return EPOLLIN | EPOLLRDNORM |
	       (atomic_long_read(&dfput_pending) > 0 ? 0 : EPOLLPRI);
}

/* The same, but POLLPRI when something has ended since the last poll. */
static __poll_t poll_ended(struct file *file, struct poll_table_struct *table)
{
	struct seq_file *m = file->private_data;
	int before = m->poll_event;

	poll_wait(file, &dfput_waiters, table);
	smp_mb(); /* as above */
	m->poll_event = atomic_read(&dfput_ended);
	return EPOLLIN | EPOLLRDNORM | (m->poll_event == before ? 0 : EPOLLPRI);
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

static const struct {
	const char *name;
	umode_t mode;
	const struct dfput_table *table;
	struct file_operations fops;
} entries[] = {
#define VALUES(file)                                   \
	{                                              \
		.name = #file, .mode = 0400, .fops = { \
			.owner = THIS_MODULE,          \
			.open = open_##file,           \
			.read = seq_read,              \
			.llseek = seq_lseek,           \
			.release = single_release      \
		}                                      \
	}
#define TABLE(file, poll_)                                                 \
	{                                                                  \
		.name = #file, .mode = 0400, .table = &dfput_table_##file, \
		.fops = {                                                  \
			.owner = THIS_MODULE,                              \
			.open = open_table,                                \
			.read = seq_read,                                  \
			.llseek = seq_lseek,                               \
			.release = seq_release,                            \
			.poll = poll_                                      \
		}                                                          \
	}
#define CONTROL(file, meaning) \
	{ .name = #file,       \
	  .mode = 0200,        \
	  .fops = { .owner = THIS_MODULE, .write = write_##file } },
	VALUES(stats),
	VALUES(histograms),
	VALUES(hooks),
	TABLE(pending, poll_pending),
	TABLE(superblocks, poll_ended),
	TABLE(leftovers, poll_ended),
	TABLE(origins, poll_ended),
	TABLE(umounts, poll_ended),
	TABLE(held, poll_ended),
	TABLE(rings, poll_ended),
	DFPUT_CONTROLS(CONTROL)
#undef CONTROL
#undef TABLE
#undef VALUES
};

#define ONE(file, meaning) 1 +
static_assert(ARRAY_SIZE(entries) == DFPUT_FILES(ONE) DFPUT_CONTROLS(ONE) 0);
#undef ONE

static int add_entry(const char *name, umode_t mode,
		     const struct dfput_table *table,
		     const struct file_operations *fops)
{
	struct dentry *dentry;

	dentry = dfput_try(ERR_PTR(-ENOMEM),
			   debugfs_create_file(name, mode, directory,
					       (void *)table, fops));
	return PTR_ERR_OR_ZERO(dentry);
}

static int add_entries(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(entries) && !err; i++)
		err = add_entry(entries[i].name, entries[i].mode,
				entries[i].table, &entries[i].fops);
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
	directory = dfput_try(ERR_PTR(-ENOMEM),
			      debugfs_create_dir(DFPUT_DIRECTORY, NULL));
	if (IS_ERR(directory))
		return PTR_ERR(directory);
	close_to_others();
	return add_entries();
}

void dfput_debugfs_init(void)
{
	int err;

	dfput_tables_init();
	err = add_directory();
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
	dfput_flush_exit();
}
