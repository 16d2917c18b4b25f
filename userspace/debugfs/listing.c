// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of the module, shown as it is.
 */
#include <string.h>

#include "debugfs/listing.h"
#include "lib/number.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* One more may be added: origin_name. */
#define COLUMN(T, name, kind, who, meaning) \
	{ #name, LISTING_KIND_##kind, LISTING_WHO_##who, meaning },
#define LISTING(name, meaning, nothing, value)                              \
	static const struct listing_column name##_columns[] = {             \
		DFPUT_COLUMNS_##name(COLUMN, name) /* No array is empty. */ \
		COLUMN(name, -, text, all, 0)                               \
	};                                                                  \
	_Static_assert(NR(name##_columns) <= LISTING_MAX_COLUMNS,           \
		       "too many columns");                                 \
	const struct listing listing_##name = {                             \
		.file = #name,                                              \
		.columns = name##_columns,                                  \
		.nr = NR(name##_columns) - 1,                               \
		.empty = nothing,                                           \
		.counted = value,                                           \
	};
DFPUT_FILES(LISTING)

const struct listing *listing_find(const char *file)
{
#define POINTER(name, ...) &listing_##name,
	static const struct listing *const listings[] = { DFPUT_FILES(
		POINTER) };

	for (size_t i = 0; i < NR(listings); i++)
		if (!strcmp(listings[i]->file, file))
			return listings[i];
	return NULL;
}

bool listing_has(const struct listing *listing, const char *column)
{
	for (size_t i = 0; i < listing->nr; i++)
		if (!strcmp(listing->columns[i].name, column))
			return true;
	return false;
}

/* In a module of another age. */
#define NOWHERE SIZE_MAX
#define ORIGIN_NAME (SIZE_MAX - 1)

/**
 * struct shown - what is shown of a listing
 * @column: the columns
 * @where: each one's in the file, NOWHERE, or ORIGIN_NAME
 * @nr: how many
 * @origin: which of them has the ids of call paths, -1: none
 * @origins: the call paths, or NULL
 * @labels: names in place of ids
 */
struct shown {
	struct view_column column[LISTING_MAX_COLUMNS];
	size_t where[LISTING_MAX_COLUMNS];
	size_t nr;
	int origin;
	const struct origins *origins;
	bool labels;
};

/* Return: "" for none, NULL where there is no such column. */
static const char *shown_cell(const struct shown *shown,
			      const struct document *doc, size_t row,
			      size_t column)
{
	const char *cell;

	if (shown->where[column] == NOWHERE)
		return NULL;
	cell = document_cell(doc, row, shown->where[column]);
	return document_is_none(cell) ? "" : cell;
}

static bool is_spared(const struct listing *listing, size_t column)
{
	const char *const *spared = listing->json_only;

	for (; spared && *spared; spared++)
		if (!strcmp(*spared, listing->columns[column].name))
			return true;
	return listing->columns[column].json_only;
}

static void choose_columns(const struct listing *listing,
			   const struct document *doc, const struct view *view,
			   struct shown *shown)
{
	const struct listing_column *column = listing->columns;
	int where;

	*shown = (struct shown){ .origin = -1 };
	for (size_t i = 0; i < listing->nr; i++, column++) {
		if (!view->json && is_spared(listing, i))
			continue;
		where = document_column(doc, column->name);
		if (where >= 0 && !strcmp(column->name, "origin"))
			shown->origin = (int)shown->nr;
		shown->where[shown->nr] = where < 0 ? NOWHERE : (size_t)where;
		shown->column[shown->nr++] = (struct view_column){
			.name = column->name,
			.kind = column->kind,
		};
	}
}

/* Numbers must be numbers, where there is one. */
static int check_row(const struct shown *shown, const struct document *doc,
		     size_t row)
{
	const char *cell;
	uint64_t number;
	int err = 0;

	for (size_t i = 0; !err && i < shown->nr; i++) {
		cell = shown_cell(shown, doc, row, i);
		if (cell && *cell && view_is_number(shown->column[i].kind))
			err = document_cell_number(doc, row, shown->where[i],
						   &number);
	}
	return err;
}

static void add_origins(struct shown *shown, const struct origins *origins,
			const struct view *view)
{
	if (!origins || !origins->doc || shown->origin < 0)
		return;
	shown->origins = origins;
	shown->labels = !view->json;
	if (shown->labels) {
		shown->column[shown->origin].kind = VIEW_TEXT;
		return;
	}
	shown->column[shown->nr] =
		(struct view_column){ "origin_name", VIEW_TEXT };
	shown->where[shown->nr++] = ORIGIN_NAME;
}

static void show_row(struct view_table *table, const struct shown *shown,
		     const struct document *doc, size_t row)
{
	const char *cells[LISTING_MAX_COLUMNS];
	const struct origin *origin = NULL;
	char label[ORIGINS_LABEL];

	if (shown->origins)
		origin = origins_find(shown->origins,
				      shown_cell(shown, doc, row,
						 (size_t)shown->origin));
	for (size_t i = 0; i < shown->nr; i++)
		if (shown->where[i] == ORIGIN_NAME)
			cells[i] = origin ? origin->name : NULL;
		else
			cells[i] = shown_cell(shown, doc, row, i);
	if (shown->labels)
		cells[shown->origin] = origins_label(
			shown->origins, cells[shown->origin], label);
	view_row(table, cells, false);
}

static void show_rows(const struct listing *listing, const struct document *doc,
		      const struct shown *shown, const bool *skip,
		      struct view *view)
{
	struct view_table *table;

	table = view_table_begin(view, listing->file, shown->column, shown->nr,
				 VIEW_LIST);
	for (size_t row = 0; row < doc->nr_rows; row++)
		if (!skip || !skip[row])
			show_row(table, shown, doc, row);
	view_table_end(table);
	if (shown->origins)
		origins_explain(shown->origins, doc,
				shown->where[shown->origin], skip, view);
}

int listing_show(const struct listing *listing, const struct document *doc,
		 const bool *skip, const struct origins *origins,
		 struct view *view)
{
	struct shown shown;
	int err = 0;

	choose_columns(listing, doc, view, &shown);
	for (size_t row = 0; !err && row < doc->nr_rows; row++)
		err = check_row(&shown, doc, row);
	if (err)
		return err;
	if (!doc->nr_rows && listing->empty)
		view_note(view, "%s", listing->empty);
	add_origins(&shown, origins, view);
	show_rows(listing, doc, &shown, skip, view);
	return 0;
}

const struct view_column listing_counts[LISTING_NR_COUNTS] = {
	{ "name", VIEW_TEXT },
	{ "value", VIEW_NUMBER },
	{ "unit", VIEW_TEXT },
	{ "meaning", VIEW_PROSE },
};

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
		view_note(view, "Trustworthy: no, %s.", caveats->text[i]);
	}
}
