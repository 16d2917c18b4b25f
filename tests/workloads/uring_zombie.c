// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring-zombie: a child polls FIFOs by its parent's ring, closes them and ends. The
 * parent, which has been told of that end and has not reaped the child, then makes
 * them readable: the requests are a dead task's, so the fallback kworker completes
 * them, and puts the files: deferred, cause kthread, after the exit.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "uring.h"

#define NAME "uring-zombie"

static struct io_uring ring;
/* The parent's ends of the FIFOs. */
static int *ends;

static enum verdict prepare(const struct options *opt)
{
	return files_make_fifos(opt, NAME, opt->files);
}

/* Nobody has the files then but the requests: closed by a living process. */
static enum verdict setup(const struct options *opt, struct report *report)
{
	enum verdict verdict;
	unsigned int i;

	verdict = uring_poll(opt, report, &ring, NAME, O_RDONLY);
	if (verdict != DONE)
		return verdict;
	for (i = 0; i < opt->files; i++)
		close(ends[i]);
	/* With no file of others left, nothing else says when it ended. */
	close(ring.ring_fd);
	return DONE;
}

/* A byte through each FIFO. Return: the requests are over, and so the kworker is at it. */
static enum verdict complete(const struct options *opt)
{
	struct io_uring_cqe *cqe;
	unsigned int i;
	char byte = 0;

	for (i = 0; i < opt->files; i++)
		if (write(ends[i], &byte, 1) != 1)
			return say_fail("cannot write to a FIFO: %s",
					strerror(errno));
	for (i = 0; i < opt->files; i++) {
		if (io_uring_wait_cqe(&ring, &cqe))
			return say_fail("a request does not end");
		io_uring_cqe_seen(&ring, cqe);
	}
	for (i = 0; i < opt->files; i++)
		if (read(ends[i], &byte, 1) != 1)
			return say_fail("cannot read from a FIFO: %s",
					strerror(errno));
	return DONE;
}

static enum verdict run_victim(const struct options *opt, struct result *result)
{
	enum verdict verdict;
	struct victim victim;
	siginfo_t info;

	verdict = victim_start(setup, opt, result, &victim);
	if (verdict != DONE)
		return verdict;
	verdict = victim_kill(&victim);
	if (verdict == DONE &&
	    waitid(P_PID, (id_t)victim.pid, &info, WEXITED | WNOWAIT))
		verdict = say_fail("cannot wait: %s", strerror(errno));
	if (verdict == DONE)
		verdict = complete(opt);
	return verdict == DONE ? victim_end(&victim, opt, result) : verdict;
}

static enum verdict run_round(const struct options *opt, struct result *result)
{
	struct io_uring_params params = { 0 };
	struct report report = { 0 };
	enum verdict verdict = uring_init(&report, &ring, opt->files, &params);

	if (verdict != DONE)
		return verdict == SKIPPED ? say_skip("%s", report.text) :
					    say_fail("%s", report.text);
	verdict = run_victim(opt, result);
	io_uring_queue_exit(&ring);
	return verdict;
}

static enum verdict open_ends(const struct options *opt)
{
	char path[PATH_MAX];
	unsigned int i;

	for (i = 0; i < opt->files; i++) {
		files_path(path, opt, NAME, i);
		ends[i] = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (ends[i] < 0)
			return say_fail("cannot open %s: %s", path,
					strerror(errno));
	}
	return DONE;
}

static enum verdict run(const struct options *opt, struct result *result)
{
	enum verdict verdict;
	unsigned int i;

	ends = calloc(opt->files, sizeof(*ends));
	if (!ends)
		return say_fail("no memory for %u files", opt->files);
	verdict = open_ends(opt);
	for (i = 0; i < opt->rounds && verdict == DONE; i++)
		verdict = run_round(opt, result);
	free(ends);
	return verdict;
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

const struct workload workload_uring_zombie = {
	.name = NAME,
	.summary = "requests of a zombie that end before it is reaped",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_requests | SHOWS_in_flight | SHOWS_last_puts,
	.prepare = prepare,
	.run = run,
	.clean = clean,
};
