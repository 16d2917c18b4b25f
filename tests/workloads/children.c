// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forks and reaps children that end by themselves.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "children.h"

static enum verdict reap(struct result *result, unsigned int count)
{
	enum verdict verdict = DONE;
	int status;

	while (count) {
		if (wait(&status) < 0) {
			if (errno == EINTR)
				continue;
			return say_fail("cannot reap a child: %s",
					strerror(errno));
		}
		count--;
		result->sum.exits++;
		if (status)
			verdict = say_fail("a child left with wait status %#x",
					   status);
	}
	return verdict;
}

enum verdict children_run(const struct options *opt, struct result *result,
			  void (*be_child)(void))
{
	enum verdict reaped, verdict = DONE;
	unsigned int forked;
	pid_t pid;

	fflush(NULL);
	for (forked = 0; forked < opt->procs; forked++) {
		pid = fork();
		if (pid < 0) {
			verdict = say_fail("cannot fork child %u of %u: %s",
					   forked, opt->procs, strerror(errno));
			break;
		}
		if (!pid) {
			if (be_child)
				be_child();
			_exit(DONE);
		}
	}
	reaped = reap(result, forked);
	return verdict == DONE ? reaped : verdict;
}
