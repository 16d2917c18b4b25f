// SPDX-License-Identifier: GPL-2.0-only
/* Since 6.9 a file_lock_context holds lists of struct file_lock_core. */
#include <linux/fs.h>
#include <linux/filelock.h>

const struct file *probe(const struct file_lock_core *lock);
const struct file *probe(const struct file_lock_core *lock)
{
	return lock->flc_file;
}
