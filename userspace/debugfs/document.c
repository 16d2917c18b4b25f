// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file of the module, parsed: values and fields, found by name.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/version.h>

#include "debugfs/document.h"
#include "lib/error.h"
#include "lib/number.h"

/* A module that counts less, or the rest of a copy that was cut off. */
#define OLDER "cut off, or from a module older than this dfput " DFPUT_VERSION

const char document_none[sizeof("-")] = "-";

void document_free(struct document *doc)
{
	if (!doc)
		return;
	for (size_t i = 0; i < doc->nr_values; i++)
		free(doc->values[i].name);
	for (size_t i = 0; i < doc->nr_rows; i++)
		free(doc->rows[i]);
	free(doc->values);
	free(doc->header);
	free(doc->rows);
	free(doc);
}

int document_column(const struct document *doc, const char *name)
{
	size_t i;

	for (i = 0; i < doc->nr_columns; i++)
		if (!strcmp(doc->columns[i], name))
			return (int)i;
	return -1;
}

const char *document_value(const struct document *doc, const char *name)
{
	size_t i;

	for (i = 0; i < doc->nr_values; i++)
		if (!strcmp(doc->values[i].name, name))
			return doc->values[i].value;
	return NULL;
}

int document_need_value(const struct document *doc, const char *name,
			const char **value)
{
	*value = document_value(doc, name);
	if (*value)
		return 0;
	return error_set(-EPROTO, "%s: no value '%s': " OLDER, doc->file, name);
}

int document_need_number(const struct document *doc, const char *name,
			 uint64_t *number)
{
	const char *value;
	int err = document_need_value(doc, name, &value);

	if (err || !number_parse(value, number))
		return err;
	return error_set(
		-EPROTO,
		"%s: the value of '%s' is not a 64-bit number: '%.64s'",
		doc->file, name, value);
}

int document_need_column(const struct document *doc, const char *name,
			 size_t *column)
{
	int found = document_column(doc, name);

	if (found < 0)
		return error_set(-EPROTO, "%s: no column '%s': " OLDER,
				 doc->file, name);
	*column = (size_t)found;
	return 0;
}

int document_cell_number(const struct document *doc, size_t row, size_t column,
			 uint64_t *number)
{
	const char *cell = document_cell(doc, row, column);

	if (!number_parse(cell, number))
		return 0;
	return error_set(-EPROTO,
			 "%s: line %u: '%s' is not a 64-bit number: '%.64s'",
			 doc->file, doc->rows[row]->line, doc->columns[column],
			 cell);
}
