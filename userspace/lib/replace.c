// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/replace.h"

/* Whatever the umask is. */
#define MODE 0644

static int write_all(int fd, const char *text, size_t size)
{
	ssize_t written;

	for (; size; text += written, size -= (size_t)written) {
		written = write(fd, text, size);
		if (written < 0)
			return -errno;
	}
	return fchmod(fd, MODE) ? -errno : 0;
}

/* A full quota may show at close(2) alone. Return: @err, or why it failed. */
static int close_file(int fd, int err)
{
	return close(fd) && !err ? -errno : err;
}

int replace_file(const char *path, const char *text, size_t size)
{
	char *new = alloc_text("%s.XXXXXX", path);
	int fd = mkstemp(new), err = fd < 0 ? -errno : 0;

	if (fd >= 0)
		err = close_file(fd, write_all(fd, text, size));
	if (!err && rename(new, path))
		err = -errno;
	if (err && fd >= 0)
		unlink(new);
	free(new);
	return err ? error_set(err, "cannot write %s: %s", path,
			       strerror(-err)) :
		     0;
}
