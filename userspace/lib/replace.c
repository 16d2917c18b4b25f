// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/replace.h"

static int write_all(int fd, const char *text, size_t size)
{
	ssize_t written;

	for (; size; text += written, size -= (size_t)written) {
		written = write(fd, text, size);
		if (written < 0)
			return -errno;
	}
	return 0;
}

/* A full quota may show at close(2) alone. Return: @err, or why it failed. */
static int close_file(int fd, int err)
{
	return close(fd) && !err ? -errno : err;
}

/* The file that a path stands for; NULL if that cannot be replaced, as /dev/stdout. */
static char *find_file(const char *path)
{
	struct stat there;
	char *file;

	if (lstat(path, &there))
		return alloc_copy(path);
	file = realpath(path, NULL);
	if (file && !stat(file, &there) && S_ISREG(there.st_mode))
		return file;
	free(file);
	return NULL;
}

static int write_to(const char *path, const char *text, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : close_file(fd, write_all(fd, text, size));
}

static int write_new(const char *path, const char *text, size_t size,
		     mode_t mode)
{
	char *new = alloc_text("%s.XXXXXX", path);
	int fd = mkostemp(new, O_CLOEXEC), err = fd < 0 ? -errno : 0;

	if (fd >= 0 && fchmod(fd, mode))
		err = -errno;
	if (fd >= 0)
		err = close_file(fd, err ? err : write_all(fd, text, size));
	if (!err && rename(new, path))
		err = -errno;
	if (err && fd >= 0)
		unlink(new);
	free(new);
	return err;
}

int replace_file(const char *path, const char *text, size_t size, mode_t mode)
{
	char *file = find_file(path);
	int err = file ? write_new(file, text, size, mode) :
			 write_to(path, text, size);

	free(file);
	return err ? error_set(err, "cannot write %s: %s", path,
			       strerror(-err)) :
		     0;
}
