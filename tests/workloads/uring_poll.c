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
#include <fcntl.h>
#include <stdlib.h>

#include "files.h"
#include "umount.h"
#include "uring.h"

#define NAME "uring-poll"

static struct io_uring ring;

static enum verdict prepare(const struct options *opt)
{
	return files_make_fifos(opt, NAME, opt->files);
}

/* Nobody else writes to them, so they are never readable. */
static enum verdict setup(const struct options *opt, struct report *report)
{
	struct io_uring_params params = { 0 };
	enum verdict verdict;

	verdict = uring_init(report, &ring, opt->files, &params);
	if (verdict == DONE)
		verdict = uring_poll(opt, report, &ring, NAME, O_RDWR);
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
	.name = NAME,
	.summary = "io_uring polls that wait, and an umount of --dir",
	.defaults = { .files = 4, .procs = 1 },
	.uses = USES_DIR | USES_FILES | USES_PROCS | USES_LIVE,
	.shows = SHOWS_requests | SHOWS_umounts | SHOWS_busy,
	.prepare = prepare,
	.run = run,
};
