// SPDX-License-Identifier: GPL-2.0-only
/*
 * Since 6.7 fput() frees a file that was never opened by itself. No header shows
 * that, but get_file_active() came in the same release.
 */
#include <linux/fs.h>

struct file *probe(struct file **file);
struct file *probe(struct file **file)
{
	return get_file_active(file);
}
