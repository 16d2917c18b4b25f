/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What remains of something that has ended: rings that are being torn down, files
 * that are held, files on the list. A file passes them in this order, and they
 * are looked at in this order, so that none slips by; but the release of a
 * ring's own file begins a teardown, so that only a look during which nothing
 * came to its end is conclusive: see wait.h.
 */
#ifndef DFPUT_REMAINS_H
#define DFPUT_REMAINS_H

#include <stdbool.h>
#include <stdint.h>

#include "debugfs/origins.h"
#include "debugfs/parse.h"
#include "lib/view.h"

/**
 * enum remains_table - where it can be, in the order in which it gets there
 * @REMAINS_RINGS: in the teardown of a ring
 * @REMAINS_HELD: closed, and held by something else
 * @REMAINS_PENDING: on the list
 * @REMAINS_NR: how many there are
 */
enum remains_table {
	REMAINS_RINGS,
	REMAINS_HELD,
	REMAINS_PENDING,
	REMAINS_NR,
};

/**
 * struct remains_of - of what
 * @pending_only: the list alone
 * @not_pending: all but the list
 * @device: major:minor of a superblock: its files, and all rings that there are
 *	at the first look, whose files are not known; NULL: of any
 * @mount: one of its mounts, as the module tells them apart; NULL: of any
 * @pid: of this process; 0: of any
 * @least_start: which was started then or later, ns of CLOCK_MONOTONIC
 * @most_start: then or earlier
 * @reaper: of processes below this child subreaper, started then or later; 0: of
 *	any
 */
struct remains_of {
	bool pending_only;
	bool not_pending;
	const char *device;
	const char *mount;
	uint64_t pid;
	uint64_t least_start;
	uint64_t most_start;
	uint64_t reaper;
};

/**
 * struct remains - what a look found
 * @of: of what
 * @doc: the tables
 * @skip: of each of their rows, whether it is not part of it
 * @nr: how many rows of each are
 * @unrecorded: files on the list that have no row, if there is none of any other
 * @living: held files that living processes hold too: they do not count
 * @unseen: processes that could not be asked what they hold
 * @cut: rows of which it is not known whether they are below the reaper
 * @looked: there was a look
 * @last_ring: highest id of a ring at the first look
 */
struct remains {
	struct remains_of of;
	struct document *doc[REMAINS_NR];
	bool *skip[REMAINS_NR];
	uint64_t nr[REMAINS_NR];
	uint64_t unrecorded;
	uint64_t living;
	uint64_t unseen;
	uint64_t cut;
	bool looked;
	uint64_t last_ring;
};

/**
 * remains_look() - look what remains now
 * @remains: zeroed but for of, or looked; receives what there is, for
 *	remains_free(), also on error
 * @reader: an open one
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int remains_look(struct remains *remains, struct reader *reader);

/**
 * remains_left() - how much remains
 * @remains: looked
 *
 * Return: the files and rings.
 */
uint64_t remains_left(const struct remains *remains);

/**
 * remains_text() - say what remains
 * @remains: looked
 * @text: receives it: "3 on the list, 1 held, 1 ring in teardown"
 * @size: of @text
 */
void remains_text(const struct remains *remains, char *text, size_t size);

/**
 * remains_show() - show what remains
 * @remains: looked
 * @reader: takes the error
 * @origins: call paths, or NULL
 * @view: where: in JSON rings, held and pending, left, unrecorded and
 *	held_by_living
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int remains_show(const struct remains *remains, struct reader *reader,
		 const struct origins *origins, struct view *view);

/**
 * remains_free() - free what was received
 * @remains: looked, or zeroed
 */
void remains_free(struct remains *remains);

#endif /* DFPUT_REMAINS_H */
