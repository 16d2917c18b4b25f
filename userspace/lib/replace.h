/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DFPUT_REPLACE_H
#define DFPUT_REPLACE_H

#include <stddef.h>

/**
 * replace_file() - write a file that others read meanwhile
 * @path: the file; they see all of the old one, or all of the new one
 * @text: its content
 * @size: of @text
 *
 * Everybody may read it. If this fails, the old one stays, and nothing else.
 *
 * Return: 0 or a negative errno, with a sentence as in error.h.
 */
int replace_file(const char *path, const char *text, size_t size);

#endif /* DFPUT_REPLACE_H */
