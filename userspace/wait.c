// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting until the kernel's list is empty, or until nothing is left on it that
 * was there at some moment.
 *
 * poll(2) tells when the list empties. A list that never does, because new
 * files keep coming, tells nothing: so we also look again after a nap, which
 * grows up to a limit.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "number.h"
#include "stats.h"
#include "wait.h"

#define FIRST_NAP_NS UINT64_C(1000000)

int wait_counts(const struct wait *wait, size_t row, bool *counts)
{
	const struct document *doc = wait->pending;
	uint64_t age, since;
	size_t column;
	int err;

	*counts = true;
	if (wait->queued_by == WAIT_EVER)
		return 0;
	since = wait->read_at > wait->queued_by ?
			wait->read_at - wait->queued_by :
			0;
	err = document_need_column(wait->reader, doc, "age_ns", &column);
	if (!err)
		err = document_cell_number(wait->reader, doc, row, column,
					   &age);
	/*
	 * The age was taken after read_at. So this errs on the side of counting
	 * a file that came just after the moment, and never the other way.
	 */
	*counts = !err && age >= since;
	return err;
}

static int count_left(struct wait *wait)
{
	const struct document *doc = wait->pending;
	size_t row, column;
	bool counts;
	int err;

	err = document_need_column(wait->reader, doc, "age_ns", &column);
	wait->left = 0;
	for (row = 0; !err && row < doc->nr_rows; row++) {
		err = wait_counts(wait, row, &counts);
		wait->left += counts;
	}
	return err;
}

/*
 * Files without a record are on the list, but not in the file. How old they are
 * nobody knows, so they count only where age does not.
 */
static int count_unrecorded(struct wait *wait)
{
	struct stats stats;
	int err;

	wait->unrecorded = 0;
	if (wait->queued_by != WAIT_EVER || wait->left)
		return 0;
	err = stats_load(wait->reader, &stats);
	if (err)
		return err;
	wait->unrecorded = stats.gauge[STATS_GAUGE_pending];
	wait->left = wait->unrecorded;
	return 0;
}

static int gone(struct wait *wait)
{
	return reader_fail(wait->reader, -ENODEV,
			   "the module has been unloaded while waiting");
}

static int look(struct wait *wait, int fd)
{
	int err;

	document_free(wait->pending);
	wait->read_at = number_now();
	err = reader_read(wait->reader, fd, "pending", &wait->pending);
	if (err == -EIO || err == -ENODEV)
		return gone(wait);
	if (!err)
		err = count_left(wait);
	if (!err)
		err = count_unrecorded(wait);
	return err;
}

/*
 * Sleep until one of the two has something to say. @fd may be -1: poll(2)
 * passes over such an entry.
 */
static int nap(struct wait *wait, int fd, uint64_t ns, bool *woken)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLPRI | POLLERR },
		{ .fd = wait->cancel_fd, .events = POLLIN },
	};
	struct timespec time = { .tv_sec = (time_t)(ns / NUMBER_NS_PER_SEC),
				 .tv_nsec = (long)(ns % NUMBER_NS_PER_SEC) };
	int nr = ppoll(fds, 2, &time, NULL);

	*woken = nr > 0 && fds[0].revents;
	if (nr < 0 && errno != EINTR)
		return reader_fail(wait->reader, -errno,
				   "cannot poll pending: %s", strerror(errno));
	return nr > 0 && fds[1].revents ? WAIT_CANCELLED : 0;
}

static int wait_on(struct wait *wait, int fd)
{
	uint64_t length = FIRST_NAP_NS, now;
	bool woken = false;
	int err;

	for (;;) {
		err = look(wait, fd);
		if (err || !wait->left)
			return err ? err : WAIT_EMPTY;
		now = number_now();
		if (now >= wait->deadline)
			return WAIT_LATE;
		if (length > wait->deadline - now)
			length = wait->deadline - now;
		/*
		 * Woken, and yet something is left: new files came. Do not
		 * ask again at once, or we would spin.
		 */
		err = nap(wait, woken ? -1 : fd, length, &woken);
		if (err)
			return err;
		length = 2 * length < wait->max_nap ? 2 * length :
						      wait->max_nap;
	}
}

int wait_pending(struct wait *wait)
{
	int fd = reader_file(wait->reader, "pending");
	int err;

	wait->pending = NULL;
	if (fd < 0)
		return fd;
	err = wait_on(wait, fd);
	close(fd);
	return err;
}
