/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of the module whose columns were found and whose numbers were checked
 * once, so that reading a cell cannot fail.
 */
#ifndef DFPUT_ROWS_H
#define DFPUT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "debugfs/parse.h"

#define ROWS_MAX_COLUMNS 12

struct rows {
	struct document *doc;
	size_t nr;
	const char *const *names;
	size_t where[ROWS_MAX_COLUMNS];
};

/**
 * rows_load() - read a table
 * @rows: receives it, for rows_free(), also on error
 * @reader: an open one
 * @file: the table
 * @names: the columns needed, ended by NULL; "#" before a name: of numbers; "?": an
 *	older module may lack it; "": none. What is not there reads as "" or 0
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int rows_load(struct rows *rows, struct reader *reader, const char *file,
	      const char *const *names);

/*
 * The same for a table that was read, its numbers aside. rows_free() frees it, or its
 * owner does.
 */
int rows_bind(struct rows *rows, struct document *doc,
	      const char *const *names);

typedef bool rows_filter(const struct rows *rows, size_t row, void *context);

/* The same for those rows that a filter lets pass; it is asked once, as each is read. */
int rows_select(struct rows *rows, struct reader *reader, const char *file,
		const char *const *names, rows_filter *filter, void *context);

/* Keep only those rows that a filter lets pass. */
void rows_keep(struct rows *rows, rows_filter *filter, void *context);

/* Return: the module has that column; @column is an index in the names. */
bool rows_has(const struct rows *rows, int column);

/* Return: a cell, "-" if it is empty; @column is an index in the names. */
const char *rows_text(const struct rows *rows, size_t row, int column);

/* Return: the same, "" if it is empty. */
const char *rows_cell(const struct rows *rows, size_t row, int column);
uint64_t rows_number(const struct rows *rows, size_t row, int column);

/* Return: the cell is this text. */
bool rows_is(const struct rows *rows, size_t row, int column, const char *text);

void rows_free(struct rows *rows);

#endif /* DFPUT_ROWS_H */
