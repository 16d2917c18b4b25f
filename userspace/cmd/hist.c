// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput hist: the histograms as bars.
 */
#include <stdlib.h>
#include <string.h>

#include <dfput/hist.h>

#include "cmd/cmd.h"
#include "debugfs/buckets.h"
#include "debugfs/listing.h"
#include "debugfs/stats.h"
#include "lib/text.h"

/* The rows from the first bucket that holds something to the last. */
static size_t fill_buckets(struct view_bucket *buckets, const uint64_t *counts)
{
	size_t nr = 0, used = 0;

	for (unsigned int i = 0; i < DFPUT_HIST_BUCKETS; i++) {
		if (!counts[i] && !nr)
			continue;
		buckets[nr++] = (struct view_bucket){
			.from = dfput_hist_floor(i),
			.to = i + 1 < DFPUT_HIST_BUCKETS ?
				      dfput_hist_floor(i + 1) - 1 :
				      UINT64_MAX,
			.count = counts[i],
		};
		used = counts[i] ? nr : used;
	}
	return used;
}

void hist_show_counts(const struct stats_word *word,
		      const uint64_t counts[DFPUT_HIST_BUCKETS],
		      struct view *view)
{
	struct view_bucket buckets[DFPUT_HIST_BUCKETS];

	view_bars(view,
		  (const char *[]){ word->name, word->unit, word->meaning },
		  buckets, fill_buckets(buckets, counts));
}

/* Rows are checked in a first pass, without a view. @nr: how many were shown. */
static int show_hist(const struct rows *rows, const struct stats_word *word,
		     size_t *nr, struct view *view)
{
	uint64_t counts[DFPUT_HIST_BUCKETS];
	struct stats_word shown = *word;
	int err = buckets_take(rows, word->name, counts);

	for (size_t row = 0; row < rows->nr; row++)
		if (rows_is(rows, row, BUCKETS_NAME, word->name))
			shown.unit = rows_text(rows, row, BUCKETS_UNIT);
	if (!err && view && !view->json && (*nr)++)
		view_note(view, "%s", "");
	if (!err && view)
		hist_show_counts(&shown, counts, view);
	return err;
}

static bool is_named(char **wanted, const char *name)
{
	if (!*wanted)
		return true;
	for (; *wanted; wanted++)
		if (!strcmp(*wanted, name))
			return true;
	return false;
}

static bool is_wanted(const struct rows *rows, size_t row, void *wanted)
{
	return is_named(wanted, rows_text(rows, row, BUCKETS_NAME));
}

static int show_hists(const struct rows *rows, char **wanted, struct view *view)
{
	size_t nr = 0;
	int err = 0;

	for (int i = 0; !err && i < DFPUT_NR_HISTS; i++)
		if (is_named(wanted, buckets_known[i].name))
			err = show_hist(rows, &buckets_known[i], &nr, view);
	for (size_t row = 0; !err && row < rows->nr; row++) {
		struct stats_word word = {
			.name = rows_text(rows, row, BUCKETS_NAME),
			.unit = "",
			.meaning = "",
		};

		if (buckets_is_new(rows, row) && is_named(wanted, word.name))
			err = show_hist(rows, &word, &nr, view);
	}
	return err;
}

static int complain_name(const struct rows *rows, const char *name)
{
	char list[256] = "";

	for (int i = 0; i < DFPUT_NR_HISTS; i++)
		text_append(list, sizeof(list), "%s%s", text_comma(list),
			    buckets_known[i].name);
	for (size_t row = 0; row < rows->nr; row++)
		if (buckets_is_new(rows, row))
			text_append(list, sizeof(list), "%s%s",
				    text_comma(list),
				    rows_text(rows, row, BUCKETS_NAME));
	return options_usage("hist: no such histogram: '%s'; there are %s",
			     name, list);
}

static int check_names(const struct rows *rows, char **wanted)
{
	for (; *wanted; wanted++) {
		bool found = buckets_is_known(*wanted);

		for (size_t i = 0; !found && i < rows->nr; i++)
			found = rows_is(rows, i, BUCKETS_NAME, *wanted);
		if (!found)
			return complain_name(rows, *wanted);
	}
	return 0;
}

/* As the module has them, for scripts. */
static int show_buckets(const struct options *options, struct reader *reader,
			struct view *view)
{
	struct rows rows;
	int err = buckets_load(&rows, reader);

	if (!err)
		err = check_names(&rows, options->argv);
	if (!err) {
		rows_keep(&rows, is_wanted, options->argv);
		err = listing_show(&listing_histograms, &rows, NULL,
				   listing_histograms.file, NULL, view);
	}
	rows_free(&rows);
	return err;
}

int hist_show(char **wanted, struct reader *reader, struct view *view)
{
	struct rows rows;
	int err = buckets_load(&rows, reader);

	if (!err)
		err = check_names(&rows, wanted);
	if (!err)
		err = show_hists(&rows, wanted, NULL);
	if (!err)
		err = show_hists(&rows, wanted, view);
	rows_free(&rows);
	return err;
}

static int show_histograms(const struct options *options, struct reader *reader,
			   struct view *view)
{
	return hist_show(options->argv, reader, view);
}

int cmd_hist(const struct options *options)
{
	int status = options_check_columns(options, listing_histograms.columns,
					   listing_histograms.nr);

	if (status)
		return status;
	if (options->json && options->columns)
		return options_usage("hist: --columns is no JSON");
	return cmd_display(options, options->raw || options->columns ?
					    show_buckets :
					    show_histograms);
}
