// SPDX-License-Identifier: GPL-2.0-only
/*
 * The histograms of the module as arrays.
 */
#include <errno.h>
#include <string.h>

#include "debugfs/buckets.h"
#include "lib/error.h"

/* More than any module will ever have: comparing names costs its square. */
#define MAX_ROWS 4096

static const char *const names[] = { "histogram", "unit", "#from", "#count",
				     NULL };

const struct stats_word buckets_known[DFPUT_NR_HISTS] = {
#define WORD(name, unit, meaning) { #name, #unit, meaning, 0 },
	DFPUT_HISTS(WORD)
#undef WORD
};

int buckets_load(struct rows *rows, struct reader *reader)
{
	int err = rows_load(rows, reader, "histograms", names);

	if (!err && rows->nr > MAX_ROWS)
		err = error_set(-EPROTO, "histograms: too many rows");
	return err;
}

bool buckets_is_known(const char *name)
{
	for (int i = 0; i < DFPUT_NR_HISTS; i++)
		if (!strcmp(buckets_known[i].name, name))
			return true;
	return false;
}

bool buckets_is_new(const struct rows *rows, size_t row)
{
	const char *name = rows_text(rows, row, BUCKETS_NAME);

	if (buckets_is_known(name))
		return false;
	for (size_t i = 0; i < row; i++)
		if (rows_is(rows, i, BUCKETS_NAME, name))
			return false;
	return true;
}

static int fail_at(const struct rows *rows, size_t row, const char *what)
{
	return error_set(-EPROTO, "histograms: line %u: %s",
			 rows->doc->rows[row]->line, what);
}

static int take_bucket(const struct rows *rows, size_t row, uint64_t *counts,
		       bool *seen)
{
	uint64_t from = rows_number(rows, row, BUCKETS_FROM);
	unsigned int bucket = dfput_hist_bucket(from);

	if (dfput_hist_floor(bucket) != from)
		return fail_at(rows, row, "not the lower bound of a bucket");
	if (seen[bucket])
		return fail_at(rows, row, "a bucket for the second time");
	seen[bucket] = true;
	counts[bucket] = rows_number(rows, row, BUCKETS_COUNT);
	return 0;
}

int buckets_take(const struct rows *rows, const char *name,
		 uint64_t counts[DFPUT_HIST_BUCKETS])
{
	bool seen[DFPUT_HIST_BUCKETS] = { 0 };
	int err = 0;

	memset(counts, 0, DFPUT_HIST_BUCKETS * sizeof(*counts));
	for (size_t row = 0; !err && row < rows->nr; row++)
		if (rows_is(rows, row, BUCKETS_NAME, name))
			err = take_bucket(rows, row, counts, seen);
	return err;
}
