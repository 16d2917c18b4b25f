// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for events of the module until nothing is left.
 *
 * poll(2) tells of events since it was last called for the open file, so: poll,
 * look, and poll again. For the event that does not come we look again after a
 * nap, which grows up to a limit. Where events come all the time and help
 * nothing, we rest between two looks.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analysis/event_loop.h"
#include "lib/error.h"
#include "lib/progress.h"

/* How long to rest after an event that changed nothing, and in the end. */
#define FIRST_REST_NS UINT64_C(1000000)
#define MAX_REST_NS UINT64_C(10000000)

/* Looks at which nothing is left until we say that it does not settle. */
#define MAX_CONFIRMATIONS 64

/**
 * struct pace - when to look again
 * @nap: at the latest after so many ns
 * @rest: at the earliest after so many
 * @confirmations: looks at which nothing was left, and something moved
 * @deadline: number_now() at which to give up
 */
struct pace {
	uint64_t nap;
	uint64_t rest;
	int confirmations;
	uint64_t deadline;
};

/* poll(2) passes over descriptors below 0. */
static int sleep_for(struct wait *wait, int fd, int process, uint64_t ns,
		     bool *woken)
{
	struct pollfd events[] = {
		{ .fd = fd, .events = POLLPRI | POLLERR },
		{ .fd = process, .events = POLLIN },
	};
	struct timespec time = { .tv_sec = (time_t)(ns / NUMBER_NS_PER_SEC),
				 .tv_nsec = (long)(ns % NUMBER_NS_PER_SEC) };
	int nr = ppoll(events, 2, &time, NULL);

	*woken = nr > 0;
	if (nr < 0 && errno != EINTR)
		return error_set(-errno, "cannot poll %s: %s", wait->file,
				 strerror(errno));
	return 0;
}

/*
 * Nothing is left; but has anything moved while we looked? Then it may be where
 * we had looked before it came.
 */
static int confirm_empty(struct wait *wait, struct pace *pace, bool *again)
{
	int err;

	*again = false;
	if (wait->conclusive)
		return 0;
	err = sleep_for(wait, wait->deaf ? -1 : wait->fd, -1, 0, again);
	if (!err && *again && ++pace->confirmations == MAX_CONFIRMATIONS)
		return WAIT_UNSETTLED;
	return err;
}

static uint64_t at_most(uint64_t ns, uint64_t most)
{
	return ns < most ? ns : most;
}

/* Sleep until there is reason to look again. */
static int await_event(struct wait *wait, struct pace *pace, uint64_t now)
{
	uint64_t until = pace->deadline - now;
	bool woken = false;
	int err = 0;

	if (pace->rest)
		err = sleep_for(wait, -1, wait->process,
				at_most(pace->rest, until), &woken);
	pace->nap =
		at_most(pace->nap ? pace->nap : wait->first_nap, wait->max_nap);
	if (!err && !woken)
		err = sleep_for(wait, wait->deaf ? -1 : wait->fd, wait->process,
				at_most(pace->nap, until), &woken);
	pace->nap = woken ? 0 : 2 * pace->nap;
	pace->rest = !woken	? 0 :
		     pace->rest ? at_most(2 * pace->rest, MAX_REST_NS) :
				  FIRST_REST_NS;
	return err;
}

static int wait_on(struct wait *wait)
{
	struct pace pace = {
		.deadline = number_after(wait->begun, wait->timeout),
	};
	uint64_t now;
	bool again;
	int err;

	/* What has happened until now is no news. */
	err = sleep_for(wait, wait->fd, -1, 0, &again);
	while (!err) {
		err = wait->look(wait);
		if (!err && !wait->left) {
			err = confirm_empty(wait, &pace, &again);
			if (err || !again)
				return err ? err : WAIT_EMPTY;
			continue;
		}
		if (err || wait->stop)
			return err ? err : WAIT_STOPPED;
		now = number_now();
		if (now >= pace.deadline)
			return WAIT_LATE;
		err = await_event(wait, &pace, now);
	}
	return err;
}

int wait_for(struct wait *wait)
{
	int err;

	wait->begun = number_now();
	wait->stop = false;
	wait->fd = reader_file(wait->reader, wait->file);
	if (wait->fd < 0)
		return wait->fd;
	err = wait_on(wait);
	close(wait->fd);
	progress_end();
	return err;
}
