// SPDX-License-Identifier: GPL-2.0-only
/*
 * forks: short-lived processes that hold no open file when they exit. Nothing
 * is put and nothing deferred; what must come out right is the number of exits.
 */
#include <unistd.h>

#include "children.h"

static void close_stdio(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
}

static enum verdict run(const struct options *opt, struct result *result)
{
	enum verdict verdict = DONE;
	unsigned int round;

	for (round = 0; round < opt->rounds && verdict == DONE; round++)
		verdict = children_run(opt, result, close_stdio);
	return verdict;
}

const struct workload workload_forks = {
	.name = "forks",
	.summary = "processes that exit with no file open, to be counted",
	.defaults = { .procs = 100 },
	.uses = USES_PROCS,
	.run = run,
};
