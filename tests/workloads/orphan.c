// SPDX-License-Identifier: GPL-2.0-only
/*
 * orphan: killed as in uring-files, but with no parent of its own any more: the
 * one that forked it has left, so that it went to a child subreaper, which has
 * another one above it, as a container's supervisor may.
 *
 * The nearer reaper is who kills the victim, is told of its end, and reaps it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "span.h"
#include "uring.h"

#define NAME "orphan"
#define POLL_US 1000

static struct io_uring ring;
static pid_t reaper;

/* What the one in the middle says before it leaves. */
struct word {
	struct victim victim;
	struct result result;
};

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

/* Its parent's end is no reason to die here, but its reaper's is. */
static void stay(void)
{
	while (getppid() != reaper)
		usleep(POLL_US);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	enum verdict verdict;
	int *fds;

	prctl(PR_SET_PDEATHSIG, 0);
	report->stay = stay;
	verdict = uring_open(opt, report, &ring, NAME, &fds);
	if (verdict != DONE)
		return verdict;
	return uring_hold(opt, report, &ring, fds);
}

static _Noreturn void be_middle(const struct options *opt, int out)
{
	struct word word = { 0 };
	enum verdict verdict;

	verdict = victim_start(setup, opt, &word.result, &word.victim);
	/* A reason to skip is in a buffer still. */
	fflush(stdout);
	if (verdict == DONE && write(out, &word, sizeof(word)) != sizeof(word))
		verdict = FAILED;
	_exit(verdict);
}

static enum verdict orphan_start(const struct options *opt,
				 struct result *result, struct victim *victim)
{
	struct word word = { 0 };
	int ends[2], status = 0;
	ssize_t got = 0;
	pid_t middle;

	if (pipe(ends))
		return say_fail("cannot make a pipe: %s", strerror(errno));
	middle = fork();
	if (!middle) {
		close(ends[0]);
		be_middle(opt, ends[1]);
	}
	close(ends[1]);
	if (middle > 0)
		got = read(ends[0], &word, sizeof(word));
	close(ends[0]);
	if (middle < 0 || waitpid(middle, &status, 0) != middle)
		return say_fail("cannot fork: %s", strerror(errno));
	if (got != sizeof(word))
		return WIFEXITED(status) ? (enum verdict)WEXITSTATUS(status) :
					   FAILED;
	*victim = word.victim;
	result->files = word.result.files;
	result->sum.last_puts += word.result.sum.last_puts;
	result->sum.exits++;
	return DONE;
}

/*
 * Two reapers: the outer one is this process, and does nothing but wait for the
 * inner one, which goes on in its place. Return: in the inner one only.
 */
static enum verdict become_reapers(struct result *result)
{
	pid_t outer = getpid();
	int status;

	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		return say_fail("cannot be a child subreaper: %s",
				strerror(errno));
	reaper = fork();
	if (reaper < 0)
		return say_fail("cannot fork: %s", strerror(errno));
	if (reaper) {
		if (waitpid(reaper, &status, 0) != reaper || !WIFEXITED(status))
			_exit(FAILED);
		_exit(WEXITSTATUS(status));
	}
	reaper = getpid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (span_add(result, "reaper", reaper, 0, 0) != DONE)
		return FAILED;
	return span_add(result, "reaper", outer, 0, 0);
}

static enum verdict run(const struct options *opt, struct result *result)
{
	enum verdict verdict = become_reapers(result);
	struct victim victim;
	unsigned int round;

	for (round = 0; round < opt->rounds && verdict == DONE; round++) {
		verdict = orphan_start(opt, result, &victim);
		if (verdict == DONE)
			verdict = victim_end(&victim, opt, result);
	}
	return verdict;
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

const struct workload workload_orphan = {
	.name = "orphan",
	.summary = "uring-files, forked twice, below two child subreapers",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_last_puts,
	.prepare = prepare,
	.run = run,
	.clean = clean,
};
