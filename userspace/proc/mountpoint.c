// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where things are mounted, by libmount.
 */
#include <libmount.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/alloc.h"
#include "proc/devices.h"
#include "proc/fstype.h"
#include "proc/mountpoint.h"

/* Lines that are none are left out. */
static struct libmnt_table *parse_mounts(const char *mountinfo)
{
	struct libmnt_table *table = must(mnt_new_table());
	FILE *file;

	/* fmemopen(3) may fail for an empty text. */
	if (!mountinfo || !*mountinfo)
		return table;
	file = must(fmemopen((char *)mountinfo, strlen(mountinfo), "r"));
	mnt_table_parse_stream(table, file, "mountinfo");
	fclose(file);
	return table;
}

typedef bool is_wanted(struct libmnt_fs *fs, const void *what);

/* Return: the last line that is wanted, which hides others at its place; or NULL. */
static struct libmnt_fs *find_last(struct libmnt_table *table, is_wanted *test,
				   const void *what)
{
	struct libmnt_iter *iter = must(mnt_new_iter(MNT_ITER_BACKWARD));
	struct libmnt_fs *fs = NULL;

	while (mnt_table_next_fs(table, iter, &fs) == 0 && !test(fs, what))
		fs = NULL;
	mnt_free_iter(iter);
	return fs;
}

static bool find_super(const char *mountinfo, is_wanted *test, const void *what,
		       dev_t *super)
{
	struct libmnt_table *table = parse_mounts(mountinfo);
	struct libmnt_fs *fs = find_last(table, test, what);

	*super = fs ? mnt_fs_get_devno(fs) : 0;
	mnt_unref_table(table);
	return fs;
}

/* A bind mount of one of its directories is no debugfs to us. */
static bool is_debugfs(struct libmnt_fs *fs, const void *what)
{
	const char *root = mnt_fs_get_root(fs);

	(void)what;
	return mnt_fs_match_fstype(fs, "debugfs") &&
	       (!root || !strcmp(root, "/")) && mnt_fs_get_target(fs);
}

char *locate_debugfs(const char *mountinfo)
{
	struct libmnt_table *table = parse_mounts(mountinfo);
	struct libmnt_fs *fs = find_last(table, is_debugfs, NULL);
	char *target = fs ? alloc_copy(mnt_fs_get_target(fs)) : NULL;

	mnt_unref_table(table);
	return target;
}

static int compare_devices(const void *a, const void *b)
{
	const struct place *one = a, *other = b;

	return (one->device > other->device) - (one->device < other->device);
}

static int compare_places(const void *a, const void *b)
{
	const struct place *one = a, *other = b;
	int order = compare_devices(a, b);

	return order ? order : strcmp(one->path, other->path);
}

/* Of a copy that hides names, the path is -. */
static void add_place(struct places *places, struct libmnt_fs *fs)
{
	const char *path = mnt_fs_get_target(fs);

	if (!path || *path != '/')
		return;
	places->place =
		alloc_more(places->place, places->nr, sizeof(*places->place));
	places->place[places->nr++] = (struct place){
		.device = mnt_fs_get_devno(fs),
		.path = alloc_copy(path),
		.nr = 1,
	};
}

/* Those of one superblock. */
static void join_places(struct places *places)
{
	struct place *kept = places->place;

	for (size_t i = 1; i < places->nr; i++) {
		if (places->place[i].device == kept->device) {
			free(places->place[i].path);
			kept->nr++;
		} else {
			*++kept = places->place[i];
		}
	}
	if (places->nr)
		places->nr = (size_t)(kept - places->place) + 1;
}

void places_parse(struct places *places, const char *mountinfo)
{
	struct libmnt_iter *iter = must(mnt_new_iter(MNT_ITER_FORWARD));
	struct libmnt_table *table = parse_mounts(mountinfo);
	struct libmnt_fs *fs;

	*places = (struct places){ 0 };
	while (mnt_table_next_fs(table, iter, &fs) == 0)
		add_place(places, fs);
	mnt_free_iter(iter);
	mnt_unref_table(table);
	if (places->nr)
		qsort(places->place, places->nr, sizeof(*places->place),
		      compare_places);
	join_places(places);
}

struct place *places_find(const struct places *places, const char *device)
{
	struct place key = { 0 };

	if (!places->nr || devices_parse(device, &key.device))
		return NULL;
	return bsearch(&key, places->place, places->nr, sizeof(key),
		       compare_devices);
}

void places_free(struct places *places)
{
	for (size_t i = 0; i < places->nr; i++)
		free(places->place[i].path);
	free(places->place);
	*places = (struct places){ 0 };
}

void locate_targets(const char *mountinfo,
		    void (*each)(const char *path, const char *fstype,
				 void *context),
		    void *context)
{
	struct libmnt_iter *iter = must(mnt_new_iter(MNT_ITER_FORWARD));
	struct libmnt_table *table = parse_mounts(mountinfo);
	const char *path, *fstype;
	struct libmnt_fs *fs;

	while (mnt_table_next_fs(table, iter, &fs) == 0) {
		path = mnt_fs_get_target(fs);
		fstype = mnt_fs_get_fstype(fs);
		if (path && *path == '/')
			each(path, fstype ? fstype : "", context);
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
}

static bool is_mounted_on(struct libmnt_fs *fs, const void *path)
{
	return mnt_fs_streq_target(fs, path);
}

bool locate_mount(const char *mountinfo, const char *path, dev_t *super)
{
	return find_super(mountinfo, is_mounted_on, path, super);
}

static bool is_mounted_from(struct libmnt_fs *fs, const void *source)
{
	return mnt_fs_streq_srcpath(fs, source);
}

bool locate_source(const char *mountinfo, const char *source, dev_t *super)
{
	return find_super(mountinfo, is_mounted_from, source, super);
}

/* The filesystem's source, as far as it is a path of ours to a block device. */
static bool is_on(struct libmnt_fs *fs, const void *block)
{
	const char *source = mnt_fs_get_srcpath(fs);
	struct stat stat_buf;

	return source && *source == '/' && !stat(source, &stat_buf) &&
	       S_ISBLK(stat_buf.st_mode) &&
	       stat_buf.st_rdev == *(const dev_t *)block;
}

dev_t locate_super(const char *mountinfo, dev_t block)
{
	dev_t super;

	find_super(mountinfo, is_on, &block, &super);
	return super;
}

bool locate_is_alone(const char *mountinfo, dev_t super)
{
	struct libmnt_table *table = parse_mounts(mountinfo);
	struct libmnt_fs *fs =
		mnt_table_find_devno(table, super, MNT_ITER_FORWARD);
	bool alone = fs && fstype_is_alone(mnt_fs_get_fstype(fs));

	mnt_unref_table(table);
	return alone;
}
