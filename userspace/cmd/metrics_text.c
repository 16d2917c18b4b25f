// SPDX-License-Identifier: GPL-2.0-only
/*
 * The formats of metrics.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/metrics_text.h"
#include "lib/number.h"
#include "lib/sanitize.h"

/*
 * Every second bucket from 1 us to 18 minutes, or of 1 to 131,071 files: whatever
 * was counted, the same ones, as Prometheus needs it, and each is a series.
 */
#define STEP 2
#define FIRST_TIME 10
#define LAST_TIME 40
#define FIRST_NUMBER 1
#define LAST_NUMBER 17

/* What the formats call a type, and how the samples' names end. */
static const struct {
	const char *name;
	const char *open_name;
	const char *suffix;
} types[] = {
	[METRICS_GAUGE] = { "gauge", "gauge", "" },
	[METRICS_COUNTER] = { "counter", "counter", "_total" },
	[METRICS_HISTOGRAM] = { "histogram", "histogram", "" },
	[METRICS_INFO] = { "gauge", "info", "_info" },
};

static bool is_time(const struct metrics_family *family)
{
	return !strcmp(family->unit, "ns");
}

static void print_name(const struct metrics_text *text, const char *suffix)
{
	const struct metrics_family *family = &text->family;
	int length = (int)strlen(family->name);

	if (length > 3 && !strcmp(family->name + length - 3, "_ns"))
		length -= 3;
	fprintf(text->out, "dfput%s%.*s%s%s", length ? "_" : "", length,
		family->name, is_time(family) ? "_seconds" : "", suffix);
}

/* A unit that the name has, or that is none, needs no word. */
static const char *unit_word(const struct metrics_family *family)
{
	bool none = !*family->unit || is_time(family) ||
		    !strcmp(family->unit, "bool") ||
		    family->type == METRICS_HISTOGRAM;

	return none ? "" : family->unit;
}

void metrics_begin(struct metrics_text *text, enum metrics_type type,
		   const char *name, const char *unit, const char *help)
{
	const char *suffix = text->open ? "" : types[type].suffix;
	const char *word;

	text->family = (struct metrics_family){ type, name, unit, help };
	word = unit_word(&text->family);
	fputs("# HELP ", text->out);
	print_name(text, suffix);
	fprintf(text->out, *word ? " %s (%s)\n# TYPE " : " %s\n# TYPE ", help,
		word);
	print_name(text, suffix);
	fprintf(text->out, " %s\n",
		text->open ? types[type].open_name : types[type].name);
}

/*
 * A label may be anything, such as the name of a kernel. It has no newline then. The
 * locale may have another encoding than the formats, which are in UTF-8.
 */
static void print_label(FILE *out, const struct metrics_label *label)
{
	char *safe = safe_text(label->value), *value = safe_utf8(safe);

	fprintf(out, "%s=\"", label->name);
	for (const char *at = value; *at; at++) {
		if (strchr("\\\"", *at))
			putc('\\', out);
		putc(*at, out);
	}
	putc('"', out);
	free(value);
	free(safe);
}

static void print_key(const struct metrics_text *text, const char *suffix,
		      const struct metrics_label *labels, size_t nr)
{
	print_name(text, suffix);
	for (size_t i = 0; i < nr; i++) {
		putc(i ? ',' : '{', text->out);
		print_label(text->out, &labels[i]);
	}
	fputs(nr ? "} " : " ", text->out);
}

/* In the family's unit: seconds with as many decimals as there are. */
static void format(char number[NUMBER_TEXT], const struct metrics_text *text,
		   uint64_t value)
{
	size_t length;

	if (!is_time(&text->family)) {
		number_text(number, value);
		return;
	}
	snprintf(number, NUMBER_TEXT, "%" PRIu64 ".%09" PRIu64,
		 value / NUMBER_NS_PER_SEC, value % NUMBER_NS_PER_SEC);
	length = strlen(number);
	while (number[length - 1] == '0')
		length--;
	length -= number[length - 1] == '.';
	number[length] = '\0';
}

static void print_start(const struct metrics_text *text,
			const struct metrics_label *labels, size_t nr)
{
	if (!text->open || !text->start)
		return;
	print_key(text, "_created", labels, nr);
	fprintf(text->out, "%" PRIu64 "\n", text->start);
}

void metrics_sample(struct metrics_text *text,
		    const struct metrics_label *labels, size_t nr,
		    uint64_t value)
{
	char number[NUMBER_TEXT];

	format(number, text, value);
	print_key(text, types[text->family.type].suffix, labels, nr);
	fprintf(text->out, "%s\n", number);
	if (text->family.type == METRICS_COUNTER)
		print_start(text, labels, nr);
}

void metrics_gauge(struct metrics_text *text, const char *name,
		   const char *unit, const char *help, uint64_t value)
{
	metrics_begin(text, METRICS_GAUGE, name, unit, help);
	metrics_sample(text, NULL, 0, value);
}

static void print_bucket(const struct metrics_text *text, const char *bound,
			 uint64_t count)
{
	print_key(text, "_bucket", &(struct metrics_label){ "le", bound }, 1);
	fprintf(text->out, "%" PRIu64 "\n", count);
}

/*
 * The module adds nothing up. So there is no sum: not even a wrong one, as node_exporter
 * would make of a missing one.
 */
void metrics_buckets(struct metrics_text *text,
		     const uint64_t counts[DFPUT_HIST_BUCKETS])
{
	bool time = is_time(&text->family);
	unsigned int next = time ? FIRST_TIME : FIRST_NUMBER;
	unsigned int last = time ? LAST_TIME : LAST_NUMBER;
	char bound[NUMBER_TEXT];
	uint64_t count = 0;

	for (unsigned int i = 0; i < DFPUT_HIST_BUCKETS; i++) {
		count += counts[i];
		if (i != next || i > last)
			continue;
		format(bound, text, dfput_hist_floor(i + 1) - 1);
		print_bucket(text, bound, count);
		next += STEP;
	}
	print_bucket(text, "+Inf", count);
	if (!text->open) {
		print_key(text, "_sum", NULL, 0);
		fputs("NaN\n", text->out);
		print_key(text, "_count", NULL, 0);
		fprintf(text->out, "%" PRIu64 "\n", count);
	}
	print_start(text, NULL, 0);
}

void metrics_end(struct metrics_text *text)
{
	if (text->open)
		fputs("# EOF\n", text->out);
}
