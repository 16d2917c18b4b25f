/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of the module, shown as it is: the columns of <dfput/tables.h>. One that
 * the module does not have is shown as -, and one that we do not know is not.
 */
#ifndef DFPUT_LISTING_H
#define DFPUT_LISTING_H

#include <dfput/tables.h>

#include "debugfs/origins.h"
#include "debugfs/parse.h"
#include "debugfs/stats.h"
#include "lib/view.h"

/* What the words of tables.h are for people. */
#define LISTING_KIND_num VIEW_NUMBER
#define LISTING_KIND_id VIEW_ID
#define LISTING_KIND_ns VIEW_NS
#define LISTING_KIND_took VIEW_TOOK
#define LISTING_KIND_time VIEW_TIME
#define LISTING_KIND_word VIEW_TEXT
#define LISTING_KIND_text VIEW_TEXT
#define LISTING_KIND_words VIEW_WORDS
#define LISTING_KIND_pids VIEW_PIDS
#define LISTING_KIND_stack VIEW_STACK
#define LISTING_KIND_chain VIEW_CHAIN
#define LISTING_WHO_all false
#define LISTING_WHO_more true

#define LISTING_MAX_COLUMNS 24

/**
 * struct listing_column - one of its columns
 * @name: in the file and in JSON
 * @kind: how it is shown
 * @json_only: people are spared it
 * @meaning: what it says
 */
struct listing_column {
	const char *name;
	enum view_kind kind;
	bool json_only;
	const char *meaning;
};

/**
 * struct listing - a table of a file
 * @file: its name in JSON, as a rule that of the file
 * @columns: which of its columns
 * @nr: how many
 * @json_only: columns that people are spared besides, ended by NULL; or NULL
 * @empty: what to say for people when there are no rows; or NULL
 * @counted: the value of stats that must be 0 to say so; "": none
 */
struct listing {
	const char *file;
	const struct listing_column *columns;
	size_t nr;
	const char *const *json_only;
	const char *empty;
	const char *counted;
};

#define LISTING_DECLARE(name, ...) extern const struct listing listing_##name;
DFPUT_FILES(LISTING_DECLARE)
#undef LISTING_DECLARE

/* Return: the listing of a file, or NULL. */
const struct listing *listing_find(const char *file);

/* Return: whether a listing has that column. */
bool listing_has(const struct listing *listing, const char *column);

/**
 * listing_show() - show a table
 * @listing: which
 * @doc: the file
 * @skip: says of each row whether to leave it out; NULL: of none
 * @origins: call paths, NULL: not known, or of no interest
 * @view: where
 *
 * All is checked before anything is shown. Where call paths are given, people
 * get the names in place of the ids in the column origin, and are told the paths
 * that have none; in JSON these are added, as origin_name and unnamed_origins.
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int listing_show(const struct listing *listing, const struct document *doc,
		 const bool *skip, const struct origins *origins,
		 struct view *view);

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
 * People are spared what is out of the ordinary and did not happen.
 */
void listing_growth(const struct stats *from, const struct stats *to,
		    const char *name, struct view *view);

/**
 * listing_caveats() - say whether a measurement can be trusted, and why not
 * @caveats: what speaks against it
 * @view: where
 */
void listing_caveats(const struct caveats *caveats, struct view *view);

#endif /* DFPUT_LISTING_H */
