/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a superblock: it is gone, and its block device, where it has one, can
 * be opened exclusively again. The latter is the kernel's own word, whatever the
 * module has seen.
 */
#ifndef DFPUT_SB_SHUTDOWN_H
#define DFPUT_SB_SHUTDOWN_H

#include <sys/types.h>

#include "analysis/event_loop.h"
#include "debugfs/listing.h"

/* A device has one superblock at a time, or a few of btrfs. */
#define SB_SHUTDOWN_MAX_IDS 16

/**
 * struct sb_shutdown - what to look for, and what was seen
 * @block: the block device, 0 if there is none
 * @path: of its special file, NULL if none is known
 * @id: the superblocks' ids in the module's table
 * @nr_ids: how many, 0 when the module has not seen any
 * @rows: that table
 * @lasting: what keeps one of them from its end, for people; NULL: that is not seen
 * @nr_alive: how many of them are not known to be gone
 * @nr_unknown: of how many of these the module does not know it
 * @is_free: @block could be opened exclusively
 * @is_removed: there is no such device any more
 * @free_since: number_now() when that was first so
 * @gone_since: number_now() when no superblock was first seen alive
 */
struct sb_shutdown {
	dev_t block;
	char *path;
	uint64_t id[SB_SHUTDOWN_MAX_IDS];
	size_t nr_ids;
	struct rows rows;
	char *lasting;
	size_t nr_alive;
	size_t nr_unknown;
	bool is_free;
	bool is_removed;
	uint64_t free_since;
	uint64_t gone_since;
};

/**
 * sb_shutdown_find() - find the superblock
 * @shutdown: zeroed; for sb_shutdown_free(), also on error
 * @reader: an open one
 * @text: path of a block device, MAJOR:MINOR, or ``#`` and an id
 *
 * Of several generations, those count that are not gone; if all are, the last.
 *
 * Return: 0, or a negative errno as in parse.h: -ESRCH when there is no such
 * superblock, -ENOTBLK when that is no block device.
 */
int sb_shutdown_find(struct sb_shutdown *shutdown, struct reader *reader,
		     const char *text);

/* For wait_for(): how far is it? wait->what is the struct sb_shutdown. */
int sb_shutdown_look(struct wait *wait);

/* Return: what is left, in a few words. */
const char *sb_shutdown_text(const struct sb_shutdown *shutdown);

/**
 * sb_shutdown_show() - show the superblocks
 * @shutdown: looked
 * @view: where: in JSON superblocks, device and exclusive
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int sb_shutdown_show(const struct sb_shutdown *shutdown, struct view *view);

void sb_shutdown_free(struct sb_shutdown *shutdown);

#endif /* DFPUT_SB_SHUTDOWN_H */
