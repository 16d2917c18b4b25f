// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput metrics: counters, gauges and histograms for Prometheus.
 *
 * Their names and meanings are those of the schema. There is no label of a file, a
 * process or a device: a host always has the same few series.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/abi.h>
#include <dfput/tables.h>
#include <dfput/version.h>
#include <dfput/words.h>

#include "analysis/releases.h"
#include "cmd/cmd.h"
#include "cmd/metrics_text.h"
#include "debugfs/buckets.h"
#include "debugfs/stats.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/replace.h"

/* Sums whose parts are samples of one name; so there is none for the sum. */
static const struct sum {
	const char *name;
	const char *label;
} sums[] = { { "queued", "cause" }, { "leftover", "route" } };

static const struct sum *find_sum(const char *name)
{
	for (size_t i = 0; i < NR(sums); i++)
		if (!strcmp(sums[i].name, name))
			return &sums[i];
	return NULL;
}

static bool is_part(const char *name)
{
	for (size_t i = 0; i < NR(sums); i++)
		if (stats_part(name, sums[i].name))
			return true;
	return false;
}

static void show_parts(const struct sum *sum, const struct document *doc,
		       struct metrics_text *text)
{
	struct metrics_label label = { .name = sum->label };
	uint64_t count;

	for (size_t i = 0; i < doc->nr_values; i++) {
		label.value = stats_part(doc->values[i].name, sum->name);
		if (label.value && !number_parse(doc->values[i].value, &count))
			metrics_sample(text, &label, 1, count);
	}
}

static bool is_loss(int counter)
{
	return stats_counters[counter].group == DFPUT_GROUP_loss;
}

/* One name for all, so that one rule sees each. */
static void show_losses(const struct stats *stats, struct metrics_text *text)
{
	struct metrics_label label = { .name = "counter" };

	metrics_begin(text, METRICS_COUNTER, "losses", "",
		      "what was lost: 0, or no verdict is certain");
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++) {
		label.value = stats_counters[i].name;
		if (is_loss(i) && !stats->lacks[i])
			metrics_sample(text, &label, 1, stats->counter[i]);
	}
}

static void show_counters(const struct document *doc, const struct stats *stats,
			  struct metrics_text *text)
{
	const struct stats_word *word;
	const struct sum *sum;

	for (int i = 0; i < DFPUT_NR_COUNTERS; i++) {
		word = &stats_counters[i];
		if (stats->lacks[i] || is_loss(i) || is_part(word->name))
			continue;
		metrics_begin(text, METRICS_COUNTER, word->name, word->unit,
			      word->meaning);
		sum = find_sum(word->name);
		if (sum)
			show_parts(sum, doc, text);
		else
			metrics_sample(text, NULL, 0, stats->counter[i]);
	}
	show_losses(stats, text);
}

/* What an older module lacks is left out. */
static void show_gauges(const struct document *doc, const struct stats *stats,
			struct metrics_text *text)
{
	const struct stats_word *word;

	for (int i = 0; i < DFPUT_NR_GAUGES; i++) {
		word = &stats_gauges[i];
		if (word->group == DFPUT_GROUP_now &&
		    document_value(doc, word->name))
			metrics_gauge(text, word->name, word->unit,
				      word->meaning, stats->gauge[i]);
	}
}

static bool is_stat(const char *name)
{
	return stats_is_known(name) || is_part(name);
}

static uint64_t count_unknown(const struct document *doc,
			      bool (*is_known)(const char *name))
{
	uint64_t nr = 0;

	for (size_t i = 0; i < doc->nr_values; i++)
		nr += !is_known(doc->values[i].name);
	return nr;
}

static void show_trust(const struct stats *stats, struct metrics_text *text)
{
	struct caveats caveats = { 0 };

	stats_caveats(stats, &caveats);
	metrics_gauge(
		text, "trustworthy", "",
		"1 while measuring, if nothing was lost: as of dfput stat",
		!caveats.nr);
}

/* In whole seconds: the clocks drift by less in between. */
static void show_start(const struct stats *stats, struct metrics_text *text)
{
	uint64_t now = stats->gauge[DFPUT_GAUGE_clock_realtime_ns];
	uint64_t since = stats->gauge[DFPUT_GAUGE_measuring_ns];

	if (!since || now < since)
		return;
	text->start = (now - since) / NUMBER_NS_PER_SEC;
	metrics_gauge(
		text, "start_time_seconds", "",
		"when counting began, since 1970: load, reset or enabling",
		text->start);
}

/* @unknown: grows by the values that are not known; so with what follows. */
static int show_stats(struct reader *reader, struct metrics_text *text,
		      uint64_t *unknown)
{
	struct document *doc;
	struct stats stats;
	int err = reader_load(reader, "stats", &doc);

	if (!err)
		err = stats_convert(doc, &stats);
	if (!err) {
		show_start(&stats, text);
		show_trust(&stats, text);
		show_gauges(doc, &stats, text);
		show_counters(doc, &stats, text);
		*unknown += count_unknown(doc, is_stat);
	}
	document_free(doc);
	return err;
}

/* What the module says of itself: words become labels, numbers become gauges. */
static const struct fact {
	const char *name;
	const char *kind;
	const char *meaning;
} facts[] = {
#define FACT(T, name, kind, who, meaning) { #name, #kind, meaning },
	DFPUT_HOOKS_VALUES(FACT, -)
#undef FACT
};

static bool is_number(const struct fact *fact)
{
	return !strcmp(fact->kind, "num") || !strcmp(fact->kind, "ns");
}

static bool is_fact(const char *name)
{
	for (size_t i = 0; i < NR(facts); i++)
		if (!strcmp(facts[i].name, name))
			return true;
	return false;
}

static void show_info(const struct document *doc, struct reader *reader,
		      struct metrics_text *text)
{
	struct metrics_label labels[3 + NR(facts)];
	char abi[NUMBER_TEXT], kernel[2 * NUMBER_TEXT];
	size_t nr = 0;

	reader_host(reader, "proc/sys/kernel/osrelease", kernel,
		    sizeof(kernel));
	labels[nr++] = (struct metrics_label){ "kernel", kernel };
	labels[nr++] = (struct metrics_label){ "reader", DFPUT_VERSION };
	labels[nr++] =
		(struct metrics_label){ "abi", number_text(abi, DFPUT_ABI) };
	for (size_t i = 0; i < NR(facts); i++) {
		const char *value = document_value(doc, facts[i].name);

		if (value && !is_number(&facts[i]))
			labels[nr++] =
				(struct metrics_label){ facts[i].name, value };
	}
	metrics_begin(
		text, METRICS_INFO, "", "",
		"versions, and how the module measures: as of dfput hooks");
	metrics_sample(text, labels, nr, 1);
}

static void show_facts(const struct document *doc, struct metrics_text *text)
{
	uint64_t number;

	for (size_t i = 0; i < NR(facts); i++) {
		const char *value = document_value(doc, facts[i].name);

		if (value && is_number(&facts[i]) &&
		    !number_parse(value, &number))
			metrics_gauge(text, facts[i].name,
				      !strcmp(facts[i].kind, "ns") ? "ns" : "",
				      facts[i].meaning, number);
	}
}

static int show_failed(struct document *doc, struct metrics_text *text)
{
	static const char *const states[] = { DFPUT_HOOK_STATES(DFPUT_WORD) };
	static const char *const names[] = { "state", NULL };
	struct rows rows;
	uint64_t nr = 0;
	int err = rows_bind(&rows, doc, names);

	if (err)
		return err;
	for (size_t row = 0; row < rows.nr; row++)
		nr += rows_is(&rows, row, 0, states[DFPUT_HOOK_FAILED]);
	metrics_gauge(text, "hooks_failed", "",
		      "hooks that are needed and could not be armed", nr);
	return 0;
}

static int show_hooks(struct reader *reader, struct metrics_text *text,
		      uint64_t *unknown)
{
	struct document *doc;
	int err = reader_load(reader, "hooks", &doc);

	if (!err) {
		show_info(doc, reader, text);
		show_facts(doc, text);
		err = show_failed(doc, text);
		*unknown += count_unknown(doc, is_fact);
	}
	document_free(doc);
	return err;
}

static int show_pending(struct reader *reader, struct metrics_text *text)
{
	struct releases releases;
	int err = releases_load(&releases, reader);

	if (!err) {
		metrics_gauge(text, "pending_oldest", "ns",
			      "time since the first of them was queued",
			      releases.queued_age > releases.waiting_age ?
				      releases.queued_age :
				      releases.waiting_age);
		metrics_gauge(text, "releasing", "files",
			      "of these, in their release: one a drain",
			      releases.rows.nr);
		metrics_gauge(
			text, "releasing_oldest", "ns",
			releases.since_queued ?
				"time since the first of those was queued, by an older module" :
				"time since the first of those releases began",
			releases.age);
	}
	releases_free(&releases);
	return err;
}

static int show_histograms(struct reader *reader, struct metrics_text *text,
			   uint64_t *unknown)
{
	const struct stats_word *word = buckets_known;
	uint64_t counts[DFPUT_HIST_BUCKETS];
	struct rows rows;
	int err = buckets_load(&rows, reader);

	for (size_t row = 0; !err && row < rows.nr; row++)
		*unknown += buckets_is_new(&rows, row);
	for (; !err && word < buckets_known + DFPUT_NR_HISTS; word++) {
		err = buckets_take(&rows, word->name, counts);
		metrics_begin(text, METRICS_HISTOGRAM, word->name, word->unit,
			      word->meaning);
		metrics_buckets(text, counts);
	}
	rows_free(&rows);
	return err;
}

static void show_up(struct metrics_text *text, bool up)
{
	metrics_gauge(text, "up", "",
		      "1 if dfput could read what the module counts", up);
}

static int show_module(struct reader *reader, struct metrics_text *text)
{
	uint64_t unknown = 0;
	int err;

	show_up(text, true);
	err = show_stats(reader, text, &unknown);
	if (!err)
		err = show_hooks(reader, text, &unknown);
	if (!err)
		err = show_pending(reader, text);
	if (!err)
		err = show_histograms(reader, text, &unknown);
	if (!err)
		metrics_gauge(text, "unknown_values", "",
			      "what only a newer dfput can show of this module",
			      unknown);
	return err;
}

/* Return: as cmd_show; a file that cannot be written is complained of here. */
static int print_text(const struct options *options, const char *text,
		      size_t size, FILE *out)
{
	if (!options->textfile) {
		fwrite(text, 1, size, out);
		return STATUS_OK;
	}
	if (!replace_file(options->textfile, text, size, 0644))
		return STATUS_OK;
	complain("metrics: %s", error_text());
	return STATUS_FAILED;
}

/* All of it, or nothing. @reader: NULL: the module could not be read. */
static int print_metrics(const struct options *options, struct reader *reader,
			 FILE *out)
{
	struct metrics_text text = { .open = options->openmetrics };
	int result = 0;
	char *made;
	size_t size;

	text.out = must(open_memstream(&made, &size));
	if (reader)
		result = show_module(reader, &text);
	else
		show_up(&text, false);
	metrics_end(&text);
	if (fclose(text.out))
		must(NULL);
	if (!result)
		result = print_text(options, made, size, out);
	free(made);
	return result;
}

static int show_metrics(const struct options *options, struct reader *reader,
			struct view *view)
{
	return print_metrics(options, reader, view->out);
}

/* A host that cannot be measured is one that its fleet must see. */
int cmd_metrics(const struct options *options)
{
	int status;

	if (options->openmetrics && options->textfile)
		return options_usage(
			"metrics: node_exporter reads no --openmetrics in its --textfile");
	if (!options->textfile)
		return cmd_display(options, show_metrics);
	status = cmd_judge(options, show_metrics);
	if (status == STATUS_UNKNOWN && print_metrics(options, NULL, stdout))
		status = STATUS_FAILED;
	return status;
}
