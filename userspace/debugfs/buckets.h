/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The histograms of the module as arrays.
 */
#ifndef DFPUT_BUCKETS_H
#define DFPUT_BUCKETS_H

#include <dfput/hist.h>

#include "debugfs/rows.h"
#include "debugfs/stats.h"

/* Those that the schema has. */
extern const struct stats_word buckets_known[DFPUT_NR_HISTS];

enum { BUCKETS_NAME, BUCKETS_UNIT, BUCKETS_FROM, BUCKETS_COUNT };

/**
 * buckets_load() - read the table
 * @rows: receives it; its columns are those above; rows_free() it in any case
 * @reader: an open one
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int buckets_load(struct rows *rows, struct reader *reader);

/* Return: whether the schema has a histogram of that name. */
bool buckets_is_known(const char *name);

/* Return: the row is the first of a histogram that only a newer module has. */
bool buckets_is_new(const struct rows *rows, size_t row);

/**
 * buckets_take() - take one histogram out of the table
 * @rows: the table
 * @name: of the histogram
 * @counts: receives the count of each bucket
 *
 * Return: 0, or -EPROTO as in parse.h.
 */
int buckets_take(const struct rows *rows, const char *name,
		 uint64_t counts[DFPUT_HIST_BUCKETS]);

#endif /* DFPUT_BUCKETS_H */
