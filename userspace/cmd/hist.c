// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput hist: the histograms as bars.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/hist.h>

#include "lib/error.h"
#include "cmd/cmd.h"
#include "debugfs/stats.h"
#include "lib/text.h"

/* More than any module will ever have: comparing names costs its square. */
#define MAX_ROWS 4096

static const struct stats_word known[DFPUT_NR_HISTS] = {
#define WORD(name, unit, meaning) { #name, #unit, meaning },
	DFPUT_HISTS(WORD)
#undef WORD
};

struct hists {
	struct reader *reader;
	struct document *doc;
	size_t name;
	size_t unit;
	size_t from;
	size_t count;
};

static int fail_at(struct hists *hists, size_t row, const char *what)
{
	return error_set(-EPROTO, "histograms: line %zu: %s",
			 hists->doc->lines[row], what);
}

static int find_columns(struct hists *hists)
{
	struct {
		const char *name;
		size_t *where;
	} columns[] = {
		{ "histogram", &hists->name },
		{ "unit", &hists->unit },
		{ "from", &hists->from },
		{ "count", &hists->count },
	};
	int err = 0;

	for (int i = 0; !err && i < 4; i++)
		err = document_need_column(hists->reader, hists->doc,
					   columns[i].name, columns[i].where);
	if (!err && hists->doc->nr_rows > MAX_ROWS)
		err = fail_at(hists, MAX_ROWS, "too many rows");
	return err;
}

static bool row_is(const struct hists *hists, size_t row, const char *name)
{
	return !strcmp(document_cell(hists->doc, row, hists->name), name);
}

static int take_row(struct hists *hists, size_t row, uint64_t *counts,
		    bool *seen)
{
	uint64_t from, count;
	unsigned int bucket;
	int err = document_cell_number(hists->reader, hists->doc, row,
				       hists->from, &from);

	if (!err)
		err = document_cell_number(hists->reader, hists->doc, row,
					   hists->count, &count);
	if (err)
		return err;
	bucket = dfput_hist_bucket(from);
	if (dfput_hist_floor(bucket) != from)
		return fail_at(hists, row, "not the lower bound of a bucket");
	if (seen[bucket])
		return fail_at(hists, row, "a bucket for the second time");
	seen[bucket] = true;
	counts[bucket] = count;
	return 0;
}

/* The rows from the first bucket that holds something to the last. */
static size_t fill(struct view_bucket *buckets, const uint64_t *counts)
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

/* Rows are checked in a first pass, without a view. */
static int one_hist(struct hists *hists, const struct stats_word *word,
		    struct view *view)
{
	struct view_bucket buckets[DFPUT_HIST_BUCKETS];
	uint64_t counts[DFPUT_HIST_BUCKETS] = { 0 };
	bool seen[DFPUT_HIST_BUCKETS] = { 0 };
	const char *unit = word->unit;
	int err = 0;

	for (size_t row = 0; !err && row < hists->doc->nr_rows; row++) {
		if (!row_is(hists, row, word->name))
			continue;
		unit = document_cell(hists->doc, row, hists->unit);
		err = take_row(hists, row, counts, seen);
	}
	if (!err && view)
		view_bars(view,
			  (const char *[]){ word->name, unit, word->meaning },
			  buckets, fill(buckets, counts));
	return err;
}

static const struct stats_word *find_known(const char *name)
{
	for (int i = 0; i < DFPUT_NR_HISTS; i++)
		if (!strcmp(known[i].name, name))
			return &known[i];
	return NULL;
}

/* A histogram that only a newer module knows, at its first row. */
static bool is_extra(const struct hists *hists, size_t row)
{
	const char *name = document_cell(hists->doc, row, hists->name);

	if (find_known(name))
		return false;
	for (size_t i = 0; i < row; i++)
		if (row_is(hists, i, name))
			return false;
	return true;
}

static bool is_wanted(char **names, const char *name)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static int all_hists(struct hists *hists, char **names, struct view *view)
{
	int err = 0;

	for (int i = 0; !err && i < DFPUT_NR_HISTS; i++)
		if (is_wanted(names, known[i].name))
			err = one_hist(hists, &known[i], view);
	for (size_t row = 0; !err && row < hists->doc->nr_rows; row++) {
		struct stats_word word = {
			.name = document_cell(hists->doc, row, hists->name),
			.unit = "",
			.meaning = "",
		};

		if (is_extra(hists, row) && is_wanted(names, word.name))
			err = one_hist(hists, &word, view);
	}
	return err;
}

static int unknown_name(const struct hists *hists, const char *name)
{
	char list[256] = "";

	for (int i = 0; i < DFPUT_NR_HISTS; i++)
		text_append(list, sizeof(list), "%s%s", text_comma(list),
			    known[i].name);
	for (size_t row = 0; row < hists->doc->nr_rows; row++)
		if (is_extra(hists, row))
			text_append(
				list, sizeof(list), "%s%s", text_comma(list),
				document_cell(hists->doc, row, hists->name));
	return options_usage("hist: no such histogram: '%s'; there are %s",
			     name, list);
}

static int check_names(const struct hists *hists, char **names)
{
	for (; *names; names++) {
		bool found = find_known(*names);

		for (size_t i = 0; !found && i < hists->doc->nr_rows; i++)
			found = row_is(hists, i, *names);
		if (!found)
			return unknown_name(hists, *names);
	}
	return 0;
}

static int show(const struct options *options, struct reader *reader,
		struct view *view)
{
	struct hists hists = { .reader = reader };
	int err = reader_load(reader, "histograms", &hists.doc);

	if (!err)
		err = find_columns(&hists);
	if (!err)
		err = check_names(&hists, options->argv);
	if (!err)
		err = all_hists(&hists, options->argv, NULL);
	if (!err)
		err = all_hists(&hists, options->argv, view);
	document_free(hists.doc);
	return err;
}

int cmd_hist(const struct options *options)
{
	return cmd_display(options, show);
}
