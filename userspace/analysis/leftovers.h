/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which files outlived a process tree, and what stands in the way of knowing all.
 */
#ifndef DFPUT_LEFTOVERS_H
#define DFPUT_LEFTOVERS_H

#include "analysis/pending_since.h"
#include "proc/supervise.h"

/**
 * struct leftovers - what outlived a tree
 * @last_id: of the leftovers before the start, 0 if there were none
 * @tree: the tree, once reaped
 * @reaper: pid of the subreaper above it
 * @limit: the lateness that is still allowed
 * @rows: of the table of leftovers at the end, the tree's
 * @nr_late: of these, later than allowed
 * @worst: lateness of the latest of these
 * @nr_ring: the tree's that outlived a ring which a living process closed: not in @rows
 * @nr_new: leftovers since the start, of anybody
 * @least: lowest id of these
 * @most: highest id of these
 * @nr_missing: overwritten leftovers since the start
 * @nr_unknown: leftovers that may be the tree's: the list of reapers was cut
 * @pending: files on the list, the tree's
 * @nr_pending_unknown: files queued since the start that may be the tree's
 */
struct leftovers {
	uint64_t last_id;
	const struct supervise *tree;
	uint64_t reaper;
	uint64_t limit;
	struct rows rows;
	uint64_t nr_late;
	uint64_t worst;
	uint64_t nr_ring;
	uint64_t nr_new;
	uint64_t least;
	uint64_t most;
	uint64_t nr_missing;
	uint64_t nr_unknown;
	struct selection pending;
	uint64_t nr_pending_unknown;
};

/**
 * leftovers_begin() - note what there is before the tree is started
 * @leftovers: zeroed
 * @reader: an open one
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int leftovers_begin(struct leftovers *leftovers, struct reader *reader);

/**
 * leftovers_load() - find the leftovers of the tree
 * @leftovers: begun, with tree, reaper and limit; receives them
 * @reader: an open one
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int leftovers_load(struct leftovers *leftovers, struct reader *reader);

/**
 * leftovers_pending() - find the files of the tree that are on the list
 * @leftovers: begun, with tree; receives them
 * @pending: what is on the list
 *
 * Files queued before the start are not the tree's. Of the rest, those are that a
 * process below us closed; of those without a known owner nobody knows.
 */
void leftovers_pending(struct leftovers *leftovers,
		       const struct pending_since *pending);

/**
 * leftovers_caveats() - can there be more leftovers than were found?
 * @leftovers: loaded
 * @counted: how many rows were counted at least from leftovers_begin() to
 *	leftovers_load()
 * @caveats: receives why
 */
void leftovers_caveats(const struct leftovers *leftovers, uint64_t counted,
		       struct caveats *caveats);

/**
 * leftovers_show() - show the files that outlived the tree
 * @leftovers: loaded
 * @pending: what is on the list
 * @origins: call paths, or NULL
 * @view: where: in JSON tree_leftovers, mounts, tree_pending
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int leftovers_show(const struct leftovers *leftovers,
		   const struct pending_since *pending,
		   const struct origins *origins, struct view *view);

void leftovers_free(struct leftovers *leftovers);

#endif /* DFPUT_LEFTOVERS_H */
