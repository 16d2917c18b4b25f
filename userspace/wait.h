/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting until the kernel's list is empty, or until nothing is left on it that
 * was there at some moment.
 */
#ifndef DFPUT_WAIT_H
#define DFPUT_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader.h"

/* No moment, or no deadline. */
#define WAIT_EVER UINT64_MAX

/**
 * enum wait_result - how a wait ended
 * @WAIT_EMPTY: nothing is left
 * @WAIT_LATE: something still is, and the deadline has passed
 * @WAIT_CANCELLED: something was to be read from cancel_fd
 */
enum wait_result {
	WAIT_EMPTY,
	WAIT_LATE,
	WAIT_CANCELLED,
};

/**
 * struct wait - what to wait for, and what came of it
 * @reader: an open one
 * @queued_by: number_now() at some moment: only files queued until then count;
 *	WAIT_EVER: all
 * @deadline: number_now() at which to give up, or WAIT_EVER
 * @cancel_fd: give up too when this can be read; -1 for none
 * @max_nap: at the latest, look again after so many nanoseconds
 * @left: receives how many files were left at the last look
 * @unrecorded: receives how many of these have no record: the list is said to
 *	be longer than the table of it
 * @pending: receives the file as it was then, to be freed by the caller
 * @read_at: receives number_now() from before it was read
 */
struct wait {
	struct reader *reader;
	uint64_t queued_by;
	uint64_t deadline;
	int cancel_fd;
	uint64_t max_nap;
	uint64_t left;
	uint64_t unrecorded;
	struct document *pending;
	uint64_t read_at;
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

/**
 * wait_counts() - does a row of the pending file count as left?
 * @wait: what is waited for, and what was seen
 * @row: of its pending file
 * @counts: receives the answer
 *
 * Return: 0 or -EPROTO.
 */
int wait_counts(const struct wait *wait, size_t row, bool *counts);

#endif /* DFPUT_WAIT_H */
