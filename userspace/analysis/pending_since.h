/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is on the list at some moment, and which of it was there earlier.
 */
#ifndef DFPUT_LEFT_H
#define DFPUT_LEFT_H

#include <stdbool.h>
#include <stdint.h>

#include "debugfs/origins.h"
#include "debugfs/parse.h"
#include "lib/view.h"

/**
 * struct left - one look at the list
 * @pending: the file
 * @before: of each of its rows, whether it was queued before the moment
 * @after: of each of its rows, whether it was queued after it
 * @nr_before: how many were queued before
 * @nr_after: how many were queued after
 * @looked: number_now() when the file had been read
 */
struct left {
	struct document *pending;
	bool *before;
	bool *after;
	uint64_t nr_before;
	uint64_t nr_after;
	uint64_t looked;
};

/**
 * left_look() - look what is on the list now
 * @reader: an open one
 * @moment: number_now() of some time ago
 * @left: receives what is there, for left_free(), also on error
 *
 * A file that was queued within the time that reading takes after the moment
 * may be taken for one from before, never the other way.
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int left_look(struct reader *reader, uint64_t moment, struct left *left);

/**
 * left_show_before() - show what was queued before the moment
 * @left: what was seen
 * @reader: takes the error
 * @origins: call paths, or NULL
 * @view: where: in JSON it is named pending; nothing if nothing was
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int left_show_before(const struct left *left, struct reader *reader,
		     const struct origins *origins, struct view *view);

/**
 * left_show_after() - show what was queued after the moment
 * @left: what was seen
 * @reader: takes the error
 * @origins: call paths, or NULL
 * @view: where: in JSON it is named pending_after; nothing if nothing was
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int left_show_after(const struct left *left, struct reader *reader,
		    const struct origins *origins, struct view *view);

/**
 * left_free() - free what left_look() has received
 * @left: looked, or zeroed
 */
void left_free(struct left *left);

#endif /* DFPUT_LEFT_H */
