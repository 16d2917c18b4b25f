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
#include "files.h"
#include "uring.h"

#define NAME "uring-files"

static struct io_uring ring;

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	enum verdict verdict;
	int *fds;

	verdict = uring_open(opt, report, &ring, NAME, &fds);
	if (verdict != DONE)
		return verdict;
	return uring_hold(opt, report, &ring, fds);
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
