/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that a drain of the list is releasing, and what waits meanwhile.
 */
#ifndef DFPUT_RELEASES_H
#define DFPUT_RELEASES_H

#include <stddef.h>
#include <stdint.h>

#include "debugfs/rows.h"

/**
 * struct releases - what is being released
 * @rows: these files: one a drain
 * @since_queued: the module is too old to tell when a release began
 * @oldest: the row of the one whose release began first, if there is any
 * @age: time since that, or with @since_queued since it was queued; 0 if there is none
 * @queued_age: time since the one was queued that was queued first, or 0
 * @waiting: files on the list whose release has not begun
 * @waiting_age: time since the one of these was queued that was queued first, or 0
 * @filesystems: how many devices these are of
 * @devices: these: see tsearch(3)
 */
struct releases {
	struct rows rows;
	bool since_queued;
	size_t oldest;
	uint64_t age;
	uint64_t queued_age;
	uint64_t waiting;
	uint64_t waiting_age;
	uint64_t filesystems;
	void *devices;
};

/**
 * releases_load() - read what is being released
 * @releases: receives it, for releases_free(), also on error
 * @reader: an open one
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int releases_load(struct releases *releases, struct reader *reader);

/**
 * releases_sentence() - say which file is being released, and what waits
 * @releases: loaded
 * @reader: where it was read
 *
 * Return: a sentence without the full stop, for free(3).
 */
char *releases_sentence(const struct releases *releases, struct reader *reader);

/**
 * releases_stuck() - say what the files on the list wait for, if that takes long
 * @reader: an open one
 *
 * Return: what, and where to look, without the full stop, for free(3); NULL if no
 * release is seen to take long.
 */
char *releases_stuck(struct reader *reader);

void releases_free(struct releases *releases);

#endif /* DFPUT_RELEASES_H */
