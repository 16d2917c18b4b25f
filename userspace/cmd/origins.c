// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput origins: the call paths that queued files; as a table, or folded, as
 * tools that draw flame graphs take them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/abi.h>

#include "lib/error.h"
#include "cmd/cmd.h"
#include "debugfs/table.h"
#include "lib/number.h"
#include "debugfs/origins.h"

/* Those of the file, and the name behind the id. */
#define NAME 1
static const struct view_column columns[] = {
	{ "id", VIEW_NUMBER },	    { "origin", VIEW_TEXT },
	{ "cause", VIEW_TEXT },	    { "count", VIEW_NUMBER },
	{ "unwound", VIEW_NUMBER }, { "wait_ns", VIEW_NS },
	{ "wait_max_ns", VIEW_NS }, { "stack", VIEW_PROSE },
};

#define NR (sizeof(columns) / sizeof(columns[0]))
#define COUNT 3
#define STACK (NR - 1)

/**
 * struct line - one row, on its way to be sorted
 * @row: its number
 * @count: its files
 */
struct line {
	size_t row;
	uint64_t count;
};

/* The most files first; among equals, the order of the file. */
static int compare(const void *one, const void *other)
{
	const struct line *a = one, *b = other;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static int find_columns(struct reader *reader, const struct document *doc,
			size_t *where)
{
	int err = 0;

	for (size_t i = 0; !err && i < NR; i++)
		if (i != NAME)
			err = document_need_column(reader, doc, columns[i].name,
						   &where[i]);
	return err;
}

static int check_row(struct reader *reader, const struct document *doc,
		     const size_t *where, size_t row)
{
	uint64_t number;
	int err = 0;

	for (size_t i = 0; !err && i < NR; i++)
		if (columns[i].kind == VIEW_NUMBER ||
		    columns[i].kind == VIEW_NS)
			err = document_cell_number(reader, doc, row, where[i],
						   &number);
	return err;
}

static int sort(struct reader *reader, const struct document *doc,
		const size_t *where, struct line *lines)
{
	int err = 0;

	for (size_t row = 0; !err && row < doc->nr_rows; row++) {
		lines[row].row = row;
		err = check_row(reader, doc, where, row);
		if (!err)
			err = document_cell_number(reader, doc, row,
						   where[COUNT],
						   &lines[row].count);
	}
	if (!err)
		qsort(lines, doc->nr_rows, sizeof(*lines), compare);
	return err;
}

static void show_table(const struct origins *origins, const size_t *where,
		       const struct line *lines, struct view *view)
{
	const struct document *doc = origins->doc;
	const char *cells[NR];
	struct view_table *table;

	if (!doc->nr_rows)
		view_note(view, "No call path is known.");
	table = view_table_begin(view, "origins", columns, NR, false);
	for (size_t line = 0; line < doc->nr_rows; line++) {
		for (size_t i = 0; i < NR; i++)
			if (i != NAME)
				cells[i] = document_cell(doc, lines[line].row,
							 where[i]);
		cells[NAME] = origins->origin[lines[line].row].name;
		view_row(table, cells, false);
	}
	view_table_end(table);
}

/* The frames the other way round, outermost first. */
static char *fold(const char *stack)
{
	size_t left = strlen(stack), length;
	char *folded = malloc(left + 1), *to = folded;
	const char *frame;

	while (folded && left) {
		frame = memrchr(stack, ';', left);
		frame = frame ? frame + 1 : stack;
		length = (size_t)(stack + left - frame);
		memcpy(to, frame, length);
		to += length;
		left -= length;
		if (left) {
			*to++ = ';';
			left--;
		}
	}
	if (folded)
		*to = '\0';
	return folded;
}

static void show_folded(const struct document *doc, const size_t *where,
			struct view *view)
{
	const char *stack;
	char *folded;

	for (size_t row = 0; row < doc->nr_rows; row++) {
		stack = document_cell(doc, row, where[STACK]);
		folded = strcmp(stack, "-") ? fold(stack) : NULL;
		view_note(view, "%s %s", folded ? folded : "[unknown]",
			  document_cell(doc, row, where[COUNT]));
		free(folded);
	}
}

static int show_origins(const struct options *options, struct reader *reader,
			const struct origins *origins, struct view *view)
{
	struct line *lines = calloc(origins->nr + 1, sizeof(*lines));
	size_t where[NR];
	int err;

	if (!lines)
		return error_set(-ENOMEM, "not enough memory");
	err = find_columns(reader, origins->doc, where);
	if (!err)
		err = sort(reader, origins->doc, where, lines);
	if (!err && options->folded)
		show_folded(origins->doc, where, view);
	else if (!err)
		show_table(origins, where, lines, view);
	free(lines);
	return err;
}

static int show(const struct options *options, struct reader *reader,
		struct view *view)
{
	struct origins origins;
	int err = origins_load(reader, options->rules, &origins);

	if (!err)
		err = show_origins(options, reader, &origins, view);
	origins_free(&origins);
	return err;
}

int cmd_origins(const struct options *options)
{
	if (options->folded && options->json)
		return options_usage("origins: --folded is no JSON");
	return cmd_display(options, show);
}
