/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stats file as numbers, and how far they can be trusted.
 */
#ifndef DFPUT_STATS_H
#define DFPUT_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfput/counters.h>

#include "debugfs/parse.h"

/**
 * struct stats_word - what is known of a counter or gauge
 * @name: in the file
 * @unit: files, ns, ...
 * @meaning: one line
 * @group: what it is shown with
 */
struct stats_word {
	const char *name;
	const char *unit;
	const char *meaning;
	enum dfput_group group;
};

extern const struct stats_word stats_counters[DFPUT_NR_COUNTERS];
extern const struct stats_word stats_gauges[DFPUT_NR_GAUGES];

/* Return: whether there is a counter or gauge of that name. */
bool stats_is_known(const char *name);

/**
 * stats_part() - is a counter a part of a sum?
 * @name: of the counter, which only a newer module may have
 * @sum: name of the sum
 *
 * Return: which part, such as hardirq of queued; NULL: none.
 */
const char *stats_part(const char *name, const char *sum);

/**
 * struct stats - one reading
 * @counter: by enum dfput_counter
 * @gauge: by enum dfput_gauge
 * @lacks: counters that the module does not have, which are 0 then
 * @lacks_gauge: the same of gauges
 * @begun: when the reading began, number_now()
 * @ended: when it was over
 */
struct stats {
	uint64_t counter[DFPUT_NR_COUNTERS];
	uint64_t gauge[DFPUT_NR_GAUGES];
	bool lacks[DFPUT_NR_COUNTERS];
	bool lacks_gauge[DFPUT_NR_GAUGES];
	uint64_t begun;
	uint64_t ended;
};

#define CAVEATS_MAX 24
#define CAVEATS_TEXT 200

/**
 * struct caveats - why a measurement cannot be trusted
 * @nr: how many reasons, 0 when it can
 * @text: each in a sentence
 */
struct caveats {
	size_t nr;
	char text[CAVEATS_MAX][CAVEATS_TEXT];
};

/**
 * caveats_add() - one more reason
 * @caveats: where
 * @format: as of printf(3)
 */
void caveats_add(struct caveats *caveats, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * stats_convert() - take the numbers out of a stats file
 * @doc: the file
 * @stats: receives the numbers; its times are left alone
 *
 * Return: 0 or -EPROTO.
 */
int stats_convert(const struct document *doc, struct stats *stats);

/**
 * stats_load() - read the stats file
 * @reader: an open one
 * @stats: receives numbers and times
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int stats_load(struct reader *reader, struct stats *stats);

/**
 * stats_caveats() - may a single reading be trusted?
 * @stats: the reading
 * @caveats: receives what speaks against it
 *
 * It may when measuring is on and nothing was lost since load or reset.
 */
void stats_caveats(const struct stats *stats, struct caveats *caveats);

/**
 * stats_grew() - is the second reading nowhere smaller than the first?
 * @before: the first reading
 * @after: the second
 *
 * Return: true when no counter went backwards, so that differences exist.
 */
bool stats_grew(const struct stats *before, const struct stats *after);

/**
 * stats_continuous() - did measuring go on all the time?
 * @before: the first reading
 * @after: the second
 * @why: receives what happened instead, for the user
 *
 * Return: false when counters were reset, the module loaded anew or measuring
 * switched off between the two; differences have no meaning then.
 */
bool stats_continuous(const struct stats *before, const struct stats *after,
		      const char **why);

/**
 * stats_caveats_between() - may the difference of two readings be trusted?
 * @before: the first reading
 * @after: the second
 * @caveats: receives what speaks against it
 */
void stats_caveats_between(const struct stats *before,
			   const struct stats *after, struct caveats *caveats);

/**
 * stats_losses() - what was lost, all kinds together
 * @stats: a reading
 *
 * Return: the sum of the group loss.
 */
uint64_t stats_losses(const struct stats *stats);

/* Return: the counter or gauge of that name, 0 if there is none. */
uint64_t stats_value(const struct stats *stats, const char *name);

#define STATS_LOSSES 512

/* Return: how many rows of leftovers it counted: of deaths, and of closed rings. */
uint64_t stats_late(const struct stats *stats);

/* Return: @text: the names and values of those that are not 0, "" if all are. */
const char *stats_losses_text(const struct stats *stats,
			      char text[STATS_LOSSES]);

#endif /* DFPUT_STATS_H */
