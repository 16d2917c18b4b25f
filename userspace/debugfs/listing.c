// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of the module, shown as it is.
 */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debugfs/listing.h"
#include "lib/alloc.h"
#include "lib/number.h"
#include "proc/mountpoint.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

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
	  "where its device is mounted now, if at one place")

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
 * @doc: the file
 * @where: each column's in the file, or NOWHERE
 * @origins: call paths, or NULL
 * @places: mount points
 * @json: without a name, a call path has none, rather than #ID
 */
struct cells {
	const struct listing *listing;
	const struct document *doc;
	size_t where[VIEW_MAX_COLUMNS];
	const struct origins *origins;
	struct places places;
	bool json;
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

static const char *place_cell(const struct cells *cells, const char *device)
{
	const struct place *place = places_find(&cells->places, device);

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
		return place_cell(cells, cell);
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

/* For free_cells(), also on error. */
static int bind_cells(struct cells *cells, const struct listing *listing,
		      const struct document *doc, const struct origins *origins,
		      const struct view *view)
{
	int where, err = 0;

	*cells = (struct cells){
		.listing = listing,
		.doc = doc,
		.origins = origins && origins->doc ? origins : NULL,
		.json = view->json,
	};
	places_parse(&cells->places, view->mountinfo);
	for (size_t i = 0; i < listing->nr; i++) {
		where = document_column(doc, listing->of[i].source);
		cells->where[i] = where < 0 ? NOWHERE : (size_t)where;
	}
	for (size_t row = 0; !err && row < doc->nr_rows; row++)
		err = check_row(cells, row);
	return err;
}

static void free_cells(struct cells *cells)
{
	places_free(&cells->places);
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

/* People who chose columns know what they look for. */
static void explain_origins(const struct cells *cells,
			    const struct selection *selection,
			    struct view *view)
{
	if (!cells->origins || listing_is(cells->listing, &listing_origins) ||
	    (view->format.columns && !view->json))
		return;
	for (size_t i = 0; i < cells->listing->nr; i++)
		if (cells->listing->of[i].made == LISTING_ORIGIN &&
		    cells->where[i] != NOWHERE)
			origins_explain(cells->origins, cells->doc,
					cells->where[i], selection, view);
}

static void explain_place(struct place *place, const char *device,
			  struct view *view)
{
	char count[NUMBER_TEXT];

	if (!place || place->told)
		return;
	place->told = true;
	if (place->nr == 1)
		view_note(view, "Device %s is mounted on %s", device,
			  place->path);
	else
		view_note(view, "Device %s is mounted on %s and %s more",
			  device, place->path,
			  number_count(count, place->nr - 1, "place"));
}

/* Not for scripts; and a table of all that is mounted needs no such list below it. */
static void explain_places(const struct cells *cells,
			   const struct selection *selection, struct view *view)
{
	const struct listing *listing = cells->listing;
	const char *device;

	if (view->json || view->format.columns || view->format.headless ||
	    listing_is(listing, &listing_superblocks))
		return;
	for (size_t i = 0; i < listing->nr; i++) {
		if (listing->of[i].made != LISTING_PLACE ||
		    cells->where[i] == NOWHERE)
			continue;
		for (size_t nth = 0; nth < selection->nr; nth++) {
			device = document_cell(cells->doc, selection->row[nth],
					       cells->where[i]);
			explain_place(places_find(&cells->places, device),
				      device, view);
		}
	}
}

static void show_rows(const struct cells *cells,
		      const struct selection *selection, struct view *view)
{
	struct view_table *table;

	table = view_table_begin(view, cells->listing->file,
				 cells->listing->columns, cells->listing->nr,
				 VIEW_LIST);
	for (size_t i = 0; i < selection->nr; i++)
		show_row(table, cells, selection->row[i]);
	view_table_end(table);
}

static int show_with(const struct listing *listing, const struct document *doc,
		     const struct selection *selection,
		     const struct origins *origins, struct view *view,
		     void (*show)(const struct cells *cells,
				  const struct selection *selection,
				  struct view *view))
{
	struct selection all = { 0 };
	struct cells cells;
	int err = bind_cells(&cells, listing, doc, origins, view);

	if (!selection) {
		selection_all(&all, doc->nr_rows);
		selection = &all;
	}
	if (!err) {
		if (!doc->nr_rows && listing->empty)
			view_note(view, "%s", listing->empty);
		show(&cells, selection, view);
		explain_origins(&cells, selection, view);
		explain_places(&cells, selection, view);
	}
	selection_free(&all);
	free_cells(&cells);
	return err;
}

int listing_show(const struct listing *listing, const struct document *doc,
		 const struct selection *selection,
		 const struct origins *origins, struct view *view)
{
	return show_with(listing, doc, selection, origins, view, show_rows);
}

int listing_show_selected(const struct listing *listing,
			  const struct rows *rows,
			  const struct selection *selection, const char *name,
			  const struct origins *origins, struct view *view)
{
	struct listing shown = *listing;

	shown.file = name;
	shown.empty = NULL;
	return listing_show(&shown, rows->doc, selection, origins, view);
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

/* By a column, or by those that alike rows have in common. */
struct order {
	const struct cells *cells;
	size_t column;
	bool by_common;
	bool reversed;
};

/* Rows that are equal stay in the order of the file. */
static int compare_rows(const void *a, const void *b, void *context)
{
	const struct order *order = context;
	const size_t *one = a, *other = b;
	int result = order->by_common ?
			     compare_common(order->cells, *one, *other) :
			     compare_cells(order->cells, order->column, *one,
					   *other);

	if (result)
		return order->reversed ? -result : result;
	return (*one > *other) - (*one < *other);
}

int listing_sort(const struct listing *listing, const struct document *doc,
		 const struct origins *origins, const struct view *view,
		 const char *column, struct selection *selection)
{
	struct cells cells;
	struct order order = { .cells = &cells };
	int err = bind_cells(&cells, listing, doc, origins, view);

	order.reversed = *column == '-';
	column += order.reversed;
	order.column = view_find_column(listing->columns, listing->nr, column,
					strlen(column));
	if (!err)
		qsort_r(selection->row, selection->nr, sizeof(*selection->row),
			compare_rows, &order);
	free_cells(&cells);
	return err;
}

int listing_keep(const struct listing *listing, const struct document *doc,
		 const struct origins *origins, const struct view *view,
		 const char *condition, struct selection *selection)
{
	size_t length = strcspn(condition, "!="), kept = 0, column, row;
	bool unlike = condition[length] == '!', is_like;
	const char *glob = condition + length + 1 + unlike, *cell;
	char label[ORIGINS_LABEL];
	struct cells cells;
	int err = bind_cells(&cells, listing, doc, origins, view);

	column = view_find_column(listing->columns, listing->nr, condition,
				  length);
	for (size_t i = 0; !err && i < selection->nr; i++) {
		row = selection->row[i];
		cell = get_cell(&cells, row, column, label);
		is_like = !fnmatch(glob, cell ? cell : "", 0);
		if (is_like != unlike)
			selection->row[kept++] = row;
	}
	selection->nr = kept;
	free_cells(&cells);
	return err;
}

/* Alike rows, in the order of the file. */
struct fold {
	const size_t *row;
	size_t nr;
};

static int compare_folds(const void *a, const void *b)
{
	const struct fold *one = a, *other = b;

	return (*one->row > *other->row) - (*one->row < *other->row);
}

/* Orders the rows, too. Return: the folds, for free(3). */
static struct fold *make_folds(const struct cells *cells, size_t *row,
			       size_t nr, size_t *nr_folds)
{
	struct order order = { .cells = cells, .by_common = true };
	struct fold *fold = alloc_array(nr, sizeof(*fold));

	*nr_folds = 0;
	qsort_r(row, nr, sizeof(*row), compare_rows, &order);
	for (size_t i = 0; i < nr; i++) {
		if (!i || compare_common(cells, row[i - 1], row[i]))
			fold[(*nr_folds)++].row = &row[i];
		fold[*nr_folds - 1].nr++;
	}
	qsort(fold, *nr_folds, sizeof(*fold), compare_folds);
	return fold;
}

/* The row with the least or the greatest cell. */
static size_t find_extreme(const struct cells *cells, const struct fold *fold,
			   size_t column, int sign)
{
	size_t found = *fold->row;

	for (size_t i = 1; i < fold->nr; i++)
		if (sign * compare_cells(cells, column, fold->row[i], found) >
		    0)
			found = fold->row[i];
	return found;
}

static const char *range_text(const struct cells *cells,
			      const struct fold *fold, size_t column,
			      char text[NUMBER_TEXT])
{
	char label[ORIGINS_LABEL];
	uint64_t least, most;

	if (cells->where[column] == NOWHERE ||
	    number_parse(get_cell(cells, find_extreme(cells, fold, column, -1),
				  column, label),
			 &least) ||
	    number_parse(get_cell(cells, find_extreme(cells, fold, column, 1),
				  column, label),
			 &most))
		return NULL;
	return number_ns_range(text, least, most);
}

static void show_fold(struct view_table *table, const struct cells *cells,
		      const struct fold *fold)
{
	char files[NUMBER_TEXT], range[NUMBER_TEXT], label[ORIGINS_LABEL];
	const char *text[VIEW_MAX_COLUMNS] = { number_text(files, fold->nr) };
	const struct view_column *column = cells->listing->columns;
	size_t row;

	for (size_t i = 0; i < cells->listing->nr; i++) {
		row = *fold->row;
		if (column[i].kind == VIEW_TIME)
			row = find_extreme(cells, fold, i, 1);
		text[i + 1] = column[i].kind == VIEW_NS ?
				      range_text(cells, fold, i, range) :
				      get_cell(cells, row, i, label);
	}
	view_row(table, text, false);
}

static void show_folds(const struct cells *cells,
		       const struct selection *selection, struct view *view)
{
	struct view_column columns[VIEW_MAX_COLUMNS] = { { "files",
							   VIEW_NUMBER } };
	size_t nr = cells->listing->nr, nr_folds;
	struct view_table *table;
	struct fold *folds =
		make_folds(cells, selection->row, selection->nr, &nr_folds);

	for (size_t i = 0; i < nr; i++) {
		columns[i + 1] = cells->listing->columns[i];
		if (!strcmp(columns[i + 1].name, "inode"))
			columns[i + 1].kind |= VIEW_MORE;
	}
	table = view_table_begin(view, cells->listing->file, columns, nr + 1,
				 VIEW_LIST);
	for (size_t i = 0; i < nr_folds; i++)
		show_fold(table, cells, &folds[i]);
	view_table_end(table);
	free(folds);
}

int listing_show_folded(const struct listing *listing,
			const struct document *doc,
			const struct selection *selection,
			const struct origins *origins, struct view *view)
{
	const struct view_format *format = &view->format;
	bool each = view->json || format->raw || format->columns || format->all;

	return show_with(listing, doc, selection, origins, view,
			 each ? show_rows : show_folds);
}

bool listing_is_cause(const char *name)
{
	return !strncmp(name, "queued_", strlen("queued_"));
}

void listing_count(struct view_table *table, const struct stats_word *word,
		   const char *value)
{
	view_row(table,
		 (const char *[]){ word->name, value, word->unit,
				   word->meaning },
		 listing_is_cause(word->name));
}

/* For people, leave out what is out of the ordinary and did not happen. */
static bool is_shown(int counter, uint64_t value)
{
	return value || counter == DFPUT_COUNT_queued ||
	       counter == DFPUT_COUNT_released ||
	       counter == DFPUT_COUNT_batches ||
	       listing_is_cause(stats_counters[counter].name);
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

void listing_caveats(const struct caveats *caveats, struct view *view)
{
	view_bool(view, "trustworthy", !caveats->nr);
	view_texts(view, "caveats", NULL);
	if (!caveats->nr)
		view_note(view, "Trustworthy: yes, nothing was lost.");
	for (size_t i = 0; i < caveats->nr; i++) {
		view_texts(view, "caveats", caveats->text[i]);
		view_paragraph(view, strlen("Trustworthy: "),
			       "Trustworthy: no, %s.", caveats->text[i]);
	}
}
