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

/* The columns of the table, for rows_load(). */
extern const char *const buckets_names[];

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
