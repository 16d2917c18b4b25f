/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file of the module, parsed: values and fields, found by name.
 */
#ifndef DFPUT_DOCUMENT_H
#define DFPUT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOCUMENT_MAX_COLUMNS 64

/**
 * struct document_value - one line "name value"
 * @name: letters, digits, ``_``, ``.`` and ``-``
 * @value: the rest of the line, escapes decoded
 */
struct document_value {
	const char *name;
	const char *value;
};

/**
 * struct document - one file, parsed
 * @file: its name, for messages
 * @text: the text that all the others point into
 * @values: its values
 * @nr_values: how many
 * @columns: names of the table's columns
 * @nr_columns: how many, 0 without a table
 * @cells: the table's fields, row after row, escapes decoded
 * @lines: the number of each row's line in the file
 * @nr_rows: how many rows
 */
struct document {
	const char *file;
	char *text;
	struct document_value *values;
	size_t nr_values;
	const char *columns[DOCUMENT_MAX_COLUMNS];
	size_t nr_columns;
	const char **cells;
	size_t *lines;
	size_t nr_rows;
};

/* The text of an empty field, for messages and comparisons. */
extern const char document_none[];

/* Return: the field is empty; a name that is "-" is not. */
static inline bool document_is_none(const char *cell)
{
	return cell == document_none;
}

/**
 * document_free() - free a document
 * @doc: one, or NULL
 */
void document_free(struct document *doc);

/**
 * document_column() - look a column up
 * @doc: where
 * @name: which
 *
 * Return: its index, or -1 when there is none.
 */
int document_column(const struct document *doc, const char *name);

/**
 * document_value() - look a value up
 * @doc: where
 * @name: which
 *
 * Return: the value, or NULL when there is none.
 */
const char *document_value(const struct document *doc, const char *name);

/**
 * document_need_value() - look a value up that must be there
 * @doc: where
 * @name: which
 * @value: receives it
 *
 * Return: 0 or -EPROTO.
 */
int document_need_value(const struct document *doc, const char *name,
			const char **value);

/**
 * document_need_number() - look a number up that must be there
 * @doc: where
 * @name: which
 * @number: receives it
 *
 * Return: 0 or -EPROTO.
 */
int document_need_number(const struct document *doc, const char *name,
			 uint64_t *number);

/**
 * document_need_column() - look a column up that must be there
 * @doc: where
 * @name: which
 * @column: receives its index
 *
 * Return: 0 or -EPROTO.
 */
int document_need_column(const struct document *doc, const char *name,
			 size_t *column);

/**
 * document_cell() - one field of the table
 * @doc: where
 * @row: below nr_rows
 * @column: below nr_columns
 *
 * Return: the field's text.
 */
static inline const char *document_cell(const struct document *doc, size_t row,
					size_t column)
{
	return doc->cells[row * doc->nr_columns + column];
}

/**
 * document_cell_number() - one field of the table, which is a number
 * @doc: where
 * @row: below nr_rows
 * @column: below nr_columns
 * @number: receives it
 *
 * Return: 0 or -EPROTO.
 */
int document_cell_number(const struct document *doc, size_t row, size_t column,
			 uint64_t *number);

#endif /* DFPUT_DOCUMENT_H */
