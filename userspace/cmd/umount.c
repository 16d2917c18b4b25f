// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput umount: unmount. If only late files are in the way, wait for them and try
 * again; otherwise say what is in the way.
 *
 * The module's row of our own attempt says what was in the way. We try again when
 * events tell that there is less of it, and each second anyway.
 */
#include <errno.h>
#include <inttypes.h>
#include <libmount.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dfput/words.h>

#include "analysis/event_loop.h"
#include "analysis/unreleased.h"
#include "cmd/cmd.h"
#include "debugfs/header.h"
#include "debugfs/rows.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/progress.h"
#include "proc/devices.h"
#include "why/why.h"

#define PATIENCE_NS (10 * NUMBER_NS_PER_SEC)
#define TEXT 256
#define WORD 32

/*
 * What the column why of an umount says, and what to do: wait, or not, or find
 * out whether what is held is held by a living process.
 */
static const struct reason {
	const char *name;
	const char *meaning;
} reasons[] = {
#define REASON(id, word, meaning) { word, meaning },
	DFPUT_WHYS(REASON)
#undef REASON
};

static const char *say_reason(const struct reason *reason)
{
	return reason == &reasons[DFPUT_WHY_OTHER] ?
		       "no late file or ring of it was in the way" :
		       reason->meaning;
}

static const enum {
	GIVE_UP,
	WAIT,
	WAIT_UNLESS_LIVING,
	WAIT_FOR_LOOP
} reactions[] = {
	[DFPUT_WHY_NOT_BUSY] = GIVE_UP,
	[DFPUT_WHY_DEFERRAL] = WAIT,
	[DFPUT_WHY_DEFERRAL_PERHAPS] = WAIT,
	[DFPUT_WHY_RING] = WAIT,
	[DFPUT_WHY_RING_PERHAPS] = WAIT,
	[DFPUT_WHY_HELD] = WAIT_UNLESS_LIVING,
	[DFPUT_WHY_OTHER] = WAIT_FOR_LOOP,
	[DFPUT_WHY_UNKNOWN] = GIVE_UP,
};

/* Columns of umounts. */
enum { ENDED, PID, PENDING, HELD, RINGS, WHY, DEVICE, MOUNT, NR_NUMBERS = WHY };

/**
 * struct umounting - an umount, attempt by attempt
 * @target: where
 * @reader: the module's directory, NULL without
 * @busy: the last attempt failed with EBUSY
 * @error: what else it said, "" for nothing
 * @reason: why it was busy, NULL: not known
 * @row: numbers of the row of the last attempt
 * @device: its superblock
 * @mount: the mount, as the module tells them apart
 * @unreleased: what of that mount is not released
 * @tried: number_now() after the last attempt
 * @first_busy: number_now() after the first
 * @attempts: how many
 * @passing: no late file of that mount, but what else keeps it will go, or is gone
 * @unexplained: nothing else was found when we last looked
 * @waited_for: which reasons were waited for
 */
struct umounting {
	const char *target;
	struct reader *reader;
	bool busy;
	char error[TEXT];
	const struct reason *reason;
	uint64_t row[NR_NUMBERS];
	char device[WORD];
	char mount[WORD];
	struct unreleased unreleased;
	uint64_t tried;
	uint64_t first_busy;
	uint64_t attempts;
	bool passing;
	bool unexplained;
	bool waited_for[NR(reasons)];
};

/* One attempt, as umount(8) would make it, helpers and utab included. */
static void try_umount(struct umounting *umounting)
{
	struct libmnt_context *context = mnt_new_context();
	int rc;

	umounting->attempts++;
	umounting->busy = false;
	if (!context || mnt_context_set_target(context, umounting->target)) {
		snprintf(umounting->error, TEXT, "not enough memory");
		mnt_free_context(context);
		return;
	}
	rc = mnt_context_umount(context);
	*umounting->error = '\0';
	umounting->busy = mnt_context_syscall_called(context) &&
			  mnt_context_get_syscall_errno(context) == EBUSY;
	if (mnt_context_get_excode(context, rc, umounting->error, TEXT) &&
	    !*umounting->error)
		snprintf(umounting->error, TEXT, "it could not be unmounted");
	umounting->tried = number_now();
	if (umounting->attempts == 1)
		umounting->first_busy = umounting->tried;
	mnt_free_context(context);
}

static const struct reason *find_reason(const char *name)
{
	for (size_t i = 0; i < NR(reasons); i++)
		if (!strcmp(reasons[i].name, name))
			return &reasons[i];
	return NULL;
}

static void take_umount_row(struct umounting *umounting,
			    const struct rows *rows, size_t row)
{
	for (int column = 0; column < NR_NUMBERS; column++)
		umounting->row[column] = rows_number(rows, row, column);
	umounting->reason = find_reason(rows_text(rows, row, WHY));
	snprintf(umounting->device, WORD, "%s", rows_text(rows, row, DEVICE));
	snprintf(umounting->mount, WORD, "%s", rows_text(rows, row, MOUNT));
}

/* Our newest attempt, if it is newer than the one before. A row may have several. */
static int find_own_row(struct umounting *umounting)
{
	static const char *const names[] = {
		"#ended_ns",   "#pid",	 "#pending_mount",
		"#held_mount", "#rings", "why",
		"device",      "mount",	 NULL,
	};
	struct rows rows;
	int err = rows_load(&rows, umounting->reader, "umounts", names);

	umounting->reason = NULL;
	for (size_t row = 0; !err && row < rows.nr; row++)
		if (rows_number(&rows, row, PID) == (uint64_t)getpid() &&
		    rows_number(&rows, row, ENDED) > umounting->row[ENDED])
			take_umount_row(umounting, &rows, row);
	rows_free(&rows);
	return err;
}

static bool is_other(const struct umounting *umounting)
{
	return umounting->reason == &reasons[DFPUT_WHY_OTHER];
}

static int look_at_unreleased(struct umounting *umounting)
{
	struct unreleased *unreleased = &umounting->unreleased;

	unreleased->query.device = umounting->device;
	unreleased->query.mount = is_other(umounting) ? NULL : umounting->mount;
	return unreleased_look(unreleased, umounting->reader);
}

/*
 * The module does not know which file is the image of a loop device. What was in the
 * way may have gone before we look: that is worth one more attempt.
 */
static int look_for_loop(struct umounting *umounting)
{
	const struct why_query query = {
		.target = umounting->target,
		.root = "",
		.reader = umounting->reader,
		.busy = true,
	};
	dev_t device = 0;
	struct why why;
	int err = why_find(&why, &query);

	if (!err) {
		umounting->passing =
			why_passing(&why, &device) ||
			(!why.found_mount && !umounting->unexplained);
		umounting->unexplained = !why.found_mount;
	}
	if (device)
		devices_text(umounting->device, device);
	why_free(&why);
	return err;
}

/* Is what is left bound to go, without anybody's doing? */
static bool can_wait(const struct umounting *umounting)
{
	const struct reason *reason = umounting->reason;

	if (!reason)
		return false;
	switch (reactions[reason - reasons]) {
	case WAIT:
		return true;
	case WAIT_UNLESS_LIVING:
		return !umounting->unreleased.living;
	case WAIT_FOR_LOOP:
		return umounting->passing;
	default:
		return false;
	}
}

/* Is less in the way than at the last attempt, or is it time to try anyway? */
static bool is_due(const struct umounting *umounting)
{
	const struct unreleased *unreleased = &umounting->unreleased;
	const uint64_t *row = umounting->row;

	if (!umounting->attempts ||
	    number_now() - umounting->tried >= WAIT_MAX_NAP_NS)
		return true;
	if (unreleased->rows[UNRELEASED_PENDING].nr)
		return false;
	return row[PENDING] ||
	       unreleased->rows[UNRELEASED_HELD].nr + unreleased->living <
		       row[HELD] ||
	       unreleased->rows[UNRELEASED_RINGS].nr < row[RINGS] ||
	       !unreleased_count(unreleased);
}

static int attempt_umount(struct umounting *umounting, struct wait *wait)
{
	int err;

	try_umount(umounting);
	wait->left = umounting->busy;
	wait->stop = !umounting->busy;
	if (!umounting->busy)
		return 0;
	err = find_own_row(umounting);
	/* Rings that come later are in the way of nothing that was here. */
	unreleased_free(&umounting->unreleased);
	umounting->unreleased = (struct unreleased){ 0 };
	if (!err && is_other(umounting))
		err = look_for_loop(umounting);
	if (!err && umounting->reason)
		err = look_at_unreleased(umounting);
	wait->stop = !can_wait(umounting);
	if (!err && !wait->stop)
		umounting->waited_for[umounting->reason - reasons] = true;
	return err;
}

static int look_and_attempt(struct wait *wait)
{
	struct umounting *umounting = wait->what;
	char text[TEXT];
	int err = 0;

	wait->left = 1;
	if (umounting->attempts)
		err = look_at_unreleased(umounting);
	if (!err && is_due(umounting))
		err = attempt_umount(umounting, wait);
	if (err || !wait->left || wait->stop)
		return err;
	unreleased_text(&umounting->unreleased, text, sizeof(text));
	progress_show(wait->begun, text);
	return 0;
}

static int umount_or_wait(struct umounting *umounting, uint64_t timeout)
{
	struct wait wait = {
		.reader = umounting->reader,
		.file = "held",
		.look = look_and_attempt,
		.what = umounting,
		.process = -1,
		.timeout = timeout,
		.first_nap = WAIT_MAX_NAP_NS,
		.max_nap = WAIT_MAX_NAP_NS,
		.conclusive = true,
	};

	return wait_for(&wait);
}

static void show_waits(const struct umounting *umounting, struct view *view)
{
	view_texts(view, "waited_for", NULL);
	for (size_t i = 0; i < NR(reasons); i++) {
		if (!umounting->waited_for[i])
			continue;
		view_texts(view, "waited_for", reasons[i].name);
		view_note(
			view, "Waited, because of %s: %s.", reasons[i].name,
			reactions[i] == WAIT_FOR_LOOP ?
				"a loop device that detaches itself, or something gone" :
				reasons[i].meaning);
	}
}

static void show_attempts(const struct umounting *umounting, struct view *view)
{
	uint64_t waited = umounting->tried - umounting->first_busy;
	bool done = !umounting->busy && !*umounting->error;
	char when[TEXT] = "at the first attempt", took[NUMBER_TEXT];

	view_text(view, "target", umounting->target);
	view_bool(view, "unmounted", done);
	view_number(view, "attempts", umounting->attempts);
	view_number(view, "waited_ns", waited);
	view_text(view, "why",
		  umounting->busy && umounting->reason ?
			  umounting->reason->name :
			  NULL);
	if (umounting->attempts > 1)
		snprintf(when, sizeof(when), "at attempt %" PRIu64 ", after %s",
			 umounting->attempts, number_ns_short(took, waited));
	if (done)
		view_verdict(view, COLOR_GOOD, "Unmounted %s %s.",
			     umounting->target, when);
	else if (umounting->busy)
		view_note(view, "Busy %s: %s.", when,
			  umounting->reason ?
				  say_reason(umounting->reason) :
				  "the module does not say what keeps it");
	show_waits(umounting, view);
}

/* What is known to keep it first, be it to the module or to dfput why. */
static void say_busy(const struct umounting *umounting, const struct why *why,
		     int status, struct view *view)
{
	if (why->found_mount || status != STATUS_AGAINST)
		why_say(why, view);
	else
		view_verdict(view, COLOR_BAD, "%s is busy: %s%s%s.",
			     umounting->target, say_reason(umounting->reason),
			     why->stuck ? "; " : "",
			     why->stuck ? why->stuck : "");
}

/* As dfput why does. */
static int explain_busy(const struct umounting *umounting,
			const struct options *options, struct view *view)
{
	const struct why_query query = {
		.target = umounting->target,
		.root = options->root,
		.reader = umounting->reader,
		.busy = true,
	};
	int status = STATUS_UNKNOWN, err;
	struct why why;

	err = why_find(&why, &query);
	if ((!err && why_status(&why) == STATUS_OK) ||
	    (umounting->reason &&
	     umounting->reason != &reasons[DFPUT_WHY_UNKNOWN]))
		status = STATUS_AGAINST;
	if (err)
		complain("umount: %s", error_text());
	else
		say_busy(umounting, &why, status, view);
	show_attempts(umounting, view);
	if (!err)
		why_show(&why, options->all, view);
	why_free(&why);
	return status;
}

static int finish_umount(const struct umounting *umounting,
			 const struct options *options, struct view *view)
{
	if (umounting->busy)
		return explain_busy(umounting, options, view);
	show_attempts(umounting, view);
	if (!*umounting->error)
		return STATUS_OK;
	complain("umount: %s: %s", umounting->target, umounting->error);
	return STATUS_FAILED;
}

/* Without the module it can be tried, but not be known what to wait for. */
static int umount_target(struct umounting *umounting,
			 const struct options *options, struct view *view)
{
	uint64_t timeout = options->timeout == UINT64_MAX ? PATIENCE_NS :
							    options->timeout;
	int result = -ENOENT;

	if (umounting->reader)
		result = umount_or_wait(umounting, timeout);
	if (result < 0 && umounting->reader)
		complain("umount: %s", error_text());
	if (!umounting->attempts)
		try_umount(umounting);
	return finish_umount(umounting, options, view);
}

/*
 * We must not be in its way ourselves. What is no path from here must not become one
 * from /.
 *
 * Return: the target, for free(3).
 */
static char *leave_target(const struct options *options)
{
	const char *target = options->argv[0];
	char *path = *target == '/' ? alloc_copy(target) :
				      realpath(target, NULL);

	if (!path)
		return alloc_copy(target);
	if (!*options->root && chdir("/"))
		complain("umount: cannot leave the working directory: %s",
			 strerror(errno));
	return path;
}

int cmd_umount(const struct options *options)
{
	struct umounting umounting = { 0 };
	struct reader reader;
	struct view view;
	char *target;
	int status;

	if (options->argc != 1)
		return options_usage(
			"umount: what? A path on which something is mounted");
	umounting.target = target = leave_target(options);
	view_begin(&view, stdout, options->json);
	if (!reader_open(&reader, options->input, options->root))
		umounting.reader = &reader;
	else
		complain("umount: %s", error_text());
	header_show(&reader, options->command->name, &view);
	status = umount_target(&umounting, options, &view);
	if (cmd_end(options, &reader, &view))
		status = STATUS_FAILED;
	unreleased_free(&umounting.unreleased);
	reader_close(&reader);
	free(target);
	return status;
}
