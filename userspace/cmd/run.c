// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput run: run a program, and say which files outlived its process tree, and
 * what went over the list meanwhile on the whole machine. With --max-late, go on
 * watching for so long, and say whether any file of the tree was later.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/run.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/progress.h"

bool run_has_limit(const struct options *options)
{
	return options->max_late != UINT64_MAX;
}

bool run_has_window(const struct run *run, const struct options *options)
{
	return run_has_limit(options) && run->tree.all_reaped;
}

static int drop(struct document *doc, void *context)
{
	(void)doc;
	(void)context;
	return 0;
}

/* All that has to be known before anything is run. */
static int prepare_run(struct run *run, const struct options *options)
{
	struct document *doc = NULL;
	int err = reader_open(&run->reader, options->input, options->root);

	if (!err)
		err = trust_caveats(&run->reader, run->how, &run->caveats);
	if (!err)
		err = reader_load_each(&run->reader, "pending", drop, NULL,
				       &doc);
	document_free(doc);
	if (!err)
		err = origins_load(&run->reader, options->rules, &run->origins);
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

/* Is this descriptor open for writing? The program does not get it. */
static int take_descriptor(uint64_t number, const char *option)
{
	int fd = number > INT_MAX ? -1 : (int)number;
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY &&
	    (fd <= STDERR_FILENO || !fcntl(fd, F_SETFD, FD_CLOEXEC)))
		return fd;
	complain("run: not run, as --%s: %" PRIu64 " is not open for writing",
		 option, number);
	return -1;
}

/* Return: the stream for the report, or NULL when it has complained. */
static FILE *open_report(const struct options *options)
{
	FILE *file = NULL;
	int fd;

	if (options->log_fd) {
		fd = take_descriptor(options->log_fd, "log-fd");
		if (fd < 0)
			return NULL;
		file = fdopen(fd, "w");
	} else if (options->report) {
		file = fopen(options->report, "we");
	} else {
		return stderr;
	}
	if (!file)
		complain("run: not run, as the report %s cannot be written: %s",
			 options->report ? options->report : "",
			 strerror(errno));
	return file;
}

/*
 * A file that a kernel thread holds comes when that thread is done with it, so
 * that the list is empty once says nothing: only the whole of the time does.
 */
static int watch_window(struct run *run, const struct options *options)
{
	uint64_t until = number_after(run->tree.reaped, options->max_late);
	int err = 0;

	while (!err && run_has_window(run, options) && !run->tree.interrupted &&
	       number_now() < until) {
		uint64_t next = number_after(number_now(), NUMBER_NS_PER_SEC);

		progress_show(run->tree.reaped, "watching for late files");
		err = supervise_watch(&run->tree, next < until ? next : until);
	}
	progress_end();
	if (!err)
		return 0;
	return error_set(err, "cannot wait: %s", strerror(-err));
}

/* Files without a known owner may be the tree's. */
static void check_unowned(struct run *run, const struct options *options)
{
	uint64_t before = run->before.counter[DFPUT_COUNT_unowned];
	uint64_t last = run->last.counter[DFPUT_COUNT_unowned];
	char count[NUMBER_TEXT];

	if (last > before)
		caveats_add(&run->caveats,
			    "unowned grew by %" PRIu64
			    " (%s): they may be its own",
			    last - before,
			    stats_counters[DFPUT_COUNT_unowned].meaning);
	if (run->last.lacks[DFPUT_COUNT_unowned])
		caveats_add(&run->caveats, "the module does not count unowned");
	if (run_has_limit(options) && run->leftovers.nr_pending_unknown)
		caveats_add(
			&run->caveats,
			"%s queued since it was started, and pending, may be its own",
			number_count(count, run->leftovers.nr_pending_unknown,
				     "file"));
}

static void check_leftovers(struct run *run)
{
	uint64_t before = stats_late(&run->before);
	uint64_t after = stats_late(&run->after);

	leftovers_caveats(&run->leftovers, after > before ? after - before : 0,
			  &run->caveats);
}

static void check_unreleased(struct run *run)
{
	char count[NUMBER_TEXT];

	unreleased_caveats(&run->unreleased, &run->caveats);
	if (run->unreleased.unseen && run->unreleased.rows[UNRELEASED_HELD].nr)
		caveats_add(
			&run->caveats, "%s could not be asked for open files",
			number_count(count, run->unreleased.unseen, "process"));
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

uint64_t run_nr_late(const struct run *run)
{
	return run->leftovers.nr_late + run->leftovers.pending.nr +
	       unreleased_count(&run->unreleased) -
	       unreleased_perhaps(&run->unreleased);
}

static enum run_verdict judge_run(const struct run *run,
				  const struct options *options)
{
	if (!run_has_limit(options))
		return RUN_NONE;
	if (run->caveats.nr)
		return RUN_UNKNOWN;
	return run_nr_late(run) ? RUN_LATE : RUN_IN_TIME;
}

static int program_status(const struct run *run)
{
	if (run->tree.interrupted)
		return 128 + run->tree.interrupted;
	return supervise_status(&run->tree);
}

static void keep_result(const struct run *run, enum run_verdict verdict,
			struct run_results *results)
{
	struct run_result *result;

	results->result =
		alloc_more(results->result, results->nr, sizeof(*result));
	result = &results->result[results->nr++];
	*result = (struct run_result){
		.status = program_status(run),
		.elapsed = run->tree.reaped - run->tree.started,
		.outlived = run->leftovers.rows.nr,
		.worst = run->leftovers.worst,
		.late = run_nr_late(run),
		.verdict = verdict,
	};
	if (verdict > results->verdict)
		results->verdict = verdict;
	for (size_t i = 0; i < run->caveats.nr; i++)
		caveats_add(&results->caveats, "run %zu: %s", results->nr,
			    run->caveats.text[i]);
}

static int report_run(struct run *run, const struct options *options,
		      enum run_verdict verdict,
		      const struct run_results *results, FILE *out)
{
	if (options->tap)
		return run_tap(run, options, verdict, results->nr, out);
	if (options->repeat <= 1)
		return run_report(run, options, verdict, out);
	if (results->nr < options->repeat && !run->tree.interrupted)
		return 0;
	return run_report_all(results, &run->reader, options, out);
}

static void free_run(struct run *run)
{
	leftovers_free(&run->leftovers);
	unreleased_free(&run->unreleased);
	origins_free(&run->origins);
	pending_since_free(&run->pending);
	reader_close(&run->reader);
}

/* Return: 0, or the exit status if the program could not be run, or not reported. */
static int run_once(const struct options *options, struct run_results *results,
		    FILE *out)
{
	enum run_verdict verdict;
	struct run run = { 0 };
	int status = STATUS_OWN;

	if (!prepare_run(&run, options))
		status = supervise_start(&run.tree, options->argv);
	if (!status) {
		supervise_reap(&run.tree);
		measure_end(&run, options);
		verdict = judge_run(&run, options);
		keep_result(&run, verdict, results);
		if (report_run(&run, options, verdict, results, out))
			status = STATUS_OWN;
		if (run.tree.interrupted)
			results->interrupted = true;
		supervise_end(&run.tree);
	}
	free_run(&run);
	return status;
}

/* One line, for scripts. */
static int tell_verdict(const struct run_results *results, int fd)
{
	uint64_t worst = 0, late = 0;

	for (size_t i = 0; i < results->nr; i++) {
		late += results->result[i].late;
		if (results->result[i].worst > worst)
			worst = results->result[i].worst;
	}
	if (dprintf(fd,
		    "verdict=%s late=%" PRIu64 " lateness_max_ns=%" PRIu64 "\n",
		    run_verdicts[results->verdict], late, worst) > 0)
		return 0;
	complain("run: cannot write the verdict: %s", strerror(errno));
	return -1;
}

/* The verdict, unless it has a channel of its own; then the first failure. */
static int exit_status(const struct run_results *results,
		       const struct options *options)
{
	if (!options->verdict_fd && results->verdict == RUN_UNKNOWN)
		return STATUS_UNKNOWN;
	if (!options->verdict_fd && results->verdict == RUN_LATE)
		return STATUS_AGAINST;
	for (size_t i = 0; i < results->nr; i++)
		if (results->result[i].status)
			return results->result[i].status;
	return STATUS_OK;
}

static int run_all(const struct options *options, int verdict_fd, FILE *out)
{
	uint64_t nr = options->repeat ? options->repeat : 1;
	struct run_results results = { 0 };
	int status = 0;

	if (options->tap && run_tap_begin(options, out))
		status = STATUS_OWN;
	while (!status && results.nr < nr && !results.interrupted)
		status = run_once(options, &results, out);
	if (verdict_fd >= 0 && results.nr && tell_verdict(&results, verdict_fd))
		status = STATUS_OWN;
	if (!status)
		status = exit_status(&results, options);
	free(results.result);
	return status;
}

static int check_usage(const struct options *options)
{
	if (!options->argc)
		return options_usage(
			"run: which program? A path, or a name in PATH");
	if (options->report && options->log_fd)
		return options_usage("run: either --report or --log-fd");
	if (options->tap && options->json)
		return options_usage("run: either --tap or --json");
	return 0;
}

int cmd_run(const struct options *options)
{
	int verdict_fd = -1, status;
	FILE *out;

	if (check_usage(options))
		return STATUS_OWN;
	if (options->verdict_fd)
		verdict_fd = take_descriptor(options->verdict_fd, "verdict-fd");
	out = options->verdict_fd && verdict_fd < 0 ? NULL :
						      open_report(options);
	if (!out)
		return STATUS_OWN;
	status = run_all(options, verdict_fd, out);
	if (out != stderr && fclose(out))
		status = STATUS_OWN;
	return status;
}
