// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of the module, shown as it is.
 */
#include <string.h>

#include <dfput/abi.h>

#include "debugfs/table.h"

static const struct view_column pending_columns[] = { DFPUT_PENDING_COLUMNS(
	LISTING_COLUMN) };
static const struct view_column leftovers_columns[] = { DFPUT_LEFTOVERS_COLUMNS(
	LISTING_COLUMN) };
static const struct view_column superblocks_columns[] = {
	DFPUT_SUPERBLOCKS_COLUMNS(LISTING_COLUMN)
};
static const struct view_column umounts_columns[] = { DFPUT_UMOUNTS_COLUMNS(
	LISTING_COLUMN) };
static const struct view_column held_columns[] = { DFPUT_HELD_COLUMNS(
	LISTING_COLUMN) };
static const struct view_column rings_columns[] = { DFPUT_RINGS_COLUMNS(
	LISTING_COLUMN) };
static const struct view_column hooks_columns[] = { DFPUT_HOOKS_COLUMNS(
	LISTING_COLUMN) };

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* One more is added. */
_Static_assert(NR(pending_columns) < LISTING_MAX_COLUMNS, "too many");
_Static_assert(NR(leftovers_columns) < LISTING_MAX_COLUMNS, "too many");
_Static_assert(NR(superblocks_columns) <= LISTING_MAX_COLUMNS, "too many");
_Static_assert(NR(umounts_columns) <= LISTING_MAX_COLUMNS, "too many");
_Static_assert(NR(held_columns) <= LISTING_MAX_COLUMNS, "too many");
_Static_assert(NR(rings_columns) <= LISTING_MAX_COLUMNS, "too many");
_Static_assert(NR(hooks_columns) <= LISTING_MAX_COLUMNS, "too many");

/* Clocks, and what only compares, of use to programs. */
static const char *const pending_json_only[] = {
	"owner_start_ns",
	"mount",
	NULL,
};

const struct listing listing_pending = {
	.file = "pending",
	.columns = pending_columns,
	.nr = NR(pending_columns),
	.json_only = pending_json_only,
	.empty = "Nothing is pending.",
};

/* Clocks and ids, of use to programs. */
static const char *const leftovers_json_only[] = {
	"exit_ns", "start_ns", "cgroup", "reapers", NULL,
};

const struct listing listing_leftovers = {
	.file = "leftovers",
	.columns = leftovers_columns,
	.nr = NR(leftovers_columns),
	.json_only = leftovers_json_only,
	.empty = "No file has outlived its process.",
};

static const char *const superblocks_json_only[] = {
	"shutdown_ns",
	"shutdown_pid",
	NULL,
};

const struct listing listing_superblocks = {
	.file = "superblocks",
	.columns = superblocks_columns,
	.nr = NR(superblocks_columns),
	.json_only = superblocks_json_only,
	.empty = "No superblock has been seen.",
};

static const char *const umounts_json_only[] = {
	"ended_ns", "pending_super", "super", "mount", NULL,
};

const struct listing listing_umounts = {
	.file = "umounts",
	.columns = umounts_columns,
	.nr = NR(umounts_columns),
	.json_only = umounts_json_only,
	.empty = "No umount has been seen.",
};

/* The same of held files and of rings. */
static const char *const owned_json_only[] = {
	"exit_ns", "mount", "start_ns", "cgroup", "reapers", NULL,
};

const struct listing listing_held = {
	.file = "held",
	.columns = held_columns,
	.nr = NR(held_columns),
	.json_only = owned_json_only,
	.empty = "No file is held that a process closed as it ended.",
};

const struct listing listing_rings = {
	.file = "rings",
	.columns = rings_columns,
	.nr = NR(rings_columns),
	.json_only = owned_json_only,
	.empty = "No ring is being torn down.",
};

const struct listing listing_hooks = {
	.file = "hooks",
	.columns = hooks_columns,
	.nr = NR(hooks_columns),
	.empty = "There are no hooks.",
};

static int find_columns(const struct listing *listing, struct reader *reader,
			const struct document *doc, size_t *where)
{
	int err = 0;

	for (size_t i = 0; !err && i < listing->nr; i++)
		err = document_need_column(reader, doc,
					   listing->columns[i].name, &where[i]);
	return err;
}

/* Numbers must be numbers, or "-" where there is none. */
static int check_row(const struct listing *listing, struct reader *reader,
		     const struct document *doc, const size_t *where,
		     size_t row)
{
	uint64_t number;
	int err = 0;

	for (size_t i = 0; !err && i < listing->nr; i++)
		if (listing->columns[i].kind != VIEW_TEXT &&
		    strcmp(document_cell(doc, row, where[i]), "-"))
			err = document_cell_number(reader, doc, row, where[i],
						   &number);
	return err;
}

/**
 * struct shown - what is shown of a listing
 * @column: the columns
 * @where: each one's in the file, or ORIGIN_NAME
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

#define ORIGIN_NAME SIZE_MAX

static bool is_hidden(const struct listing *listing, const char *name,
		      const struct view *view)
{
	const char *const *hidden = listing->json_only;

	for (; hidden && !view->json && *hidden; hidden++)
		if (!strcmp(*hidden, name))
			return true;
	return false;
}

static void choose_columns(const struct listing *listing, const size_t *where,
			   const struct origins *origins,
			   const struct view *view, struct shown *shown)
{
	static const struct view_column name = { "origin_name", VIEW_TEXT };

	*shown = (struct shown){ .origin = -1, .origins = origins };
	for (size_t i = 0; i < listing->nr; i++) {
		if (is_hidden(listing, listing->columns[i].name, view))
			continue;
		if (!strcmp(listing->columns[i].name, "origin"))
			shown->origin = (int)shown->nr;
		shown->column[shown->nr] = listing->columns[i];
		shown->where[shown->nr++] = where[i];
	}
	if (!origins || shown->origin < 0)
		return;
	shown->labels = !view->json;
	if (shown->labels) {
		shown->column[shown->origin].kind = VIEW_TEXT;
		return;
	}
	shown->column[shown->nr] = name;
	shown->where[shown->nr++] = ORIGIN_NAME;
}

static void show_row(struct view_table *table, const struct shown *shown,
		     const struct document *doc, size_t row)
{
	const char *cells[LISTING_MAX_COLUMNS], *id;
	const struct origin *origin;
	char label[ORIGINS_LABEL];

	id = shown->origin < 0 ?
		     "0" :
		     document_cell(doc, row, shown->where[shown->origin]);
	origin = origins_find(shown->origins, id);
	for (size_t i = 0; i < shown->nr; i++) {
		if (shown->where[i] == ORIGIN_NAME)
			cells[i] = origin ? origin->name : NULL;
		else
			cells[i] = document_cell(doc, row, shown->where[i]);
	}
	if (shown->labels)
		cells[shown->origin] = origins_label(shown->origins, id, label);
	view_row(table, cells, false);
}

static void show_rows(const struct listing *listing, const struct document *doc,
		      const struct shown *shown, const bool *skip,
		      struct view *view)
{
	struct view_table *table;

	table = view_table_begin(view, listing->file, shown->column, shown->nr,
				 false);
	for (size_t row = 0; row < doc->nr_rows; row++)
		if (!skip || !skip[row])
			show_row(table, shown, doc, row);
	view_table_end(table);
	if (shown->origins && shown->origin >= 0)
		origins_explain(shown->origins, doc,
				shown->where[shown->origin], skip, view);
}

int listing_show(const struct listing *listing, struct reader *reader,
		 const struct document *doc, const bool *skip,
		 const struct origins *origins, struct view *view)
{
	size_t where[LISTING_MAX_COLUMNS];
	struct shown shown;
	int err = find_columns(listing, reader, doc, where);

	for (size_t row = 0; !err && row < doc->nr_rows; row++)
		err = check_row(listing, reader, doc, where, row);
	if (err)
		return err;
	if (!doc->nr_rows && listing->empty)
		view_note(view, "%s", listing->empty);
	if (origins && !origins->doc)
		origins = NULL;
	choose_columns(listing, where, origins, view, &shown);
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

void listing_doubts(const struct doubts *doubts, struct view *view)
{
	view_bool(view, "trustworthy", !doubts->nr);
	view_texts(view, "doubts", NULL);
	if (!doubts->nr)
		view_note(view, "Trustworthy: yes, nothing was lost.");
	for (size_t i = 0; i < doubts->nr; i++) {
		view_texts(view, "doubts", doubts->text[i]);
		view_note(view, "Trustworthy: no, %s.", doubts->text[i]);
	}
}
