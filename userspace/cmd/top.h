/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of dfput top: snapshots of the tables, the page that is made of two of
 * them without a terminal, and the terminal.
 */
#ifndef DFPUT_TOP_H
#define DFPUT_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "debugfs/origins.h"
#include "debugfs/parse.h"
#include "debugfs/rows.h"
#include "debugfs/stats.h"
#include "lib/number.h"

/* ---- a snapshot ---------------------------------------------------------- */

/* The tables, in the order in which they are shown. */
enum top_table {
	TOP_PENDING,
	TOP_ORIGINS,
	TOP_SUPERBLOCKS,
	TOP_LEFTOVERS,
	TOP_RINGS,
	TOP_NR_TABLES,
};

/**
 * struct top_count - what is counted of a row
 * @id: the row's
 * @count: how many files
 */
struct top_count {
	uint64_t id;
	uint64_t count;
};

/**
 * struct top_rows - one table
 * @rows: it; without a doc: the module has no such table
 * @count: of each row, by id; NULL: a table that counts nothing
 * @read: when it was, number_now()
 */
struct top_rows {
	struct rows rows;
	struct top_count *count;
	uint64_t read;
};

struct top_snapshot {
	struct stats stats;
	struct origins origins;
	struct top_rows table[TOP_NR_TABLES];
};

/**
 * top_snapshot_load() - read what a page needs
 * @snapshot: receives it, for top_snapshot_free(), also on error
 * @reader: an open one
 * @rules: as of origins_load()
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int top_snapshot_load(struct top_snapshot *snapshot, struct reader *reader,
		      const char *rules);

void top_snapshot_free(struct top_snapshot *snapshot);

/* Return: for how long the oldest file has been on the list, 0: there is none. */
uint64_t top_snapshot_oldest(const struct top_snapshot *snapshot);

/* Return: files a second of a row, negative if that is not known. */
double top_snapshot_rate(const struct top_snapshot *before,
			 const struct top_snapshot *after, enum top_table table,
			 size_t row);

/* ---- the page ------------------------------------------------------------ */

/* What the first rows of each table are. */
enum top_order { TOP_BY_RATE, TOP_BY_TOTAL, TOP_BY_WORST, TOP_NR_ORDERS };

/**
 * struct top_look - what a page shows
 * @reader: where mount points are looked up; NULL: they are not
 * @before: the snapshot before; the same as @after: there is none
 * @after: the newest
 * @since: the mean is of the time since that reading
 * @order: of the tables' rows
 * @footer: the last line
 * @width: columns of the screen
 * @height: its lines
 */
struct top_look {
	struct reader *reader;
	const struct top_snapshot *before;
	const struct top_snapshot *after;
	const struct stats *since;
	enum top_order order;
	const char *footer;
	size_t width;
	size_t height;
};

enum top_style { TOP_PLAIN, TOP_TITLE, TOP_HEADING, TOP_GOOD, TOP_BAD };

struct top_line {
	enum top_style style;
	char *text;
};

struct top_page {
	size_t width;
	struct top_line *line;
	size_t nr;
};

/* Less than that is no page. */
#define TOP_MIN_WIDTH 60
#define TOP_MIN_HEIGHT 15

/**
 * top_page_make() - make the lines of the screen
 * @page: receives at most as many as fit, for top_page_free()
 * @look: of what
 *
 * Return: 0 or a negative errno as in parse.h: a row that is none.
 */
int top_page_make(struct top_page *page, const struct top_look *look);

/* Adds a line, cut to the page's width. */
void top_page_add(struct top_page *page, enum top_style style,
		  const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void top_page_free(struct top_page *page);

/* Parts of it. Return of the second: as top_page_make(). */
void top_rates_add(struct top_page *page, const struct top_look *look);
int top_tables_add(struct top_page *page, const struct top_look *look);

/* Return: how many digits a number has at most, on a screen of that width. */
int top_digits(size_t width);

/* Return: a rate, "-" if it is negative; what happens at all is not 0. */
const char *top_rate_text(char text[NUMBER_TEXT], double rate, int digits);

/* ---- the terminal -------------------------------------------------------- */

/* What came from the terminal, beside keys. */
enum top_event {
	TOP_TIME_IS_UP = -4,
	TOP_REDRAW = -3,
	TOP_END = -2,
	/* -1 is ERR of ncurses. */
};

/* Seconds of a write to the terminal until it is asked whether the program shall end. */
#define TOP_PATIENCE_S 5

/**
 * top_screen_begin() - take the terminal over
 *
 * However the program ends, short of SIGKILL, the terminal is given back. If it
 * takes no output for TOP_PATIENCE_S, it gets its modes back, not its first screen.
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int top_screen_begin(void);

/* Gives it back. */
void top_screen_end(void);

/* The size of the screen now. Return: as top_screen_begin(). */
int top_screen_size(size_t *width, size_t *height);

void top_screen_draw(const struct top_page *page);

/**
 * top_screen_wait() - wait for a key or a signal
 * @until: number_now(), UINT64_MAX: for ever
 *
 * Return: a key, or enum top_event.
 */
int top_screen_wait(uint64_t until);

#endif /* DFPUT_TOP_H */
