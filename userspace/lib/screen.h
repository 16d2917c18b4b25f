/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text on a screen of some width.
 */
#ifndef DFPUT_SCREEN_H
#define DFPUT_SCREEN_H

#include <stddef.h>
#include <stdio.h>

/*
 * Return: the columns of the terminal that @out is, or else what the variable COLUMNS
 * says, as for ps(1); 0 if neither is known.
 */
size_t screen_width(FILE *out);

/* Return: how many columns a printable text takes. */
size_t screen_text_width(const char *text);

/* Return: the text, for free(3); what is beyond @room columns is an ellipsis. */
char *screen_cut(const char *text, size_t room);

/*
 * Return: the text, for free(3), with a newline and @indent blanks wherever a line
 * would take more than @room columns: between words, or behind a semicolon.
 */
char *screen_wrap(const char *text, size_t room, size_t indent);

#endif /* DFPUT_SCREEN_H */
