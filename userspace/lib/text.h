/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DFPUT_TEXT_H
#define DFPUT_TEXT_H

#include <stddef.h>

/**
 * text_append() - add to a text
 * @text: ended by NUL; what does not fit is cut off
 * @size: of the array
 * @format: as of printf(3)
 */
void text_append(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Return: what belongs before one more element of a list. */
const char *text_comma(const char *list);

#endif /* DFPUT_TEXT_H */
