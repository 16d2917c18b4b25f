// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of the module by columns and rows.
 */
#include <stdlib.h>
#include <string.h>

#include "debugfs/rows.h"
#include "lib/number.h"

#define NOWHERE SIZE_MAX

int rows_bind(struct rows *rows, struct document *doc, const char *const *names)
{
	int err = 0;

	*rows = (struct rows){ .doc = doc, .nr = doc->nr_rows, .names = names };
	for (int i = 0; !err && rows->names[i]; i++) {
		const char *name = rows->names[i];
		bool number = *name == '#', optional = *name == '?';

		rows->where[i] = NOWHERE;
		if (*name && (!optional || document_column(doc, name + 1) >= 0))
			err = document_need_column(
				doc, name + number + optional, &rows->where[i]);
	}
	return err;
}

static int check_numbers(const struct rows *rows, size_t row)
{
	uint64_t number;
	int err = 0;

	for (int i = 0; !err && rows->names[i]; i++)
		if (*rows->names[i] == '#')
			err = document_cell_number(rows->doc, row,
						   rows->where[i], &number);
	return err;
}

/* What each row goes through as it is read. */
struct query {
	struct rows *rows;
	rows_filter *filter;
	void *context;
};

static int take_row(struct document *doc, void *context)
{
	const struct query *query = context;
	struct rows *rows = query->rows;
	size_t row = doc->nr_rows - 1;
	int err = rows->doc ? 0 : rows_bind(rows, doc, rows->names);

	if (!err)
		err = check_numbers(rows, row);
	if (err)
		return err;
	return !query->filter || query->filter(rows, row, query->context);
}

int rows_select(struct rows *rows, struct reader *reader, const char *file,
		const char *const *names, rows_filter *filter, void *context)
{
	struct query query = { .filter = filter, .context = context };
	struct document *doc;
	int err;

	*rows = (struct rows){ .names = names };
	query.rows = rows;
	err = reader_load_each(reader, file, take_row, &query, &doc);
	rows->doc = doc;
	return err ? err : rows_bind(rows, doc, names);
}

int rows_load(struct rows *rows, struct reader *reader, const char *file,
	      const char *const *names)
{
	return rows_select(rows, reader, file, names, NULL, NULL);
}

void rows_keep(struct rows *rows, rows_filter *filter, void *context)
{
	struct document *doc = rows->doc;

	rows->nr = 0;
	for (size_t row = 0; row < doc->nr_rows; row++) {
		if (filter(rows, row, context))
			doc->rows[rows->nr++] = doc->rows[row];
		else
			free(doc->rows[row]);
	}
	doc->nr_rows = rows->nr;
}

bool rows_has(const struct rows *rows, int column)
{
	return rows->where[column] != NOWHERE;
}

const char *rows_text(const struct rows *rows, size_t row, int column)
{
	if (!rows_has(rows, column))
		return "";
	return document_cell(rows->doc, row, rows->where[column]);
}

const char *rows_cell(const struct rows *rows, size_t row, int column)
{
	const char *text = rows_text(rows, row, column);

	return document_is_none(text) ? "" : text;
}

uint64_t rows_number(const struct rows *rows, size_t row, int column)
{
	uint64_t number = 0;

	number_parse(rows_text(rows, row, column), &number);
	return number;
}

bool rows_is(const struct rows *rows, size_t row, int column, const char *text)
{
	return !strcmp(rows_text(rows, row, column), text);
}

void rows_free(struct rows *rows)
{
	document_free(rows->doc);
	*rows = (struct rows){ 0 };
}
