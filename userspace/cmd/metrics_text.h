/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The formats of metrics: that of Prometheus, which node_exporter and promtool read,
 * and OpenMetrics 1.0, which has types, and times of reset, that the first has not.
 */
#ifndef DFPUT_METRICS_TEXT_H
#define DFPUT_METRICS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <dfput/hist.h>

enum metrics_type {
	METRICS_GAUGE,
	METRICS_COUNTER,
	METRICS_HISTOGRAM,
	METRICS_INFO,
};

/**
 * struct metrics_family - samples of one name
 * @type: of all of them
 * @name: as the module has it, "": none; the metric's begins with dfput
 * @unit: files, ns, ...; times become seconds, and their names end so
 * @help: what it is
 */
struct metrics_family {
	enum metrics_type type;
	const char *name;
	const char *unit;
	const char *help;
};

struct metrics_label {
	const char *name;
	const char *value;
};

/**
 * struct metrics_text - where metrics go
 * @out: the stream
 * @open: as OpenMetrics
 * @start: when counters began at 0, in seconds since 1970; 0: not known
 * @family: what the samples are of, since metrics_begin()
 */
struct metrics_text {
	FILE *out;
	bool open;
	uint64_t start;
	struct metrics_family family;
};

/* Begins a family of samples. */
void metrics_begin(struct metrics_text *text, enum metrics_type type,
		   const char *name, const char *unit, const char *help);

/* Adds a sample to it, but for histograms. */
void metrics_sample(struct metrics_text *text,
		    const struct metrics_label *labels, size_t nr,
		    uint64_t value);

/* A gauge without labels: a family of one sample. */
void metrics_gauge(struct metrics_text *text, const char *name,
		   const char *unit, const char *help, uint64_t value);

/* Adds a histogram to its family. */
void metrics_buckets(struct metrics_text *text,
		     const uint64_t counts[DFPUT_HIST_BUCKETS]);

void metrics_end(struct metrics_text *text);

#endif /* DFPUT_METRICS_TEXT_H */
