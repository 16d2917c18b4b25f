// SPDX-License-Identifier: GPL-2.0-only
/*
 * last-thread: nobody is killed. The leader has left; the second thread has a
 * ring with registered files that nobody has open any more, and leaves while
 * workers of that ring sit in splices from empty pipes.
 *
 * io_uring_files_cancel makes the workers give up, and they are threads of the
 * same process: the last one through exit_files, which closes the ring, may be
 * one of them. The process's end is visible when the last of all is gone, and
 * what outlives it is the process's: its leader's name, not a worker's.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"
#include "span.h"
#include "threads.h"
#include "uring.h"

#define NAME "last-thread"
#define SPLICES 4
#define POLL_US 1000
#define POLLS_MAX 60000

static struct io_uring ring;

/* From the second thread to the workload: when it left. */
static int leaving[2];

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

static enum verdict hold(const struct options *opt, struct report *report)
{
	enum verdict verdict;
	int *fds;

	close(leaving[0]);
	verdict = uring_open(opt, report, &ring, NAME, &fds);
	if (verdict != DONE)
		return verdict;
	report->counts.requests = SPLICES;
	report->counts.in_flight = SPLICES;
	return uring_hold(opt, report, &ring, fds);
}

/* A splice is nothing that the ring could poll for: it takes a worker. */
static bool submit(void)
{
	struct io_uring_sqe *sqe;
	int from[2], into[2];
	unsigned int i;

	for (i = 0; i < SPLICES; i++) {
		sqe = io_uring_get_sqe(&ring);
		if (!sqe || pipe(from) || pipe(into))
			return false;
		io_uring_prep_splice(sqe, from[0], -1, into[1], -1, 1, 0);
		sqe->flags |= IOSQE_ASYNC;
	}
	return io_uring_submit(&ring) == SPLICES;
}

static bool are_at_work(void)
{
	unsigned int i;

	for (i = 0; i < POLLS_MAX; i++) {
		if (threads_count("iou-wrk") >= SPLICES)
			return true;
		usleep(POLL_US);
	}
	return false;
}

static void stay(void)
{
	unsigned long long now;

	if (!submit() || !are_at_work())
		_exit(FAILED);
	now = span_now();
	if (write(leaving[1], &now, sizeof(now)) != sizeof(now))
		_exit(FAILED);
	syscall(SYS_exit, DONE);
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	return threads_start(hold, stay, opt, report);
}

static enum verdict run_round(const struct options *opt, struct result *result)
{
	struct victim victim;
	enum verdict verdict;

	if (pipe(leaving))
		return say_fail("cannot make a pipe: %s", strerror(errno));
	verdict = victim_start(setup, opt, result, &victim);
	close(leaving[1]);
	/* Without a word from it, how it ended says what is wrong. */
	if (verdict == DONE &&
	    read(leaving[0], &victim.alive_ns, sizeof(victim.alive_ns)) < 0)
		verdict = say_fail("cannot hear the second thread: %s",
				   strerror(errno));
	if (verdict == DONE)
		verdict = victim_end(&victim, opt, result);
	close(leaving[0]);
	return verdict;
}

static enum verdict run(const struct options *opt, struct result *result)
{
	struct options live = *opt;
	enum verdict verdict = DONE;
	unsigned int round;

	live.live = true;
	for (round = 0; round < opt->rounds && verdict == DONE; round++)
		verdict = run_round(&live, result);
	return verdict;
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

const struct workload workload_last_thread = {
	.name = "last-thread",
	.summary = "leaves by itself, in the midst of its ring's work",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_requests | SHOWS_in_flight | SHOWS_last_puts,
	.prepare = prepare,
	.run = run,
	.clean = clean,
};
