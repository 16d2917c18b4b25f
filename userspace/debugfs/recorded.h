/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events that dfput record kept, as tables: one for each kind, with the columns that
 * the event has in JSON, after at_ns and cpu. The file may come from anywhere: what is no
 * event is counted.
 */
#ifndef DFPUT_RECORDED_H
#define DFPUT_RECORDED_H

#include <stdbool.h>
#include <stdint.h>

#include <dfput/hist.h>

#include "debugfs/events.h"
#include "debugfs/parse.h"
#include "debugfs/stats.h"

/* Beside the snapshot: the events, one a line, and the counters from before. */
#define RECORDED_FILE "events.ndjson"
#define RECORDED_BEFORE "before/stats"

/* Which table: as events_kinds, and of losses. */
#define RECORDED_ENUM(C, name, ...) RECORDED_##name,
enum recorded_kind {
	DFPUT_EVENTS(RECORDED_ENUM, all) RECORDED_lost,
	RECORDED_NR
};
#undef RECORDED_ENUM

/* The first rows of a table are kept: 100 MB of memory at most. */
#define RECORDED_MAX_ROWS 200000

/**
 * struct recorded - what a record has of events
 * @is_there: it has events; otherwise it is a snapshot
 * @from: when it began, of CLOCK_MONOTONIC
 * @to: when it was over
 * @table: rows; queue, batch and put have none
 * @dropped: rows beyond RECORDED_MAX_ROWS
 * @nr: how many events of each kind there are
 * @lost: events for which a processor's buffer had no room
 * @left_out: events for which the file had no room
 * @missing: events that it should have
 * @strange: lines that are no event
 * @unknown: events that only a newer dfput knows
 * @count: the distributions that follow from events
 */
struct recorded {
	bool is_there;
	uint64_t from;
	uint64_t to;
	struct document *table[RECORDED_NR];
	uint64_t dropped;
	uint64_t nr[RECORDED_NR];
	uint64_t lost;
	uint64_t left_out;
	uint64_t missing;
	uint64_t strange;
	uint64_t unknown;
	uint64_t count[DFPUT_NR_HISTS][DFPUT_HIST_BUCKETS];
};

/**
 * recorded_load() - read the events
 * @recorded: receives them, for recorded_free(), also on error
 * @reader: a record
 *
 * Return: 0, also if it has none, or a negative errno as in parse.h.
 */
int recorded_load(struct recorded *recorded, struct reader *reader);

/* Return: whether that distribution follows from events. */
bool recorded_has(enum dfput_hist hist);

/* Why these are not all events. */
void recorded_caveats(const struct recorded *recorded, struct caveats *caveats);

void recorded_free(struct recorded *recorded);

#endif /* DFPUT_RECORDED_H */
