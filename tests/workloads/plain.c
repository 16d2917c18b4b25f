// SPDX-License-Identifier: GPL-2.0-only
/*
 * plain: killed while it holds many ordinary open files.
 *
 * do_exit -> exit_files -> filp_close -> fput drops each last reference in the
 * dying task, which runs its task work afterwards and before its parent is
 * told. So no file is deferred, none is released after the exit, on any kernel.
 * The proof that a process's end by itself defers nothing.
 */
#include <stdlib.h>

#include "files.h"

#define NAME "plain"

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->same ? 1 : opt->files);
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	enum verdict verdict = files_allow(report, opt->files);
	int *fds = calloc(opt->files, sizeof(*fds));

	if (!fds)
		return report_fail(report, "no memory for %u files",
				   opt->files);
	if (verdict == DONE)
		verdict = files_open(opt, report, NAME, fds, opt->files);
	report->files = opt->files;
	free(fds);
	return verdict;
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->same ? 1 : opt->files);
}

const struct workload workload_plain = {
	.name = "plain",
	.summary = "ordinary open files: never deferred",
	.defaults = { .files = 1000 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES | USES_SAME,
	.prepare = prepare,
	.setup = setup,
	.clean = clean,
};
