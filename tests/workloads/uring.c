// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_uring rings. liburing returns negative errnos.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
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
	if (err == -EINVAL && params->flags)
		return report_skip(report, "this kernel has no such io_uring");
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

enum verdict uring_make_table(const struct options *opt, struct report *report,
			      struct io_uring *ring)
{
	int *fds = malloc(opt->files * sizeof(*fds));
	unsigned int i;
	int err;

	if (!fds)
		return report_fail(report, "no memory for %u files",
				   opt->files);
	for (i = 0; i < opt->files; i++)
		fds[i] = -1;
	err = io_uring_register_files(ring, fds, opt->files);
	free(fds);
	if (err < 0)
		return report_fail(report, "cannot make a table: %s",
				   strerror(-err));
	return DONE;
}

int uring_do(struct io_uring *ring)
{
	struct io_uring_cqe *cqe;
	int result = io_uring_submit(ring);

	if (result >= 0)
		result = io_uring_wait_cqe(ring, &cqe);
	if (result < 0)
		return result;
	result = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return result;
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

static enum verdict prepare_polls(const struct options *opt,
				  struct report *report, struct io_uring *ring,
				  const char *name, int mode, int *fds)
{
	char path[PATH_MAX];
	unsigned int i;

	for (i = 0; i < opt->files; i++) {
		files_path(path, opt, name, i);
		fds[i] = open(path, mode | O_NONBLOCK | O_CLOEXEC);
		if (fds[i] < 0)
			return report_fail(report, "cannot open %s: %s", path,
					   strerror(errno));
		io_uring_prep_poll_add(io_uring_get_sqe(ring), fds[i], POLLIN);
	}
	return DONE;
}

enum verdict uring_submit(const struct options *opt, struct report *report,
			  struct io_uring *ring, const int *fds)
{
	int got = io_uring_submit(ring);
	unsigned int i;

	if (got != (int)opt->files)
		return report_fail(report, "io_uring took %d requests of %u",
				   got, opt->files);
	for (i = 0; i < opt->files; i++)
		close(fds[i]);
	report->files = opt->files;
	report->counts.requests = opt->files;
	report->counts.in_flight = opt->files;
	report->counts.last_puts = opt->files;
	return DONE;
}

enum verdict uring_poll(const struct options *opt, struct report *report,
			struct io_uring *ring, const char *name, int mode)
{
	int *fds = calloc(opt->files, sizeof(*fds));
	enum verdict verdict;

	if (!fds)
		return report_fail(report, "no memory for %u files",
				   opt->files);
	verdict = prepare_polls(opt, report, ring, name, mode, fds);
	if (verdict == DONE)
		verdict = uring_submit(opt, report, ring, fds);
	free(fds);
	return verdict;
}
