/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting until the kernel's list is empty.
 */
#ifndef DFPUT_WAIT_H
#define DFPUT_WAIT_H

#include <stdint.h>

#include "reader.h"

/* No deadline. */
#define WAIT_EVER UINT64_MAX

/**
 * enum wait_result - how a wait ended
 * @WAIT_EMPTY: nothing is left
 * @WAIT_LATE: something still is, and the deadline has passed
 */
enum wait_result {
	WAIT_EMPTY,
	WAIT_LATE,
};

/**
 * struct wait - what to wait for, and what came of it
 * @reader: an open one
 * @deadline: number_now() at which to give up, or WAIT_EVER
 * @max_nap: at the latest, look again after so many nanoseconds
 * @left: receives how many files were left at the last look
 * @unrecorded: receives how many of these have no record: the list is said to
 *	be longer than the table of it
 * @pending: receives the file as it was then, to be freed by the caller
 */
struct wait {
	struct reader *reader;
	uint64_t deadline;
	uint64_t max_nap;
	uint64_t left;
	uint64_t unrecorded;
	struct document *pending;
};

/**
 * wait_pending() - wait until nothing is left
 * @wait: see there
 *
 * It looks at least once, also when the deadline has passed.
 *
 * Return: enum wait_result, or a negative errno as in reader.h; that of a
 * module that was unloaded meanwhile is -ENODEV.
 */
int wait_pending(struct wait *wait);

#endif /* DFPUT_WAIT_H */
