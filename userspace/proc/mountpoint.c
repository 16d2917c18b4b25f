// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where things are mounted, by libmount.
 */
#include <errno.h>
#include <libmount.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/alloc.h"
#include "proc/devices.h"
#include "proc/mountpoint.h"

/* A bind mount of one of its directories is no debugfs to us. */
static bool is_debugfs(struct libmnt_fs *fs)
{
	const char *root = mnt_fs_get_root(fs);

	return mnt_fs_match_fstype(fs, "debugfs") &&
	       (!root || !strcmp(root, "/"));
}

static char *first_debugfs(struct libmnt_table *table)
{
	struct libmnt_iter *iter = must(mnt_new_iter(MNT_ITER_FORWARD));
	struct libmnt_fs *fs;
	char *target = NULL;

	while (!target && mnt_table_next_fs(table, iter, &fs) == 0)
		if (is_debugfs(fs) && mnt_fs_get_target(fs))
			target = alloc_copy(mnt_fs_get_target(fs));
	mnt_free_iter(iter);
	return target;
}

static int parse_mounts(const char *root, struct libmnt_table **table)
{
	char *path = alloc_text("%s/proc/self/mountinfo", root);
	int err;

	*table = must(mnt_new_table());
	err = mnt_table_parse_file(*table, path);
	free(path);
	return err > 0 ? -EIO : err;
}

int locate_debugfs(const char *root, char **where)
{
	struct libmnt_table *table;
	int err = parse_mounts(root, &table);

	*where = NULL;
	if (!err)
		*where = first_debugfs(table);
	mnt_unref_table(table);
	return err;
}

int locate_device(const char *root, const char *text, char **where)
{
	struct libmnt_table *table;
	struct libmnt_fs *fs;
	dev_t device;
	int err = devices_parse(text, &device);

	*where = NULL;
	if (err)
		return err;
	err = parse_mounts(root, &table);
	fs = err ? NULL : mnt_table_find_devno(table, device, MNT_ITER_FORWARD);
	if (fs && mnt_fs_get_target(fs))
		*where = alloc_copy(mnt_fs_get_target(fs));
	mnt_unref_table(table);
	return err;
}

int locate_mount(const char *root, const char *path, dev_t *super)
{
	struct libmnt_table *table;
	struct libmnt_fs *fs = NULL;
	char *real = realpath(path, NULL);
	int err = real ? parse_mounts(root, &table) : -errno;

	if (!real)
		return err;
	if (!err)
		fs = mnt_table_find_target(table, real, MNT_ITER_BACKWARD);
	if (fs)
		*super = mnt_fs_get_devno(fs);
	else if (!err)
		err = -EINVAL;
	mnt_unref_table(table);
	free(real);
	return err;
}

/* The filesystem's source, as far as it is a path of ours to a block device. */
static bool is_on(struct libmnt_fs *fs, dev_t block)
{
	const char *source = mnt_fs_get_srcpath(fs);
	struct stat stat_buf;

	return source && *source == '/' && !stat(source, &stat_buf) &&
	       S_ISBLK(stat_buf.st_mode) && stat_buf.st_rdev == block;
}

int locate_super(const char *root, dev_t block, dev_t *super)
{
	struct libmnt_iter *iter = must(mnt_new_iter(MNT_ITER_FORWARD));
	struct libmnt_table *table;
	struct libmnt_fs *fs;
	int err = parse_mounts(root, &table);

	*super = 0;
	while (!err && !*super && mnt_table_next_fs(table, iter, &fs) == 0)
		if (is_on(fs, block))
			*super = mnt_fs_get_devno(fs);
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return err;
}
