/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the user names with --mount and --super, on the machine that a reader is of.
 */
#ifndef DFPUT_TARGET_H
#define DFPUT_TARGET_H

#include <sys/types.h>

#include "debugfs/parse.h"

/**
 * target_mount() - find the superblock that is mounted somewhere
 * @reader: an open one
 * @path: of the mount point
 * @super: receives the device number
 *
 * Return: 0 or a negative errno, with a sentence as in error.h.
 */
int target_mount(const struct reader *reader, const char *path, dev_t *super);

/* The same of a block device: its path, or MAJOR:MINOR. */
int target_super(const struct reader *reader, const char *text, dev_t *super);

#endif /* DFPUT_TARGET_H */
