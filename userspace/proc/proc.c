// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bits of /proc.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/number.h"
#include "proc/proc.h"

/* That of Linux 5.8, for C libraries that do not have it. */
#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000U
#endif

/* The same. */
#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x2000U
#endif

/* A PID namespace's inode number, when it is the first one (PROC_PID_INIT_INO). */
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCU

int proc_open(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int proc_list(int dir, const char *name, DIR **list)
{
	int fd = proc_open(dir, name), err;

	*list = NULL;
	if (fd < 0)
		return fd;
	*list = fdopendir(fd);
	if (*list)
		return 0;
	err = errno;
	close(fd);
	return -err;
}

int proc_list_root(const char *root, DIR **list)
{
	char *path = alloc_text("%s/proc", root);
	int err = proc_list(AT_FDCWD, path, list);

	free(path);
	return err;
}

FILE *proc_file_open(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? NULL : must(fdopen(fd, "r"));
}

int proc_next(DIR *list)
{
	const struct dirent *entry;
	uint64_t number;

	while ((entry = readdir(list)))
		if (!number_parse(entry->d_name, &number) && number <= INT_MAX)
			return (int)number;
	return -1;
}

int proc_text(int dir, const char *name, char *text, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got;
	int err;

	text[0] = '\0';
	if (fd < 0)
		return -errno;
	got = read(fd, text, size - 1);
	err = got < 0 ? -errno : 0;
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	if (got > 0 && text[got - 1] == '\n')
		text[got - 1] = '\0';
	return err;
}

char *proc_link(int dir, const char *name)
{
	char text[PATH_MAX + 1];
	ssize_t length = readlinkat(dir, name, text, sizeof(text) - 1);

	if (length < 0)
		return NULL;
	text[length] = '\0';
	return alloc_copy(text);
}

int proc_namespace(int dir, const char *name, uint64_t *inode)
{
	char text[64];
	ssize_t length = readlinkat(dir, name, text, sizeof(text) - 1);
	char *number;

	*inode = 0;
	if (length < 0)
		return -errno;
	text[length] = '\0';
	number = strchr(text, '[');
	if (!number)
		return -EINVAL;
	number[1 + strspn(number + 1, "0123456789")] = '\0';
	return number_parse(number + 1, inode);
}

bool proc_sees_all_pids(void)
{
	uint64_t inode;

	return !proc_namespace(AT_FDCWD, "/proc/self/ns/pid", &inode) &&
	       inode == INITIAL_PID_NAMESPACE;
}

int proc_stat(int dir, const char *name, struct proc_file *file)
{
	struct statx st;

	*file = (struct proc_file){ 0 };
	if (statx(dir, name, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
		  STATX_TYPE | STATX_INO | STATX_MNT_ID, &st))
		return -errno;
	if (st.stx_mask & STATX_MNT_ID)
		file->mount = st.stx_mnt_id;
	file->device = makedev(st.stx_dev_major, st.stx_dev_minor);
	file->inode = st.stx_ino;
	file->is_socket = S_ISSOCK(st.stx_mode);
	file->is_file = !S_ISDIR(st.stx_mode) && !S_ISBLK(st.stx_mode) &&
			!(st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
	file->is_regular = S_ISREG(st.stx_mode);
	if (S_ISBLK(st.stx_mode))
		file->special = makedev(st.stx_rdev_major, st.stx_rdev_minor);
	return 0;
}

bool proc_is_gone(int err)
{
	return err == -ENOENT || err == -ESRCH;
}
