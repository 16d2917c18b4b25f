// SPDX-License-Identifier: GPL-2.0-only
/*
 * vforks: short-lived processes in a row, in as great a number as can be had:
 * each shares its parent's memory, and leaves at once.
 *
 * Each has a file table of its own, with the standard three in it: exit_files
 * closes files that a living parent has open, too, at every exit. Nothing is
 * put, nothing outlives anybody, and nothing must grow.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "victim.h"

#define STACK_SIZE 16384

static int leave(void *unused)
{
	(void)unused;
	_exit(DONE);
}

static enum verdict one(char *stack)
{
	int status;
	pid_t pid;

	pid = clone(leave, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | SIGCHLD,
		    NULL);
	if (pid < 0)
		return say_fail("cannot clone: %s", strerror(errno));
	if (waitpid(pid, &status, 0) != pid)
		return say_fail("cannot reap a child: %s", strerror(errno));
	return status ? say_fail("a child left with wait status %#x", status) :
			DONE;
}

static enum verdict run(const struct options *opt, struct result *result)
{
	unsigned long long count = (unsigned long long)opt->rounds * opt->procs;
	char *stack = aligned_alloc(16, STACK_SIZE);
	enum verdict verdict = DONE;

	if (!stack)
		return say_fail("no memory for a stack");
	while (verdict == DONE && result->sum.exits < count) {
		verdict = one(stack);
		result->sum.exits++;
	}
	free(stack);
	return verdict;
}

const struct workload workload_vforks = {
	.name = "vforks",
	.summary = "one short-lived process after the other",
	.defaults = { .procs = 1000 },
	.uses = USES_PROCS,
	.run = run,
};
