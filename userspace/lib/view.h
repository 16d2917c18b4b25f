/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What users see: tables, bars and sentences for people, or the same as one
 * JSON document. Text from the module may hold anything; it is made harmless
 * here, so callers pass it as it is.
 *
 * Nothing here fails but view_end(): without memory the program ends.
 */
#ifndef DFPUT_VIEW_H
#define DFPUT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/color.h"

struct json_object;
struct reader;

/**
 * enum view_kind - how a column is shown
 * @VIEW_NUMBER: to the right; a JSON number
 * @VIEW_ID: the same; 0 stands for none
 * @VIEW_NS: how long, for people in a suitable unit; a JSON number of ns
 * @VIEW_TOOK: the same; 0 if it is not over, or has not happened
 * @VIEW_TIME: when, in ns of CLOCK_MONOTONIC, 0 for never; in JSON NAME_ns, and
 *	NAME_time beside it; for people by the clock
 * @VIEW_BOOL: 0 or 1; no or yes for people
 * @VIEW_TEXT: as it is
 * @VIEW_NAME: cut where the screen is narrow
 * @VIEW_PROSE: wrapped where the screen is narrow
 * @VIEW_WORDS: words with commas between; cut as names are; a JSON array, as all that
 *	follow
 * @VIEW_PIDS: numbers with commas between; the last may be "...", null in JSON
 * @VIEW_STACK: functions with ; between; cut as names are
 * @VIEW_CHAIN: hops with ; between: see DFPUT_COLUMNS_superblocks; cut as names are
 * @VIEW_MORE: or-ed to one of these: shown on request only, and in JSON
 */
enum view_kind {
	VIEW_NUMBER,
	VIEW_ID,
	VIEW_NS,
	VIEW_TOOK,
	VIEW_TIME,
	VIEW_BOOL,
	VIEW_TEXT,
	VIEW_NAME,
	VIEW_PROSE,
	VIEW_WORDS,
	VIEW_PIDS,
	VIEW_STACK,
	VIEW_CHAIN,
	VIEW_MORE = 0x40,
};

static inline bool view_is_number(enum view_kind kind)
{
	return (kind & ~VIEW_MORE) <= VIEW_BOOL;
}

/**
 * enum view_shape - how the rows of a table belong together
 * @VIEW_LIST: one beside the other; a JSON array of objects
 * @VIEW_MAP: rows can be children of others; a JSON object, in which the first cell
 *	is the second one's name
 */
enum view_shape {
	VIEW_LIST,
	VIEW_MAP,
};

#define VIEW_MAX_COLUMNS 32

/**
 * struct view_column - one column of a table
 * @name: in JSON; the heading is made from it
 * @kind: how it is shown
 */
struct view_column {
	const char *name;
	enum view_kind kind;
};

/**
 * struct view_format - what the user asked for
 * @table: the name in JSON of the command's own table, or NULL: none
 * @columns: those of it to show: see view_check_columns(); or NULL
 * @headless: no headings
 * @raw: for scripts: nothing cut, numbers plain, blanks escaped, and no sentences
 * @all: alike rows are not folded
 */
struct view_format {
	const char *table;
	const char *columns;
	bool headless;
	bool raw;
	bool all;
};

/**
 * struct view - where output goes, and as what
 * @out: the stream
 * @width: columns of the screen where it is shown in the end; 0: as @out says
 * @json: one JSON document, printed by view_end(), or earlier where it is long
 * @html: what people are told, as part of a page: see html.h
 * @by_line: it is one line, and printed by view_next()
 * @format: what the user asked for
 * @root: that document, NULL before anything was added
 * @header: how many of its members are not the command's own
 * @last: the newest of them, which alone may be printed before it is whole
 * @nr_printed: how many before it are printed
 * @nr_elements: how many elements of it, a list
 * @has_clock: times can be told by the clock
 * @to_realtime: what makes a time of CLOCK_MONOTONIC one of CLOCK_REALTIME
 * @now: the time of CLOCK_MONOTONIC, 0: nobody knows how long ago that was
 * @reader: where it is read, or NULL; not looked at here
 * @is_judged: whether to trust it was said
 */
struct view {
	FILE *out;
	size_t width;
	bool json;
	bool html;
	bool by_line;
	struct view_format format;
	struct json_object *root;
	int header;
	struct json_object *last;
	int nr_printed;
	size_t nr_elements;
	bool has_clock;
	uint64_t to_realtime;
	uint64_t now;
	struct reader *reader;
	bool is_judged;
};

/**
 * struct view_bucket - one row of a histogram
 * @from: inclusive lower bound
 * @to: inclusive upper bound, UINT64_MAX when open
 * @count: how many
 */
struct view_bucket {
	uint64_t from;
	uint64_t to;
	uint64_t count;
};

struct view_table;

/**
 * view_begin() - begin the output of a command
 * @view: to be filled in
 * @out: the stream
 * @json: as JSON
 */
void view_begin(struct view *view, FILE *out, bool json);

/**
 * view_check_columns() - can these columns be shown?
 * @columns: of a table
 * @nr: how many
 * @list: names with commas between; "+" first adds them to those that are shown
 *	anyway; "all"
 *
 * Return: the first that there is not, or NULL.
 */
const char *view_check_columns(const struct view_column *columns, size_t nr,
			       const char *list);

/* Return: which column has a name, of which "_ns" may be left out; or @nr. */
size_t view_find_column(const struct view_column *columns, size_t nr,
			const char *name, size_t length);

/**
 * view_end() - print what is not printed yet, and see that it got out
 * @view: begun
 *
 * A full disk or closed pipe is complained of here.
 *
 * Return: 0 or a negative errno.
 */
int view_end(struct view *view);

/**
 * view_discard() - give up output that was begun
 * @view: begun; what is not printed yet is not printed
 */
void view_discard(struct view *view);

/**
 * view_table_begin() - begin a table
 * @view: where
 * @name: its name in JSON
 * @columns: must outlive the table
 * @nr: how many
 * @shape: of the table
 *
 * Return: the table, for view_table_end().
 */
struct view_table *view_table_begin(struct view *view, const char *name,
				    const struct view_column *columns,
				    size_t nr, enum view_shape shape);

/**
 * view_row() - add a row
 * @table: where
 * @cells: as many as there are columns; NULL for what is not known, "" for none
 * @child: it belongs to the last row that was not a child
 */
void view_row(struct view_table *table, const char *const *cells, bool child);

/**
 * view_table_end() - print the table, or add it to the JSON document
 * @table: freed
 *
 * A table without rows prints nothing for people, and is empty in JSON. Of a long
 * one, rows are printed before its end.
 */
void view_table_end(struct view_table *table);

/* Forget the rows that are not printed yet. @table is freed. */
void view_table_discard(struct view_table *table);

/**
 * view_next() - print the JSON document on a line, and begin the next one
 * @view: where something was added
 *
 * Return: 0 or a negative errno.
 */
int view_next(struct view *view);

/* The same, but the next one has all of its members until they are set anew. */
int view_repeat(struct view *view);

/**
 * view_line() - print one row at once for people, for output that goes on and on
 * @view: where
 * @columns: of the row
 * @nr: how many
 * @cells: as many
 * @heading: print the headings too
 *
 * Return: 0 or a negative errno.
 */
int view_line(struct view *view, const struct view_column *columns, size_t nr,
	      const char *const *cells, bool heading);

/**
 * view_bars() - print a histogram
 * @view: where
 * @words: name, unit and meaning
 * @buckets: its rows, gaps filled
 * @nr: how many
 */
void view_bars(struct view *view, const char *const words[3],
	       const struct view_bucket *buckets, size_t nr);

/**
 * view_object() - a member of the JSON document, an object; nothing for people
 * @view: where
 * @name: of the member
 * @columns: its members
 * @nr: how many
 * @cells: as many
 */
void view_object(struct view *view, const char *name,
		 const struct view_column *columns, size_t nr,
		 const char *const *cells);

#define VIEW_WHEN 128

/*
 * Return: @text, a time of CLOCK_MONOTONIC for people: 07:11:34 (3 min ago); on a page,
 * which is read anywhere and at any time: 11-26 07:11:34.123, in UTC.
 */
const char *view_when(const struct view *view, uint64_t monotonic,
		      char text[VIEW_WHEN]);

/* Return: how many members the JSON document has. */
int view_members(const struct view *view);

/* Return: whether the JSON document has a member of that name. */
bool view_has(const struct view *view, const char *name);

/**
 * view_number() - a member of the JSON document; nothing for people
 * @view: where
 * @name: of the member
 * @number: its value
 */
void view_number(struct view *view, const char *name, uint64_t number);

/**
 * view_bool() - a member of the JSON document; nothing for people
 * @view: where
 * @name: of the member
 * @value: its value
 */
void view_bool(struct view *view, const char *name, bool value);

/**
 * view_text() - a member of the JSON document; nothing for people
 * @view: where
 * @name: of the member
 * @text: its value, NULL for null
 */
void view_text(struct view *view, const char *name, const char *text);

/**
 * view_texts() - a member of the JSON document, an array; nothing for people
 * @view: where
 * @name: of the member
 * @text: one more element, or NULL to make sure that the array is there
 */
void view_texts(struct view *view, const char *name, const char *text);

/**
 * view_paragraph() - as view_note()
 * @view: where
 * @indent: of each line but the first
 * @format: as of printf(3)
 */
void view_paragraph(struct view *view, size_t indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * view_fact() - a line of a summary for people; nothing in JSON
 * @view: where
 * @label: what it is about
 * @text: what is said of it
 */
void view_fact(struct view *view, const char *label, const char *text);

/**
 * view_note() - a sentence for people, wrapped at words; nothing in JSON
 * @view: where
 * @format: as of printf(3)
 */
void view_note(struct view *view, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same on one line, of a log. */
void view_log(struct view *view, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * view_verdict() - the first line for people: what came of it, and what to do
 * @view: where; nothing in JSON
 * @color: what it looks like
 * @format: as of printf(3)
 */
void view_verdict(struct view *view, enum color color, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* DFPUT_VIEW_H */
