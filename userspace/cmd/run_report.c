// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dfput run says: a report on one run, on several, or KTAP.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cmd/run.h"
#include "debugfs/header.h"
#include "debugfs/listing.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/sanitize.h"
#include "lib/text.h"

#define TEXT 512

const char *const run_verdicts[] = {
	[RUN_NONE] = "none",
	[RUN_IN_TIME] = "in_time",
	[RUN_LATE] = "late",
	[RUN_UNKNOWN] = "unknown",
};

static void show_status(const struct run *run, const char *program,
			struct view *view)
{
	const struct supervise *tree = &run->tree;
	char elapsed[NUMBER_TEXT];
	bool killed = WIFSIGNALED(tree->status);

	view_text(view, "program", program);
	view_number(view, "status", (uint64_t)supervise_status(tree));
	view_number(view, "elapsed_ns", tree->reaped - tree->started);
	view_text(view, "method", run->how);
	view_note(view, "%s: %s %d, all of its processes %s after %s", program,
		  killed ? "killed by signal" : "exit status",
		  killed ? WTERMSIG(tree->status) : WEXITSTATUS(tree->status),
		  tree->all_reaped ? "reaped" : "not reaped",
		  number_ns_short(elapsed, tree->reaped - tree->started));
}

/* What of its own processes was neither released nor put on the list. */
static int show_tree_unreleased(struct run *run, struct view *view)
{
	static const struct {
		enum unreleased_table table;
		const struct listing *listing;
		const char *name;
		const char *note;
	} shown[] = {
		{ UNRELEASED_HELD, &listing_held, "tree_held",
		  "Of its own processes, closed, and held by no living process:" },
		{ UNRELEASED_RINGS, &listing_rings, "tree_rings",
		  "Of its own processes, rings that the kernel has not freed yet:" },
	};
	int err = 0;

	for (size_t i = 0; !err && i < NR(shown); i++) {
		const struct rows *rows = &run->unreleased.rows[shown[i].table];

		if (rows->nr)
			view_note(view, "%s", shown[i].note);
		err = listing_show(shown[i].listing, rows, NULL, shown[i].name,
				   NULL, view);
	}
	return err;
}

static void show_tree(struct run *run, struct view *view)
{
	if (run->measured && (leftovers_show(&run->leftovers, &run->pending,
					     &run->origins, view) ||
			      show_tree_unreleased(run, view)))
		complain("run: %s", error_text());
	view_note(
		view,
		"On the whole machine meanwhile, not by this program alone (%s):",
		run->how);
}

static uint64_t after_grew_by(const struct run *run, enum dfput_counter counter)
{
	return run->last.counter[counter] - run->after.counter[counter];
}

static void show_window(const struct run *run, struct view *view)
{
	char took[NUMBER_TEXT];

	view_note(view,
		  "In the %s after its last process was reaped, again on the "
		  "whole machine, not by this program alone: %" PRIu64
		  " queued, %" PRIu64 " released:",
		  number_ns_short(took, run->ended - run->tree.reaped),
		  after_grew_by(run, DFPUT_COUNT_queued),
		  after_grew_by(run, DFPUT_COUNT_released));
	listing_growth(&run->after, &run->last, "after", view);
}

/* Differences have no meaning when the counters began anew in between. */
static void show_windows(const struct run *run, const struct options *options,
			 struct view *view)
{
	const char *why;

	if (!run->measured ||
	    !stats_continuous(&run->before, &run->after, &why))
		return;
	listing_growth(&run->before, &run->after, "differences", view);
	if (run_has_window(run, options) &&
	    stats_continuous(&run->before, &run->last, &why) &&
	    stats_grew(&run->after, &run->last))
		show_window(run, view);
}

static void show_verdict(const struct run *run, const struct options *options,
			 struct view *view)
{
	char took[NUMBER_TEXT];

	if (!run_has_limit(options))
		return;
	view_number(view, "late", run_nr_late(run));
	view_number(view, "waited_ns", run->ended - run->tree.reaped);
	view_number(view, "max_late_ns", options->max_late);
	if (!run_nr_late(run))
		view_note(
			view,
			"%s after the last process was reaped, no file of its own was seen pending, held, or in a ring.",
			number_ns_short(took, run->ended - run->tree.reaped));
}

static int show_selected(struct run *run, const struct selection *selection,
			 const char *name, const char *when, struct view *view)
{
	if (selection->nr)
		view_note(view,
			  "On the whole machine, queued %s its last process "
			  "was reaped, and pending now:",
			  when);
	return listing_show(&listing_pending, &run->pending.rows, selection,
			    name, &run->origins, view);
}

/* Everybody's files, the tree's among them. */
static int show_pending_around(struct run *run, const struct options *options,
			       struct view *view)
{
	int err;

	view_number(view, "left", run->pending.before.nr);
	err = show_selected(run, &run->pending.before, "pending", "before",
			    view);
	if (err || !run_has_window(run, options))
		return err;
	view_number(view, "left_after", run->pending.after.nr);
	return show_selected(run, &run->pending.after, "pending_after", "after",
			     view);
}

/* What is not released yet, or was late: "1 released too late, 2 pending". */
static void describe_late(const struct run *run, char *text, size_t size)
{
	const struct rows *left = run->unreleased.rows;
	const struct {
		uint64_t nr;
		const char *what;
	} parts[] = {
		{ run->leftovers.nr_late, "released too late" },
		{ run->leftovers.pending.nr, "pending" },
		{ left[UNRELEASED_HELD].nr -
			  run->unreleased.perhaps[UNRELEASED_NUMBER],
		  "held" },
		{ left[UNRELEASED_RINGS].nr, left[UNRELEASED_RINGS].nr == 1 ?
						     "ring not freed" :
						     "rings not freed" },
	};

	*text = '\0';
	for (size_t i = 0; i < NR(parts); i++)
		if (parts[i].nr)
			text_append(text, size, "%s%" PRIu64 " %s",
				    text_comma(text), parts[i].nr,
				    parts[i].what);
}

/* In a sentence without the full stop. */
static void describe_run(const struct run *run, const struct options *options,
			 char text[TEXT])
{
	char number[NUMBER_TEXT], count[NUMBER_TEXT], late[TEXT / 2];
	uint64_t nr = run->leftovers.rows.nr;

	describe_late(run, late, sizeof(late));
	if (run->measured && run_has_limit(options) && run_nr_late(run)) {
		snprintf(text, TEXT, "Late: files of %s: %s; the limit is %s",
			 options->argv[0], late,
			 number_ns_short(number, options->max_late));
	} else if (run->measured && run_has_limit(options)) {
		snprintf(text, TEXT, "In time: no file of %s was later than %s",
			 options->argv[0],
			 number_ns_short(number, options->max_late));
	} else if (nr) {
		snprintf(text, TEXT,
			 "%s of %s outlived %s process, by %s at most%s%s",
			 number_count(count, nr, "file"), options->argv[0],
			 nr == 1 ? "its" : "their",
			 number_ns_short(number, run->leftovers.worst),
			 *late ? "; not released yet: " : "", late);
	} else if (*late) {
		snprintf(
			text, TEXT,
			"Not released yet, of %s: %s; --max-late waits for that",
			options->argv[0], late);
	} else {
		snprintf(text, TEXT,
			 "No file of %s was seen to outlive its process",
			 options->argv[0]);
	}
}

/* Without a limit, what was seen is said, trustworthy or not. */
static enum status status_of(const struct run *run, enum run_verdict verdict)
{
	static const enum status statuses[] = {
		[RUN_IN_TIME] = STATUS_OK,
		[RUN_LATE] = STATUS_AGAINST,
		[RUN_UNKNOWN] = STATUS_UNKNOWN,
	};

	if (verdict != RUN_NONE)
		return statuses[verdict];
	if (run->caveats.nr)
		return STATUS_UNKNOWN;
	return run->leftovers.rows.nr || run_nr_late(run) ? STATUS_AGAINST :
							    STATUS_OK;
}

int run_report(struct run *run, const struct options *options,
	       enum run_verdict verdict, FILE *out)
{
	char text[TEXT];
	struct view view;

	cmd_begin_view(&view, out, options);
	header_show(&run->reader, options->command->name, &view);
	describe_run(run, options, text);
	cmd_say(&view, status_of(run, verdict), &run->caveats, "%s", text);
	show_status(run, options->argv[0], &view);
	show_tree(run, &view);
	show_windows(run, options, &view);
	if (run->measured && show_pending_around(run, options, &view))
		complain("run: %s", error_text());
	if (run->measured)
		show_verdict(run, options, &view);
	listing_caveats(&run->caveats, &view);
	return cmd_end(options, &run->reader, &view);
}

static void show_runs(const struct run_results *results, struct view *view)
{
	static const struct view_column columns[] = {
		{ "run", VIEW_NUMBER },		  { "status", VIEW_NUMBER },
		{ "elapsed_ns", VIEW_NS },	  { "outlived", VIEW_NUMBER },
		{ "lateness_max_ns", VIEW_TOOK }, { "late", VIEW_NUMBER },
		{ "verdict", VIEW_TEXT },
	};
	char text[6][NUMBER_TEXT];
	struct view_table *table;

	table = view_table_begin(view, "runs", columns, NR(columns), VIEW_LIST);
	for (size_t i = 0; i < results->nr; i++) {
		const struct run_result *result = &results->result[i];

		view_row(table,
			 (const char *[]){
				 number_text(text[0], i + 1),
				 number_text(text[1], (uint64_t)result->status),
				 number_text(text[2], result->elapsed),
				 number_text(text[3], result->outlived),
				 number_text(text[4], result->worst),
				 number_text(text[5], result->late),
				 run_verdicts[result->verdict] },
			 false);
	}
	view_table_end(table);
}

static int compare_numbers(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static void show_spread(const struct run_results *results, size_t offset,
			const char *name, struct view_table *table)
{
	uint64_t *value = alloc_array(results->nr, sizeof(*value));
	char text[3][NUMBER_TEXT];

	for (size_t i = 0; i < results->nr; i++)
		value[i] = *(uint64_t *)((char *)&results->result[i] + offset);
	qsort(value, results->nr, sizeof(*value), compare_numbers);
	view_row(table,
		 (const char *[]){
			 name, number_text(text[0], value[0]),
			 number_text(text[1], value[results->nr / 2]),
			 number_text(text[2], value[results->nr - 1]) },
		 false);
	free(value);
}

/* The spread of what is a time. */
static void show_spreads(const struct run_results *results, struct view *view)
{
	static const struct view_column columns[] = {
		{ "spread", VIEW_TEXT },
		{ "least_ns", VIEW_TOOK },
		{ "median_ns", VIEW_TOOK },
		{ "most_ns", VIEW_TOOK },
	};
	struct view_table *table;

	table = view_table_begin(view, "spread", columns, NR(columns),
				 VIEW_LIST);
	show_spread(results, offsetof(struct run_result, elapsed), "elapsed",
		    table);
	show_spread(results, offsetof(struct run_result, worst), "lateness_max",
		    table);
	view_table_end(table);
}

int run_report_all(const struct run_results *results, struct reader *reader,
		   const struct options *options, FILE *out)
{
	uint64_t with = 0, late = 0;
	char runs[NUMBER_TEXT];
	enum status status;
	struct view view;

	for (size_t i = 0; i < results->nr; i++) {
		with += !!results->result[i].outlived;
		late += results->result[i].verdict == RUN_LATE;
	}
	status = results->caveats.nr			   ? STATUS_UNKNOWN :
		 late || (!run_has_limit(options) && with) ? STATUS_AGAINST :
							     STATUS_OK;
	number_count(runs, results->nr, "run");
	cmd_begin_view(&view, out, options);
	header_show(reader, options->command->name, &view);
	if (run_has_limit(options))
		cmd_say(&view, status, &results->caveats,
			"Of %s of %s, %" PRIu64 " had late files", runs,
			options->argv[0], late);
	else
		cmd_say(&view, status, &results->caveats,
			"In %" PRIu64
			" of %s of %s, files outlived their process",
			with, runs, options->argv[0]);
	view_text(&view, "program", options->argv[0]);
	show_runs(results, &view);
	show_spreads(results, &view);
	listing_caveats(&results->caveats, &view);
	return cmd_end(options, reader, &view);
}

/* A name must not begin a directive of TAP. */
static char *tap_name(const char *program)
{
	char *name = safe_text(program);

	for (char *at = name; (at = strchr(at, '#')); at++)
		*at = '_';
	return name;
}

int run_tap_begin(const struct options *options, FILE *out)
{
	uint64_t nr = options->repeat ? options->repeat : 1;

	fprintf(out, "KTAP version 1\n1..%" PRIu64 "\n",
		run_has_limit(options) ? 2 * nr : nr);
	return fflush(out);
}

int run_tap(const struct run *run, const struct options *options,
	    enum run_verdict verdict, uint64_t nr, FILE *out)
{
	char *name = tap_name(options->argv[0]), text[TEXT], *safe;
	bool limit = run_has_limit(options);
	int status = supervise_status(&run->tree);

	nr = limit ? 2 * nr - 1 : nr;
	fprintf(out, "%s %" PRIu64 " %s: exit status %d\n",
		status ? "not ok" : "ok", nr, name, status);
	describe_run(run, options, text);
	safe = safe_text(text);
	fprintf(out, "# %s.\n", safe);
	free(safe);
	for (size_t i = 0; i < run->caveats.nr; i++) {
		safe = safe_text(run->caveats.text[i]);
		fprintf(out, "# Not trustworthy: %s.\n", safe);
		free(safe);
	}
	if (limit)
		fprintf(out, "%s %" PRIu64 " %s: files in time%s\n",
			verdict == RUN_IN_TIME ? "ok" : "not ok", nr + 1, name,
			verdict == RUN_UNKNOWN ? " # ERROR cannot tell" : "");
	free(name);
	return fflush(out);
}
