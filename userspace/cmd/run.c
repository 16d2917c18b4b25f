// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput run: run a program, and say which files outlived its process tree, and
 * what went over the list meanwhile on the whole machine. With --max-late, go on
 * watching for so long, and say whether any file of the tree was later.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/leftovers.h"
#include "analysis/pending_since.h"
#include "analysis/unreleased.h"
#include "cmd/cmd.h"
#include "debugfs/header.h"
#include "debugfs/listing.h"
#include "debugfs/origins.h"
#include "debugfs/stats.h"
#include "debugfs/trust.h"
#include "lib/error.h"
#include "lib/number.h"
#include "proc/supervise.h"

/**
 * struct run - one run
 * @reader: the directory
 * @out: where the report goes
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
	FILE *out;
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

static bool has_limit(const struct options *options)
{
	return options->max_late != UINT64_MAX;
}

/* Is there a time after the last of the tree was reaped? */
static bool has_window(const struct run *run, const struct options *options)
{
	return has_limit(options) && run->tree.all_reaped;
}

/* All that has to be known before anything is run. */
static int prepare_run(struct run *run, const struct options *options)
{
	struct document *doc = NULL;
	int err = reader_open(&run->reader, options->input, options->root);

	if (!err)
		err = trust_caveats(&run->reader, run->how, &run->caveats);
	if (!err)
		err = reader_load(&run->reader, "pending", &doc);
	document_free(doc);
	if (!err)
		err = origins_load_if_any(&run->reader, options->rules,
					  &run->origins);
	/* In this order, what is counted in between has its row later. */
	if (!err)
		err = leftovers_begin(&run->leftovers, &run->reader);
	if (!err)
		err = stats_load(&run->reader, &run->before);
	if (!err && !run->before.gauge[DFPUT_GAUGE_enabled])
		err = error_set(
			-ENODATA,
			"measuring is switched off; try 'echo 1 > %s/enable'",
			run->reader.dir);
	if (err)
		complain(
			"run: not run, as it could not be measured: %s; see 'dfput doctor'",
			error_text());
	return err;
}

static int open_report(struct run *run, const struct options *options)
{
	FILE *file;

	if (!options->report)
		return 0;
	file = fopen(options->report, "we");
	if (!file) {
		complain("run: not run, as the report %s cannot be written: %s",
			 options->report, strerror(errno));
		return -1;
	}
	run->out = file;
	return 0;
}

/*
 * A file that a kernel thread holds comes when that thread is done with it, so
 * that the list is empty once says nothing: only the whole of the time does.
 */
static int watch_window(struct run *run, const struct options *options)
{
	int err = 0;

	if (has_window(run, options) && !run->tree.interrupted)
		err = supervise_watch(&run->tree,
				      number_after(run->tree.reaped,
						   options->max_late));
	if (!err)
		return 0;
	return error_set(err, "cannot wait: %s", strerror(-err));
}

/* Files without a known owner may be the tree's. */
static void check_unowned(struct run *run, const struct options *options)
{
	uint64_t before = run->before.counter[DFPUT_COUNT_unowned];
	uint64_t last = run->last.counter[DFPUT_COUNT_unowned];

	if (last > before)
		caveats_add(&run->caveats,
			    "unowned grew by %" PRIu64
			    " (%s): they may be its own",
			    last - before,
			    stats_counters[DFPUT_COUNT_unowned].meaning);
	if (run->last.lacks[DFPUT_COUNT_unowned])
		caveats_add(&run->caveats, "the module does not count unowned");
	if (has_limit(options) && run->leftovers.nr_pending_unknown)
		caveats_add(&run->caveats,
			    "of the files queued since it was started, %" PRIu64
			    " are pending, nobody knows whose: they may be "
			    "its own",
			    run->leftovers.nr_pending_unknown);
}

static void check_leftovers(struct run *run)
{
	uint64_t before = run->before.counter[DFPUT_COUNT_leftover];
	uint64_t after = run->after.counter[DFPUT_COUNT_leftover];

	leftovers_caveats(&run->leftovers, after > before ? after - before : 0,
			  &run->caveats);
}

static void check_unreleased(struct run *run)
{
	if (run->unreleased.unknown)
		caveats_add(
			&run->caveats,
			"the list of reapers was cut for %" PRIu64
			" files and rings that are held: nobody knows whose "
			"they are",
			run->unreleased.unknown);
	if (run->unreleased.unseen &&
	    run->unreleased.selected[UNRELEASED_HELD].nr)
		caveats_add(&run->caveats,
			    "%" PRIu64
			    " processes could not be asked whether they hold "
			    "what is held",
			    run->unreleased.unseen);
	if (run->unreleased.perhaps)
		caveats_add(&run->caveats,
			    "living processes hold files with the inode "
			    "numbers of %" PRIu64
			    " of those that are held, and perhaps others",
			    run->unreleased.perhaps);
}

static void collect_caveats(struct run *run, const struct options *options)
{
	if (run->tree.interrupted)
		caveats_add(&run->caveats, "signal %d ended the wait",
			    run->tree.interrupted);
	if (!run->measured) {
		caveats_add(&run->caveats, "%s", error_text());
		return;
	}
	stats_caveats_between(&run->before, &run->last, &run->caveats);
	check_unowned(run, options);
	check_leftovers(run);
	check_unreleased(run);
}

/*
 * What is held before the list, the list before the leftovers: what goes from
 * one to the next in between is in both, rather than in neither. The counters
 * last: what is lost until then is in them. Names of call paths are no part of
 * the measurement.
 */
static int look_at_end(struct run *run, const struct options *options)
{
	int err;

	run->leftovers.tree = &run->tree;
	run->leftovers.reaper = (uint64_t)getpid();
	run->leftovers.limit = options->max_late;
	run->unreleased.query = (struct unreleased_query){
		.not_pending = true,
		.reaper = (uint64_t)getpid(),
		.least_start = run->tree.started,
	};
	err = unreleased_look(&run->unreleased, &run->reader);
	if (!err)
		err = pending_since_load(&run->pending, &run->reader,
					 run->tree.reaped);
	if (!err)
		leftovers_pending(&run->leftovers, &run->pending);
	if (!err)
		err = leftovers_load(&run->leftovers, &run->reader);
	run->ended = number_now();
	if (!err && run->origins.doc &&
	    origins_update(&run->reader, &run->origins))
		complain("run: %s", error_text());
	return err ? err : stats_load(&run->reader, &run->last);
}

static void measure_end(struct run *run, const struct options *options)
{
	int err = stats_load(&run->reader, &run->after);

	if (!err)
		err = watch_window(run, options);
	if (!err)
		err = look_at_end(run, options);
	run->measured = !err;
	collect_caveats(run, options);
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

	for (size_t i = 0; !err && i < sizeof(shown) / sizeof(shown[0]); i++) {
		const struct selection *selection =
			&run->unreleased.selected[shown[i].table];

		if (selection->nr)
			view_note(view, "%s", shown[i].note);
		err = selection_show(selection,
				     &run->unreleased.rows[shown[i].table],
				     shown[i].listing, shown[i].name, NULL,
				     view);
	}
	return err;
}

static void show_tree(struct run *run, struct view *view)
{
	if (run->measured &&
	    (leftovers_show(&run->leftovers, &run->pending, &run->reader,
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
	if (has_window(run, options) &&
	    stats_continuous(&run->before, &run->last, &why) &&
	    stats_grew(&run->after, &run->last))
		show_window(run, view);
}

/* What of the tree is, or was, later than the limit. */
static uint64_t nr_late(const struct run *run)
{
	return run->leftovers.nr_late + run->leftovers.pending.nr +
	       unreleased_count(&run->unreleased) - run->unreleased.perhaps;
}

static void note_verdict(const struct run *run, const struct options *options,
			 struct view *view)
{
	char took[NUMBER_TEXT], limit[NUMBER_TEXT];

	number_ns_short(took, run->ended - run->tree.reaped);
	number_ns_short(limit, options->max_late);
	if (run->tree.interrupted)
		view_note(view,
			  "No verdict: a signal ended the wait after %s of %s.",
			  took, limit);
	else if (nr_late(run))
		view_note(view,
			  "Late: of the files of its processes, %" PRIu64
			  " were released later than %s; %" PRIu64
			  " are pending, %" PRIu64 " held, and %" PRIu64
			  " rings not freed, %s after the last process was "
			  "reaped.",
			  run->leftovers.nr_late, limit,
			  run->leftovers.pending.nr,
			  run->unreleased.selected[UNRELEASED_HELD].nr,
			  run->unreleased.selected[UNRELEASED_RINGS].nr, took);
	else if (run->caveats.nr)
		view_note(view, "No verdict after %s (limit %s).", took, limit);
	else
		view_note(view,
			  "In time: %s after the last of its processes was "
			  "reaped, none of their files was later than %s, and "
			  "none is pending, held, or in a ring.",
			  took, limit);
}

static void show_verdict(const struct run *run, const struct options *options,
			 struct view *view)
{
	if (!has_limit(options))
		return;
	view_number(view, "late", nr_late(run));
	view_number(view, "waited_ns", run->ended - run->tree.reaped);
	view_number(view, "max_late_ns", options->max_late);
	note_verdict(run, options, view);
}

static int show_selected(struct run *run, const struct selection *selection,
			 const char *name, const char *when, struct view *view)
{
	if (!selection->nr)
		return 0;
	view_note(view,
		  "On the whole machine, queued %s its last process was "
		  "reaped, and pending now:",
		  when);
	return selection_show(selection, &run->pending.rows, &listing_pending,
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
	if (err || !has_window(run, options))
		return err;
	view_number(view, "left_after", run->pending.after.nr);
	return show_selected(run, &run->pending.after, "pending_after", "after",
			     view);
}

static int write_report(struct run *run, const struct options *options,
			const char *program)
{
	struct view view;

	view_begin(&view, run->out, options->json);
	header_show(&run->reader, options->command->name, &view);
	show_status(run, program, &view);
	show_tree(run, &view);
	show_windows(run, options, &view);
	if (run->measured && show_pending_around(run, options, &view))
		complain("run: %s", error_text());
	if (run->measured)
		show_verdict(run, options, &view);
	listing_caveats(&run->caveats, &view);
	return cmd_end(&run->reader, &view);
}

static int exit_status(const struct run *run, const struct options *options)
{
	if (has_limit(options) && run->caveats.nr)
		return STATUS_UNKNOWN;
	if (has_limit(options) && nr_late(run))
		return STATUS_AGAINST;
	if (run->tree.interrupted)
		return 128 + run->tree.interrupted;
	return supervise_status(&run->tree);
}

static int run_program(struct run *run, const struct options *options)
{
	int status = supervise_start(&run->tree, options->argv);

	if (status)
		return status;
	supervise_reap(&run->tree);
	measure_end(run, options);
	status = exit_status(run, options);
	if (write_report(run, options, options->argv[0]))
		status = has_limit(options) ? STATUS_UNKNOWN : STATUS_FAILED;
	supervise_end(&run->tree);
	return status;
}

int cmd_run(const struct options *options)
{
	struct run run = { .out = stderr };
	int status = has_limit(options) ? STATUS_UNKNOWN : STATUS_FAILED;

	if (!options->argc)
		return options_usage("run: which program?");
	if (!prepare_run(&run, options)) {
		status = STATUS_FAILED;
		if (!open_report(&run, options))
			status = run_program(&run, options);
	}
	if (run.out != stderr)
		fclose(run.out);
	leftovers_free(&run.leftovers);
	unreleased_free(&run.unreleased);
	origins_free(&run.origins);
	pending_since_free(&run.pending);
	reader_close(&run.reader);
	return status;
}
