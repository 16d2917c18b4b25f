// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput wait: wait until nothing is left of a process, of what is mounted
 * somewhere, of a file, of a module, of rings, of the list, or of all; or until a
 * superblock is gone and its device free.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/event_loop.h"
#include "analysis/sb_shutdown.h"
#include "analysis/unreleased.h"
#include "cmd/wait_list.h"
#include "debugfs/listing.h"
#include "debugfs/origins.h"
#include "debugfs/stats.h"
#include "debugfs/target.h"
#include "debugfs/trust.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/progress.h"
#include "proc/devices.h"
#include "proc/fstype.h"
#include "proc/mountpoint.h"
#include "proc/named.h"
#include "proc/process.h"

#define TEXT 200

/* How long to wait for what perhaps is not part of it. */
#define PATIENCE_NS (10 * NUMBER_NS_PER_SEC)

/**
 * struct waiting - one wait for what is not released
 * @unreleased: what is not
 * @process: of which process, fd -1 if of none
 * @lives: it lives
 * @lived: it did at the first look
 * @path: of the file or mount point, or NULL
 * @device: of which superblock, "" if of none
 * @unclear: number_now() since which all that is left is only perhaps part of it, 0:
 *	more is left
 * @before: counters at the beginning
 * @caveats: why there is no clean verdict
 */
struct waiting {
	struct unreleased unreleased;
	struct process process;
	bool lives;
	bool lived;
	const char *path;
	char device[DEVICES_TEXT];
	uint64_t unclear;
	struct stats before;
	struct caveats caveats;
};

static void describe_waiting(const struct waiting *waiting, char text[TEXT])
{
	if (waiting->lives)
		snprintf(text, TEXT, "process %" PRIu64 " %s",
			 waiting->process.pid,
			 process_is_exiting(&waiting->process) ?
				 "is in its exit" :
				 "lives");
	else
		unreleased_text(&waiting->unreleased, text, TEXT);
}

/* That may never be told: do not wait for ever. */
static bool is_hopeless(struct waiting *waiting)
{
	uint64_t nr = unreleased_count(&waiting->unreleased);

	if (!nr || nr > unreleased_perhaps(&waiting->unreleased))
		waiting->unclear = 0;
	else if (!waiting->unclear)
		waiting->unclear = number_now();
	return waiting->unclear &&
	       number_now() - waiting->unclear >= PATIENCE_NS;
}

static int look_at_waiting(struct wait *wait)
{
	struct waiting *waiting = wait->what;
	char text[TEXT];
	int err;

	waiting->lives = !waiting->unreleased.query.rings &&
			 process_lives(&waiting->process);
	waiting->lived |= waiting->lives;
	wait->deaf = waiting->lives;
	wait->process = waiting->lives ? waiting->process.fd : -1;
	wait->left = 1;
	if (!waiting->lives) {
		err = unreleased_look(&waiting->unreleased, wait->reader);
		if (err)
			return err;
		wait->left = unreleased_count(&waiting->unreleased);
		wait->stop = is_hopeless(waiting);
	}
	describe_waiting(waiting, text);
	if (wait->left)
		progress_show(wait->begun, text);
	return 0;
}

/* Return: 0, or STATUS_FAILED. */
static int set_process(struct waiting *waiting, uint64_t pid)
{
	struct process *process = &waiting->process;
	struct unreleased_query *query = &waiting->unreleased.query;
	int err = process_open(process, pid);

	if (err) {
		complain(err == -EINVAL ? "wait: --pid: %" PRIu64
					  " is a thread, not a process%s" :
					  "wait: --pid: %" PRIu64
					  " cannot be waited for: %s",
			 pid, err == -EINVAL ? "" : strerror(-err));
		return STATUS_FAILED;
	}
	query->pid = pid;
	query->least_start = process->least_start;
	query->most_start = process->most_start;
	return 0;
}

/* Return: 0, or STATUS_FAILED. */
static int set_mount(struct waiting *waiting, const char *path,
		     const struct reader *reader)
{
	struct unreleased_query *query = &waiting->unreleased.query;
	dev_t super;

	if (target_mount(reader, path, &super)) {
		complain("wait: %s", error_text());
		return STATUS_FAILED;
	}
	waiting->path = path;
	query->device = devices_text(waiting->device, super);
	query->stacked = !locate_is_alone(reader->mountinfo, super);
	return 0;
}

static int set_named(struct waiting *waiting, const struct options *options,
		     const struct mounts *mounts)
{
	struct unreleased_query *query = &waiting->unreleased.query;
	const char *path = options->file;
	struct named named;
	int err = named_find(&named, mounts, options->root, path);

	if (err || !named.mount) {
		complain("wait: --file: %s: %s", path,
			 err ? strerror(-err) :
			       "it is on no mount that can be seen");
		return STATUS_FAILED;
	}
	waiting->path = path;
	query->device = devices_text(waiting->device, named.mount->super);
	query->inode = named_inode(&named, options->root, path);
	query->ambiguous = !fstype_has_unique_inodes(named.mount->fstype);
	query->stacked = !fstype_is_alone(named.mount->fstype);
	return 0;
}

/* Return: 0, or STATUS_FAILED. */
static int set_file(struct waiting *waiting, const struct options *options)
{
	struct mounts mounts;
	int err = mounts_scan(&mounts, options->root);

	if (err)
		complain("wait: cannot read %s/proc: %s", options->root,
			 strerror(-err));
	err = err ? STATUS_FAILED : set_named(waiting, options, &mounts);
	mounts_free(&mounts);
	return err;
}

/* Return: as of reader_host(): a file of sysfs, which has _ where names have -. */
static ssize_t read_module(const struct reader *reader, const char *module,
			   const char *file, char text[NUMBER_TEXT])
{
	char *path = alloc_text("sys/module/%s/%s", module, file), *at = path;
	ssize_t got;

	while ((at = strchr(at, '-')))
		*at = '_';
	got = reader_host(reader, path, text, NUMBER_TEXT);
	free(path);
	return got;
}

/* Return: 0, or STATUS_FAILED. */
static int set_module(struct waiting *waiting, const char *module,
		      const struct reader *reader)
{
	char text[NUMBER_TEXT];

	waiting->unreleased.query.module = module;
	if (read_module(reader, module, "initstate", text) > 0)
		return 0;
	complain(
		"wait: --module: %s is not loaded, or is built into the kernel",
		module);
	return STATUS_FAILED;
}

static int begin_wait(struct waiting *waiting, struct reader *reader)
{
	char how[TRUST_HOW];
	int err = trust_caveats(reader, how, &waiting->caveats);

	return err ? err : stats_load(reader, &waiting->before);
}

/* In a saved copy no time goes by. */
static bool stands_still(const struct stats *before, const struct stats *after)
{
	return before->gauge[DFPUT_GAUGE_measuring_ns] ==
	       after->gauge[DFPUT_GAUGE_measuring_ns];
}

static int check_release(struct waiting *waiting, struct reader *reader,
			 int result)
{
	struct stats after;
	const char *why;
	int err = stats_load(reader, &after);

	if (err)
		return err;
	stats_caveats(&after, &waiting->caveats);
	if (!stands_still(&waiting->before, &after) &&
	    !stats_continuous(&waiting->before, &after, &why))
		caveats_add(&waiting->caveats, "%s", why);
	if (result == WAIT_UNSETTLED)
		caveats_add(&waiting->caveats,
			    "files were released during each look: one may "
			    "have been missed between the tables");
	unreleased_caveats(&waiting->unreleased, &waiting->caveats);
	return 0;
}

static void note_module(const char *module, const struct reader *reader,
			struct view *view)
{
	char text[NUMBER_TEXT];
	uint64_t count;

	if (!module || read_module(reader, module, "refcnt", text) <= 0 ||
	    number_parse(text, &count))
		return;
	view_number(view, "use_count", count);
	view_note(
		view,
		"Use count of %s: %s. It also counts living processes and other uses, which are not waited for.",
		module, text);
}

static void note_living(const struct waiting *waiting, struct view *view)
{
	char count[NUMBER_TEXT];

	if (waiting->path)
		view_note(
			view,
			"Living processes that use %s are not waited for: 'dfput why %s' shows them.",
			waiting->path, waiting->path);
	if (waiting->unreleased.living)
		view_note(view,
			  "Not waited for: %s that living processes hold.",
			  number_count(count, waiting->unreleased.living,
				       "file"));
	if (waiting->unreleased.unseen)
		view_note(view, "%s could not be asked for open files.",
			  number_count(count, waiting->unreleased.unseen,
				       "process"));
}

/* A reset also forgets what was lost, and that may still be held. */
static void note_begin(const struct waiting *waiting, struct view *view)
{
	uint64_t ns = waiting->before.gauge[DFPUT_GAUGE_measuring_ns];
	char time[NUMBER_TEXT];

	view_number(view, "counted_ns", ns);
	if (!waiting->lived)
		view_note(
			view,
			"Counted for %s, since load, start or reset: what was "
			"left or lost before is not seen.",
			number_ns_short(time, ns));
}

static enum status judge_release(const struct waiting *waiting, int result)
{
	if (result == WAIT_LATE && !waiting->unclear)
		return STATUS_AGAINST;
	return waiting->caveats.nr ? STATUS_UNKNOWN : STATUS_OK;
}

static int show_rows(const struct waiting *waiting, const char *rules,
		     struct reader *reader, struct view *view)
{
	struct origins origins;
	int err = origins_load(reader, rules, &origins);

	if (!err)
		err = unreleased_show(&waiting->unreleased, &origins, view);
	origins_free(&origins);
	return err;
}

static int show_release(struct waiting *waiting, int result, uint64_t waited,
			const char *rules, struct reader *reader,
			struct view *view)
{
	enum status status = judge_release(waiting, result);
	char text[TEXT], took[NUMBER_TEXT];
	int err;

	number_ns_short(took, waited);
	describe_waiting(waiting, text);
	if (!waiting->unreleased.query.rings)
		view_bool(view, "lives", waiting->lives);
	if (result == WAIT_LATE || result == WAIT_STOPPED)
		cmd_say(view, status, &waiting->caveats, "Left after %s: %s",
			took, text);
	else
		cmd_say(view, status, &waiting->caveats,
			"Nothing is left, after %s", took);
	err = show_rows(waiting, rules, reader, view);
	if (err)
		return err;
	note_module(waiting->unreleased.query.module, reader, view);
	note_living(waiting, view);
	note_begin(waiting, view);
	listing_caveats(&waiting->caveats, view);
	return status;
}

static int wait_for_release(struct waiting *waiting,
			    const struct options *options,
			    struct reader *reader, struct view *view)
{
	struct wait wait = {
		.reader = reader,
		.file = "held",
		.look = look_at_waiting,
		.what = waiting,
		.process = -1,
		.timeout = options->timeout,
		.first_nap = WAIT_MAX_NAP_NS,
		.max_nap = WAIT_MAX_NAP_NS,
		/* What a ring has goes to the list, and never back. */
		.conclusive = waiting->unreleased.query.rings,
	};
	uint64_t waited;
	int result, err = begin_wait(waiting, reader);

	if (err)
		return err;
	if (!waiting->before.gauge[DFPUT_GAUGE_enabled])
		return cmd_refuse_off(view);
	result = wait_for(&wait);
	waited = number_now() - wait.begun;
	view_number(view, "waited_ns", waited);
	if (result < 0)
		return result;
	err = check_release(waiting, reader, result);
	return err ? err :
		     show_release(waiting, result, waited, options->rules,
				  reader, view);
}

static int wait_until_released(const struct options *options,
			       struct reader *reader, struct view *view)
{
	struct waiting waiting = {
		.process = { .fd = -1 },
		.unreleased.query.rings = options->rings,
	};
	int result = 0;

	if (options->pid)
		result = set_process(&waiting, options->pid);
	if (options->file)
		result = set_file(&waiting, options);
	if (options->module)
		result = set_module(&waiting, options->module, reader);
	if (options->mount)
		result = set_mount(&waiting, options->mount, reader);
	if (!result)
		result = wait_for_release(&waiting, options, reader, view);
	unreleased_free(&waiting.unreleased);
	process_close(&waiting.process);
	return result;
}

static int look_at_shutdown(struct wait *wait)
{
	int err = sb_shutdown_look(wait);

	if (!err && wait->left)
		progress_show(wait->begun, sb_shutdown_text(wait->what));
	return err;
}

/* Only what could make the verdict wrong: what is seen to be free is free. */
static void check_shutdown(const struct sb_shutdown *shutdown,
			   struct caveats *caveats)
{
	if (shutdown->is_free && shutdown->nr_alive)
		caveats_add(caveats,
			    "the device is free, but the superblock was not "
			    "seen to go");
	else if (shutdown->nr_unknown)
		caveats_add(caveats,
			    "the superblock is not watched to its end");
	if (shutdown->block && !shutdown->path)
		caveats_add(caveats,
			    "the device has no special file in /dev to open");
}

static enum status judge_shutdown(const struct caveats *caveats, int result)
{
	if (result == WAIT_LATE)
		return STATUS_AGAINST;
	return caveats->nr || result == WAIT_STOPPED ? STATUS_UNKNOWN :
						       STATUS_OK;
}

static void say_shutdown(const struct sb_shutdown *shutdown, int result,
			 uint64_t waited, const struct caveats *caveats,
			 struct view *view)
{
	enum status status = judge_shutdown(caveats, result);
	char took[NUMBER_TEXT];

	number_ns_short(took, waited);
	if (shutdown->is_removed)
		cmd_say(view, status, caveats,
			"There is no device %s any more, after %s",
			shutdown->path, took);
	else if (shutdown->is_free)
		cmd_say(view, status, caveats,
			"%s can be opened exclusively, after %s",
			shutdown->path, took);
	else if (result == WAIT_EMPTY)
		cmd_say(view, status, caveats,
			"The superblock is gone, after %s", took);
	else
		cmd_say(view, status, caveats, "After %s, %s", took,
			sb_shutdown_text(shutdown));
	if (!shutdown->nr_ids && !shutdown->is_free)
		view_note(view,
			  "dfput has not seen its superblock; 'dfput why' may "
			  "tell what keeps it busy.");
}

/* What was lost makes no verdict wrong, but is told. */
static int show_shutdown_result(const struct sb_shutdown *shutdown, int result,
				uint64_t waited, struct reader *reader,
				struct view *view)
{
	struct caveats caveats = { 0 };
	enum status status;
	struct stats stats;
	int err;

	check_shutdown(shutdown, &caveats);
	status = judge_shutdown(&caveats, result);
	view_number(view, "waited_ns", waited);
	say_shutdown(shutdown, result, waited, &caveats, view);
	err = sb_shutdown_show(shutdown, view);
	if (!err)
		err = stats_load(reader, &stats);
	if (err)
		return err;
	stats_caveats(&stats, &caveats);
	listing_caveats(&caveats, view);
	return status;
}

static int wait_for_shutdown(struct sb_shutdown *shutdown,
			     const struct options *options,
			     struct reader *reader, struct view *view)
{
	struct wait wait = {
		.reader = reader,
		.file = "superblocks",
		.look = look_at_shutdown,
		.what = shutdown,
		.process = -1,
		.timeout = options->timeout,
		.conclusive = true,
	};
	struct stats stats;
	int result = stats_load(reader, &stats);

	if (result)
		return result;
	/* A device tells us itself when it is free. */
	if (!shutdown->path && !stats.gauge[DFPUT_GAUGE_enabled])
		return cmd_refuse_off(view);
	result = wait_for(&wait);
	if (result < 0)
		return result;
	return show_shutdown_result(shutdown, result, number_now() - wait.begun,
				    reader, view);
}

static int show_shutdown(const struct options *options, struct reader *reader,
			 struct view *view)
{
	struct sb_shutdown shutdown = { 0 };
	int result = sb_shutdown_find(&shutdown, reader, options->super);

	if (!result) {
		result = wait_for_shutdown(&shutdown, options, reader, view);
	} else if (result != -EIO && result != -EPROTO) {
		complain("wait: %s", error_text());
		result = STATUS_FAILED;
	}
	sb_shutdown_free(&shutdown);
	return result;
}

int cmd_wait(const struct options *options)
{
	int nr = options->all + options->list + options->rings +
		 !!options->file + !!options->module + !!options->mount +
		 !!options->super + (options->pid && !options->rings);

	if (nr != 1)
		return options_usage(
			"wait: for what? One of --file, --module, --mount, --super, --pid, --rings, --list and --all");
	return cmd_judge(options, options->super ? show_shutdown :
				  options->list	 ? wait_list :
						   wait_until_released);
}
