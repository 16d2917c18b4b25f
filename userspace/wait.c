// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting until the kernel's list is empty.
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

/* Files without a record are on the list, but not in the file. */
static int count_unrecorded(struct wait *wait)
{
	struct stats stats;
	int err;

	wait->unrecorded = 0;
	if (wait->left)
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
	err = reader_read(wait->reader, fd, "pending", &wait->pending);
	if (err == -EIO || err == -ENODEV)
		return gone(wait);
	if (err)
		return err;
	wait->left = wait->pending->nr_rows;
	return count_unrecorded(wait);
}

/*
 * Sleep until the list may have emptied. @fd may be -1: poll(2) passes over such
 * an entry.
 */
static int nap(struct wait *wait, int fd, uint64_t ns, bool *woken)
{
	struct pollfd event = { .fd = fd, .events = POLLPRI | POLLERR };
	struct timespec time = { .tv_sec = (time_t)(ns / NUMBER_NS_PER_SEC),
				 .tv_nsec = (long)(ns % NUMBER_NS_PER_SEC) };
	int nr = ppoll(&event, 1, &time, NULL);

	*woken = nr > 0;
	if (nr < 0 && errno != EINTR)
		return reader_fail(wait->reader, -errno,
				   "cannot poll pending: %s", strerror(errno));
	return 0;
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
