/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Colour, where a person looks at a terminal.
 */
#ifndef DFPUT_COLOR_H
#define DFPUT_COLOR_H

#include <stdbool.h>
#include <stdio.h>

enum color {
	COLOR_GOOD,
	COLOR_BAD,
	COLOR_UNSURE,
};

/**
 * color_choose() - whether there is colour
 * @when: always, never, or auto: on a terminal, unless NO_COLOR is set
 *
 * Return: whether @when is one of these.
 */
bool color_choose(const char *when);

/* Return: what begins a colour in a stream, "" where there is none. */
const char *color_begin(FILE *out, enum color color);

/* Return: what ends it. */
const char *color_end(FILE *out);

#endif /* DFPUT_COLOR_H */
