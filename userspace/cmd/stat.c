// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput stat: counters and gauges since load or reset; or, as vmstat does, a
 * line of differences every interval.
 */
#include <string.h>
#include <time.h>

#include "cmd/cmd.h"
#include "debugfs/table.h"
#include "lib/number.h"
#include "debugfs/stats.h"

static void known_row(struct view_table *table, const struct document *doc,
		      const struct stats_word *word)
{
	listing_count(table, word, document_value(doc, word->name));
}

static bool is_known(const char *name)
{
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++)
		if (!strcmp(stats_counters[i].name, name))
			return true;
	for (int i = 0; i < STATS_NR_GAUGES; i++)
		if (!strcmp(stats_gauges[i].name, name))
			return true;
	return false;
}

/* What a newer module counts and we do not know. */
static void unknown_rows(struct view_table *table, const struct document *doc,
			 bool causes)
{
	for (size_t i = 0; i < doc->nr_values; i++) {
		struct stats_word word = { .name = doc->values[i].name };

		if (!is_known(word.name) &&
		    listing_is_cause(word.name) == causes)
			listing_count(table, &word, doc->values[i].value);
	}
}

static void causes_rows(struct view_table *table, const struct document *doc)
{
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++)
		if (listing_is_cause(stats_counters[i].name))
			known_row(table, doc, &stats_counters[i]);
	unknown_rows(table, doc, true);
}

static void all_rows(struct view *view, const struct document *doc)
{
	struct view_table *table;

	table = view_table_begin(view, "stat", listing_counts,
				 LISTING_NR_COUNTS, true);
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++) {
		if (listing_is_cause(stats_counters[i].name))
			continue;
		known_row(table, doc, &stats_counters[i]);
		if (i == DFPUT_COUNT_queued)
			causes_rows(table, doc);
	}
	for (int i = 0; i < STATS_NR_GAUGES; i++)
		known_row(table, doc, &stats_gauges[i]);
	unknown_rows(table, doc, false);
	view_table_end(table);
}

static int show_once(struct reader *reader, struct view *view)
{
	struct doubts doubts = { 0 };
	struct document *doc;
	struct stats stats;
	int err = reader_load(reader, "stats", &doc);

	if (!err)
		err = stats_convert(reader, doc, &stats);
	if (!err) {
		all_rows(view, doc);
		stats_doubt(&stats, &doubts);
		listing_doubts(&doubts, view);
	}
	document_free(doc);
	return err;
}

/* One column of the differences: the sum of all losses if not of a counter. */
#define LOST DFPUT_NR_COUNTERS
#define PENDING (DFPUT_NR_COUNTERS + 1)
#define TRUST (DFPUT_NR_COUNTERS + 2)
#define INTERVAL (DFPUT_NR_COUNTERS + 3)

static const struct view_column columns[] = {
	{ "interval_ns", VIEW_NS },
	{ "queued", VIEW_NUMBER },
#define CAUSE(name, meaning) { #name, VIEW_NUMBER },
	DFPUT_CAUSES(CAUSE)
#undef CAUSE
		{ "released", VIEW_NUMBER },
	{ "pending", VIEW_NUMBER },
	{ "batches", VIEW_NUMBER },
	{ "flush", VIEW_NUMBER },
	{ "exits", VIEW_NUMBER },
	{ "leftover", VIEW_NUMBER },
	{ "lost", VIEW_NUMBER },
	{ "trustworthy", VIEW_BOOL },
};

static const int sources[] = {
	INTERVAL,
	DFPUT_COUNT_queued,
#define CAUSE(name, meaning) DFPUT_COUNT_queued_##name,
	DFPUT_CAUSES(CAUSE)
#undef CAUSE
		DFPUT_COUNT_released,
	PENDING,
	DFPUT_COUNT_batches,
	DFPUT_COUNT_batches_flush,
	DFPUT_COUNT_exits,
	DFPUT_COUNT_leftover,
	LOST,
	TRUST,
};

#define NR_SOURCES (sizeof(sources) / sizeof(sources[0]))
_Static_assert(NR_SOURCES == sizeof(columns) / sizeof(columns[0]),
	       "a source for each column");

static uint64_t difference(const struct stats *before,
			   const struct stats *after, int source)
{
	struct doubts doubts = { 0 };

	switch (source) {
	case INTERVAL:
		return after->begun - before->begun;
	case PENDING:
		return after->gauge[STATS_GAUGE_pending];
	case LOST:
		return stats_losses(after) - stats_losses(before);
	case TRUST:
		stats_doubt_between(before, after, &doubts);
		return !doubts.nr;
	default:
		return after->counter[source] - before->counter[source];
	}
}

static int print_difference(const struct stats *before,
			    const struct stats *after, bool heading,
			    struct view *view)
{
	char text[NR_SOURCES][NUMBER_TEXT];
	const char *cells[NR_SOURCES];

	for (size_t i = 0; i < NR_SOURCES; i++)
		cells[i] = number_text(text[i],
				       difference(before, after, sources[i]));
	return view_line(view, columns, NR_SOURCES, cells, heading);
}

/* No differences where counters began anew in between. */
static int print_disturbance(const char *why, struct view *view)
{
	static const struct view_column column = { "disturbed", VIEW_TEXT };

	view_note(view, "No differences: %s.", why);
	return view->json ? view_line(view, &column, 1, &why, false) : 0;
}

static void sleep_until(uint64_t when)
{
	struct timespec time = { .tv_sec = (time_t)(when / NUMBER_NS_PER_SEC),
				 .tv_nsec = (long)(when % NUMBER_NS_PER_SEC) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL))
		;
}

/* One line of output; the heading stands above the first differences. */
static int show_line(const struct stats *before, const struct stats *after,
		     bool *headed, struct view *view)
{
	bool heading = !*headed;
	const char *why;

	if (!stats_continuous(before, after, &why))
		return print_disturbance(why, view);
	*headed = true;
	return print_difference(before, after, heading, view);
}

static int show_differences(const struct options *options,
			    struct reader *reader, struct view *view)
{
	struct stats before, after;
	bool headed = false;
	uint64_t nr = 0;
	int err = stats_load(reader, &before);
	uint64_t next = before.begun;

	while (!err && (!options->count || nr < options->count)) {
		next = number_after(next, options->interval);
		sleep_until(next);
		err = stats_load(reader, &after);
		if (err)
			return err;
		if (show_line(&before, &after, &headed, view))
			return STATUS_FAILED;
		before = after;
		nr++;
	}
	return err;
}

static int show(const struct options *options, struct reader *reader,
		struct view *view)
{
	if (options->interval)
		return show_differences(options, reader, view);
	return show_once(reader, view);
}

int cmd_stat(const struct options *options)
{
	if (options->count && !options->interval)
		return options_usage("stat: --count needs --interval");
	return cmd_display(options, show);
}
