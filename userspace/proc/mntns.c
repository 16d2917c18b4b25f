// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mount namespace in which no process lives.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/proc.h"
#include "proc/mntns.h"

static bool copy(int from, int to)
{
	char text[4096], *at;
	ssize_t got, put;

	while ((got = read(from, text, sizeof(text))) > 0)
		for (at = text; got; at += put, got -= put) {
			put = write(to, at, (size_t)got);
			if (put <= 0)
				return false;
		}
	return !got;
}

/* What /proc/self is must be found out before: there may be none in there. */
static int visit(int space, int to)
{
	int self = proc_open(AT_FDCWD, "/proc/self"), table;

	if (self < 0)
		return -self;
	if (setns(space, CLONE_NEWNS))
		return errno;
	table = openat(self, "mountinfo", O_RDONLY | O_CLOEXEC);
	if (table < 0)
		return errno;
	return copy(table, to) ? 0 : EIO;
}

static int parse(int fd, struct libmnt_table *table)
{
	FILE *file = fdopen(fd, "r");
	int err;

	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	err = mnt_table_parse_stream(table, file, "mountinfo");
	fclose(file);
	return err > 0 ? -EIO : err;
}

/* The child ends with what went wrong. */
static int reap(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

static int send_child(int space, struct libmnt_table *table)
{
	int ends[2], err, parsed;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	child = fork();
	if (!child)
		_exit(visit(space, ends[1]));
	err = -errno;
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return err;
	}
	parsed = parse(ends[0], table);
	err = reap(child);
	return err ? err : parsed;
}

int space_read(const char *path, struct libmnt_table *table)
{
	int space = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int err;

	if (space < 0)
		return -errno;
	err = send_child(space, table);
	close(space);
	return err;
}
