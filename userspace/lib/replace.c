// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
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

static bool is_stdout(const struct stat *file)
{
	struct stat out;

	return !fstat(STDOUT_FILENO, &out) && out.st_dev == file->st_dev &&
	       out.st_ino == file->st_ino;
}

/* Anybody may leave a link in /tmp, to a file that only we may write. */
static bool is_ours(const struct stat *link)
{
	return !S_ISLNK(link->st_mode) || !link->st_uid ||
	       link->st_uid == geteuid();
}

/*
 * find_file() - what a path stands for
 * @file: receives it; NULL if that cannot be replaced, but written to, as /dev/stdout
 */
static int find_file(const char *path, char **file)
{
	struct stat there;

	*file = NULL;
	if (lstat(path, &there)) {
		*file = alloc_copy(path);
		return 0;
	}
	if (!is_ours(&there))
		return -EACCES;
	if (!stat(path, &there) && S_ISREG(there.st_mode) && !is_stdout(&there))
		*file = realpath(path, NULL);
	return 0;
}

/* A FIFO that nobody reads is an error, and not waited for. */
static int write_to(const char *path, const char *text, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat there;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &there) && is_stdout(&there))
		err = write_all(STDOUT_FILENO, text, size);
	else if (fcntl(fd, F_SETFL, 0))
		err = -errno;
	else
		err = write_all(fd, text, size);
	return close_file(fd, err);
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

/* A signal that ends us waits, and leaves nothing beside the file. */
static int write_whole(const char *path, const char *text, size_t size,
		       mode_t mode)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	err = write_new(path, text, size, mode);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err;
}

int replace_file(const char *path, const char *text, size_t size, mode_t mode)
{
	char *file;
	int err = find_file(path, &file);

	if (!err)
		err = file ? write_whole(file, text, size, mode) :
			     write_to(path, text, size);
	free(file);
	return err ? error_set(err, "cannot write %s: %s", path,
			       strerror(-err)) :
		     0;
}
