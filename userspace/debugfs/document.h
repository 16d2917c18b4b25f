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
	char *name;
	const char *value;
};

/**
 * struct document_row - one row of the table, with its text behind it
 * @line: the number of its line in the file
 * @at: of each field, where its text begins, escapes decoded; 0: it is empty
 */
struct document_row {
	uint32_t line;
	uint16_t at[];
};

/**
 * struct document - one file, parsed
 * @file: its name, for messages
 * @values: its values
 * @nr_values: how many
 * @header: the text of the columns
 * @columns: names of the table's columns
 * @nr_columns: how many, 0 without a table
 * @rows: those that were kept
 * @nr_rows: how many
 * @nr_read: how many rows there were
 */
struct document {
	const char *file;
	struct document_value *values;
	size_t nr_values;
	char *header;
	const char *columns[DOCUMENT_MAX_COLUMNS];
	size_t nr_columns;
	struct document_row **rows;
	size_t nr_rows;
	size_t nr_read;
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
	const struct document_row *found = doc->rows[row];

	return found->at[column] ? (const char *)found + found->at[column] :
				   document_none;
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
