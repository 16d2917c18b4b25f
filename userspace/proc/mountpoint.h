/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things are mounted.
 */
#ifndef DFPUT_MOUNTPOINT_H
#define DFPUT_MOUNTPOINT_H

#include <sys/types.h>

/**
 * locate_debugfs() - find the mount point of debugfs
 * @root: prefix of /proc, "" for the running system
 * @where: receives the mount point as the kernel names it (without @root), for
 *	the caller to free; NULL when debugfs is not mounted
 *
 * Return: 0, or a negative errno when the table of mounts cannot be read.
 */
int locate_debugfs(const char *root, char **where);

/**
 * locate_device() - find a mount point of a device
 * @root: prefix of /proc, "" for the running system
 * @text: major:minor of a superblock
 * @where: receives the first mount point as the kernel names it (without
 *	@root), for the caller to free; NULL when we see none
 *
 * Return: 0, or a negative errno when @text is no device, or the table of
 * mounts cannot be read.
 */
int locate_device(const char *root, const char *text, char **where);

/**
 * locate_mount() - find the superblock that is mounted somewhere
 * @root: prefix of /proc, "" for the running system
 * @path: of the mount point
 * @super: receives the superblock's device number as the module has it, which on
 *	btrfs is not that of stat(2)
 *
 * Return: 0, -EINVAL when nothing is mounted there, or another negative errno
 * when there is no such path or the table of mounts cannot be read.
 */
int locate_mount(const char *root, const char *path, dev_t *super);

/**
 * locate_super() - find a superblock that is mounted from a block device
 * @root: prefix of /proc, "" for the running system
 * @block: the device
 * @super: receives the superblock's device number, which need not be @block; 0
 *	when we see no such mount
 *
 * Return: 0, or a negative errno when the table of mounts cannot be read.
 */
int locate_super(const char *root, dev_t block, dev_t *super);

#endif /* DFPUT_MOUNTPOINT_H */
