// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_uring rings. liburing returns negative errnos.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "uring.h"

#define ENTRIES 16

enum verdict uring_init(struct report *report, struct io_uring *ring,
			unsigned int entries, struct io_uring_params *params)
{
	int err = io_uring_queue_init_params(entries, ring, params);

	if (err == -ENOSYS)
		return report_skip(report, "this kernel has no io_uring");
	if (err == -EPERM)
		return report_skip(
			report,
			"io_uring is not permitted (kernel.io_uring_disabled, seccomp)");
	if (err < 0)
		return report_fail(report, "no io_uring for %u requests: %s",
				   entries, strerror(-err));
	return DONE;
}

enum verdict uring_open(const struct options *opt, struct report *report,
			struct io_uring *ring, const char *name, int **fds)
{
	struct io_uring_params params = { 0 };
	enum verdict verdict;

	*fds = calloc(opt->files, sizeof(**fds));
	if (!*fds)
		return report_fail(report, "no memory for %u files",
				   opt->files);
	verdict = files_allow(report, opt->files);
	if (verdict == DONE)
		verdict = uring_init(report, ring, ENTRIES, &params);
	if (verdict == DONE)
		verdict = files_open(opt, report, name, *fds, opt->files);
	return verdict;
}

enum verdict uring_hold(const struct options *opt, struct report *report,
			struct io_uring *ring, int *fds)
{
	int err = io_uring_register_files(ring, fds, opt->files);
	unsigned int i;

	if (err < 0)
		return report_fail(report, "cannot register %u files: %s",
				   opt->files, strerror(-err));
	for (i = 0; i < opt->files; i++)
		close(fds[i]);
	free(fds);
	report->files = opt->files;
	report->counts.last_puts = opt->files;
	return DONE;
}
