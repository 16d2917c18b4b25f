// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of the module, shown as it is.
 */
#include <inttypes.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debugfs/listing.h"
#include "debugfs/places.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "proc/devices.h"

/* X(name, kind, source, made, meaning) is one column of a table shown. */
#define ONE(X, name, kind, who, meaning) \
	X(#name, VIEW_##kind | WHO_##who, #name, LISTING_ITSELF, meaning)
#define WHO_all 0
#define WHO_more VIEW_MORE
#define COLUMN(X, name, kind, who, meaning) KIND_##kind(X, name, who, meaning)
#define KIND_num(X, name, who, meaning) ONE(X, name, NUMBER, who, meaning)
#define KIND_ns(X, name, who, meaning) ONE(X, name, NS, who, meaning)
#define KIND_id(X, name, who, meaning) ONE(X, name, ID, who, meaning)
#define KIND_took(X, name, who, meaning) ONE(X, name, TOOK, who, meaning)
#define KIND_words(X, name, who, meaning) ONE(X, name, WORDS, who, meaning)
#define KIND_pids(X, name, who, meaning) ONE(X, name, PIDS, who, meaning)
#define KIND_stack(X, name, who, meaning) ONE(X, name, STACK, who, meaning)
#define KIND_chain(X, name, who, meaning) ONE(X, name, CHAIN, who, meaning)
#define KIND_time(X, name, who, meaning) ONE(X, name, TIME, who, meaning)
#define KIND_word(X, name, who, meaning) ONE(X, name, TEXT, who, meaning)
#define KIND_text(X, name, who, meaning) \
	ONE(X, name, TEXT, who, meaning) AFTER(name)(X)
#define KIND_name(X, name, who, meaning) ONE(X, name, NAME, who, meaning)
#define KIND_origin(X, name, who, meaning)                                  \
	X("origin_name", VIEW_TEXT, #name, LISTING_ORIGIN, "its call path") \
	ONE(X, name, ID, more, meaning)

/* After the column device comes another: its comma makes that the second argument. */
#define AFTER(name) SECOND(AFTER_##name, NOTHING, -)
#define AFTER_device -, MOUNTPOINT
#define SECOND(...) SECOND_OF(__VA_ARGS__)
#define SECOND_OF(first, second, ...) second
#define NOTHING(X)
#define MOUNTPOINT(X)                                                   \
	X("mountpoint", VIEW_NAME | VIEW_MORE, "device", LISTING_PLACE, \
	  "where its superblock is mounted now, if at one place")

#define SHOWN(name, kind, source, made, meaning) { name, kind },
#define SOURCE(name, kind, source, made, meaning) { source, made, meaning },
/* No array is empty. */
#define NONE(X) X(NULL, VIEW_TEXT, NULL, LISTING_ITSELF, NULL)
#define LISTING(name, meaning, nothing, value)                    \
	static const struct view_column name##_columns[] = {      \
		DFPUT_COLUMNS_##name(COLUMN, SHOWN) NONE(SHOWN)   \
	};                                                        \
	static const struct listing_column name##_of[] = {        \
		DFPUT_COLUMNS_##name(COLUMN, SOURCE) NONE(SOURCE) \
	};                                                        \
	_Static_assert(NR(name##_columns) < VIEW_MAX_COLUMNS,     \
		       "too many columns");                       \
	const struct listing listing_##name = {                   \
		.file = #name,                                    \
		.columns = name##_columns,                        \
		.of = name##_of,                                  \
		.nr = NR(name##_columns) - 1,                     \
		.empty = nothing,                                 \
		.counted = value,                                 \
	};
DFPUT_FILES(LISTING)

const struct view_column listing_counts[LISTING_NR_COUNTS] = {
	{ "name", VIEW_TEXT },
	{ "value", VIEW_NUMBER },
	{ "unit", VIEW_TEXT },
	{ "meaning", VIEW_PROSE },
};

static const struct listing stat_listing = {
	.file = "stats",
	.columns = listing_counts,
	.of =
		(const struct listing_column[]){
			{ "", LISTING_ITSELF, "of the counter or gauge" },
			{ "", LISTING_ITSELF, "since load or reset, or now" },
			{ "", LISTING_ITSELF, "what is counted" },
			{ "", LISTING_ITSELF, "what it says" },
		},
	.nr = LISTING_NR_COUNTS,
	.counted = "",
};

const struct listing *listing_find(const char *command)
{
#define ROW(name, ...) { #name, &listing_##name },
	static const struct {
		const char *command;
		const struct listing *listing;
	} rows[] = { { "stat", &stat_listing },
		     { "hist", &listing_histograms },
		     DFPUT_FILES(ROW) };

	for (size_t i = 0; i < NR(rows); i++)
		if (!strcmp(rows[i].command, command))
			return rows[i].listing;
	return NULL;
}

bool listing_has(const struct listing *listing, const char *column)
{
	for (size_t i = 0; i < listing->nr; i++)
		if (!strcmp(listing->columns[i].name, column))
			return true;
	return false;
}

bool listing_is(const struct listing *listing, const struct listing *other)
{
	return listing->columns == other->columns;
}

/* In a module of another age. */
#define NOWHERE SIZE_MAX

/**
 * struct cells - a table with what its cells are made of
 * @listing: its columns
 * @doc: the file, NULL until the cells are bound to it
 * @where: each column's in the file, or NOWHERE
 * @super: where the file has the superblock's id
 * @origins: call paths, or NULL
 * @places: mount points; told: to be
 * @json: without a name, a call path has none, rather than #ID
 */
struct cells {
	const struct listing *listing;
	const struct document *doc;
	size_t where[VIEW_MAX_COLUMNS];
	int super;
	const struct origins *origins;
	struct places places;
	bool json;
};

struct range {
	uint64_t least;
	uint64_t most;
};

/**
 * struct fold - alike rows
 * @cells: of which table
 * @row: the first of them
 * @nr: how many
 * @range: of each column in which they differ, and that is shown as a range
 */
struct fold {
	const struct cells *cells;
	size_t row;
	uint64_t nr;
	struct range range[];
};

/**
 * struct listing_output - rows that are shown as they come
 * @cells: the table
 * @view: where
 * @table: there; NULL: alike rows are folded
 * @tree: the folds, by what they have in common
 * @fold: the same, in the order of their first rows
 * @nr_folds: how many
 * @unnamed: which call paths to explain
 */
struct listing_output {
	struct cells cells;
	struct view *view;
	struct view_table *table;
	void *tree;
	struct fold **fold;
	size_t nr_folds;
	bool *unnamed;
};

static const char *origin_cell(const struct cells *cells, const char *id,
			       char label[ORIGINS_LABEL])
{
	const struct origin *origin;

	if (!cells->json)
		return origins_label(cells->origins, id, label);
	origin = origins_find(cells->origins, id);
	return origin ? origin->name : NULL;
}

/* Return: "-" for none, NULL where the file does not say. */
static const char *super_cell(const struct cells *cells, size_t row)
{
	if (cells->super < 0)
		return NULL;
	return document_cell(cells->doc, row, (size_t)cells->super);
}

static const char *place_cell(const struct cells *cells, size_t row,
			      const char *device)
{
	const struct place *place =
		places_of(&cells->places, device, super_cell(cells, row));

	return place && place->nr == 1 ? place->path : NULL;
}

/* Return: "" for none, NULL where there is no such column. */
static const char *get_cell(const struct cells *cells, size_t row,
			    size_t column, char label[ORIGINS_LABEL])
{
	const char *cell;

	if (cells->where[column] == NOWHERE)
		return NULL;
	cell = document_cell(cells->doc, row, cells->where[column]);
	if (document_is_none(cell))
		cell = "";
	switch (cells->listing->of[column].made) {
	case LISTING_ORIGIN:
		return origin_cell(cells, cell, label);
	case LISTING_PLACE:
		return place_cell(cells, row, cell);
	default:
		return cell;
	}
}

static bool is_numeric(const struct cells *cells, size_t column)
{
	return cells->where[column] != NOWHERE &&
	       view_is_number(cells->listing->columns[column].kind);
}

/* Numbers must be numbers, where there is one. */
static int check_row(const struct cells *cells, size_t row)
{
	char label[ORIGINS_LABEL];
	const char *cell;
	uint64_t number;
	int err = 0;

	for (size_t i = 0; !err && i < cells->listing->nr; i++) {
		cell = get_cell(cells, row, i, label);
		if (cell && *cell && is_numeric(cells, i))
			err = document_cell_number(cells->doc, row,
						   cells->where[i], &number);
	}
	return err;
}

static void bind_cells(struct cells *cells, const struct document *doc)
{
	int where;

	cells->doc = doc;
	cells->super = document_column(doc, listing_is(cells->listing,
						       &listing_superblocks) ?
						    "id" :
						    "super");
	for (size_t i = 0; i < cells->listing->nr; i++) {
		where = document_column(doc, cells->listing->of[i].source);
		cells->where[i] = where < 0 ? NOWHERE : (size_t)where;
	}
}

static void show_row(struct view_table *table, const struct cells *cells,
		     size_t row)
{
	const char *text[VIEW_MAX_COLUMNS];
	char label[ORIGINS_LABEL];

	for (size_t i = 0; i < cells->listing->nr; i++)
		text[i] = get_cell(cells, row, i, label);
	view_row(table, text, false);
}

/* Return: where the file has what such a column is made of; NOWHERE: it has not. */
static size_t find_source(const struct cells *cells, enum listing_made made)
{
	for (size_t i = 0; i < cells->listing->nr; i++)
		if (cells->listing->of[i].made == made)
			return cells->where[i];
	return NOWHERE;
}

static const char *source_cell(const struct cells *cells, size_t row,
			       enum listing_made made)
{
	size_t where = find_source(cells, made);

	return where == NOWHERE ? NULL : document_cell(cells->doc, row, where);
}

/* What a row needs a sentence for, below the table. */
static void note_row(struct listing_output *output, size_t row)
{
	const struct cells *cells = &output->cells;
	const struct origin *origin = origins_find(
		cells->origins, source_cell(cells, row, LISTING_ORIGIN));
	const char *device = source_cell(cells, row, LISTING_PLACE);

	if (origin && !origin->name)
		output->unnamed[origin - cells->origins->origin] = true;
	if (device)
		places_tell(&cells->places, device, super_cell(cells, row));
}

static void explain_earlier(const struct place *place, const char *device,
			    struct view *view)
{
	char count[NUMBER_TEXT], newest[NUMBER_TEXT + 4] = "";

	if (place->newest > place->first)
		snprintf(newest, sizeof(newest), " to %" PRIu64, place->newest);
	view_note(
		view,
		"Device %s was an earlier superblock's in %s, with super %" PRIu64
		"%s; '-o +super' shows which",
		device, number_count(count, place->earlier, "row"),
		place->first, newest);
}

/* Not for scripts; and a table of all that is mounted needs no such list below it. */
static void explain_places(const struct cells *cells, struct view *view)
{
	char device[DEVICES_TEXT], count[NUMBER_TEXT];
	const struct place *place;

	if (view->json || view->format.headless ||
	    listing_is(cells->listing, &listing_superblocks))
		return;
	for (size_t i = 0; i < cells->places.nr; i++) {
		place = &cells->places.place[i];
		devices_text(device, place->device);
		if (place->told && place->nr == 1)
			view_note(view, "Device %s is mounted on %s", device,
				  place->path);
		else if (place->told)
			view_note(view,
				  "Device %s is mounted on %s and %s more",
				  device, place->path,
				  number_count(count, place->nr - 1, "place"));
		if (place->earlier)
			explain_earlier(place, device, view);
	}
}

/* People who chose columns know what they look for. */
static void explain_rows(struct listing_output *output)
{
	const struct cells *cells = &output->cells;
	struct view *view = output->view;

	if (cells->listing->unexplained ||
	    (view->format.columns && !view->json))
		return;
	if (cells->origins && !listing_is(cells->listing, &listing_origins) &&
	    find_source(cells, LISTING_ORIGIN) != NOWHERE)
		origins_explain(cells->origins, output->unnamed, view);
	explain_places(cells, view);
}

static int compare_cells(const struct cells *cells, size_t column, size_t one,
			 size_t other)
{
	char labels[2][ORIGINS_LABEL];
	uint64_t numbers[2] = { 0 };
	const char *text[2] = {
		get_cell(cells, one, column, labels[0]),
		get_cell(cells, other, column, labels[1]),
	};

	if (!is_numeric(cells, column))
		return strcmp(text[0] ? text[0] : "", text[1] ? text[1] : "");
	for (int i = 0; i < 2; i++)
		number_parse(text[i], &numbers[i]);
	return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1]);
}

/*
 * Alike rows differ in how long something took, when it was, the inode, and what
 * is not shown by default.
 */
static bool is_common(const struct cells *cells, size_t column)
{
	const struct view_column *shown = &cells->listing->columns[column];

	return !(shown->kind & VIEW_MORE) && shown->kind != VIEW_NS &&
	       shown->kind != VIEW_TIME && strcmp(shown->name, "inode");
}

static int compare_common(const struct cells *cells, size_t one, size_t other)
{
	int result = 0;

	for (size_t i = 0; !result && i < cells->listing->nr; i++)
		if (is_common(cells, i))
			result = compare_cells(cells, i, one, other);
	return result;
}

static bool is_range(const struct cells *cells, size_t column)
{
	enum view_kind kind = cells->listing->columns[column].kind;

	return kind == VIEW_NS || kind == VIEW_TIME;
}

static int compare_folds(const void *a, const void *b)
{
	const struct fold *one = a, *other = b;

	return compare_common(one->cells, one->row, other->row);
}

static struct fold *add_fold(struct listing_output *output, size_t row)
{
	const struct cells *cells = &output->cells;
	size_t nr_ranges = 0;
	struct fold *fold;

	for (size_t i = 0; i < cells->listing->nr; i++)
		nr_ranges += is_range(cells, i);
	fold = alloc_array(1, sizeof(*fold) + nr_ranges * sizeof(struct range));
	fold->cells = cells;
	fold->row = row;
	for (size_t i = 0; i < nr_ranges; i++)
		fold->range[i].least = UINT64_MAX;
	output->fold = alloc_more(output->fold, output->nr_folds,
				  sizeof(struct fold *));
	output->fold[output->nr_folds++] = fold;
	must(tsearch(fold, &output->tree, compare_folds));
	return fold;
}

static void widen_range(struct range *range, const struct cells *cells,
			size_t row, size_t column)
{
	char label[ORIGINS_LABEL];
	const char *cell = get_cell(cells, row, column, label);
	uint64_t number;

	if (!cell || number_parse(cell, &number))
		return;
	range->least = number < range->least ? number : range->least;
	range->most = number > range->most ? number : range->most;
}

/* Return: 1 if the row stands for its fold. */
static int fold_row(struct listing_output *output, size_t row)
{
	const struct cells *cells = &output->cells;
	const struct fold key = { .cells = cells, .row = row };
	struct fold **found = tfind(&key, &output->tree, compare_folds);
	struct fold *fold = found ? *found : add_fold(output, row);
	struct range *range = fold->range;

	fold->nr++;
	for (size_t i = 0; i < cells->listing->nr; i++)
		if (is_range(cells, i))
			widen_range(range++, cells, row, i);
	return !found;
}

static const char *range_text(enum view_kind kind, const struct range *range,
			      char text[NUMBER_TEXT])
{
	if (range->least > range->most)
		return NULL;
	if (kind == VIEW_TIME)
		return number_text(text, range->most);
	return number_ns_range(text, range->least, range->most);
}

static void show_fold(struct view_table *table, const struct cells *cells,
		      const struct fold *fold)
{
	char files[NUMBER_TEXT], label[ORIGINS_LABEL];
	char ranges[VIEW_MAX_COLUMNS][NUMBER_TEXT];
	const char *text[VIEW_MAX_COLUMNS] = { number_text(files, fold->nr) };
	const struct range *range = fold->range;

	for (size_t i = 0; i < cells->listing->nr; i++)
		text[i + 1] =
			is_range(cells, i) ?
				range_text(cells->listing->columns[i].kind,
					   range++, ranges[i]) :
				get_cell(cells, fold->row, i, label);
	view_row(table, text, false);
}

static void show_folds(struct listing_output *output)
{
	struct view_column columns[VIEW_MAX_COLUMNS] = { { "files",
							   VIEW_NUMBER } };
	const struct listing *listing = output->cells.listing;
	struct view_table *table;

	for (size_t i = 0; i < listing->nr; i++) {
		columns[i + 1] = listing->columns[i];
		if (!strcmp(columns[i + 1].name, "inode"))
			columns[i + 1].kind |= VIEW_MORE;
	}
	table = view_table_begin(output->view, listing->file, columns,
				 listing->nr + 1, VIEW_LIST);
	for (size_t i = 0; i < output->nr_folds; i++)
		show_fold(table, &output->cells, output->fold[i]);
	view_table_end(table);
}

struct listing_output *listing_begin(const struct listing *listing,
				     const struct origins *origins,
				     struct view *view)
{
	const struct view_format *format = &view->format;
	bool folded = listing_is(listing, &listing_leftovers) &&
		      !listing->unfolded && !view->json && !format->raw &&
		      !format->columns && !format->all;
	struct listing_output *output = alloc_array(1, sizeof(*output));

	output->cells = (struct cells){
		.listing = listing,
		.origins = origins && origins->doc ? origins : NULL,
		.json = view->json,
	};
	if (view->reader && listing_has(listing, "mountpoint"))
		places_load(&output->cells.places, view->reader);
	output->view = view;
	output->unnamed = alloc_array(origins ? origins->nr : 0, sizeof(bool));
	if (!folded)
		output->table = view_table_begin(view, listing->file,
						 listing->columns, listing->nr,
						 VIEW_LIST);
	return output;
}

const char *listing_cell(struct listing_output *output,
			 const struct document *doc, size_t row, size_t column,
			 char label[ORIGINS_LABEL])
{
	if (!output->cells.doc)
		bind_cells(&output->cells, doc);
	return get_cell(&output->cells, row, column, label);
}

int listing_add(struct listing_output *output, const struct document *doc,
		size_t row)
{
	int err;

	if (!output->cells.doc)
		bind_cells(&output->cells, doc);
	err = check_row(&output->cells, row);
	if (err)
		return err;
	note_row(output, row);
	if (!output->table)
		return fold_row(output, row);
	show_row(output->table, &output->cells, row);
	return 0;
}

void listing_end(struct listing_output *output, const struct document *doc)
{
	if (doc)
		bind_cells(&output->cells, doc);
	if (doc && !output->table)
		show_folds(output);
	if (output->table)
		(doc ? view_table_end : view_table_discard)(output->table);
	if (doc)
		explain_rows(output);
	places_free(&output->cells.places);
	tdestroy(output->tree, free);
	free(output->fold);
	free(output->unnamed);
	free(output);
}

int listing_show(const struct listing *listing, const struct rows *rows,
		 const struct selection *selection, const char *name,
		 const struct origins *origins, struct view *view)
{
	struct listing shown = *listing;
	size_t nr = selection ? selection->nr : rows->nr;
	struct listing_output *output;
	int err = 0;

	shown.file = name;
	output = listing_begin(&shown, origins, view);
	for (size_t i = 0; err >= 0 && i < nr; i++)
		err = listing_add(output, rows->doc,
				  selection ? selection->row[i] : i);
	listing_end(output, err < 0 ? NULL : rows->doc);
	return err < 0 ? err : 0;
}

/* By which column. */
struct order {
	const struct cells *cells;
	size_t column;
	bool reversed;
};

/* Rows that are equal stay in the order of the file. */
static int compare_rows(const void *a, const void *b, void *context)
{
	const struct order *order = context;
	const size_t *one = a, *other = b;
	int result = compare_cells(order->cells, order->column, *one, *other);

	if (result)
		return order->reversed ? -result : result;
	return (*one > *other) - (*one < *other);
}

void listing_sort(struct listing_output *output, const struct document *doc,
		  const char *column, struct selection *selection)
{
	const struct listing *listing = output->cells.listing;
	struct order order = { .cells = &output->cells,
			       .reversed = *column == '-' };

	column += order.reversed;
	order.column = view_find_column(listing->columns, listing->nr, column,
					strlen(column));
	bind_cells(&output->cells, doc);
	qsort_r(selection->row, selection->nr, sizeof(*selection->row),
		compare_rows, &order);
}

bool listing_is_cause(const char *name)
{
	return stats_part(name, "queued");
}

void listing_count(struct view_table *table, const struct stats_word *word,
		   const char *value)
{
	view_row(table,
		 (const char *[]){ word->name, value, word->unit,
				   word->meaning },
		 listing_is_cause(word->name));
}

/* For people, leave out what did not happen, but for the list itself. */
static bool is_shown(int counter, uint64_t value)
{
	return value || counter == DFPUT_COUNT_queued ||
	       counter == DFPUT_COUNT_released;
}

void listing_growth(const struct stats *from, const struct stats *to,
		    const char *name, struct view *view)
{
	char text[NUMBER_TEXT];
	struct view_table *table;
	const char *why;

	if (!stats_continuous(from, to, &why)) {
		view_text(view, name, NULL);
		return;
	}
	table = view_table_begin(view, name, listing_counts, LISTING_NR_COUNTS,
				 VIEW_MAP);
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++) {
		uint64_t value = to->counter[i] - from->counter[i];

		if (view->json || is_shown(i, value))
			listing_count(table, &stats_counters[i],
				      to->lacks[i] ? NULL :
						     number_text(text, value));
	}
	listing_count(table, &stats_gauges[DFPUT_GAUGE_pending],
		      number_text(text, to->gauge[DFPUT_GAUGE_pending]));
	listing_count(table, &stats_gauges[DFPUT_GAUGE_watched],
		      number_text(text, to->gauge[DFPUT_GAUGE_watched]));
	view_table_end(table);
}

void listing_remark(struct view *view, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = alloc_vtext(format, args);
	va_end(args);
	/* A script reads rows alone. */
	if (view->format.headless || view->format.raw)
		complain("%s", text);
	else
		view_note(view, "%s", text);
	free(text);
}

void listing_caveats(const struct caveats *caveats, struct view *view)
{
	view->is_judged = true;
	view_bool(view, "trustworthy", !caveats->nr);
	view_texts(view, "caveats", NULL);
	if (!caveats->nr)
		view_note(view, "Trustworthy: yes, nothing was lost.");
	for (size_t i = 0; i < caveats->nr; i++) {
		view_texts(view, "caveats", caveats->text[i]);
		listing_remark(view, "Trustworthy: no, %s.", caveats->text[i]);
	}
}
