// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring-closed, uring-unpolled: nothing is killed. A process, the closer, closes an
 * io_uring and lives on when the run is over. It does so when it gets SIGUSR1, and is
 * called "closed" then.
 *
 * uring-closed		the ring has registered files: io_ring_exit_work puts each of
 *			them in a kworker, deferred, and nobody has died. With
 *			--kept the closer has them open as well.
 * uring-unpolled	its requests poll FIFOs that nobody has open any more: the ring's
 *			end cancels them, and the closer itself puts the files.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "files.h"
#include "span.h"
#include "uring.h"

#define NAME "uring-closed"
#define FIFOS "uring-unpolled"

static struct io_uring ring;
static sigset_t order;

static void close_ring(void)
{
	int signal;

	sigwait(&order, &signal);
	io_uring_queue_exit(&ring);
	prctl(PR_SET_NAME, "closed");
	for (;;)
		pause();
}

/* The workload ends before it. */
static void await_order(struct report *report)
{
	prctl(PR_SET_PDEATHSIG, 0);
	sigemptyset(&order);
	sigaddset(&order, SIGUSR1);
	sigprocmask(SIG_BLOCK, &order, NULL);
	report->stay = close_ring;
}

static enum verdict keep_files(const struct options *opt, struct report *report,
			       const int *fds)
{
	unsigned int i;

	for (i = 0; i < opt->files; i++)
		if (dup(fds[i]) < 0)
			return report_fail(report, "cannot keep file %u", i);
	return DONE;
}

static enum verdict setup_files(const struct options *opt,
				struct report *report)
{
	enum verdict verdict;
	int *fds;

	await_order(report);
	verdict = uring_open(opt, report, &ring, NAME, &fds);
	if (verdict == DONE && opt->kept)
		verdict = keep_files(opt, report, fds);
	if (verdict == DONE)
		verdict = uring_hold(opt, report, &ring, fds);
	return verdict;
}

static enum verdict setup_polls(const struct options *opt,
				struct report *report)
{
	struct io_uring_params params = { 0 };
	enum verdict verdict;

	await_order(report);
	verdict = uring_init(report, &ring, opt->files, &params);
	if (verdict == DONE)
		verdict = uring_poll(opt, report, &ring, FIFOS, O_RDWR);
	return verdict;
}

static enum verdict run_rounds(const struct options *opt, struct result *result,
			       victim_setup setup)
{
	enum verdict verdict = DONE;
	struct victim closer;
	unsigned int round;

	for (round = 0; round < opt->rounds && verdict == DONE; round++) {
		verdict = victim_start(setup, opt, result, &closer);
		if (verdict == DONE)
			verdict = span_add(result, "closer", closer.pid, 0, 0);
	}
	return verdict;
}

static enum verdict prepare_files(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

static enum verdict prepare_polls(const struct options *opt)
{
	return files_make_fifos(opt, FIFOS, opt->files);
}

static enum verdict run_files(const struct options *opt, struct result *result)
{
	return run_rounds(opt, result, setup_files);
}

static enum verdict run_polls(const struct options *opt, struct result *result)
{
	return run_rounds(opt, result, setup_polls);
}

static void clean_files(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

static void clean_polls(const struct options *opt)
{
	files_remove(opt, FIFOS, opt->files);
}

const struct workload workload_uring_closed = {
	.name = NAME,
	.summary = "registered files of a ring that a living process closes",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES | USES_KEPT,
	.prepare = prepare_files,
	.run = run_files,
	.clean = clean_files,
};

const struct workload workload_uring_unpolled = {
	.name = FIFOS,
	.summary = "polls of a ring that a living process closes",
	.defaults = { .files = 4 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.prepare = prepare_polls,
	.run = run_polls,
	.clean = clean_polls,
};
