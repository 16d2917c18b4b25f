/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things are mounted.
 */
#ifndef DFPUT_LOCATE_H
#define DFPUT_LOCATE_H

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

#endif /* DFPUT_LOCATE_H */
