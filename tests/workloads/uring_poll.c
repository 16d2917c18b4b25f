// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring-poll: killed while an io_uring polls FIFOs that nobody has open any more,
 * so that each request holds its file's last reference. --dir is asked to be
 * unmounted right after all --procs victims, which are killed at once, are reaped.
 *
 * io_ring_exit_work cancels the requests, and each becomes task work of its
 * submitter. That one is dead, so it goes to the fallback kworker (see
 * uring_direct.c), which puts the file: deferred, cause kthread.
 *
 * With --live nobody is killed: the process that polls closes the ring itself, and
 * asks for the umount. The same kworker takes that ring down, but the requests
 * become task work of a living process, which puts the files by itself: not
 * deferred, and yet the ring was in the way.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "umount.h"
#include "uring.h"

static struct io_uring ring;

static void fifo_name(const struct options *opt, unsigned int i, char *name)
{
	snprintf(name, PATH_MAX, "%s/uring-poll.%u", opt->dir, i);
}

static enum verdict prepare(const struct options *opt)
{
	char name[PATH_MAX];
	unsigned int i;

	for (i = 0; i < opt->files; i++) {
		fifo_name(opt, i, name);
		if (mkfifo(name, 0600) && errno != EEXIST)
			return say_fail("cannot make %s: %s", name,
					strerror(errno));
	}
	return DONE;
}

/* Never written to, so never readable. */
static enum verdict prepare_polls(const struct options *opt,
				  struct report *report, int *fds)
{
	char name[PATH_MAX];
	unsigned int i;

	for (i = 0; i < opt->files; i++) {
		fifo_name(opt, i, name);
		fds[i] = open(name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (fds[i] < 0)
			return report_fail(report, "cannot open %s: %s", name,
					   strerror(errno));
		io_uring_prep_poll_add(io_uring_get_sqe(&ring), fds[i], POLLIN);
	}
	return DONE;
}

static enum verdict submit_polls(const struct options *opt,
				 struct report *report, const int *fds)
{
	int got = io_uring_submit(&ring);
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

static enum verdict setup(const struct options *opt, struct report *report)
{
	int *fds = calloc(opt->files, sizeof(*fds));
	struct io_uring_params params = { 0 };
	enum verdict verdict;

	if (!fds)
		return report_fail(report, "no memory for %u files",
				   opt->files);
	verdict = uring_init(report, &ring, opt->files, &params);
	if (verdict == DONE)
		verdict = prepare_polls(opt, report, fds);
	if (verdict == DONE)
		verdict = submit_polls(opt, report, fds);
	free(fds);
	return verdict;
}

static enum verdict run_living(const struct options *opt, struct result *result)
{
	struct report report = { 0 };
	enum verdict verdict = setup(opt, &report);

	if (verdict == SKIPPED)
		return say_skip("%s", report.text);
	if (verdict != DONE)
		return say_fail("%s", report.text);
	result->files = report.files;
	result->sum.requests += report.counts.requests;
	io_uring_queue_exit(&ring);
	return umount_now(opt, result);
}

static enum verdict run_victims(const struct options *opt,
				struct result *result, struct victim *victims)
{
	enum verdict verdict = DONE;
	unsigned int i;

	for (i = 0; i < opt->procs && verdict == DONE; i++)
		verdict = victim_start(setup, opt, result, &victims[i]);
	for (i = 0; i < opt->procs && verdict == DONE; i++)
		verdict = victim_kill(&victims[i]);
	for (i = 0; i < opt->procs && verdict == DONE; i++)
		verdict = victim_end(&victims[i], opt, result);
	return verdict == DONE ? umount_now(opt, result) : verdict;
}

static enum verdict run(const struct options *opt, struct result *result)
{
	struct victim *victims = calloc(opt->procs, sizeof(*victims));
	enum verdict verdict = DONE;
	unsigned int round;

	if (!victims)
		return say_fail("no memory for %u processes", opt->procs);
	for (round = 0; round < opt->rounds && verdict == DONE; round++)
		verdict = opt->live ? run_living(opt, result) :
				      run_victims(opt, result, victims);
	free(victims);
	return verdict;
}

const struct workload workload_uring_poll = {
	.name = "uring-poll",
	.summary = "io_uring polls that wait, and an umount of --dir",
	.defaults = { .files = 4, .procs = 1 },
	.uses = USES_DIR | USES_FILES | USES_PROCS | USES_LIVE,
	.shows = SHOWS_requests | SHOWS_umounts | SHOWS_busy,
	.prepare = prepare,
	.run = run,
};
