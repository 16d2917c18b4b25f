// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pieces of a page in HTML.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/html.h"
#include "lib/sanitize.h"

static const char *find_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* The locale may have another encoding than the page, which is in UTF-8. */
static void print_text(FILE *out, const char *text, bool breaks)
{
	char *safe = safe_text(text), *clean = safe_utf8(safe);
	const char *entity;

	for (const char *c = clean; *c; c++) {
		entity = find_entity(*c);
		if (entity)
			fputs(entity, out);
		else
			putc(*c, out);
		if (breaks && (*c == ';' || *c == ',') && c[1] && c[1] != ' ')
			fputs("<wbr/>", out);
	}
	free(clean);
	free(safe);
}

void html_text(FILE *out, const char *text)
{
	print_text(out, text, false);
}

void html_format(FILE *out, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = alloc_vtext(format, args);
	va_end(args);
	html_text(out, text);
	free(text);
}

void html_paragraph(FILE *out, const char *class, const char *text)
{
	if (!*text)
		return;
	fprintf(out, "<p class=\"%s\">", class);
	html_text(out, text);
	fputs("</p>\n", out);
}

void html_table_begin(FILE *out, const char *name)
{
	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"",
	      out);
	html_text(out, name);
	fputs("\"><table>\n<tr>", out);
}

static void print_cell(FILE *out, const char *open, const char *class,
		       const char *text, const char *close)
{
	fputs(open, out);
	if (class)
		fprintf(out, " class=\"%s\"", class);
	putc('>', out);
	print_text(out, text, class && !strcmp(class, "long"));
	fputs(close, out);
}

void html_heading(FILE *out, const char *class, const char *text)
{
	print_cell(out, "<th scope=\"col\"", class, text, "</th>");
}

void html_cell(FILE *out, const char *class, const char *text)
{
	print_cell(out, "<td", class, text, "</td>");
}

void html_table_end(FILE *out)
{
	fputs("</table></div>\n", out);
}

void html_bars_begin(FILE *out, const char *name, const char *meaning)
{
	fputs("<figure class=\"hist\"><figcaption><b>", out);
	html_text(out, name);
	fputs("</b> ", out);
	html_text(out, meaning);
	fputs("</figcaption>\n<table>\n", out);
}

void html_bar(FILE *out, const char *from, const char *to, uint64_t count,
	      uint64_t most)
{
	double width = most ? 100.0 * (double)count / (double)most : 0;

	fputs("<tr><th scope=\"row\">", out);
	html_format(out, "%s - %s", from, to);
	fprintf(out,
		"</th><td class=\"num\">%" PRIu64
		"</td><td><svg aria-hidden=\"true\"><rect width=\"%.2f%%\" "
		"height=\"100%%\"/></svg></td></tr>\n",
		count, width);
}

void html_bars_none(FILE *out)
{
	fputs("<tr><td>no values</td></tr>\n", out);
}

void html_bars_end(FILE *out)
{
	fputs("</table></figure>\n", out);
}
