/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A flame graph of call paths and their counts, as SVG without a script.
 */
#ifndef DFPUT_FLAME_H
#define DFPUT_FLAME_H

#include <stdint.h>
#include <stdio.h>

/**
 * struct flame - a function, by way of those below it
 * @name: its name; freed
 * @count: how often, itself and what is above it
 * @above: what it called, the oldest first
 * @next: what else was called by what called it
 */
struct flame {
	char *name;
	double count;
	struct flame *above;
	struct flame *next;
};

/* Adds a call path: functions, outermost first, with ; between. @flame begins zeroed. */
void flame_add(struct flame *flame, const char *folded, uint64_t count);

void flame_draw(const struct flame *flame, FILE *out);

/* Frees all but @flame itself. */
void flame_free(struct flame *flame);

#endif /* DFPUT_FLAME_H */
