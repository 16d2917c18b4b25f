/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DFPUT_REPLACE_H
#define DFPUT_REPLACE_H

#include <stddef.h>
#include <sys/types.h>

/**
 * replace_file() - write a file that others read meanwhile
 * @path: the file; they see all of the old one, or all of the new one
 * @text: its content
 * @size: of @text
 * @mode: its permissions, whatever the umask is
 *
 * If this fails, the old one stays, and nothing else; only SIGKILL may leave the new one
 * beside it. A link stays a link; one of another user is not followed. Standard output,
 * and what is no regular file, such as a device, are written to.
 *
 * Return: 0 or a negative errno, with a sentence as in error.h.
 */
int replace_file(const char *path, const char *text, size_t size, mode_t mode);

#endif /* DFPUT_REPLACE_H */
