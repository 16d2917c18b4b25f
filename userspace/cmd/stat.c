// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput stat: what was counted since load or reset, in a dozen lines or, with
 * --all, in full; or, as vmstat does, a line of differences every interval.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/cmd.h"
#include "debugfs/header.h"
#include "debugfs/listing.h"
#include "debugfs/rows.h"
#include "lib/alloc.h"
#include "lib/number.h"
#include "lib/text.h"

#define TEXT 512

/* What a newer module counts comes last. */
static const char *const groups[] = {
#define TITLE(group, title) title,
	DFPUT_GROUPS(TITLE)
#undef TITLE
		"Others",
};

static void show_unknown(const struct document *doc, bool causes,
			 struct view_table *table)
{
	for (size_t i = 0; i < doc->nr_values; i++) {
		struct stats_word word = { .name = doc->values[i].name };

		if (!stats_is_known(word.name) &&
		    listing_is_cause(word.name) == causes)
			listing_count(table, &word, doc->values[i].value);
	}
}

/* The causes are at the beginning of their group. */
static void show_group(size_t group, const struct document *doc,
		       struct view_table *table)
{
	const struct stats_word *word = stats_counters;

	for (; word < stats_counters + DFPUT_NR_COUNTERS; word++) {
		if (word->group != group)
			continue;
		listing_count(table, word, document_value(doc, word->name));
		if (listing_is_cause(word->name) &&
		    !listing_is_cause(word[1].name))
			show_unknown(doc, true, table);
	}
	for (int i = 0; i < DFPUT_NR_GAUGES; i++)
		if (stats_gauges[i].group == group)
			listing_count(table, &stats_gauges[i],
				      document_value(doc,
						     stats_gauges[i].name));
	if (group == DFPUT_NR_GROUPS)
		show_unknown(doc, false, table);
}

static bool has_group(size_t group, const struct document *doc)
{
	for (size_t i = 0; group == DFPUT_NR_GROUPS && i < doc->nr_values; i++)
		if (!stats_is_known(doc->values[i].name) &&
		    !listing_is_cause(doc->values[i].name))
			return true;
	return group < DFPUT_NR_GROUPS;
}

static struct view_table *begin_table(struct view *view)
{
	return view_table_begin(view, "stats", listing_counts,
				LISTING_NR_COUNTS, VIEW_MAP);
}

static bool is_for_programs(const struct view *view)
{
	return view->json || view->format.raw || view->format.columns;
}

/* For people, a table for each group. */
void stat_show_all(const struct document *doc, struct view *view)
{
	bool one = is_for_programs(view);
	struct view_table *table = one ? begin_table(view) : NULL;

	for (size_t i = 0; i < NR(groups); i++) {
		if (!has_group(i, doc))
			continue;
		if (one) {
			show_group(i, doc, table);
			continue;
		}
		view_note(view, "%s:", groups[i]);
		table = begin_table(view);
		show_group(i, doc, table);
		view_table_end(table);
		view_note(view, "%s", "");
	}
	if (one)
		view_table_end(table);
}

static void begin_files(char text[TEXT], uint64_t nr)
{
	char count[NUMBER_TEXT];

	snprintf(text, TEXT, "%s", number_count(count, nr, "file"));
}

/* Add those of a total's parts that are not 0. */
static void append_parts(char *text, const struct document *doc,
			 const char *total)
{
	const char *separator = ": ", *part;

	for (size_t i = 0; i < doc->nr_values; i++) {
		part = stats_part(doc->values[i].name, total);
		if (!part || !strcmp(doc->values[i].value, "0"))
			continue;
		text_append(text, TEXT, "%s%s %s", separator, part,
			    doc->values[i].value);
		separator = ", ";
	}
}

static bool note_oldest(const struct rows *rows, size_t row, void *context)
{
	uint64_t *oldest = context, age = rows_number(rows, row, 0);

	*oldest = age > *oldest ? age : *oldest;
	return false;
}

/* For how long the oldest file has been on the list. */
static int append_oldest(char *text, struct reader *reader)
{
	static const char *const names[] = { "#age_ns", NULL };
	char number[NUMBER_TEXT];
	uint64_t oldest = 0;
	struct rows rows;
	int err = rows_select(&rows, reader, "pending", names, note_oldest,
			      &oldest);

	if (oldest)
		text_append(text, TEXT, ", the oldest for %s",
			    number_ns_short(number, oldest));
	rows_free(&rows);
	return err == -ENOENT ? 0 : err;
}

/* The bucket of the worst lateness: the table of leftovers forgets, this does not. */
static int append_worst(char *text, struct reader *reader)
{
	enum { HISTOGRAM, FROM, COUNT };
	static const char *const names[] = { "histogram", "#from", "#count",
					     NULL };
	char number[NUMBER_TEXT];
	uint64_t worst = 0;
	struct rows rows;
	int err = rows_load(&rows, reader, "histograms", names);

	for (size_t row = 0; !err && row < rows.nr; row++)
		if (rows_is(&rows, row, HISTOGRAM, "lateness") &&
		    rows_number(&rows, row, COUNT) &&
		    rows_number(&rows, row, FROM) > worst)
			worst = rows_number(&rows, row, FROM);
	if (worst)
		text_append(text, TEXT, "; worst lateness below %s",
			    number_ns_short(number, 2 * worst));
	rows_free(&rows);
	return err == -ENOENT ? 0 : err;
}

static void show_list(const struct document *doc, const struct stats *stats,
		      struct view *view)
{
	const uint64_t *count = stats->counter;
	char text[TEXT];

	begin_files(text, count[DFPUT_COUNT_queued]);
	append_parts(text, doc, "queued");
	view_fact(view, "queued", text);
	begin_files(text, count[DFPUT_COUNT_released]);
	text_append(text, TEXT, ", by flush_delayed_fput %" PRIu64,
		    count[DFPUT_COUNT_released_flush]);
	view_fact(view, "released", text);
	snprintf(text, TEXT, "%" PRIu64 ", by flush_delayed_fput %" PRIu64,
		 count[DFPUT_COUNT_batches], count[DFPUT_COUNT_batches_flush]);
	view_fact(view, "batches", text);
}

static int show_pending_line(const struct stats *stats, struct reader *reader,
			     struct view *view)
{
	char text[TEXT];
	int err = 0;

	begin_files(text, stats->gauge[DFPUT_GAUGE_pending]);
	text_append(text, TEXT, ", at most %" PRIu64 " at once",
		    stats->gauge[DFPUT_GAUGE_pending_max]);
	if (stats->gauge[DFPUT_GAUGE_pending])
		err = append_oldest(text, reader);
	view_fact(view, "pending", text);
	return err;
}

static int show_exits(const struct document *doc, const struct stats *stats,
		      struct reader *reader, struct view *view)
{
	char text[TEXT], rings[NUMBER_TEXT];
	int err = 0;

	view_fact(view, "exits",
		  number_count(text, stats->counter[DFPUT_COUNT_exits],
			       "process"));
	begin_files(text, stats->counter[DFPUT_COUNT_leftover]);
	append_parts(text, doc, "leftover");
	if (stats->counter[DFPUT_COUNT_leftover])
		err = append_worst(text, reader);
	if (stats->counter[DFPUT_COUNT_outlived_ring])
		text_append(text, TEXT, "; of closed rings: %" PRIu64,
			    stats->counter[DFPUT_COUNT_outlived_ring]);
	view_fact(view, "leftovers", text);
	begin_files(text, stats->gauge[DFPUT_GAUGE_watched]);
	text_append(
		text, TEXT, "%s, %s",
		stats->gauge[DFPUT_GAUGE_watched] ? ", pending ones included" :
						    "",
		number_count(rings, stats->gauge[DFPUT_GAUGE_rings], "ring"));
	view_fact(view, "held", text);
	return err;
}

static void show_umounts(const struct stats *stats, struct view *view)
{
	const uint64_t *count = stats->counter;
	char text[TEXT];

	snprintf(text, TEXT,
		 "%" PRIu64 ", busy %" PRIu64 " (by deferrals %" PRIu64
		 ", by rings %" PRIu64 ")",
		 count[DFPUT_COUNT_umounts], count[DFPUT_COUNT_umounts_busy],
		 count[DFPUT_COUNT_umounts_busy_deferred],
		 count[DFPUT_COUNT_umounts_busy_ring]);
	view_fact(view, "umounts", text);
}

static void show_losses(const struct stats *stats, struct view *view)
{
	char text[STATS_LOSSES];

	stats_losses_text(stats, text);
	view_fact(view, "lost", *text ? text : "nothing");
}

int stat_show_summary(const struct document *doc, const struct stats *stats,
		      struct reader *reader, struct view *view)
{
	char text[NUMBER_TEXT];
	int err;

	show_list(doc, stats, view);
	err = show_pending_line(stats, reader, view);
	if (!err)
		err = show_exits(doc, stats, reader, view);
	if (err)
		return err;
	show_umounts(stats, view);
	view_fact(view, "measured",
		  number_ns_short(text,
				  stats->gauge[DFPUT_GAUGE_measuring_ns]));
	show_losses(stats, view);
	return 0;
}

static int show_once(const struct options *options, struct reader *reader,
		     struct view *view)
{
	struct caveats caveats = { 0 };
	struct document *doc;
	struct stats stats;
	int err = reader_load(reader, "stats", &doc);

	if (!err)
		err = stats_convert(doc, &stats);
	if (!err && (options->all || is_for_programs(view)))
		stat_show_all(doc, view);
	else if (!err)
		err = stat_show_summary(doc, &stats, reader, view);
	if (!err) {
		stats_caveats(&stats, &caveats);
		listing_caveats(&caveats, view);
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
#define CAUSE(id, word, meaning) { word, VIEW_NUMBER | VIEW_MORE },
	DFPUT_CAUSES(CAUSE)
#undef CAUSE
		{ "released", VIEW_NUMBER },
	{ "pending", VIEW_NUMBER },
	{ "batches", VIEW_NUMBER },
	{ "flush", VIEW_NUMBER | VIEW_MORE },
	{ "exits", VIEW_NUMBER },
	{ "leftover", VIEW_NUMBER },
	{ "lost", VIEW_NUMBER },
	{ "trustworthy", VIEW_BOOL },
};

static const int sources[] = {
	INTERVAL,
	DFPUT_COUNT_queued,
#define CAUSE(id, word, meaning) DFPUT_COUNT_queued_##id,
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

_Static_assert(NR(sources) == NR(columns), "a source for each column");

static uint64_t difference_of(const struct stats *before,
			      const struct stats *after, int source)
{
	struct caveats caveats = { 0 };

	switch (source) {
	case INTERVAL:
		return after->begun - before->begun;
	case PENDING:
		return after->gauge[DFPUT_GAUGE_pending];
	case LOST:
		return stats_losses(after) - stats_losses(before);
	case TRUST:
		stats_caveats_between(before, after, &caveats);
		return !caveats.nr;
	default:
		return after->counter[source] - before->counter[source];
	}
}

static int print_difference(const struct stats *before,
			    const struct stats *after, bool heading,
			    struct view *view)
{
	char text[NR(sources)][NUMBER_TEXT];
	const char *cells[NR(sources)];

	/* By a column of its own. */
	view->is_judged = true;
	for (size_t i = 0; i < NR(sources); i++)
		cells[i] = sources[i] < DFPUT_NR_COUNTERS &&
					   after->lacks[sources[i]] ?
				   NULL :
				   number_text(text[i],
					       difference_of(before, after,
							     sources[i]));
	return view_line(view, columns, NR(sources), cells, heading);
}

/* A document of its own, of the time at which the interval ended. */
static int print_document(const struct stats *before, const struct stats *after,
			  struct reader *reader, struct view *view)
{
	struct caveats caveats = { 0 };

	view_discard(view);
	view->by_line = true;
	header_show(reader, "stat", view);
	view_number(view, "interval_ns", after->begun - before->begun);
	listing_growth(before, after, "differences", view);
	stats_caveats_between(before, after, &caveats);
	listing_caveats(&caveats, view);
	cmd_end_document("stat", reader, view);
	return view_next(view);
}

static void sleep_until(uint64_t when)
{
	struct timespec time = { .tv_sec = (time_t)(when / NUMBER_NS_PER_SEC),
				 .tv_nsec = (long)(when % NUMBER_NS_PER_SEC) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL))
		;
}

/*
 * One line of output; the heading stands above the first differences. There are none
 * where counters began anew in between.
 */
static int print_interval(const struct stats *before, const struct stats *after,
			  struct reader *reader, bool *headed,
			  struct view *view)
{
	bool heading = !*headed;
	const char *why;

	if (view->json)
		return print_document(before, after, reader, view);
	if (!stats_continuous(before, after, &why)) {
		view_note(view, "No differences: %s.", why);
		return 0;
	}
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
		if (print_interval(&before, &after, reader, &headed, view))
			return STATUS_FAILED;
		before = after;
		nr++;
	}
	return err;
}

static int show_stat(const struct options *options, struct reader *reader,
		     struct view *view)
{
	if (options->interval)
		return show_differences(options, reader, view);
	return show_once(options, reader, view);
}

int cmd_stat(const struct options *options)
{
	int status;

	if (options->count && !options->interval)
		return options_usage("stat: --count needs --interval");
	if (options->interval)
		status = options_check_columns(options, columns, NR(sources));
	else
		status = options_check_columns(options, listing_counts,
					       LISTING_NR_COUNTS);
	if (status)
		return status;
	if (options->json && options->columns)
		return options_usage("stat: --columns is no JSON");
	return cmd_display(options, show_stat);
}
