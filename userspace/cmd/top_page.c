// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of dfput top, made without a terminal: whether to trust it, what is there
 * now, rates, and the first rows of each table, as the tables' commands show them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/top.h"
#include "lib/alloc.h"
#include "lib/number.h"
#include "lib/screen.h"
#include "lib/text.h"

#define TEXT 512

void top_page_add(struct top_page *page, enum top_style style,
		  const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = alloc_vtext(format, args);
	va_end(args);
	page->line = alloc_more(page->line, page->nr, sizeof(*page->line));
	page->line[page->nr++] =
		(struct top_line){ style, screen_cut(text, page->width) };
	free(text);
}

void top_page_free(struct top_page *page)
{
	for (size_t i = 0; i < page->nr; i++)
		free(page->line[i].text);
	free(page->line);
	*page = (struct top_page){ 0 };
}

static void add_trust(struct top_page *page, const struct top_look *look)
{
	struct caveats caveats = { 0 };
	char reasons[NUMBER_TEXT];
	const char *why;

	if (look->before != look->after &&
	    !stats_continuous(&look->before->stats, &look->after->stats, &why))
		caveats_add(&caveats, "%s", why);
	stats_caveats(&look->after->stats, &caveats);
	if (!caveats.nr)
		top_page_add(page, TOP_GOOD,
			     "Trustworthy: yes, nothing was lost.");
	else if (caveats.nr == 1)
		top_page_add(page, TOP_BAD, "Trustworthy: no, %s.",
			     caveats.text[0]);
	else
		top_page_add(page, TOP_BAD, "Trustworthy: no, for %s: %s.",
			     number_count(reasons, caveats.nr, "reason"),
			     caveats.text[0]);
}

static void add_now(struct top_page *page, const struct top_look *look)
{
	const uint64_t *gauge = look->after->stats.gauge;
	uint64_t oldest = top_snapshot_oldest(look->after);
	char text[TEXT], number[NUMBER_TEXT];

	snprintf(text, TEXT, "pending %s",
		 number_count(number, gauge[DFPUT_GAUGE_pending], "file"));
	if (oldest)
		text_append(text, TEXT, ", the oldest for %s",
			    number_ns_short(number, oldest));
	text_append(text, TEXT, "; watched %s",
		    number_count(number, gauge[DFPUT_GAUGE_watched], "file"));
	text_append(text, TEXT, "; %s",
		    number_count(number, gauge[DFPUT_GAUGE_rings], "ring"));
	top_page_add(page, TOP_PLAIN, "%s", text);
}

int top_page_make(struct top_page *page, const struct top_look *look)
{
	int err;

	*page = (struct top_page){ .width = look->width };
	if (look->width < TOP_MIN_WIDTH || look->height < TOP_MIN_HEIGHT) {
		top_page_add(page, TOP_BAD, "needs %dx%d, has %zux%zu",
			     TOP_MIN_WIDTH, TOP_MIN_HEIGHT, look->width,
			     look->height);
		return 0;
	}
	add_trust(page, look);
	add_now(page, look);
	top_rates_add(page, look);
	err = top_tables_add(page, look);
	while (page->nr < look->height - 1)
		top_page_add(page, TOP_PLAIN, "%s", "");
	top_page_add(page, TOP_HEADING, "%s", look->footer);
	return err;
}
