/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A picture of what took how long, when: HTML and SVG, without a script. Positions are
 * in percent, so it is as wide as there is room.
 *
 * It does not know where spans come from: report_spans.c has those of a snapshot and of
 * events.
 */
#ifndef DFPUT_TIMELINE_H
#define DFPUT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/view.h"

/* X(id, class, title): what is drawn together, from top to bottom. */
#define TIMELINE_LANES(X)                                             \
	X(LEFTOVERS, "late", "Files that outlived their process")     \
	X(RELEASED, "list", "Files that were on the list")            \
	X(PENDING, "list", "Files on the list when it was recorded")  \
	X(HELD, "held", "Files that something still held then")       \
	X(RINGS, "ring", "io_uring rings that were being taken down") \
	X(UMOUNTS, "umount", "Umounts")                               \
	X(REFUSED, "refused", "Umounts that were refused")            \
	X(SHUTDOWNS, "super", "Shutdowns of superblocks")             \
	X(EXITS, "super", "Processes that ended meanwhile")           \
	X(LOST, "refused", "Events that were lost")

#define TIMELINE_ENUM(id, class, title) TIMELINE_##id,
enum timeline_lane { TIMELINE_LANES(TIMELINE_ENUM) TIMELINE_NR_LANES };
#undef TIMELINE_ENUM

/**
 * struct timeline_span - one or several that are alike
 * @lane: where it is drawn
 * @begin: of the first, in ns of CLOCK_MONOTONIC
 * @first_end: of the one that was over first
 * @end: of the one that was over last
 * @open: not over at the end of the time line
 * @label: what it is; freed
 * @note: what was measured; freed
 */
struct timeline_span {
	enum timeline_lane lane;
	uint64_t begin;
	uint64_t first_end;
	uint64_t end;
	bool open;
	char *label;
	char *note;
};

/**
 * struct timeline - all of them
 * @from: when counting began, or what is shown
 * @begun: what began then, in words
 * @to: when it was recorded
 * @span: in any order
 * @nr: how many
 * @last_end: of those that are over
 * @nr_impossible: those that are not drawn: no such time can be
 */
struct timeline {
	uint64_t from;
	const char *begun;
	uint64_t to;
	struct timeline_span *span;
	size_t nr;
	uint64_t last_end;
	uint64_t nr_impossible;
};

/* Return: whether a span can be; if not, that is counted. */
bool timeline_check(struct timeline *timeline,
		    const struct timeline_span *span);

/* Adds a span that can be. */
void timeline_add(struct timeline *timeline, const struct timeline_span *span);

/* Draws it, which sorts the spans. */
void timeline_draw(struct timeline *timeline, struct view *view);

void timeline_free(struct timeline *timeline);

#endif /* DFPUT_TIMELINE_H */
