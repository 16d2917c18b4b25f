// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rates on the page of dfput top: counters, a second and in all.
 */
#include <stdio.h>

#include "cmd/top.h"
#include "lib/alloc.h"
#include "lib/number.h"
#include "lib/text.h"

#define TEXT 512

int top_digits(size_t width)
{
	return width >= 110 ? 12 : width >= 80 ? 7 : 6;
}

static bool has_mean(size_t width)
{
	return width >= 80;
}

/* In so many digits: 1234567, or 12.3M. */
static const char *count_text(char text[NUMBER_TEXT], double count, int digits)
{
	const char *unit = "kMGTPE";

	if (snprintf(text, NUMBER_TEXT, "%.0f", count) <= digits)
		return text;
	for (count /= 1000; count >= 999.95 && unit[1]; unit++)
		count /= 1000;
	snprintf(text, NUMBER_TEXT, "%.1f%c", count, *unit);
	return text;
}

const char *top_rate_text(char text[NUMBER_TEXT], double rate, int digits)
{
	if (rate < 0)
		return "-";
	if (rate == 0)
		return "0";
	if (rate < 0.1)
		return "<0.1";
	if (snprintf(text, NUMBER_TEXT, "%.1f", rate) <= digits)
		return text;
	return count_text(text, rate, digits);
}

/* The sum of all losses, rather than a counter. */
#define LOST DFPUT_NR_COUNTERS

static uint64_t count_of(const struct stats *stats, int counter)
{
	return counter == LOST ? stats_losses(stats) : stats->counter[counter];
}

/* Return: how many a second, negative if that is not known. */
static double rate_of(const struct stats *from, const struct stats *to,
		      int counter)
{
	const char *why;

	if ((counter != LOST && to->lacks[counter]) ||
	    to->begun == from->begun || !stats_continuous(from, to, &why))
		return -1;
	return (double)(count_of(to, counter) - count_of(from, counter)) *
	       NUMBER_NS_PER_SEC / (double)(to->begun - from->begun);
}

static void append_rate(char text[TEXT], double rate, int digits)
{
	char number[NUMBER_TEXT];

	text_append(text, TEXT, " %*s", digits,
		    top_rate_text(number, rate, digits));
}

static void append_numbers(char text[TEXT], const struct top_look *look,
			   int counter)
{
	const struct stats *now = &look->after->stats;
	bool lacks = counter != LOST && now->lacks[counter];
	int digits = top_digits(look->width);
	char number[NUMBER_TEXT];

	append_rate(text, rate_of(&look->before->stats, now, counter), digits);
	if (has_mean(look->width))
		append_rate(text, rate_of(look->since, now, counter), digits);
	text_append(text, TEXT, " %*s", digits,
		    lacks ? "-" :
			    count_text(number, (double)count_of(now, counter),
				       digits));
}

/* The counters that are shown, two in a line. */
static const int counters[][2] = {
	{ DFPUT_COUNT_queued, DFPUT_COUNT_queued_hardirq },
	{ DFPUT_COUNT_released, DFPUT_COUNT_queued_softirq },
	{ DFPUT_COUNT_batches, DFPUT_COUNT_queued_bh },
	{ DFPUT_COUNT_exits, DFPUT_COUNT_queued_kthread },
	{ DFPUT_COUNT_in_time, DFPUT_COUNT_queued_exited },
	{ DFPUT_COUNT_leftover, DFPUT_COUNT_leftover_deferred },
	{ DFPUT_COUNT_umounts, DFPUT_COUNT_leftover_task_work },
	{ DFPUT_COUNT_umounts_busy, DFPUT_COUNT_leftover_sync },
};

/* What the names of these take. */
static const int label_widths[2] = { 12, 18 };

static void add_headings(struct top_page *page, const struct top_look *look)
{
	int digits = top_digits(look->width);
	char text[TEXT] = "";

	for (int side = 0; side < 2; side++) {
		text_append(text, TEXT, "%s%-*s %*s", side ? "  " : "",
			    label_widths[side], "COUNTER", digits, "NOW/S");
		if (has_mean(look->width))
			text_append(text, TEXT, " %*s", digits, "MEAN/S");
		text_append(text, TEXT, " %*s", digits, "TOTAL");
	}
	top_page_add(page, TOP_HEADING, "%s", text);
}

void top_rates_add(struct top_page *page, const struct top_look *look)
{
	const struct stats *stats = &look->after->stats;
	char text[TEXT], losses[STATS_LOSSES];

	add_headings(page, look);
	for (size_t i = 0; i < NR(counters); i++) {
		*text = '\0';
		for (int side = 0; side < 2; side++) {
			text_append(text, TEXT, "%s%-*s", side ? "  " : "",
				    label_widths[side],
				    stats_counters[counters[i][side]].name);
			append_numbers(text, look, counters[i][side]);
		}
		top_page_add(page, TOP_PLAIN, "%s", text);
	}
	snprintf(text, TEXT, "%-*s", label_widths[0], "lost");
	append_numbers(text, look, LOST);
	top_page_add(page, stats_losses(stats) ? TOP_BAD : TOP_PLAIN, "%s  %s",
		     text, stats_losses_text(stats, losses));
}
