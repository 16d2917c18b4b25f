// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reasons: what in the kernel uses the device, or a file of the filesystem, in the
 * name of no process: devices on top of it, loop devices, swap, exports.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "proc/devices.h"
#include "proc/proc.h"
#include "why/search.h"

/* Devices on top of devices; lsblk(8) shows all of them. */
#define MAX_DEPTH 2

static FILE *open_file(const struct why_search *search, const char *name)
{
	char *path = alloc_text("%s%s", search->query->root, name);
	FILE *file = proc_file_open(AT_FDCWD, path);

	free(path);
	return file;
}

/* Where a device that is on top of another, or a part of it, is mounted. */
static const char *find_target(const struct why_search *search, dev_t device)
{
	const struct mounts *mounts = &search->holders.mounts;

	for (size_t i = 0; i < mounts->nr; i++)
		if (mounts->mount[i].super == device)
			return mounts->mount[i].target;
	return NULL;
}

static void add_device(struct why_search *search, const char *kind,
		       const char *name, dev_t device, const char *remark)
{
	const struct why_reason reason = {
		.kind = kind,
		.keeps = WHY_DEVICE,
		.fd = -1,
		.what = (char *)name,
	};
	const char *target = find_target(search, device);

	why_add(search, &reason, "%s%s%s", remark,
		target ? ", mounted on " : "", target ? target : "");
}

static bool read_device(int folder, const char *name, dev_t *device)
{
	char *file = alloc_text("%s/dev", name), text[DEVICES_TEXT];
	int err = *name == '.' ? -EINVAL :
				 proc_text(folder, file, text, sizeof(text));

	free(file);
	return !err && !devices_parse(text, device);
}

/* A volume is known by its own name, not by the kernel's. */
static void describe_holder(int folder, const char *name, char *remark,
			    size_t size)
{
	char *file = alloc_text("%s/dm/name", name), volume[256] = "";

	proc_text(folder, file, volume, sizeof(volume));
	free(file);
	if (*volume)
		snprintf(remark, size, "device-mapper volume %s, on top of it",
			 volume);
	else
		snprintf(remark, size, "a device on top of it");
}

static void look_at_holders(struct why_search *search, dev_t device, int depth)
{
	int dir = devices_open(search->query->root, device);
	const struct dirent *entry;
	char remark[320];
	DIR *list;
	dev_t above;

	if (dir < 0)
		return;
	proc_list(dir, "holders", &list);
	close(dir);
	while (list && (entry = readdir(list))) {
		if (!read_device(dirfd(list), entry->d_name, &above))
			continue;
		if (depth > MAX_DEPTH) {
			why_unseen(
				search,
				"devices on top of these, such as %s: see 'lsblk -s /dev/%s'",
				entry->d_name, entry->d_name);
			break;
		}
		describe_holder(dirfd(list), entry->d_name, remark,
				sizeof(remark));
		add_device(search, "holder", entry->d_name, above, remark);
		look_at_holders(search, above, depth + 1);
	}
	if (list)
		closedir(list);
}

/* A partition in use is a reason for the disk only, and only when it is one. */
static void look_at_partition(struct why_search *search, DIR *disk,
			      const char *name)
{
	dev_t device;
	char *file;
	bool is_one;

	if (!read_device(dirfd(disk), name, &device))
		return;
	file = alloc_text("%s/partition", name);
	is_one = !faccessat(dirfd(disk), file, F_OK, 0);
	free(file);
	if (!is_one)
		return;
	if (find_target(search, device))
		add_device(search, "partition", name, device, "a part of it");
	look_at_holders(search, device, 1);
}

static void look_at_partitions(struct why_search *search, dev_t device)
{
	int dir = devices_open(search->query->root, device);
	const struct dirent *entry;
	DIR *list = NULL;

	if (dir < 0)
		return;
	proc_list(dir, ".", &list);
	while (list && (entry = readdir(list)))
		look_at_partition(search, list, entry->d_name);
	if (list)
		closedir(list);
	close(dir);
}

static bool is_target_file(const struct why_search *search, const char *path)
{
	struct proc_file file;

	if (*search->query->root)
		return !strcmp(path, search->why->path);
	return !proc_stat(AT_FDCWD, path, &file) &&
	       file.inode == search->file.inode &&
	       file.device == search->file.device;
}

/*
 * A file that the kernel has by the path that sysfs or procfs tells: of our
 * superblock, and on which mount of it?
 */
static bool is_ours(const struct why_search *search, const char *path,
		    enum why_keeps *keeps)
{
	const struct mounts *mounts = &search->holders.mounts;
	const struct mounts_mount *mount;
	struct proc_file file;

	mount = mounts_at(mounts, mounts->own, path);
	if (!mount || mount->super != search->why->super)
		return false;
	if (search->why->inode) {
		*keeps = WHY_OPEN;
		return is_target_file(search, path);
	}
	*keeps = why_keeps(search, mount->id);
	if (!*search->query->root && proc_stat(AT_FDCWD, path, &file))
		*keeps = WHY_PERHAPS;
	else if (!*search->query->root && file.mount != mount->id)
		*keeps = WHY_PERHAPS;
	return true;
}

/* A deleted file has no path to try. */
static bool cut_deleted(char *path)
{
	char *at = strstr(path, " (deleted)");

	if (!at || at[strlen(" (deleted)")])
		return false;
	*at = '\0';
	return true;
}

/* Of a loop device. */
static void read_loop(const struct why_search *search, const char *name,
		      const char *attribute, char text[DEVICES_TEXT])
{
	char *file = alloc_text("%s/sys/class/block/%s/%s", search->query->root,
				name, attribute);

	*text = '\0';
	proc_text(AT_FDCWD, file, text, DEVICES_TEXT);
	free(file);
}

/* With autoclear, a loop device goes along with the last of its users. */
static bool has_autoclear(const struct why_search *search, const char *name)
{
	char text[DEVICES_TEXT];

	read_loop(search, name, "loop/autoclear", text);
	return !strcmp(text, "1");
}

/*
 * What keeps such a device that is mounted nowhere: a superblock that lives on after
 * its umount, for example.
 *
 * Return: what to say about it, for free(3).
 */
static char *look_behind(const struct why_search *search, dev_t device,
			 dev_t *passing)
{
	char number[DEVICES_TEXT];
	const struct why_query query = {
		.target = devices_text(number, device),
		.root = search->query->root,
		.reader = search->query->reader,
		.watching = true,
	};
	char *sentence = NULL, *said;
	enum color color;
	struct why why;

	*passing = why_find(&why, &query) ? 0 : device;
	for (size_t i = 0; i < why.nr; i++)
		if (why.reason[i].keeps < WHY_PERHAPS &&
		    !why_passes(&why.reason[i]))
			*passing = 0;
	if (why.nr)
		sentence = why_sentence(&why, &color);
	said = alloc_text("%s%s%s", *passing ? ", which detaches itself" : "",
			  sentence ? ": " : "", sentence ? sentence : "");
	free(sentence);
	why_free(&why);
	return said;
}

static void add_backing(struct why_search *search, const char *name, char *path)
{
	struct why_reason reason = { .kind = "loop", .fd = -1, .what = path };
	bool deleted = cut_deleted(path);
	const char *target;
	char *behind = NULL, text[DEVICES_TEXT];
	dev_t device = 0, backing;

	if (!devices_find(search->query->root, path, &backing) &&
	    why_is_block(search->why, backing))
		reason.keeps = WHY_DEVICE;
	else if (!is_ours(search, path, &reason.keeps))
		return;
	read_loop(search, name, "dev", text);
	devices_parse(text, &device);
	target = device ? find_target(search, device) : NULL;
	if (target)
		behind = alloc_text(", mounted on %s", target);
	else if (device && has_autoclear(search, name))
		behind = look_behind(search, device, &reason.passing);
	why_add(search, &reason, "%sbacking file of /dev/%s%s",
		deleted ? "deleted, " : "", name, behind ? behind : "");
	free(behind);
}

static void look_at_loops(struct why_search *search)
{
	char *folder = alloc_text("%s/sys/block", search->query->root), *file;
	const struct dirent *entry;
	char path[4096];
	DIR *list;

	proc_list(AT_FDCWD, folder, &list);
	free(folder);
	while (list && (entry = readdir(list))) {
		if (strncmp(entry->d_name, "loop", strlen("loop")))
			continue;
		file = alloc_text("%s/loop/backing_file", entry->d_name);
		if (!proc_text(dirfd(list), file, path, sizeof(path)) && *path)
			add_backing(search, entry->d_name, path);
		free(file);
	}
	if (list)
		closedir(list);
}

static void add_swap(struct why_search *search, char *path, const char *line)
{
	struct why_reason reason = { .kind = "swap", .fd = -1, .what = path };
	char type[32];
	bool deleted;
	dev_t device;

	if (sscanf(line, "%*s %31s", type) != 1)
		return;
	deleted = cut_deleted(path);
	if (!strcmp(type, "partition") &&
	    !devices_find(search->query->root, path, &device) &&
	    why_is_block(search->why, device))
		reason.keeps = WHY_DEVICE;
	else if (strcmp(type, "file") || !is_ours(search, path, &reason.keeps))
		return;
	why_add(search, &reason, "%sin use as swap: see swapoff(8)",
		deleted ? "deleted, " : "");
}

/* Calls @add with the path that each line of a file begins with. */
static void read_paths(struct why_search *search, const char *name,
		       void (*add)(struct why_search *search, char *path,
				   const char *line))
{
	FILE *file = open_file(search, name);
	char *line = NULL, *path;
	size_t room = 0;

	while (file && getline(&line, &room, file) > 0) {
		path = mnt_unmangle(line);
		if (path && *path == '/')
			add(search, path, line);
		free(path);
	}
	free(line);
	if (file)
		fclose(file);
}

/* nfsd keeps a reference to each directory that it has exported to somebody. */
static void add_export(struct why_search *search, char *path, const char *line)
{
	struct why_reason reason = { .kind = "export", .fd = -1, .what = path };

	(void)line;
	if (is_ours(search, path, &reason.keeps))
		why_add(search, &reason, "exported by nfsd: see exportfs(8)");
}

void why_devices(struct why_search *search)
{
	const struct why *why = search->why;

	for (size_t i = 0; i < why->nr_blocks; i++)
		look_at_holders(search, why->block[i], 1);
	if (why->is_block)
		look_at_partitions(search, why->block[0]);
	look_at_loops(search);
	read_paths(search, "/proc/swaps", add_swap);
	read_paths(search, "/proc/fs/nfsd/exports", add_export);
}
