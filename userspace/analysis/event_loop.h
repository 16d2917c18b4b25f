/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for events of the module until nothing is left, whatever that is.
 */
#ifndef DFPUT_EVENT_LOOP_H
#define DFPUT_EVENT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "debugfs/parse.h"
#include "lib/number.h"

/* An event should do. This is for the one that does not come. */
#define WAIT_MAX_NAP_NS NUMBER_NS_PER_SEC

/**
 * enum wait_result - how a wait ended
 * @WAIT_EMPTY: nothing is left
 * @WAIT_LATE: something still is, and the time is over
 * @WAIT_STOPPED: something still is, and waiting for it is no use
 * @WAIT_UNSETTLED: nothing was left at each of many looks, but something came
 *	to its end during each of them: it may have gone from where we had not
 *	looked yet to where we had
 */
enum wait_result {
	WAIT_EMPTY,
	WAIT_LATE,
	WAIT_STOPPED,
	WAIT_UNSETTLED,
};

struct wait;

/**
 * typedef wait_look - find out what is left
 * @wait: receives it in left; stop, deaf and the naps may be changed
 *
 * Return: 0 or a negative errno as in parse.h.
 */
typedef int wait_look(struct wait *wait);

/**
 * struct wait - what to wait for, and what came of it
 * @reader: an open one
 * @file: the file of the module to poll
 * @look: finds out what is left
 * @what: for it
 * @process: one more file descriptor: that it can be read is an event; or -1
 * @timeout: after how many ns to give up, UINT64_MAX for never
 * @first_nap: without an event, look again after so many ns, then after twice the
 *	time, and so on
 * @max_nap: but after so many ns at the latest
 * @conclusive: one look at which nothing is left is enough, whatever moves: for
 *	those who look at one table only
 * @deaf: the events of @file do not matter now
 * @stop: waiting is no use
 * @fd: @file, opened
 * @left: how much was left at the last look
 * @begun: number_now() when the wait began
 */
struct wait {
	struct reader *reader;
	const char *file;
	wait_look *look;
	void *what;
	int process;
	uint64_t timeout;
	uint64_t first_nap;
	uint64_t max_nap;
	bool conclusive;
	bool deaf;
	bool stop;
	int fd;
	uint64_t left;
	uint64_t begun;
};

/**
 * wait_for() - wait until nothing is left
 * @wait: see there
 *
 * It looks at least once, and ends the progress that looks show. Events come by
 * poll(2): all are seen that come after the beginning of the last look. An open file
 * pins the module, so it can't be unloaded meanwhile.
 *
 * Return: enum wait_result, or a negative errno.
 */
int wait_for(struct wait *wait);

#endif /* DFPUT_EVENT_LOOP_H */
