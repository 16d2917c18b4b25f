/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files in a tar archive, as POSIX has it (ustar): enough for small files with short
 * names.
 */
#ifndef DFPUT_TAR_H
#define DFPUT_TAR_H

#include <stddef.h>
#include <stdio.h>

/* Add a file; end the archive. Return: 0 or a negative errno. */
int tar_add(FILE *tar, const char *name, const char *text, size_t size);
int tar_end(FILE *tar);

/**
 * tar_open() - open a file of an archive
 * @tar: the archive
 * @name: of the file
 *
 * Return: a descriptor of a copy in memory; -ENOENT, -EPROTO if this is no archive,
 * or another negative errno.
 */
int tar_open(int tar, const char *name);

#endif /* DFPUT_TAR_H */
