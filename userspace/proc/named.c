// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "proc/devices.h"
#include "proc/fdinfo.h"
#include "proc/named.h"

static int stat_path(struct proc_file *file, const char *root, const char *path)
{
	char *whole = alloc_text("%s%s", root, path);
	int err = proc_stat(AT_FDCWD, whole, file);

	free(whole);
	if (*root) {
		file->mount = 0;
		file->device = 0;
		devices_find(root, path, &file->special);
	}
	return err;
}

static const struct mounts_mount *
find_by_name(const struct mounts *mounts, const char *root, const char *path)
{
	const struct mounts_mount *mount;

	if (*path != '/')
		return NULL;
	mount = mounts_at(mounts, mounts->own, path);
	if (mount && !*root && strcmp(mount->target, path))
		return NULL;
	return mount;
}

int named_find(struct named *named, const struct mounts *mounts,
	       const char *root, const char *path)
{
	int err = stat_path(&named->file, root, path);

	named->mount = mounts_find(mounts, named->file.mount);
	if (!named->mount)
		named->mount = find_by_name(mounts, root, path);
	return err;
}

uint64_t named_inode(const struct named *named, const char *root,
		     const char *path)
{
	uint64_t inode = named->file.inode;
	struct fdinfo info = { 0 };
	char name[64];
	int fd = -1;

	if (!*root)
		fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return inode;
	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	if (!fdinfo_read(AT_FDCWD, name, &info) && info.inode)
		inode = info.inode;
	fdinfo_free(&info);
	close(fd);
	return inode;
}
