// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a name stands for: a mount, its superblock, and the block devices below.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/error.h"
#include "proc/devices.h"
#include "proc/named.h"
#include "proc/proc.h"
#include "why/search.h"

bool why_is_block(const struct why *why, dev_t device)
{
	for (size_t i = 0; device && i < why->nr_blocks; i++)
		if (why->block[i] == device)
			return true;
	return false;
}

static void add_block(struct why_search *search, dev_t device)
{
	struct why *why = search->why;

	if (why_is_block(why, device))
		return;
	why->block = alloc_more(why->block, why->nr_blocks, sizeof(device));
	why->block[why->nr_blocks++] = device;
}

/* Of a filesystem on several devices, all. Return: whether this one is among them. */
static bool add_btrfs(struct why_search *search, int folder, const char *name)
{
	const struct dirent *entry;
	char *file, text[DEVICES_TEXT];
	dev_t device;
	DIR *list;

	if (faccessat(folder, name, F_OK, 0) || proc_list(folder, ".", &list))
		return false;
	while ((entry = readdir(list))) {
		file = alloc_text("%s/dev", entry->d_name);
		if (!proc_text(folder, file, text, sizeof(text)) &&
		    !devices_parse(text, &device))
			add_block(search, device);
		free(file);
	}
	closedir(list);
	return true;
}

/* The first words of a UUID, as the filesystem makes its id of them. */
static uint32_t btrfs_id(const char *uuid)
{
	unsigned int word[4], part[3];

	if (sscanf(uuid, "%8x-%4x-%4x-%4x-%4x%8x", &word[0], &part[0], &part[1],
		   &part[2], &word[2], &word[3]) != 6)
		return 0;
	return word[0] ^ (part[2] << 16 | word[2]);
}

static void add_siblings(struct why_search *search, dev_t device)
{
	char *name = devices_name(search->query->root, device), *path;
	const struct dirent *entry;
	DIR *list = NULL;
	int folder;

	path = alloc_text("%s/sys/fs/btrfs", search->query->root);
	if (name)
		proc_list(AT_FDCWD, path, &list);
	free(path);
	while (list && (entry = readdir(list))) {
		path = alloc_text("%s/devices", entry->d_name);
		folder = proc_open(dirfd(list), path);
		free(path);
		if (folder < 0)
			continue;
		if (add_btrfs(search, folder, name))
			search->why->btrfs = btrfs_id(entry->d_name);
		close(folder);
	}
	if (list)
		closedir(list);
	free(name);
}

/* Return: whether the superblock's own number is that of a block device. */
static bool is_block_device(const struct why_search *search, dev_t device)
{
	int fd = devices_open(search->query->root, device);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* On btrfs, and on what is like it, the superblock has a number of its own. */
static bool find_source(const struct why_search *search,
			const struct mounts_mount *mount, dev_t *device)
{
	return *mount->source == '/' &&
	       !devices_find(search->query->root, mount->source, device);
}

static void take_super(struct why_search *search,
		       const struct mounts_mount *mount)
{
	struct why *why = search->why;
	dev_t device;

	why->super = mount->super;
	why->fstype = alloc_copy(mount->fstype);
	if (is_block_device(search, mount->super)) {
		add_block(search, mount->super);
	} else if (!strcmp(mount->fstype, "btrfs") &&
		   find_source(search, mount, &device)) {
		add_block(search, device);
		add_siblings(search, device);
	}
}

static void take_mount(struct why_search *search,
		       const struct mounts_mount *mount)
{
	search->mount = mount;
	search->why->mount = mount->id;
	search->why->path = alloc_copy(mount->target);
	take_super(search, mount);
}

/* A filesystem that has this device, or is this device. */
static const struct mounts_mount *find_mounted(const struct why_search *search,
					       dev_t device)
{
	const struct mounts *mounts = &search->holders.mounts;
	dev_t source;

	for (size_t i = 0; i < mounts->nr; i++)
		if (mounts->mount[i].super == device)
			return &mounts->mount[i];
	for (size_t i = 0; i < mounts->nr; i++)
		if (!strcmp(mounts->mount[i].fstype, "btrfs") &&
		    find_source(search, &mounts->mount[i], &source) &&
		    why_is_block(search->why, source))
			return &mounts->mount[i];
	return NULL;
}

/* Return: the mount of a superblock, if all others are copies of it. */
static const struct mounts_mount *find_only(const struct why_search *search,
					    dev_t device)
{
	const struct mounts *mounts = &search->holders.mounts;
	const struct mounts_mount *mount, *only = NULL;

	for (size_t i = 0; !only && i < mounts->nr; i++)
		if (mounts->mount[i].super == device && mounts->mount[i].ours)
			only = &mounts->mount[i];
	for (size_t i = 0; only && i < mounts->nr; i++) {
		mount = &mounts->mount[i];
		if (mount->super == device && mount != only &&
		    !mounts_is_copy(mounts, mount, only))
			only = NULL;
	}
	return only;
}

static void take_device(struct why_search *search, dev_t device)
{
	const struct mounts_mount *mount;
	struct why *why = search->why;

	mount = search->query->watching ? find_only(search, device) : NULL;
	if (mount) {
		take_mount(search, mount);
		return;
	}
	why->is_block = is_block_device(search, device);
	if (why->is_block) {
		add_block(search, device);
		add_siblings(search, device);
	}
	mount = find_mounted(search, device);
	if (mount)
		take_super(search, mount);
	else
		why->super = device;
}

/* What is said of the mount is not said of the path. */
static void note_below(const struct why_search *search)
{
	const char *root = search->query->root, *target = search->query->target;
	char *real = *root ? alloc_copy(target) : realpath(target, NULL);

	if (real && strcmp(real, search->why->path))
		search->why->below = real;
	else
		free(real);
}

static void take_file(struct why_search *search, const struct named *named)
{
	const struct mounts_mount *mount = named->mount;
	const struct why_query *query = search->query;
	struct why *why = search->why;

	search->mount = mount;
	search->file = named->file;
	why->mount = mount->id;
	why->path = alloc_copy(query->target);
	why->inode = named_inode(named, query->root, query->target);
	why->super = mount->super;
	why->fstype = alloc_copy(mount->fstype);
}

/* What it may be that has this name; for free(3). */
static char *guess_meant(const struct why_search *search)
{
	const char *target = search->query->target;
	char *path = alloc_text("/dev/%s", target), *meant = NULL;
	struct ports ports;
	dev_t device;

	if (ports_parse(&ports, target))
		meant = alloc_text("; if it is a port, use --port %s", target);
	else if (!devices_find(search->query->root, path, &device))
		meant = alloc_text("; if it is a device, use %s", path);
	free(path);
	return meant ? meant : alloc_copy("");
}

static void take_target_path(struct why_search *search)
{
	const char *target = search->query->target;
	struct named named;
	int err = named_find(&named, &search->holders.mounts,
			     search->query->root, target);
	char *meant;

	if (named.file.special) {
		take_device(search, named.file.special);
	} else if (named.mount && named.file.is_file && !search->query->busy) {
		take_file(search, &named);
	} else if (named.mount) {
		take_mount(search, named.mount);
		note_below(search);
	} else if (err) {
		meant = guess_meant(search);
		why_fail(search, error_set(err, "cannot look at %s: %s%s",
					   target, strerror(-err), meant));
		free(meant);
	} else {
		why_fail(
			search,
			error_set(
				-ENOENT,
				"%s is on no mount that can be seen: see /proc/self/mountinfo",
				target));
	}
}

void why_target(struct why_search *search)
{
	dev_t device;
	int err;

	if (search->query->port) {
		why_port(search);
		return;
	}
	err = mounts_scan(&search->holders.mounts, search->query->root);
	if (err)
		why_fail(search,
			 error_set(err, "cannot read %s/proc: %s",
				   search->query->root, strerror(-err)));
	else if (!devices_parse(search->query->target, &device))
		take_device(search, device);
	else
		take_target_path(search);
}
