// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of the module by columns and rows.
 */
#include <string.h>

#include "debugfs/rows.h"
#include "lib/number.h"

#define NOWHERE SIZE_MAX

static int check_numbers(struct rows *rows, int column)
{
	uint64_t number;
	int err = 0;

	for (size_t row = 0; !err && row < rows->nr; row++)
		err = document_cell_number(rows->doc, row, rows->where[column],
					   &number);
	return err;
}

int rows_bind(struct rows *rows, struct document *doc, const char *const *names)
{
	int err = 0;

	*rows = (struct rows){ .doc = doc, .nr = doc->nr_rows, .names = names };
	for (int i = 0; !err && names[i]; i++) {
		bool number = *names[i] == '#', optional = *names[i] == '?';

		rows->where[i] = NOWHERE;
		if (!*names[i] ||
		    (optional && document_column(doc, names[i] + 1) < 0))
			continue;
		err = document_need_column(doc, names[i] + number + optional,
					   &rows->where[i]);
		if (!err && number)
			err = check_numbers(rows, i);
	}
	return err;
}

int rows_load(struct rows *rows, struct reader *reader, const char *file,
	      const char *const *names)
{
	struct document *doc;
	int err = reader_load(reader, file, &doc);

	*rows = (struct rows){ 0 };
	return err ? err : rows_bind(rows, doc, names);
}

const char *rows_text(const struct rows *rows, size_t row, int column)
{
	if (rows->where[column] == NOWHERE)
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
