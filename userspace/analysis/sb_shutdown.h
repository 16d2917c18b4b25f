/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a superblock: it is dead, and its block device, where it has one, can
 * be opened exclusively again. That is the kernel's own word, whatever the module
 * has seen.
 */
#ifndef DFPUT_DEATH_H
#define DFPUT_DEATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "debugfs/document.h"
#include "debugfs/parse.h"
#include "lib/view.h"
#include "analysis/event_loop.h"

/* A device has one superblock at a time, or a few of btrfs. */
#define DEATH_MAX_IDS 16

/**
 * struct death - what to look for, and what was seen
 * @block: the block device, 0 if there is none
 * @path: of its special file, NULL if none is known
 * @id: the superblocks' ids in the module's table
 * @nr_ids: how many, 0 when the module has not seen any
 * @doc: the table
 * @skip: of each of its rows, whether it is none of them
 * @nr_alive: how many of them are not known to be dead
 * @nr_unknown: of how many of these the module does not know it
 * @is_free: @block could be opened exclusively
 * @is_gone: there is no such device any more
 * @free_since: number_now() when that was first so
 * @dead_since: number_now() when no superblock was first seen alive
 */
struct death {
	dev_t block;
	char *path;
	uint64_t id[DEATH_MAX_IDS];
	size_t nr_ids;
	struct document *doc;
	bool *skip;
	size_t nr_alive;
	size_t nr_unknown;
	bool is_free;
	bool is_gone;
	uint64_t free_since;
	uint64_t dead_since;
};

/**
 * death_find() - find the superblock
 * @death: zeroed; for death_free(), also on error
 * @reader: an open one
 * @text: path of a block device, MAJOR:MINOR, or ``#`` and an id
 *
 * Of several generations, those count that are not dead; if all are, the last.
 *
 * Return: 0, or a negative errno with a sentence in @reader: -ESRCH when there is
 * no such superblock, -ENOTBLK when that is no block device.
 */
int death_find(struct death *death, struct reader *reader, const char *text);

/**
 * death_look() - how far is it?
 * @wait: its what is the struct death; receives what is left, and when to look
 *	again
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int death_look(struct wait *wait);

/**
 * death_text() - say what is left
 * @death: looked
 *
 * Return: a few words.
 */
const char *death_text(const struct death *death);

/**
 * death_show() - show the superblocks
 * @death: looked
 * @reader: takes the error
 * @view: where: in JSON superblocks, device and exclusive
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int death_show(const struct death *death, struct reader *reader,
	       struct view *view);

/**
 * death_free() - free what was received
 * @death: found, or zeroed
 */
void death_free(struct death *death);

#endif /* DFPUT_DEATH_H */
