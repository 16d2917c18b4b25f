// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput flush: drain the list now, and say what that did. Only what is on the
 * list: a file that something holds is not there.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "debugfs/listing.h"
#include "debugfs/stats.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/progress.h"

/* What the module says by them is not what strerror(3) does. */
static const struct {
	int err;
	const char *meaning;
} errors[] = {
	{ ENOENT, "there is no such control; is this the module's directory?" },
	{ EACCES, "only root may; try as root" },
	{ EPERM,
	  "only root may, and nobody where the kernel is locked down; see 'dfput doctor'" },
	{ EINTR, "a signal ended the wait; the drain goes on" },
	{ ETIMEDOUT,
	  "not all of it was released in time; the drain goes on, see 'dfput pending'" },
};

static const char *describe_error(int err)
{
	for (size_t i = 0; i < NR(errors); i++)
		if (errors[i].err == err)
			return errors[i].meaning;
	return strerror(err);
}

static int write_control(struct reader *reader)
{
	int fd, err = 0;

	progress_show(number_now(), "releasing what is on the list");
	/* O_NONBLOCK: a FIFO in a saved copy must not hold us up. */
	fd = openat(reader->fd, "flush", O_WRONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || write(fd, "1\n", 2) < 0)
		err = errno;
	progress_end();
	if (fd >= 0)
		close(fd);
	if (!err)
		return 0;
	return error_set(-err, "flush: cannot write 1 to %s/flush: %s",
			 reader->dir, describe_error(err));
}

static void show_flush_counts(const struct stats *before,
			      const struct stats *after, struct view *view)
{
	uint64_t released = after->counter[DFPUT_COUNT_released] -
			    before->counter[DFPUT_COUNT_released];
	uint64_t flushed = after->counter[DFPUT_COUNT_released_flush] -
			   before->counter[DFPUT_COUNT_released_flush];
	uint64_t worker = released > flushed ? released - flushed : 0;
	char number[4][NUMBER_TEXT], took[NUMBER_TEXT];

	view_number(view, "released_flush", flushed);
	view_number(view, "released_worker", worker);
	view_note(
		view,
		"Pending before: %s. Released meanwhile by flushes: %s, by the worker: %s. Pending now: %s. Took %s.",
		number_text(number[0], before->gauge[DFPUT_GAUGE_pending]),
		number_text(number[1], flushed), number_text(number[2], worker),
		number_text(number[3], after->gauge[DFPUT_GAUGE_pending]),
		number_ns_short(took, after->begun - before->ended));
}

static void show_flush(const struct stats *before, const struct stats *after,
		       struct view *view)
{
	struct caveats caveats = { 0 };
	const char *why;

	view_number(view, "pending_before", before->gauge[DFPUT_GAUGE_pending]);
	view_number(view, "pending_after", after->gauge[DFPUT_GAUGE_pending]);
	view_number(view, "took_ns", after->begun - before->ended);
	if (stats_continuous(before, after, &why))
		show_flush_counts(before, after, view);
	stats_caveats_between(before, after, &caveats);
	listing_caveats(&caveats, view);
}

static int show_flush_result(const struct options *options,
			     struct reader *reader, struct view *view)
{
	struct stats before, after;
	int flushed, err = stats_load(reader, &before);

	(void)options;
	if (err)
		return err;
	flushed = write_control(reader);
	if (flushed && flushed != -ETIMEDOUT)
		return flushed;
	if (flushed)
		complain("%s", error_text());
	err = stats_load(reader, &after);
	if (err)
		return err;
	show_flush(&before, &after, view);
	return flushed ? STATUS_AGAINST : STATUS_OK;
}

int cmd_flush(const struct options *options)
{
	return cmd_change(options, show_flush_result);
}
