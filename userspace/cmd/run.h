/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dfput run measures, and how it is reported.
 */
#ifndef DFPUT_RUN_H
#define DFPUT_RUN_H

#include "analysis/leftovers.h"
#include "analysis/pending_since.h"
#include "analysis/unreleased.h"
#include "cmd/cmd.h"
#include "debugfs/origins.h"
#include "debugfs/stats.h"
#include "debugfs/trust.h"
#include "proc/supervise.h"

/* The worse the higher. */
enum run_verdict {
	RUN_NONE,
	RUN_IN_TIME,
	RUN_LATE,
	RUN_UNKNOWN,
};

/**
 * struct run - one run
 * @reader: the directory
 * @how: the module's method
 * @before: counters when the program was started
 * @after: counters when the last of its tree was reaped
 * @last: counters at the end of the time given
 * @tree: program and tree
 * @pending: what was on the list then
 * @leftovers: what of it, and of the leftovers, is the tree's
 * @unreleased: what of the tree's is held then, and which of its rings are there
 * @origins: call paths, and what names them
 * @measured: the numbers could be read at the end
 * @ended: number_now() when @pending was known
 * @caveats: why the measurement cannot be trusted
 */
struct run {
	struct reader reader;
	char how[TRUST_HOW];
	struct stats before;
	struct stats after;
	struct stats last;
	struct supervise tree;
	struct pending_since pending;
	struct leftovers leftovers;
	struct unreleased unreleased;
	struct origins origins;
	bool measured;
	uint64_t ended;
	struct caveats caveats;
};

/**
 * struct run_result - what is kept of one of several runs
 * @status: of the program
 * @elapsed: until all of its processes were reaped
 * @outlived: how many files outlived their process
 * @worst: the greatest lateness of these
 * @late: how many files and rings are late
 * @verdict: the verdict
 */
struct run_result {
	int status;
	uint64_t elapsed;
	uint64_t outlived;
	uint64_t worst;
	uint64_t late;
	enum run_verdict verdict;
};

/**
 * struct run_results - several runs
 * @result: one each
 * @nr: how many
 * @verdict: the worst
 * @interrupted: a signal has ended the last one
 * @caveats: of all
 */
struct run_results {
	struct run_result *result;
	size_t nr;
	enum run_verdict verdict;
	bool interrupted;
	struct caveats caveats;
};

/* Words of the verdicts. */
extern const char *const run_verdicts[];

/* Is there a verdict? */
bool run_has_limit(const struct options *options);

/* Is there a time after the last of the tree was reaped? */
bool run_has_window(const struct run *run, const struct options *options);

/* Return: how many files and rings of the tree are, or were, later than the limit. */
uint64_t run_nr_late(const struct run *run);

/* These write to @out. Return: 0, or a negative errno when that has failed. */
int run_report(struct run *run, const struct options *options,
	       enum run_verdict verdict, FILE *out);
int run_report_all(const struct run_results *results, struct reader *reader,
		   const struct options *options, FILE *out);

/* KTAP: what comes first, and the results of the run of number @nr, from 1 on. */
int run_tap_begin(const struct options *options, FILE *out);
int run_tap(const struct run *run, const struct options *options,
	    enum run_verdict verdict, uint64_t nr, FILE *out);

#endif /* DFPUT_RUN_H */
