/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mount namespace in which no process lives.
 */
#ifndef DFPUT_SPACE_H
#define DFPUT_SPACE_H

struct libmnt_table;

/**
 * space_read() - read the table of mounts of a namespace
 * @path: of the namespace
 * @table: receives the mounts
 *
 * Nobody but a process in it can read that: so a child of ours enters it.
 *
 * Return: 0 or a negative errno, such as -EPERM.
 */
int space_read(const char *path, struct libmnt_table *table);

#endif /* DFPUT_SPACE_H */
