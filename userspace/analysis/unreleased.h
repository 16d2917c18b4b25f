/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What something that has ended has not released yet: rings that the kernel takes
 * down, files that are held, files on the list. A file passes them in this order,
 * and they are read in this order, so that none slips by. But the release of a
 * ring's own file begins a ring, so that only a look during which nothing came to
 * its end is conclusive: see event_loop.h.
 */
#ifndef DFPUT_UNRELEASED_H
#define DFPUT_UNRELEASED_H

#include "debugfs/listing.h"
#include "debugfs/stats.h"

/* The tables, in the order in which a file gets there. */
enum unreleased_table {
	UNRELEASED_RINGS,
	UNRELEASED_HELD,
	UNRELEASED_PENDING,
	UNRELEASED_NR,
};

/**
 * struct unreleased_query - of what
 * @pending_only: the list alone
 * @not_pending: all but the list
 * @rings: the rings that there are at the first look, and once these are gone, what is
 *	on the list by then
 * @device: major:minor of a superblock: its files, and all rings that there are
 *	at the first look, whose files are not known; NULL: of any
 * @inode: of these the files of this number; 0: all
 * @ambiguous: @device is not fstype_has_unique_inodes(): other files may have it
 * @stacked: @device is not fstype_is_alone(): files on the list that are of another
 *	may pin a mount of it
 * @module: files whose operations are of this module, and all rings as for @device;
 *	NULL: of any
 * @mount: a mount, as the module tells them apart: @device only tells of rings then;
 *	NULL: of any
 * @pid: of this process; 0: of any
 * @least_start: which was started then or later, ns of CLOCK_MONOTONIC
 * @most_start: then or earlier
 * @reaper: of processes below this child subreaper, started at @least_start or
 *	later; 0: of any
 */
struct unreleased_query {
	bool pending_only;
	bool not_pending;
	bool rings;
	const char *device;
	uint64_t inode;
	bool ambiguous;
	bool stacked;
	const char *module;
	const char *mount;
	uint64_t pid;
	uint64_t least_start;
	uint64_t most_start;
	uint64_t reaper;
};

/**
 * enum unreleased_doubt - why something only may be part of what is asked for
 * @UNRELEASED_NUMBER: a held file: a living process holds one of its inode number,
 *	which may be another: see holders_hold()
 * @UNRELEASED_INODE: a file of the number asked for, which may be another
 * @UNRELEASED_OPS: nobody knows of which module its operations are
 * @UNRELEASED_OWNER: nobody knows whose it is
 * @UNRELEASED_STACKED: a file of another filesystem, which may pin the mount
 * @UNRELEASED_NO_ROW: on the list, without a row
 * @UNRELEASED_UNFOLLOWED: rings that the module does not follow: there may be some
 * @UNRELEASED_NR_DOUBTS: how many
 */
enum unreleased_doubt {
	UNRELEASED_NUMBER,
	UNRELEASED_INODE,
	UNRELEASED_OPS,
	UNRELEASED_OWNER,
	UNRELEASED_STACKED,
	UNRELEASED_NO_ROW,
	UNRELEASED_UNFOLLOWED,
	UNRELEASED_NR_DOUBTS,
};

/**
 * struct unreleased - what a look found
 * @query: of what
 * @rows: of each table, what is part of it
 * @unrecorded: files on the list, or in their release, without a row
 * @living: held files that living processes hold too: they are no part of it
 * @perhaps: of what is part of it, what only may be
 * @unseen: processes that could not be asked what they hold
 * @unknown: rows left out that may be below @reaper: the list of reapers was cut, or
 *	nobody knows who closed the file or ring
 * @looked: there was a look
 * @last_ring: highest id of a ring at the first look
 * @rings_gone: number_now() when none of the rings was left first, or 0
 * @looking: number_now() when the last look began
 */
struct unreleased {
	struct unreleased_query query;
	struct rows rows[UNRELEASED_NR];
	uint64_t unrecorded;
	uint64_t living;
	uint64_t perhaps[UNRELEASED_NR_DOUBTS];
	uint64_t unseen;
	uint64_t unknown;
	bool looked;
	uint64_t last_ring;
	uint64_t rings_gone;
	uint64_t looking;
};

/**
 * unreleased_look() - look what is not released now
 * @unreleased: zeroed but for the query, or looked; receives what there is, for
 *	unreleased_free(), also on error
 * @reader: an open one
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int unreleased_look(struct unreleased *unreleased, struct reader *reader);

/* Return: how many files and rings are not released. */
uint64_t unreleased_count(const struct unreleased *unreleased);

/* Return: how many of these only may be part of what is asked for. */
uint64_t unreleased_perhaps(const struct unreleased *unreleased);

/**
 * unreleased_caveats() - say of what nobody knows whether it is part of it
 * @unreleased: looked
 * @caveats: receives it
 */
void unreleased_caveats(const struct unreleased *unreleased,
			struct caveats *caveats);

/**
 * unreleased_text() - say what is not released
 * @unreleased: looked
 * @text: receives it: "3 files on the list, 1 file held, 1 ring"
 * @size: of @text
 */
void unreleased_text(const struct unreleased *unreleased, char *text,
		     size_t size);

/**
 * unreleased_show() - show what is not released
 * @unreleased: looked
 * @origins: call paths, or NULL
 * @view: where: in JSON rings, held and pending, left, left_perhaps, not_in_rows,
 *	held_by_living and held_perhaps
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int unreleased_show(const struct unreleased *unreleased,
		    const struct origins *origins, struct view *view);

void unreleased_free(struct unreleased *unreleased);

#endif /* DFPUT_UNRELEASED_H */
