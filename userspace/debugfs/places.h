/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the superblock of a row is mounted. Device numbers are used again, ids of
 * superblocks are not: a row's mount point is known if its superblock is the one that
 * is alive and has the number now.
 */
#ifndef DFPUT_PLACES_H
#define DFPUT_PLACES_H

#include <stdint.h>

#include "debugfs/parse.h"
#include "proc/mountpoint.h"

/**
 * places_living() - find the superblock that has a device number now
 * @reader: an open one
 * @device: the number
 *
 * Return: its id; 0: the module does not know of any.
 */
uint64_t places_living(struct reader *reader, dev_t device);

/* The mount points of a reader's machine, and whose they are; for places_free(). */
void places_load(struct places *places, struct reader *reader);

/**
 * places_of() - find the mount point of a row
 * @places: loaded
 * @device: of the row, NULL where there is none
 * @super: the same, the id of its superblock
 *
 * Return: it, or NULL.
 */
struct place *places_of(const struct places *places, const char *device,
			const char *super);

/*
 * Return: the same, once for each: it is told from then on. A row of an earlier
 * superblock that had the number is counted.
 */
struct place *places_tell(const struct places *places, const char *device,
			  const char *super);

#endif /* DFPUT_PLACES_H */
