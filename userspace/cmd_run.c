// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput run: run a program, and say what went over the list meanwhile, on the
 * whole machine. With --max-late, also whether it is empty again in time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cmd.h"
#include "listing.h"
#include "number.h"
#include "stats.h"
#include "supervise.h"
#include "wait.h"

/* A list that other work keeps filled does not tell when our part is gone. */
#define MAX_NAP_NS UINT64_C(100000000)

/**
 * struct run - one run
 * @reader: the directory
 * @out: where the report goes
 * @how: rung and mode of the module
 * @before: counters when the program was started
 * @after: counters when the last of its tree was reaped
 * @tree: program and tree
 * @wait: what was left then, or at the end of the time given
 * @measured: the numbers could be read at the end
 * @result: enum wait_result of @wait
 * @ended: number_now() when that was known
 * @doubts: why the measurement cannot be trusted
 */
struct run {
	struct reader reader;
	FILE *out;
	char how[128];
	struct stats before;
	struct stats after;
	struct supervise tree;
	struct wait wait;
	bool measured;
	int result;
	uint64_t ended;
	struct doubts doubts;
};

static int load_hooks(struct run *run)
{
	const char *rung, *mode, *selftest;
	struct document *doc;
	int err = reader_load(&run->reader, "hooks", &doc);

	if (!err)
		err = document_need_value(&run->reader, doc, "rung", &rung);
	if (!err)
		err = document_need_value(&run->reader, doc, "mode", &mode);
	if (!err)
		err = document_need_value(&run->reader, doc, "selftest",
					  &selftest);
	if (!err) {
		snprintf(run->how, sizeof(run->how), "%s, %s", rung, mode);
		if (!strcmp(selftest, "failed"))
			doubts_add(&run->doubts,
				   "the module's self-test has failed");
	}
	document_free(doc);
	return err;
}

/* All that has to be known before anything is run. */
static int prepare(struct run *run, const struct options *options)
{
	struct document *doc = NULL;
	int err = reader_open(&run->reader, options->input, options->root);

	if (!err)
		err = load_hooks(run);
	if (!err)
		err = reader_load(&run->reader, "pending", &doc);
	document_free(doc);
	if (!err)
		err = stats_load(&run->reader, &run->before);
	if (!err && !run->before.gauge[STATS_GAUGE_enabled])
		err = reader_fail(
			&run->reader, -ENODATA,
			"measuring is switched off; try 'echo 1 > %s/enable'",
			run->reader.dir);
	if (err)
		view_complain(
			"run: not run, as it could not be measured: %s; see 'dfput doctor'",
			run->reader.error);
	return err;
}

static int open_report(struct run *run, const struct options *options)
{
	run->out = stderr;
	if (!options->report)
		return 0;
	run->out = fopen(options->report, "we");
	if (run->out)
		return 0;
	view_complain("run: not run, as the report %s cannot be written: %s",
		      options->report, strerror(errno));
	return -1;
}

static void give_up(struct run *run)
{
	run->result = WAIT_CANCELLED;
	doubts_add(&run->doubts, "signal %d ended the wait",
		   run->tree.interrupted);
}

/* Without a limit, one look: how many are there still? */
static int wait_for_rest(struct run *run, const struct options *options)
{
	run->wait = (struct wait){
		.reader = &run->reader,
		.queued_by = run->tree.reaped,
		.deadline = number_after(run->tree.reaped, options->max_late),
		.cancel_fd = run->tree.signal_fd,
		.max_nap = MAX_NAP_NS,
	};
	if (run->tree.interrupted)
		run->wait.deadline = 0;
	run->result = wait_pending(&run->wait);
	run->ended = number_now();
	if (run->result == WAIT_CANCELLED)
		supervise_cancelled(&run->tree);
	if (run->tree.interrupted)
		give_up(run);
	return run->result < 0 ? run->result : 0;
}

static void measure(struct run *run, const struct options *options)
{
	struct stats last;
	int err = stats_load(&run->reader, &run->after);

	if (!err)
		err = wait_for_rest(run, options);
	if (!err)
		err = stats_load(&run->reader, &last);
	run->measured = !err;
	if (!err)
		stats_doubt_between(&run->before, &last, &run->doubts);
	else
		doubts_add(&run->doubts, "%s", run->reader.error);
}

static void show_status(const struct run *run, const char *program,
			struct view *view)
{
	const struct supervise *tree = &run->tree;
	char elapsed[NUMBER_TEXT];
	bool killed = WIFSIGNALED(tree->status);

	view_text(view, "program", program);
	view_number(view, "status", (uint64_t)supervise_status(tree));
	view_number(view, "elapsed_ns", tree->reaped - tree->started);
	view_text(view, "measured_by", run->how);
	view_bool(view, "whole_machine", true);
	view_note(view, "%s: %s %d, all of its processes %s after %s", program,
		  killed ? "killed by signal" : "exit status",
		  killed ? WTERMSIG(tree->status) : WEXITSTATUS(tree->status),
		  tree->interrupted ? "not reaped" : "reaped",
		  number_ns_short(elapsed, tree->reaped - tree->started));
	view_note(
		view,
		"On the whole machine meanwhile, not by this program alone (%s):",
		run->how);
}

/* For people, leave out what is out of the ordinary and did not happen. */
static bool is_shown(int counter, uint64_t value)
{
	return value || counter == DFPUT_COUNT_queued ||
	       counter == DFPUT_COUNT_released ||
	       counter == DFPUT_COUNT_batches ||
	       listing_is_cause(stats_counters[counter].name);
}

static void show_counts(const struct run *run, struct view *view)
{
	char text[NUMBER_TEXT];
	struct view_table *table;

	table = view_table_begin(view, "differences", listing_counts,
				 LISTING_NR_COUNTS, true);
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++) {
		uint64_t value = run->after.counter[i] - run->before.counter[i];

		if (view->json || is_shown(i, value))
			listing_count(table, &stats_counters[i],
				      number_text(text, value));
	}
	listing_count(table, &stats_gauges[STATS_GAUGE_pending],
		      number_text(text, run->after.gauge[STATS_GAUGE_pending]));
	view_table_end(table);
}

static void show_late(const struct run *run, const struct options *options,
		      struct view *view)
{
	char left[NUMBER_TEXT], took[NUMBER_TEXT], limit[NUMBER_TEXT];
	uint64_t waited = run->ended - run->tree.reaped;

	view_number(view, "left", run->wait.left);
	if (!options->late)
		return;
	view_number(view, "waited_ns", waited);
	view_number(view, "max_late_ns", options->max_late);
	number_ns_short(took, waited);
	number_ns_short(limit, options->max_late);
	if (run->result == WAIT_EMPTY)
		view_note(view,
			  "In time: nothing of it pending %s later (limit %s).",
			  took, limit);
	else
		view_note(view, "Late: %s still pending %s later (limit %s).",
			  number_text(left, run->wait.left), took, limit);
}

/* The files that are left, without those that came when all was over. */
static void show_left(struct run *run, struct view *view)
{
	const struct document *doc = run->wait.pending;
	bool *skip, counts;

	if (!run->wait.left)
		return;
	skip = calloc(doc->nr_rows, sizeof(*skip));
	for (size_t row = 0; skip && row < doc->nr_rows; row++)
		skip[row] = wait_counts(&run->wait, row, &counts) || !counts;
	if (listing_show(&listing_pending, &run->reader, doc, skip, view))
		view_complain("run: %s", run->reader.error);
	free(skip);
}

static int report(struct run *run, const struct options *options,
		  const char *program)
{
	const char *why;
	struct view view;

	view_begin(&view, run->out, options->json);
	show_status(run, program, &view);
	if (run->measured && stats_continuous(&run->before, &run->after, &why))
		show_counts(run, &view);
	if (run->measured) {
		show_late(run, options, &view);
		show_left(run, &view);
	}
	listing_doubts(&run->doubts, &view);
	return view_end(&view);
}

static int exit_status(const struct run *run, const struct options *options)
{
	if (options->late && run->doubts.nr)
		return STATUS_UNKNOWN;
	if (options->late && run->result == WAIT_LATE)
		return STATUS_AGAINST;
	if (run->tree.interrupted)
		return 128 + run->tree.interrupted;
	return supervise_status(&run->tree);
}

static int run_program(struct run *run, const struct options *options,
		       char **argv)
{
	int status = supervise_start(&run->tree, argv);

	if (status)
		return status;
	supervise_reap(&run->tree);
	measure(run, options);
	if (report(run, options, argv[0]))
		doubts_add(&run->doubts, "the report could not be written");
	status = exit_status(run, options);
	supervise_end(&run->tree);
	return status;
}

int cmd_run(const struct options *options, int argc, char **argv)
{
	struct run run = { .out = stderr };
	int status = options->late ? STATUS_UNKNOWN : STATUS_FAILED;

	if (!argc)
		return options_usage("run: which program?");
	if (!prepare(&run, options)) {
		status = STATUS_FAILED;
		if (!open_report(&run, options))
			status = run_program(&run, options, argv);
	}
	if (run.out != stderr)
		fclose(run.out);
	document_free(run.wait.pending);
	reader_close(&run.reader);
	return status;
}
