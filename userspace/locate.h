/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where debugfs is mounted.
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

#endif /* DFPUT_LOCATE_H */
