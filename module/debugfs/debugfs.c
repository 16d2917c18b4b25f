// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debugfs directory: shows and controls.
 *
 * Process context throughout. An open file pins the module. Nothing shown holds up a
 * handler: counters are summed.
 */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include <dfput/abi.h>

#include "control.h"
#include "debugfs/debugfs.h"
#include "core/fault.h"
#include "core/waiters.h"
#include "debugfs/flush.h"
#include "core/stats.h"
#include "debugfs/table.h"

static struct dentry *directory;

/* ---- polling ------------------------------------------------------------ */

/*
 * Always readable. POLLPRI: nothing is on the list, for pending; for the others,
 * something has ended since the last poll.
 */
static __poll_t poll_statistics(struct file *file,
				struct poll_table_struct *poll)
{
	const struct dfput_table *table = file_inode(file)->i_private;
	struct seq_file *m = file->private_data;
	int before = m->poll_event;
	bool urgent;

	poll_wait(file, &dfput_waiters, poll);
	/* On the queue first, then look: whoever wakes us does the reverse. */
	smp_mb();
	m->poll_event = atomic_read(&dfput_ended);
	if (table == &dfput_table_pending)
		urgent = atomic_long_read(&dfput_pending) <= 0;
	else
		urgent = m->poll_event != before;
	return EPOLLIN | EPOLLRDNORM | (urgent ? EPOLLPRI : 0);
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

static const struct file_operations statistics = {
	.owner = THIS_MODULE,
	.open = dfput_table_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
	.poll = poll_statistics,
};

#define CONTROL(file, meaning)                                 \
	static const struct file_operations control_##file = { \
		.owner = THIS_MODULE,                          \
		.write = write_##file,                         \
	};
DFPUT_CONTROLS(CONTROL)
#undef CONTROL

static const struct {
	const char *name;
	umode_t mode;
	const struct dfput_table *table;
	const struct file_operations *fops;
} entries[] = {
#define STATISTICS(file, ...) { #file, 0400, &dfput_table_##file, &statistics },
#define CONTROL(file, meaning) { #file, 0200, NULL, &control_##file },
	DFPUT_FILES(STATISTICS) DFPUT_CONTROLS(CONTROL)
#undef CONTROL
#undef STATISTICS
};

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
				entries[i].table, entries[i].fops);
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

	dfput_table_init();
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
