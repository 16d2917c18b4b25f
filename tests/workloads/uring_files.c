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
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "uring.h"

#define NAME "uring-files"
#define ENTRIES 8

static struct io_uring ring;

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

static enum verdict register_all(const struct options *opt,
				 struct report *report, int *fds)
{
	unsigned int i;
	enum verdict verdict;
	int err;

	verdict = files_open(opt, report, NAME, fds, opt->files);
	if (verdict != DONE)
		return verdict;
	err = io_uring_register_files(&ring, fds, opt->files);
	if (err < 0)
		return report_fail(report, "cannot register %u files: %s",
				   opt->files, strerror(-err));
	for (i = 0; i < opt->files; i++)
		close(fds[i]);
	return DONE;
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	struct io_uring_params params = { 0 };
	int *fds = calloc(opt->files, sizeof(*fds));
	enum verdict verdict;

	if (!fds)
		return report_fail(report, "no memory for %u files",
				   opt->files);
	verdict = files_allow(report, opt->files);
	if (verdict == DONE)
		verdict = uring_init(report, &ring, ENTRIES, &params);
	if (verdict == DONE)
		verdict = register_all(opt, report, fds);
	free(fds);
	report->files = opt->files;
	report->counts.last_puts = opt->files;
	return verdict;
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

const struct workload workload_uring_files = {
	.name = "uring-files",
	.summary = "io_uring registered files, fds closed: each deferred",
	.defaults = { .files = 64 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_last_puts,
	.prepare = prepare,
	.setup = setup,
	.clean = clean,
};
