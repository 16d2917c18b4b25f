/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a path names.
 */
#ifndef DFPUT_NAMED_H
#define DFPUT_NAMED_H

#include "proc/mounts.h"
#include "proc/proc.h"

/**
 * struct named - what it is
 * @file: as stat(2) has it; what nobody knows is 0
 * @mount: that it is on; NULL: it is on none that can be seen
 */
struct named {
	struct proc_file file;
	const struct mounts_mount *mount;
};

/**
 * named_find() - look what a path names
 * @named: receives it, as far as it is known, also on error
 * @mounts: scanned
 * @root: prefix of /proc, "" for the running system: of another root, what stat(2)
 *	says of mounts and devices is ours
 * @path: on that system
 *
 * Return: 0 or a negative errno. A mount that does not answer is known by its name
 * at least.
 */
int named_find(struct named *named, const struct mounts *mounts,
	       const char *root, const char *path);

/**
 * named_inode() - as fdinfo, locks and the module have it; stat(2) may be told another
 * @named: found
 * @root: as above
 * @path: the same
 *
 * Return: the inode number.
 */
uint64_t named_inode(const struct named *named, const char *root,
		     const char *path);

#endif /* DFPUT_NAMED_H */
