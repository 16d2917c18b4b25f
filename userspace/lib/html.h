/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pieces of a page in HTML that is well-formed XML too. Text may hold anything; it is
 * made harmless here.
 */
#ifndef DFPUT_HTML_H
#define DFPUT_HTML_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Text, between tags or in an attribute; what cannot be shown is escaped as on a terminal. */
void html_text(FILE *out, const char *text);

/* The same of what printf(3) would print. */
void html_format(FILE *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same as a paragraph of a class; nothing if there is no text. */
void html_paragraph(FILE *out, const char *class, const char *text);

/**
 * html_table_begin() - begin a table, at its headings
 * @out: where
 * @name: of the table, which gets a scroll bar where it is too wide
 */
void html_table_begin(FILE *out, const char *name);

/*
 * A cell of the headings, or of a row. Class: num, to the right; long, of several lines,
 * that may end behind ; and , too; or NULL.
 */
void html_heading(FILE *out, const char *class, const char *text);
void html_cell(FILE *out, const char *class, const char *text);

void html_table_end(FILE *out);

/* A table of bars: what is counted, a row for each range or that there is none, the end. */
void html_bars_begin(FILE *out, const char *name, const char *meaning);
void html_bar(FILE *out, const char *from, const char *to, uint64_t count,
	      uint64_t most);
void html_bars_none(FILE *out);
void html_bars_end(FILE *out);

#endif /* DFPUT_HTML_H */
