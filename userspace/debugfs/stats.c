// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stats file as numbers, and how far they can be trusted.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/number.h"
#include "debugfs/stats.h"
#include "lib/alloc.h"
#include "lib/text.h"

#define WORD(name, group, unit, meaning) \
	{ #name, #unit, meaning, DFPUT_GROUP_##group },
const struct stats_word stats_counters[DFPUT_NR_COUNTERS] = { DFPUT_COUNTERS(
	WORD) };
const struct stats_word stats_gauges[DFPUT_NR_GAUGES] = { DFPUT_GAUGES(WORD) };
#undef WORD

bool stats_is_known(const char *name)
{
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++)
		if (!strcmp(stats_counters[i].name, name))
			return true;
	for (int i = 0; i < DFPUT_NR_GAUGES; i++)
		if (!strcmp(stats_gauges[i].name, name))
			return true;
	return false;
}

/* leftover_exec counts leftovers of each route. */
const char *stats_part(const char *name, const char *sum)
{
	size_t length = strlen(sum);

	if (strncmp(name, sum, length) || name[length] != '_' ||
	    !strcmp(name, "leftover_exec"))
		return NULL;
	return name + length + 1;
}

static bool is_loss(int counter)
{
	return stats_counters[counter].group == DFPUT_GROUP_loss;
}

/*
 * By how much measuring_ns may fall short of our own clock: NTP slews a clock
 * by 1/2000 at most, and the two need not be the same clock.
 */
#define SLACK_NS(elapsed) (UINT64_C(1000000) + (elapsed) / 1000)

void caveats_add(struct caveats *caveats, const char *format, ...)
{
	va_list args;

	if (caveats->nr == CAVEATS_MAX)
		return;
	va_start(args, format);
	vsnprintf(caveats->text[caveats->nr++], CAVEATS_TEXT, format, args);
	va_end(args);
}

/* Without these there is no account, and no verdict. */
static bool is_needed(const char *name)
{
	static const char *const needed[] = {
		"queued",  "released", "enabled", "measuring_ns",
		"pending", "watched",  "rings",
	};

	for (size_t i = 0; i < NR(needed); i++)
		if (!strcmp(needed[i], name))
			return true;
	return false;
}

/* Return: whether the module has it. */
static bool convert_value(const struct document *doc, const char *name,
			  uint64_t *value, int *err)
{
	*value = 0;
	if (!document_value(doc, name) && !is_needed(name))
		return false;
	if (!*err)
		*err = document_need_number(doc, name, value);
	return true;
}

int stats_convert(const struct document *doc, struct stats *stats)
{
	int err = 0;

	for (int i = 0; i < DFPUT_NR_COUNTERS; i++)
		stats->lacks[i] = !convert_value(doc, stats_counters[i].name,
						 &stats->counter[i], &err);
	for (int i = 0; i < DFPUT_NR_GAUGES; i++)
		stats->lacks_gauge[i] = !convert_value(
			doc, stats_gauges[i].name, &stats->gauge[i], &err);
	return err;
}

int stats_load(struct reader *reader, struct stats *stats)
{
	struct document *doc;
	int err;

	*stats = (struct stats){ .begun = number_now() };
	err = reader_load(reader, "stats", &doc);
	stats->ended = number_now();
	if (!err)
		err = stats_convert(doc, stats);
	document_free(doc);
	return err;
}

/* Nobody knows what such a module loses. */
static void check_lacks(const struct stats *stats, struct caveats *caveats)
{
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++)
		if (is_loss(i) && stats->lacks[i])
			caveats_add(caveats,
				    "the module does not count %s (%s)",
				    stats_counters[i].name,
				    stats_counters[i].meaning);
}

/* A reset forgets that they were lost, but they are on the list still. */
static void check_unrecorded(const struct stats *stats, struct caveats *caveats)
{
	uint64_t nr = stats->gauge[DFPUT_GAUGE_unrecorded];
	char count[NUMBER_TEXT];

	if (nr)
		caveats_add(
			caveats,
			"%s on the list without a record: nobody knows whose",
			number_count(count, nr, "file"));
}

/* The parameter of the module that makes room. */
static const char *find_remedy(int counter)
{
	switch (counter) {
	case DFPUT_COUNT_lost_records:
		return "; load dfput with a greater records=N";
	case DFPUT_COUNT_lost_leftovers:
		return "; load dfput with a greater leftovers=N";
	default:
		return "";
	}
}

static void add_loss(struct caveats *caveats, int counter, const char *verb,
		     uint64_t lost)
{
	if (is_loss(counter) && lost)
		caveats_add(caveats, "%s %s %" PRIu64 " (%s)%s",
			    stats_counters[counter].name, verb, lost,
			    stats_counters[counter].meaning,
			    find_remedy(counter));
}

void stats_caveats(const struct stats *stats, struct caveats *caveats)
{
	if (!stats->gauge[DFPUT_GAUGE_enabled])
		caveats_add(caveats, "measuring is switched off");
	check_lacks(stats, caveats);
	check_unrecorded(stats, caveats);
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++)
		add_loss(caveats, i, "is", stats->counter[i]);
}

bool stats_grew(const struct stats *before, const struct stats *after)
{
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++)
		if (after->counter[i] < before->counter[i])
			return false;
	return true;
}

bool stats_continuous(const struct stats *before, const struct stats *after,
		      const char **why)
{
	uint64_t then = before->gauge[DFPUT_GAUGE_measuring_ns];
	uint64_t now = after->gauge[DFPUT_GAUGE_measuring_ns];
	uint64_t elapsed = after->begun - before->ended;

	if (now < then || !stats_grew(before, after))
		*why = "the counters were reset, or the module loaded anew";
	else if (now - then + SLACK_NS(elapsed) < elapsed)
		*why = "measuring was interrupted: reset, switched off, or loaded anew";
	else
		return true;
	return false;
}

void stats_caveats_between(const struct stats *before,
			   const struct stats *after, struct caveats *caveats)
{
	const char *why;

	if (!before->gauge[DFPUT_GAUGE_enabled] ||
	    !after->gauge[DFPUT_GAUGE_enabled])
		caveats_add(caveats, "measuring is switched off");
	if (!stats_continuous(before, after, &why)) {
		caveats_add(caveats, "%s", why);
		return;
	}
	check_lacks(after, caveats);
	check_unrecorded(after, caveats);
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++)
		add_loss(caveats, i, "grew by",
			 after->counter[i] - before->counter[i]);
}

uint64_t stats_late(const struct stats *stats)
{
	return stats->counter[DFPUT_COUNT_leftover] +
	       stats->counter[DFPUT_COUNT_outlived_ring];
}

uint64_t stats_losses(const struct stats *stats)
{
	uint64_t sum = 0;

	for (int i = 0; i < DFPUT_NR_COUNTERS; i++)
		sum += is_loss(i) ? stats->counter[i] : 0;
	return sum;
}

uint64_t stats_value(const struct stats *stats, const char *name)
{
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++)
		if (!strcmp(stats_counters[i].name, name))
			return stats->counter[i];
	for (int i = 0; i < DFPUT_NR_GAUGES; i++)
		if (!strcmp(stats_gauges[i].name, name))
			return stats->gauge[i];
	return 0;
}

const char *stats_losses_text(const struct stats *stats,
			      char text[STATS_LOSSES])
{
	*text = '\0';
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++)
		if (is_loss(i) && stats->counter[i])
			text_append(text, STATS_LOSSES, "%s%s %" PRIu64,
				    text_comma(text), stats_counters[i].name,
				    stats->counter[i]);
	return text;
}
