/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which files outlived a process tree: those of which it is certain, and what
 * stands in the way of knowing all of them.
 */
#ifndef DFPUT_OUTLIVED_H
#define DFPUT_OUTLIVED_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/pending_since.h"
#include "debugfs/origins.h"
#include "debugfs/parse.h"
#include "debugfs/stats.h"
#include "proc/supervise.h"
#include "lib/view.h"

/**
 * enum outlived_reapers - is a process below a subreaper?
 * @OUTLIVED_OTHER: no
 * @OUTLIVED_OURS: yes
 * @OUTLIVED_CUT: not known, the list has no end
 */
enum outlived_reapers {
	OUTLIVED_OTHER,
	OUTLIVED_OURS,
	OUTLIVED_CUT,
};

/**
 * struct outlived - what outlived a tree
 * @last_id: of the leftovers before the start, 0 if there were none
 * @leftovers: the file of them at the end
 * @foreign: of each of its rows, whether it is not the tree's for certain
 * @nr: how many are
 * @nr_late: how many of these were later than allowed
 * @worst: lateness of the latest of them
 * @nr_new: leftovers since the start, of anybody
 * @nr_missing: how many more there were, that are overwritten
 * @nr_cut: of how many since the start it is not known whose they are
 * @pending_foreign: of each pending file, whether it is not the tree's for
 *	certain
 * @nr_pending: how many are
 * @nr_unknown: of how many more that were queued since the start nobody knows
 */
struct outlived {
	uint64_t last_id;
	struct document *leftovers;
	bool *foreign;
	uint64_t nr;
	uint64_t nr_late;
	uint64_t worst;
	uint64_t nr_new;
	uint64_t nr_missing;
	uint64_t nr_cut;
	bool *pending_foreign;
	uint64_t nr_pending;
	uint64_t nr_unknown;
};

/**
 * outlived_reapers() - find a process in a list of subreapers
 * @list: pids with commas between them, - for none, ``...`` where it was cut
 * @pid: which
 *
 * Return: enum outlived_reapers, or -EINVAL when that is no such list.
 */
int outlived_reapers(const char *list, uint64_t pid);

/**
 * outlived_begin() - before the tree is started: note what there is already
 * @reader: an open one
 * @outlived: zeroed
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int outlived_begin(struct reader *reader, struct outlived *outlived);

/**
 * outlived_look() - find the leftovers of a tree
 * @reader: an open one
 * @tree: reaped
 * @reaper: pid of the subreaper above the tree
 * @limit: which lateness is still allowed
 * @outlived: begun; receives them
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int outlived_look(struct reader *reader, const struct supervise *tree,
		  uint64_t reaper, uint64_t limit, struct outlived *outlived);

/**
 * outlived_pending() - find the files of a tree that are pending
 * @reader: takes the error
 * @tree: reaped
 * @left: what is pending
 * @outlived: receives whose that is
 *
 * What was queued before the tree was started is not its. Of the rest, those
 * are which a process of it closed that we reaped; of no other is it known.
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int outlived_pending(struct reader *reader, const struct supervise *tree,
		     const struct left *left, struct outlived *outlived);

/**
 * outlived_doubt() - can there be more leftovers than were found?
 * @outlived: looked
 * @counted: how many leftovers were counted at least between outlived_begin()
 *	and outlived_look()
 * @doubts: receives why
 */
void outlived_doubt(const struct outlived *outlived, uint64_t counted,
		    struct doubts *doubts);

/**
 * outlived_show() - show the files that outlived the tree
 * @outlived: looked
 * @left: what is pending
 * @reader: takes the error
 * @origins: call paths, or NULL
 * @view: where: in JSON tree_leftovers, mounts, tree_pending
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int outlived_show(const struct outlived *outlived, const struct left *left,
		  struct reader *reader, const struct origins *origins,
		  struct view *view);

/**
 * outlived_free() - free what was received
 * @outlived: looked, or zeroed
 */
void outlived_free(struct outlived *outlived);

#endif /* DFPUT_OUTLIVED_H */
