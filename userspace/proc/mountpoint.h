/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things are mounted, by the text of a table of mounts (proc_pid_mountinfo(5)):
 * this machine's or, in a copy, another's.
 */
#ifndef DFPUT_MOUNTPOINT_H
#define DFPUT_MOUNTPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct place - where a superblock is mounted
 * @device: its device number
 * @path: the first place by the alphabet, as the kernel names it
 * @nr: at how many places
 * @super: id of the superblock, 0: not known; as all that follow for debugfs/places.h
 * @told: see places_tell()
 * @earlier: rows of earlier superblocks that had the number
 * @first: id of the oldest of these
 * @newest: of the newest
 */
struct place {
	dev_t device;
	char *path;
	size_t nr;
	uint64_t super;
	bool told;
	uint64_t earlier;
	uint64_t first;
	uint64_t newest;
};

/* place: each superblock that is mounted where it can be seen. nr: how many. */
struct places {
	struct place *place;
	size_t nr;
};

/* Of a table of mounts; NULL: there is none. For places_free(). */
void places_parse(struct places *places, const char *mountinfo);

/* Return: that of what has a device number, MAJOR:MINOR, now; or NULL. */
struct place *places_find(const struct places *places, const char *device);

void places_free(struct places *places);

/**
 * locate_debugfs() - find the mount point of debugfs
 * @mountinfo: table of mounts, or NULL: there is none
 *
 * Return: the mount point as the kernel names it, for the caller to free; NULL
 * when debugfs is not mounted.
 */
char *locate_debugfs(const char *mountinfo);

/* Calls @each for each mount of a table that does not hide its path. */
void locate_targets(const char *mountinfo,
		    void (*each)(const char *path, const char *fstype,
				 void *context),
		    void *context);

/**
 * locate_mount() - find the superblock that is mounted somewhere
 * @mountinfo: as in locate_debugfs()
 * @path: of the mount point, as the table has it
 * @super: receives the superblock's device number as the module has it, which on
 *	btrfs is not that of stat(2)
 *
 * Return: whether something is mounted there.
 */
bool locate_mount(const char *mountinfo, const char *path, dev_t *super);

/**
 * locate_source() - find the superblock that is mounted from somewhere
 * @mountinfo: as in locate_debugfs()
 * @source: path of a block device, as the table has it
 * @super: receives the superblock's device number
 *
 * Return: whether something is mounted from there.
 */
bool locate_source(const char *mountinfo, const char *source, dev_t *super);

/**
 * locate_super() - find a superblock that is mounted from a block device of ours
 * @mountinfo: as in locate_debugfs()
 * @block: the device
 *
 * Return: the superblock's device number, which need not be @block; 0 when we see
 * no such mount.
 */
dev_t locate_super(const char *mountinfo, dev_t block);

/* Is the superblock mounted, and its type fstype_is_alone()? */
bool locate_is_alone(const char *mountinfo, dev_t super);

#endif /* DFPUT_MOUNTPOINT_H */
