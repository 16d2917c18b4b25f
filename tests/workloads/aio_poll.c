// SPDX-License-Identifier: GPL-2.0-only
/*
 * aio-poll: killed while aio polls eventfds that nobody has open any more, so
 * that each poll request holds its file's last reference. No disk is involved.
 *
 * exit_mm -> exit_aio cancels each request, aio_poll_cancel schedules work, and
 * aio_poll_complete_work -> iocb_put -> fput runs in a kworker: every file is
 * deferred, cause kthread, at every kill, and queued before the exit is
 * visible, since exit_aio waits for the requests.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "aio.h"
#include "files.h"

/* Never written to, so never readable. */
static enum verdict make_polls(struct report *report, struct iocb *iocbs,
			       struct iocb **pointers, unsigned int count)
{
	unsigned int i;
	int fd;

	for (i = 0; i < count; i++) {
		fd = eventfd(0, EFD_CLOEXEC);
		if (fd < 0)
			return report_fail(report, "cannot make eventfd %u: %s",
					   i, strerror(errno));
		io_prep_poll(&iocbs[i], fd, POLLIN);
		pointers[i] = &iocbs[i];
	}
	return DONE;
}

static enum verdict check_pending(struct report *report, io_context_t ctx)
{
	struct timespec none = { 0 };
	struct io_event event;
	int got = io_getevents(ctx, 0, 1, &event, &none);

	if (got < 0)
		return report_fail(report, "io_getevents: %s", strerror(-got));
	if (got && (long)event.res < 0)
		return report_fail(report, "a poll failed: %s",
				   strerror((int)-(long)event.res));
	if (got)
		return report_fail(report, "a poll of a silent eventfd ended");
	return DONE;
}

static enum verdict poll_all(struct report *report, struct iocb *iocbs,
			     struct iocb **pointers, unsigned int count)
{
	enum verdict verdict;
	io_context_t ctx;
	unsigned int i;

	verdict = aio_init(report, &ctx, count);
	if (verdict == DONE)
		verdict = make_polls(report, iocbs, pointers, count);
	if (verdict == DONE)
		verdict = aio_submit(report, ctx, pointers, count);
	if (verdict != DONE)
		return verdict;
	for (i = 0; i < count; i++)
		close(iocbs[i].aio_fildes);
	return check_pending(report, ctx);
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	struct iocb *iocbs = calloc(opt->files, sizeof(*iocbs));
	struct iocb **pointers = calloc(opt->files, sizeof(struct iocb *));
	enum verdict verdict;

	if (!iocbs || !pointers)
		verdict = report_fail(report, "no memory for %u polls",
				      opt->files);
	else
		verdict = files_allow(report, opt->files);
	if (verdict == DONE)
		verdict = poll_all(report, iocbs, pointers, opt->files);
	free(pointers);
	free(iocbs);
	report->files = opt->files;
	report->counts.in_flight = opt->files;
	report->counts.last_puts = opt->files;
	return verdict;
}

const struct workload workload_aio_poll = {
	.name = "aio-poll",
	.summary = "aio polls in flight, fds closed: each deferred",
	.defaults = { .files = 100 },
	.uses = USES_FILES,
	.shows = SHOWS_requests | SHOWS_in_flight | SHOWS_last_puts |
		 SHOWS_ring_files,
	.setup = setup,
};
