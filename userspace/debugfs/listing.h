/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of the module, shown as it is: the columns of <dfput/tables.h>. One that
 * the module does not have is shown as -, and one that we do not know is not.
 *
 * Beside the id of a call path stands origin_name: what the rules call it; beside a
 * device, mountpoint: where its superblock is mounted, see places.h.
 */
#ifndef DFPUT_LISTING_H
#define DFPUT_LISTING_H

#include <dfput/tables.h>

#include "debugfs/origins.h"
#include "debugfs/parse.h"
#include "debugfs/selection.h"
#include "debugfs/stats.h"
#include "lib/view.h"

/**
 * enum listing_made - what a column shows of its source
 * @LISTING_ITSELF: the same
 * @LISTING_ORIGIN: what the rules call this id
 * @LISTING_PLACE: where the superblock is mounted, if at one place
 */
enum listing_made {
	LISTING_ITSELF,
	LISTING_ORIGIN,
	LISTING_PLACE,
};

/**
 * struct listing_column - where the text of a column comes from, and its meaning
 * @source: its name in the file
 * @made: what is made of it
 * @meaning: what it says
 */
struct listing_column {
	const char *source;
	enum listing_made made;
	const char *meaning;
};

/**
 * struct listing - a table of a file
 * @file: its name in JSON, as a rule that of the file
 * @columns: its columns
 * @of: of each one, where it comes from
 * @nr: how many
 * @empty: what to say for people when there are no rows; or NULL
 * @counted: the value of stats that must be 0 to say so; "": none
 * @unfolded: alike rows of leftovers are not folded, but sorted
 * @unexplained: no sentences about its rows stand below it
 */
struct listing {
	const char *file;
	const struct view_column *columns;
	const struct listing_column *of;
	size_t nr;
	const char *empty;
	const char *counted;
	bool unfolded;
	bool unexplained;
};

#define LISTING_DECLARE(name, ...) extern const struct listing listing_##name;
DFPUT_FILES(LISTING_DECLARE)
#undef LISTING_DECLARE

/* Return: the listing that a command shows, or NULL. */
const struct listing *listing_find(const char *command);

/* Return: whether a listing is another, or was copied from it. */
bool listing_is(const struct listing *listing, const struct listing *other);

/* Return: whether a listing has that column. */
bool listing_has(const struct listing *listing, const char *column);

struct listing_output;

/**
 * listing_begin() - begin to show a table
 * @listing: which
 * @origins: call paths, NULL: not known, or of no interest
 * @view: where
 *
 * For people, leftovers that differ in times and inode alone are one row. Call paths
 * without a name are told to people as #ID and in a sentence; in JSON as null and in
 * unnamed_origins.
 *
 * Return: for listing_add() and listing_end().
 */
struct listing_output *listing_begin(const struct listing *listing,
				     const struct origins *origins,
				     struct view *view);

/**
 * listing_cell() - what would be shown of a row
 * @output: begun
 * @doc: the file
 * @row: one of its rows
 * @column: of the listing
 * @label: room for it
 *
 * Return: the cell, "" if it is empty, NULL where the module has no such column.
 */
const char *listing_cell(struct listing_output *output,
			 const struct document *doc, size_t row, size_t column,
			 char label[ORIGINS_LABEL]);

/**
 * listing_add() - show a row
 * @output: begun
 * @doc: the file
 * @row: one of its rows
 *
 * Return: 0; 1 if the row must be kept until the end; or a negative errno as in
 * parse.h.
 */
int listing_add(struct listing_output *output, const struct document *doc,
		size_t row);

/**
 * listing_end() - end the table
 * @output: freed
 * @doc: the file, or NULL: it failed; what is not printed yet is not printed
 */
void listing_end(struct listing_output *output, const struct document *doc);

/**
 * listing_show() - show a table that was read
 * @listing: of which kind
 * @rows: the table
 * @selection: which of them, in which order; NULL: all
 * @name: in JSON
 * @origins: as of listing_begin()
 * @view: where
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int listing_show(const struct listing *listing, const struct rows *rows,
		 const struct selection *selection, const char *name,
		 const struct origins *origins, struct view *view);

/**
 * listing_sort() - put rows in the order of a column
 * @output: begun
 * @doc: the file
 * @column: its name, "-" before it: the greatest first
 * @selection: the rows; those that are equal stay in their order
 */
void listing_sort(struct listing_output *output, const struct document *doc,
		  const char *column, struct selection *selection);

/* Columns of a table of counts: name, value, unit, meaning. */
#define LISTING_NR_COUNTS 4
extern const struct view_column listing_counts[LISTING_NR_COUNTS];

/**
 * listing_count() - add a row to a table of counts
 * @table: with listing_counts, as a tree: queued_<cause> hang from queued
 * @word: name, unit and meaning
 * @value: its value
 */
void listing_count(struct view_table *table, const struct stats_word *word,
		   const char *value);

/**
 * listing_is_cause() - is this one of the parts of queued?
 * @name: of a counter
 *
 * Return: it is.
 */
bool listing_is_cause(const char *name);

/**
 * listing_growth() - show by how much the counters grew
 * @from: the first reading
 * @to: the second
 * @name: in JSON; null when the counters began anew in between
 * @view: where
 *
 * People are spared what did not happen.
 */
void listing_growth(const struct stats *from, const struct stats *to,
		    const char *name, struct view *view);

/**
 * listing_remark() - a sentence below a table
 * @view: where
 * @format: as of printf(3)
 *
 * A script reads rows alone: then it is on stderr.
 */
void listing_remark(struct view *view, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * listing_caveats() - say whether a measurement can be trusted, and why not
 * @caveats: what speaks against it
 * @view: where
 */
void listing_caveats(const struct caveats *caveats, struct view *view);

#endif /* DFPUT_LISTING_H */
