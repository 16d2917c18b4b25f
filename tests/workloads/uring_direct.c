// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring-direct, uring-sqpoll: killed while io_uring reads and writes are in
 * flight on files that nobody has open any more: each request holds its file's
 * last reference.
 *
 * A completion is handed to the submitter (or, with SQPOLL, to the ring's
 * thread) as task work, and its file is put there: no deferral while the owner
 * lives. What completes after the owner has run its last task work goes to the
 * fallback kworker (io_fallback_req_func, since 7.x io_tctx_fallback_work):
 * deferred, cause kthread, after the exit is visible. How many depends on the
 * disk: hardly any on a fast one, many on one held to some hundred requests a
 * second. So no number of last puts is promised here.
 *
 * SQPOLL uses plain descriptors, as the non-SQPOLL ring does, which takes
 * IORING_FEAT_SQPOLL_NONFIXED (5.11, and 5.10.y since it got the io_uring of
 * 5.15). Without it the workload is skipped: registered files are put by
 * another path, that of uring-files. The ring's thread takes its references
 * when it submits, so the descriptors are closed only when it has taken all.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "direct.h"
#include "uring.h"

/* Of 5.11's header, for liburing 0.7. */
#ifndef IORING_FEAT_SQPOLL_NONFIXED
#define IORING_FEAT_SQPOLL_NONFIXED (1U << 7)
#endif

/* Longer than the submission; then the thread sleeps. */
#define SQPOLL_IDLE_MS 1000

/* More than enough, emulated or not. */
#define TAKEN_SECONDS 60

static struct io_uring ring;

static enum verdict make_ring(const struct options *opt, struct report *report,
			      unsigned int flags)
{
	struct io_uring_params params = {
		.flags = flags,
		.sq_thread_idle = SQPOLL_IDLE_MS,
	};
	enum verdict verdict =
		uring_init(report, &ring, direct_count(opt), &params);

	if (verdict == DONE && (flags & IORING_SETUP_SQPOLL) &&
	    !(params.features & IORING_FEAT_SQPOLL_NONFIXED))
		return report_skip(
			report,
			"this kernel's SQPOLL knows registered files only");
	return verdict;
}

static void prepare_request(const struct options *opt,
			    const struct direct_request *request,
			    struct io_uring_sqe *sqe)
{
	if (request->write)
		io_uring_prep_write(sqe, request->fd, request->buffer,
				    opt->size, request->offset);
	else
		io_uring_prep_read(sqe, request->fd, request->buffer, opt->size,
				   request->offset);
	io_uring_sqe_set_data(sqe, NULL);
}

/* SQPOLL: the thread takes the requests in its own time. */
static enum verdict wait_taken(struct report *report)
{
	time_t end = time(NULL) + TAKEN_SECONDS;

	while (io_uring_sq_ready(&ring)) {
		if (time(NULL) > end)
			return report_fail(
				report,
				"the ring's thread left %u requests untaken",
				io_uring_sq_ready(&ring));
		sched_yield();
	}
	return DONE;
}

static enum verdict submit(const struct options *opt, struct report *report,
			   const struct direct_request *requests)
{
	unsigned int i, count = direct_count(opt);
	int got;

	for (i = 0; i < count; i++) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

		if (!sqe)
			return report_fail(report,
					   "the ring is full at request %u", i);
		prepare_request(opt, &requests[i], sqe);
	}
	got = io_uring_submit(&ring);
	if (got < 0)
		return report_fail(report, "io_uring_submit: %s",
				   strerror(-got));
	if ((unsigned int)got != count)
		return report_fail(report, "io_uring took %d requests of %u",
				   got, count);
	report->counts.requests += count;
	return wait_taken(report);
}

/* Take what completions there are. */
static enum verdict take(const struct options *opt, struct report *report,
			 unsigned long long *taken)
{
	struct io_uring_cqe *cqe;
	enum verdict verdict = DONE;

	while (verdict == DONE && !io_uring_peek_cqe(&ring, &cqe)) {
		verdict = direct_check(opt, report, cqe->res);
		io_uring_cqe_seen(&ring, cqe);
		(*taken)++;
	}
	return verdict;
}

static enum verdict take_rest(const struct options *opt, struct report *report)
{
	unsigned long long taken = 0;
	enum verdict verdict = DONE;
	struct io_uring_cqe *cqe;
	int err;

	while (verdict == DONE && taken < report->counts.in_flight) {
		err = io_uring_wait_cqe(&ring, &cqe);
		if (err < 0)
			return report_fail(report, "io_uring_wait_cqe: %s",
					   strerror(-err));
		verdict = take(opt, report, &taken);
	}
	return verdict;
}

static enum verdict setup(const struct options *opt, struct report *report,
			  unsigned int flags)
{
	struct counts *counts = &report->counts;
	struct direct_request *requests;
	enum verdict verdict;

	report->files = direct_count(opt);
	verdict = direct_open(opt, report, &requests);
	if (verdict == DONE)
		verdict = make_ring(opt, report, flags);
	if (verdict == DONE)
		verdict = submit(opt, report, requests);
	if (verdict != DONE)
		return verdict;
	direct_close(opt, requests);
	verdict = take(opt, report, &counts->completed);
	if (verdict != DONE)
		return verdict;
	counts->in_flight = counts->requests - counts->completed;
	return opt->live ? take_rest(opt, report) : DONE;
}

static enum verdict setup_direct(const struct options *opt,
				 struct report *report)
{
	return setup(opt, report, 0);
}

static enum verdict setup_sqpoll(const struct options *opt,
				 struct report *report)
{
	return setup(opt, report, IORING_SETUP_SQPOLL);
}

#define USES                                                           \
	(USES_DIR | USES_CLEAN | USES_FILES | USES_DEPTH | USES_SIZE | \
	 USES_OP | USES_LIVE)
#define SHOWS (SHOWS_requests | SHOWS_completed | SHOWS_in_flight)

const struct workload workload_uring_direct = {
	.name = "uring-direct",
	.summary = "io_uring reads and writes in flight, fds closed",
	.defaults = { .files = 8, .depth = 8, .size = 65536 },
	.uses = USES,
	.shows = SHOWS,
	.prepare = direct_prepare,
	.setup = setup_direct,
	.clean = direct_clean,
};

const struct workload workload_uring_sqpoll = {
	.name = "uring-sqpoll",
	.summary = "the same, submitted by the ring's own thread",
	.defaults = { .files = 8, .depth = 8, .size = 65536 },
	.uses = USES,
	.shows = SHOWS,
	.prepare = direct_prepare,
	.setup = setup_sqpoll,
	.clean = direct_clean,
};
