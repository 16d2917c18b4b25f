// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of the module, shown as it is.
 */
#include <string.h>

#include <dfput/abi.h>

#include "listing.h"

static const struct view_column pending_columns[] = { DFPUT_PENDING_COLUMNS(
	LISTING_COLUMN) };
static const struct view_column superblocks_columns[] = {
	DFPUT_SUPERBLOCKS_COLUMNS(LISTING_COLUMN)
};
static const struct view_column hooks_columns[] = { DFPUT_HOOKS_COLUMNS(
	LISTING_COLUMN) };

#define NR(array) (sizeof(array) / sizeof((array)[0]))

_Static_assert(NR(pending_columns) <= LISTING_MAX_COLUMNS, "too many");
_Static_assert(NR(superblocks_columns) <= LISTING_MAX_COLUMNS, "too many");
_Static_assert(NR(hooks_columns) <= LISTING_MAX_COLUMNS, "too many");

const struct listing listing_pending = {
	.file = "pending",
	.columns = pending_columns,
	.nr = NR(pending_columns),
	.empty = "Nothing is pending.",
};

const struct listing listing_superblocks = {
	.file = "superblocks",
	.columns = superblocks_columns,
	.nr = NR(superblocks_columns),
	.empty = "No superblock has had a deferred file.",
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

static void show_rows(const struct listing *listing, const struct document *doc,
		      const size_t *where, const bool *skip, struct view *view)
{
	const char *cells[LISTING_MAX_COLUMNS];
	struct view_table *table;

	table = view_table_begin(view, listing->file, listing->columns,
				 listing->nr, false);
	for (size_t row = 0; row < doc->nr_rows; row++) {
		for (size_t i = 0; i < listing->nr; i++)
			cells[i] = document_cell(doc, row, where[i]);
		if (!skip || !skip[row])
			view_row(table, cells, false);
	}
	view_table_end(table);
}

int listing_show(const struct listing *listing, struct reader *reader,
		 const struct document *doc, const bool *skip,
		 struct view *view)
{
	size_t where[LISTING_MAX_COLUMNS];
	int err = find_columns(listing, reader, doc, where);

	for (size_t row = 0; !err && row < doc->nr_rows; row++)
		err = check_row(listing, reader, doc, where, row);
	if (err)
		return err;
	if (!doc->nr_rows)
		view_note(view, "%s", listing->empty);
	show_rows(listing, doc, where, skip, view);
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
