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

#include "proc/devices.h"
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
	dev_t *bigger;

	if (why_is_block(why, device))
		return;
	bigger = realloc(why->block, (why->nr_blocks + 1) * sizeof(*bigger));
	if (!bigger) {
		why_fail(search, -ENOMEM, "not enough memory");
		return;
	}
	why->block = bigger;
	bigger[why->nr_blocks++] = device;
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
	while (!search->err && (entry = readdir(list))) {
		if (asprintf(&file, "%s/dev", entry->d_name) < 0)
			break;
		if (!proc_text(folder, file, text, sizeof(text)) &&
		    !devices_parse(text, &device))
			add_block(search, device);
		free(file);
	}
	closedir(list);
	return true;
}

/* The first words of a UUID, as the filesystem makes its id of them. */
static uint32_t id_of(const char *uuid)
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

	if (name &&
	    asprintf(&path, "%s/sys/fs/btrfs", search->query->root) >= 0) {
		proc_list(AT_FDCWD, path, &list);
		free(path);
	}
	while (list && !search->err && (entry = readdir(list))) {
		if (asprintf(&path, "%s/devices", entry->d_name) < 0)
			break;
		folder = proc_open(dirfd(list), path);
		free(path);
		if (folder < 0)
			continue;
		if (add_btrfs(search, folder, name))
			search->why->btrfs = id_of(entry->d_name);
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
	why->fstype = strdup(mount->fstype);
	if (!why->fstype)
		why_fail(search, -ENOMEM, "not enough memory");
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
	search->why->path = strdup(mount->target);
	if (!search->why->path)
		why_fail(search, -ENOMEM, "not enough memory");
	take_super(search, mount);
}

/* A filesystem that has this device, or is this device. */
static const struct mounts_mount *mounted(const struct why_search *search,
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

static void take_device(struct why_search *search, dev_t device)
{
	const struct mounts_mount *mount;
	struct why *why = search->why;

	why->is_block = is_block_device(search, device);
	if (why->is_block) {
		add_block(search, device);
		add_siblings(search, device);
	}
	mount = mounted(search, device);
	if (mount)
		take_super(search, mount);
	else
		why->super = device;
}

/* A mount that does not answer is known by its name at least. */
static const struct mounts_mount *named(const struct why_search *search)
{
	const char *target = search->query->target;
	const struct mounts *mounts = &search->holders.mounts;
	const struct mounts_mount *mount;

	if (*target != '/')
		return NULL;
	mount = mounts_at(mounts, mounts->own, target);
	if (mount && !*search->query->root && strcmp(mount->target, target))
		return NULL;
	return mount;
}

static void take_path(struct why_search *search)
{
	const char *target = search->query->target;
	const struct mounts_mount *mount;
	struct proc_file file = { 0 };
	int err = 0;

	if (*search->query->root)
		devices_find(search->query->root, target, &file.special);
	else
		err = proc_stat(AT_FDCWD, target, &file);
	if (file.special) {
		take_device(search, file.special);
		return;
	}
	mount = mounts_find(&search->holders.mounts, file.mount);
	if (!mount)
		mount = named(search);
	if (mount)
		take_mount(search, mount);
	else if (err)
		why_fail(search, err, "cannot look at %s: %s", target,
			 strerror(-err));
	else
		why_fail(
			search, -ENOENT,
			"%s is on no mount that can be seen: see /proc/self/mountinfo",
			target);
}

void why_target(struct why_search *search)
{
	dev_t device;
	int err = mounts_scan(&search->holders.mounts, search->query->root);

	if (err)
		why_fail(search, err, "cannot read %s/proc: %s",
			 search->query->root, strerror(-err));
	else if (!devices_parse(search->query->target, &device))
		take_device(search, device);
	else
		take_path(search);
}
