// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring-opened: killed while an io_uring has files that it opened into its table itself
 * ("direct descriptors", since 5.15). They never had a descriptor, so that no close(2)
 * and no exit_files ever saw them. They are put as by uring-files.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "uring.h"

#define NAME "uring-opened"

static struct io_uring ring;

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

/* An older kernel takes no notice of the slot, and gives a descriptor. */
static enum verdict open_into(const struct options *opt, struct report *report,
			      unsigned int slot)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
	char path[PATH_MAX];
	int result;

	files_path(path, opt, NAME, slot);
	io_uring_prep_openat(sqe, AT_FDCWD, path, O_RDWR, 0);
	/* Where later headers have file_index. */
	sqe->splice_fd_in = (int)slot + 1;
	result = uring_do(&ring);
	if (result > 0)
		return report_skip(report,
				   "this kernel opens no files into a ring");
	if (result)
		return report_fail(report, "a ring cannot open %s: %s", path,
				   strerror(-result));
	return DONE;
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	struct io_uring_params params = { 0 };
	enum verdict verdict;
	unsigned int slot;

	verdict = uring_init(report, &ring, 1, &params);
	if (verdict == DONE)
		verdict = uring_make_table(opt, report, &ring);
	for (slot = 0; slot < opt->files && verdict == DONE; slot++)
		verdict = open_into(opt, report, slot);
	report->files = opt->files;
	report->counts.last_puts = opt->files;
	return verdict;
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

const struct workload workload_uring_opened = {
	.name = NAME,
	.summary = "files that an io_uring opened into its own table",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_last_puts,
	.prepare = prepare,
	.setup = setup,
	.clean = clean,
};
