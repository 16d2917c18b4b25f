/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is on the list, divided by whether it was queued before some moment.
 */
#ifndef DFPUT_PENDING_SINCE_H
#define DFPUT_PENDING_SINCE_H

#include "debugfs/listing.h"

/* Columns of the rows. */
enum pending_column {
	PENDING_AGE,
	PENDING_OWNER,
	PENDING_START,
	PENDING_REAPERS,
};

/* read: number_now() when the table had been read. */
struct pending_since {
	struct rows rows;
	struct selection before;
	struct selection after;
	uint64_t read;
};

/**
 * pending_since_load() - read what is on the list
 * @pending: receives it, for pending_since_free(), also on error
 * @reader: an open one
 * @moment: number_now() of some time ago
 *
 * A file queued just after the moment, within the time that reading takes, may be
 * taken for one from before, never the other way.
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int pending_since_load(struct pending_since *pending, struct reader *reader,
		       uint64_t moment);

void pending_since_free(struct pending_since *pending);

#endif /* DFPUT_PENDING_SINCE_H */
