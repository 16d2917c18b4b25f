// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring-files: killed while an io_uring has registered files that nobody has
 * open any more, so that the ring's table holds their last references. Nothing
 * is in flight.
 *
 * exit_files puts the ring, whose release only starts its end: io_uring_release
 * -> io_ring_ctx_wait_and_kill -> io_ring_exit_work, in a kworker, puts the
 * table's files. So every file is deferred, cause kthread, at every kill, and
 * mostly after the exit is visible: the surest way to a file that outlives its
 * process.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "uring.h"
#include "uring_files.h"

#define NAME "uring-files"

static struct io_uring ring;

enum verdict uring_files_prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->same ? 1 : opt->files);
}

/* What is dirty when the process dies is written back after it. */
static enum verdict write_files(const struct options *opt,
				struct report *report, const int *fds)
{
	enum verdict verdict = DONE;
	char *data = calloc(1, opt->size);
	unsigned int i;

	if (!data)
		return report_fail(report, "no memory for %u bytes", opt->size);
	for (i = 0; i < opt->files && verdict == DONE; i++)
		if (pwrite(fds[i], data, opt->size, 0) != (ssize_t)opt->size)
			verdict = report_fail(report,
					      "cannot write %u bytes: %s",
					      opt->size, strerror(errno));
	free(data);
	return verdict;
}

enum verdict uring_files_setup(const struct options *opt, struct report *report)
{
	enum verdict verdict;
	int *fds;

	verdict = uring_open(opt, report, &ring, NAME, &fds);
	if (verdict == DONE && opt->size)
		verdict = write_files(opt, report, fds);
	if (verdict != DONE)
		return verdict;
	return uring_hold(opt, report, &ring, fds);
}

void uring_files_clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->same ? 1 : opt->files);
}

const struct workload workload_uring_files = {
	.name = "uring-files",
	.summary = "io_uring registered files, fds closed: each deferred",
	.defaults = { .files = 64 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES | USES_SAME | USES_SIZE,
	.shows = SHOWS_last_puts,
	.prepare = uring_files_prepare,
	.setup = uring_files_setup,
	.clean = uring_files_clean,
};
