// SPDX-License-Identifier: GPL-2.0-only
/*
 * leader-first: killed when its leader has left already, while a second thread
 * lives and has a ring with registered files that nobody has open any more.
 *
 * The leader's own end tells nobody anything: exit_notify finds that the group
 * is not empty. It is release_task of the second thread that calls
 * do_notify_parent, for the leader. What outlived the process was late by the
 * time since then, and is the process's, whichever thread closed the ring.
 */
#include <unistd.h>

#include "files.h"
#include "threads.h"
#include "uring.h"

#define NAME "leader-first"

static struct io_uring ring;

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

static enum verdict hold(const struct options *opt, struct report *report)
{
	enum verdict verdict;
	int *fds;

	verdict = uring_open(opt, report, &ring, NAME, &fds);
	if (verdict != DONE)
		return verdict;
	return uring_hold(opt, report, &ring, fds);
}

static void stay(void)
{
	for (;;)
		pause();
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	return threads_start(hold, stay, opt, report);
}

static enum verdict run(const struct options *opt, struct result *result)
{
	enum verdict verdict = DONE;
	struct victim victim;
	unsigned int round;

	for (round = 0; round < opt->rounds && verdict == DONE; round++) {
		verdict = victim_start(setup, opt, result, &victim);
		if (verdict == DONE)
			verdict = threads_leader_left(victim.pid);
		if (verdict == DONE)
			verdict = victim_end(&victim, opt, result);
	}
	return verdict;
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

const struct workload workload_leader_first = {
	.name = "leader-first",
	.summary = "uring-files of a second thread, its leader gone before",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_last_puts,
	.prepare = prepare,
	.run = run,
	.clean = clean,
};
