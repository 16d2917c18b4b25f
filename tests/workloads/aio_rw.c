// SPDX-License-Identifier: GPL-2.0-only
/*
 * aio-rw: killed while aio reads and writes are in flight on files that nobody
 * has open any more: each request holds its file's last reference.
 *
 * A read completes where the disk does: bio_endio -> aio_complete_rw ->
 * iocb_put -> fput in a hard or soft interrupt, deferred with that cause. A
 * write into a preallocated extent completes in the filesystem's kworker,
 * iomap_dio_complete_work -> aio_complete_rw -> ... -> fput: deferred, kthread.
 *
 * The kill waits: exit_mm -> exit_aio returns only when all requests are
 * complete, so nearly all of this is queued, and most of it released, before
 * the exit is visible. It also happens while the owner lives (--live).
 *
 * A completion is told (the event) before its file is put, so a request whose
 * event was not there once the fds were closed is a deferral: last_puts_min.
 * The others may have completed before their fd was closed, or after.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aio.h"
#include "direct.h"

static enum verdict submit(const struct options *opt, struct report *report,
			   io_context_t ctx,
			   const struct direct_request *requests)
{
	unsigned int i, count = direct_count(opt);
	struct iocb *iocbs = calloc(count, sizeof(*iocbs));
	struct iocb **pointers = calloc(count, sizeof(struct iocb *));
	enum verdict verdict;

	if (!iocbs || !pointers) {
		free(iocbs);
		free(pointers);
		return report_fail(report, "no memory for %u requests", count);
	}
	for (i = 0; i < count; i++) {
		const struct direct_request *request = &requests[i];

		pointers[i] = &iocbs[i];
		(request->write ? io_prep_pwrite : io_prep_pread)(
			&iocbs[i], request->fd, request->buffer, opt->size,
			request->offset);
	}
	verdict = aio_submit(report, ctx, pointers, count);
	/* The kernel has copied them. */
	free(pointers);
	free(iocbs);
	return verdict;
}

/* Take completions, at least so many; @taken counts them. */
static enum verdict take(const struct options *opt, struct report *report,
			 io_context_t ctx, unsigned int min,
			 unsigned long long *taken)
{
	unsigned int i, count = direct_count(opt);
	struct io_event *events = calloc(count, sizeof(*events));
	struct timespec none = { 0 };
	enum verdict verdict = DONE;
	int got;

	if (!events)
		return report_fail(report, "no memory for %u events", count);
	got = io_getevents(ctx, (long)min, (long)count, events,
			   min ? NULL : &none);
	if (got < 0)
		verdict =
			report_fail(report, "io_getevents: %s", strerror(-got));
	for (i = 0; verdict == DONE && i < (unsigned int)got; i++)
		verdict = direct_check(opt, report, (long)events[i].res);
	if (verdict == DONE)
		*taken += (unsigned int)got;
	free(events);
	return verdict;
}

static enum verdict count_events(const struct options *opt,
				 struct report *report, io_context_t ctx)
{
	struct counts *counts = &report->counts;
	unsigned long long rest = 0;
	enum verdict verdict;

	verdict = take(opt, report, ctx, 0, &counts->completed);
	if (verdict != DONE)
		return verdict;
	counts->in_flight = counts->requests - counts->completed;
	counts->last_puts_min = counts->in_flight;
	if (opt->live && counts->in_flight)
		verdict = take(opt, report, ctx,
			       (unsigned int)counts->in_flight, &rest);
	return verdict;
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	struct direct_request *requests;
	enum verdict verdict;
	io_context_t ctx;

	report->files = direct_count(opt);
	verdict = direct_open(opt, report, &requests);
	if (verdict == DONE)
		verdict = aio_init(report, &ctx, direct_count(opt));
	if (verdict == DONE)
		verdict = submit(opt, report, ctx, requests);
	if (verdict != DONE)
		return verdict;
	direct_close(opt, requests);
	return count_events(opt, report, ctx);
}

const struct workload workload_aio_rw = {
	.name = "aio-rw",
	.summary = "aio reads and writes in flight, fds closed",
	.defaults = { .files = 8, .depth = 8, .size = 65536 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES | USES_DEPTH | USES_SIZE |
		USES_OP | USES_LIVE,
	.shows = SHOWS_requests | SHOWS_completed | SHOWS_in_flight |
		 SHOWS_last_puts_min | SHOWS_ring_files,
	.prepare = direct_prepare,
	.setup = setup,
	.clean = direct_clean,
};
