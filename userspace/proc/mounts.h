/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mounts of all mount namespaces that can be seen. A mount is told by its id,
 * which no two living mounts have, whatever their namespace; a filesystem by the
 * device number of its superblock, which is what mountinfo has. What stat(2) says
 * is another one on btrfs, where each subvolume has its own.
 */
#ifndef DFPUT_MOUNTS_H
#define DFPUT_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct mounts_mount - a mount
 * @id: its id
 * @parent: id of what it is mounted on
 * @super: device number of its superblock
 * @root: which directory of the filesystem it shows
 * @target: where, as @pid sees it
 * @fstype: filesystem type
 * @source: what is mounted, as the filesystem says
 * @options: the superblock's options, as the filesystem says
 * @shared: its peer group, 0 if none
 * @master: the peer group that it gets mounts from, 0 if none
 * @mntns: inode number of its namespace
 * @pid: a process that sees it there, 0: the caller does
 * @remote: asking it for a file's attributes may take for ever
 * @ours: its namespace is that of the caller
 */
struct mounts_mount {
	uint64_t id;
	uint64_t parent;
	dev_t super;
	char *root;
	char *target;
	char *fstype;
	char *source;
	char *options;
	uint64_t shared;
	uint64_t master;
	uint64_t mntns;
	pid_t pid;
	bool remote;
	bool ours;
};

/**
 * struct mounts_mntns - a mount namespace, as seen from some root directory
 * @inode: of the namespace
 * @root_device: of that directory
 * @root_inode: of that directory
 */
struct mounts_mntns {
	uint64_t inode;
	dev_t root_device;
	uint64_t root_inode;
};

/**
 * struct mounts - all that can be seen
 * @mount: sorted by id
 * @nr: how many
 * @mntns: the namespaces, each from each root directory that is in use
 * @nr_mntns: how many
 * @own: inode number of the caller's namespace, 0 if unknown
 * @nr_hidden: mounts of namespaces in which no process lives, whose own mounts
 *	are not read
 */
struct mounts {
	struct mounts_mount *mount;
	size_t nr;
	struct mounts_mntns *mntns;
	size_t nr_mntns;
	uint64_t own;
	size_t nr_hidden;
};

/**
 * mounts_scan() - read the mounts of all namespaces that can be found
 * @mounts: receives them, for mounts_free(), also on error
 * @root: prefix of /proc, "" for the running system
 *
 * That is those in which processes live.
 *
 * Return: 0, or a negative errno when /proc, or our own table, cannot be read.
 */
int mounts_scan(struct mounts *mounts, const char *root);

/* Has the namespace of this inode number been read? */
bool mounts_has_mntns(const struct mounts *mounts, uint64_t inode);

/* Return: the mount of this id, or NULL: it is detached, the kernel's, or not seen. */
const struct mounts_mount *mounts_find(const struct mounts *mounts,
				       uint64_t id);

/*
 * Return: the mount that a path leads to in the namespace of this inode number, or
 * NULL. The path is absolute and without symbolic links.
 */
const struct mounts_mount *mounts_at(const struct mounts *mounts,
				     uint64_t mntns, const char *path);

/*
 * Did a mount come by propagation along with another? When it is busy, and nothing
 * is mounted on it, an umount of the other fails.
 */
bool mounts_is_copy(const struct mounts *mounts,
		    const struct mounts_mount *copy,
		    const struct mounts_mount *mount);

/*
 * Is a mount on the very directory that a path on another one leads to, by whichever
 * mount of its filesystem? The path is as above.
 */
bool mounts_is_on(const struct mounts *mounts, const struct mounts_mount *mount,
		  const struct mounts_mount *other, const char *path);

/* Is something mounted on the mount of this id? */
bool mounts_has_child(const struct mounts *mounts, uint64_t id);

void mounts_free(struct mounts *mounts);

#endif /* DFPUT_MOUNTS_H */
