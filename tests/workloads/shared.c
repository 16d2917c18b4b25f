// SPDX-License-Identifier: GPL-2.0-only
/*
 * shared: children that exit while they share all their open files (the
 * standard three, a pipe, some files of --dir) with a living parent.
 *
 * exit_files -> filp_close -> fput in each child finds other references, so no
 * child's put is the last one, and none is deferred. The parent closes the
 * files and the pipe after the last child was reaped: ordinary task work, or
 * synchronous where close(2) is. Those releases come after the exits, but it is
 * another process that makes them, so nothing has outlived anybody; the
 * standard three stay open.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "children.h"
#include "files.h"

#define NAME "shared"

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

/* The files are the parent's own here: a report only to carry the reason. */
static enum verdict open_files(const struct options *opt, int *fds)
{
	struct report report = { .verdict = DONE };
	enum verdict verdict = files_allow(&report, opt->files);

	if (verdict == DONE)
		verdict = files_open(opt, &report, NAME, fds, opt->files);
	if (verdict != DONE)
		say_fail("%s", report.text);
	return verdict;
}

static enum verdict run_round(const struct options *opt, struct result *result,
			      int *fds)
{
	enum verdict verdict;
	unsigned int i;
	int ends[2];

	if (pipe(ends))
		return say_fail("cannot make a pipe: %s", strerror(errno));
	verdict = open_files(opt, fds);
	if (verdict == DONE) {
		verdict = children_run(opt, result, NULL);
		for (i = 0; i < opt->files; i++)
			close(fds[i]);
	}
	close(ends[0]);
	close(ends[1]);
	return verdict;
}

static enum verdict run(const struct options *opt, struct result *result)
{
	int *fds = calloc(opt->files, sizeof(*fds));
	enum verdict verdict = DONE;
	unsigned int round;

	if (!fds)
		return say_fail("no memory for %u files", opt->files);
	/* The pipe has two; the standard three outlive us. */
	result->files = opt->files + 2ULL;
	for (round = 0; round < opt->rounds && verdict == DONE; round++)
		verdict = run_round(opt, result, fds);
	free(fds);
	return verdict;
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

const struct workload workload_shared = {
	.name = "shared",
	.summary = "exits with files that a living parent shares",
	.defaults = { .files = 4, .procs = 8 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES | USES_PROCS,
	.prepare = prepare,
	.run = run,
	.clean = clean,
};
