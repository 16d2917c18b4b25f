// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbered files in --dir, and how many of them may be open.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

/* The standard three, a report's pipe, a ring, with room to spare. */
#define OTHER_FILES 32

void files_path(char *path, const struct options *opt, const char *name,
		unsigned int number)
{
	snprintf(path, PATH_MAX, "%s/%s.%u", opt->dir, name, number);
}

enum verdict files_create(const struct options *opt, const char *name,
			  unsigned int count)
{
	char path[PATH_MAX];
	unsigned int i;
	int fd;

	for (i = 0; i < count; i++) {
		files_path(path, opt, name, i);
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return say_fail("cannot create %s: %s", path,
					strerror(errno));
		close(fd);
	}
	return DONE;
}

enum verdict files_make_fifos(const struct options *opt, const char *name,
			      unsigned int count)
{
	char path[PATH_MAX];
	unsigned int i;

	for (i = 0; i < count; i++) {
		files_path(path, opt, name, i);
		if (mkfifo(path, 0600) && errno != EEXIST)
			return say_fail("cannot make %s: %s", path,
					strerror(errno));
	}
	return DONE;
}

void files_remove(const struct options *opt, const char *name,
		  unsigned int count)
{
	char path[PATH_MAX];
	unsigned int i;

	for (i = 0; i < count; i++) {
		files_path(path, opt, name, i);
		unlink(path);
	}
}

enum verdict files_allow(struct report *report, unsigned long count)
{
	struct rlimit limit;
	rlim_t need = count + OTHER_FILES;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return report_fail(report, "cannot get RLIMIT_NOFILE: %s",
				   strerror(errno));
	if (limit.rlim_cur >= need)
		return DONE;
	limit.rlim_cur = need;
	if (limit.rlim_max < need)
		limit.rlim_max = need;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		return report_fail(report,
				   "cannot raise RLIMIT_NOFILE to %llu: %s",
				   (unsigned long long)need, strerror(errno));
	return DONE;
}

enum verdict files_open(const struct options *opt, struct report *report,
			const char *name, int *fds, unsigned int count)
{
	char path[PATH_MAX];
	unsigned int i;

	for (i = 0; i < count; i++) {
		files_path(path, opt, name, opt->same ? 0 : i);
		fds[i] = open(path, O_RDWR | O_CLOEXEC);
		if (fds[i] < 0)
			return report_fail(report, "cannot open %s: %s", path,
					   strerror(errno));
	}
	return DONE;
}
