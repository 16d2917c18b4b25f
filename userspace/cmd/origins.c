// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput origins: the call paths that queued files; as a table, or folded, as
 * tools that draw flame graphs take them.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "debugfs/origins.h"
#include "debugfs/rows.h"
#include "lib/alloc.h"
#include "lib/error.h"

/* Columns of the table; the name is not in the file. */
enum { ID, NAME, CAUSE, COUNT, UNWOUND, WAIT, WAIT_MAX, STACK, NR };
static const struct view_column columns[NR] = {
	{ "id", VIEW_NUMBER },	    { "origin_name", VIEW_TEXT },
	{ "cause", VIEW_TEXT },	    { "count", VIEW_NUMBER },
	{ "unwound", VIEW_NUMBER }, { "wait_ns", VIEW_NS },
	{ "wait_max_ns", VIEW_NS }, { "stack", VIEW_STACK },
};
static const char *const names[NR + 1] = {
	"#id",	    "",		"cause",	"#count",
	"#unwound", "#wait_ns", "#wait_max_ns", "stack",
};

/* One row, on its way to be sorted. */
struct line {
	size_t row;
	uint64_t count;
};

/* The most files first; among equals, the order of the file. */
static int compare_lines(const void *one, const void *other)
{
	const struct line *a = one, *b = other;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static struct line *sort_rows(const struct rows *rows)
{
	struct line *lines = alloc_array(rows->nr, sizeof(*lines));

	for (size_t row = 0; row < rows->nr; row++) {
		lines[row].row = row;
		lines[row].count = rows_number(rows, row, COUNT);
	}
	qsort(lines, rows->nr, sizeof(*lines), compare_lines);
	return lines;
}

static void show_origins_table(const struct origins *origins,
			       const struct rows *rows, struct view *view)
{
	struct line *lines = sort_rows(rows);
	struct view_column shown[NR];
	struct view_table *table;
	const char *cells[NR];

	memcpy(shown, columns, sizeof(shown));
	if (!view->json)
		shown[NAME].name = "origin";
	if (!rows->nr)
		view_note(view, "No call path is known.");
	table = view_table_begin(view, "origins", shown, NR, VIEW_LIST);
	for (size_t line = 0; line < rows->nr; line++) {
		for (int i = 0; i < NR; i++)
			cells[i] = rows_cell(rows, lines[line].row, i);
		cells[NAME] = origins->origin[lines[line].row].name;
		view_row(table, cells, false);
	}
	view_table_end(table);
	free(lines);
}

/* The frames the other way round, outermost first. */
static char *fold_stack(const char *stack)
{
	size_t left = strlen(stack), length;
	char *folded = alloc_array(left + 1, 1), *to = folded;
	const char *frame;

	while (left) {
		frame = memrchr(stack, ';', left);
		frame = frame ? frame + 1 : stack;
		length = (size_t)(stack + left - frame);
		to = mempcpy(to, frame, length);
		left -= length;
		if (left) {
			*to++ = ';';
			left--;
		}
	}
	return folded;
}

static void show_folded(const struct rows *rows, struct view *view)
{
	char *folded;

	for (size_t row = 0; row < rows->nr; row++) {
		folded = !*rows_cell(rows, row, STACK) ?
				 alloc_copy("[unknown]") :
				 fold_stack(rows_text(rows, row, STACK));
		view_note(view, "%s %s", folded, rows_text(rows, row, COUNT));
		free(folded);
	}
}

static int show_origins(const struct options *options, struct reader *reader,
			struct view *view)
{
	struct origins origins;
	struct rows rows;
	int err = origins_load(reader, options->rules, &origins);

	if (!err)
		err = rows_bind(&rows, origins.doc, names);
	if (!err && options->folded)
		show_folded(&rows, view);
	else if (!err)
		show_origins_table(&origins, &rows, view);
	origins_free(&origins);
	return err;
}

int cmd_origins(const struct options *options)
{
	if (options->folded && options->json)
		return options_usage("origins: --folded is no JSON");
	return cmd_display(options, show_origins);
}
