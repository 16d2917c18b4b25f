// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput pending: files on the list, and first the one that the others wait for.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/releases.h"
#include "cmd/cmd.h"
#include "debugfs/trust.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/privilege.h"
#include "lib/text.h"
#include "proc/drain.h"

#define NOT_ASKED UINT64_MAX

/* A file that is not seen, such as one from before measuring, may be the stuck one. */
static int judge(uint64_t limit, const struct releases *releases,
		 struct reader *reader, struct caveats *caveats)
{
	struct stats stats;
	int err = stats_load(reader, &stats);

	if (err)
		return err;
	stats_caveats(&stats, caveats);
	err = trust_settled(reader, caveats);
	if (err)
		return err;
	if (releases->age > limit)
		return STATUS_AGAINST;
	return caveats->nr ? STATUS_UNKNOWN : STATUS_OK;
}

static int say_verdict(uint64_t limit, const struct releases *releases,
		       struct reader *reader, struct caveats *caveats,
		       struct view *view)
{
	char *sentence = releases_sentence(releases, reader);
	char text[NUMBER_TEXT];
	int status = STATUS_OK;

	if (limit != NOT_ASKED)
		status = judge(limit, releases, reader, caveats);
	if (status == STATUS_UNKNOWN)
		cmd_say(view, status, caveats, "%s", sentence);
	else if (limit != NOT_ASKED && status >= 0)
		cmd_say(view, status, caveats, "%s, by a limit of %s: %c%s",
			status == STATUS_OK ? "Not stuck" : "Stuck",
			number_ns_short(text, limit), tolower(*sentence),
			sentence + 1);
	else if (releases->rows.nr)
		view_verdict(view, COLOR_UNSURE, "%s.", sentence);
	if (limit != NOT_ASKED && status != STATUS_UNKNOWN)
		view_bool(view, "stuck", status == STATUS_AGAINST);
	free(sentence);
	return status;
}

static void show_drain(struct drain *drain, struct view *view)
{
	char *rest = drain->stack, list[STACK_TEXT] = "";
	const char *function;

	view_number(view, "drain_pid", (uint64_t)drain->pid);
	view_text(view, "drain_comm", drain->comm);
	while ((function = stack_next(&rest))) {
		view_texts(view, "drain_stack", function);
		text_append(list, sizeof(list), " %s", function);
	}
	view_paragraph(view, 2, "Thread %d (%s) is in a drain:%s.",
		       (int)drain->pid, drain->comm, list);
}

static void look_for_drain(const struct reader *reader, struct view *view)
{
	struct drain drain;
	int err = drain_find(&drain, reader->root);

	if (!err)
		show_drain(&drain, view);
	else if (err == -ENOENT)
		view_note(
			view,
			"No thread is seen in a drain: it is over, runs right now, or is hidden.");
	else
		view_note(view,
			  "Which thread drains the list cannot be read: %s%s.",
			  strerror(-err), geteuid() ? "; try as root" : "");
}

static int show_releasing(const struct options *options,
			  const struct releases *releases,
			  struct reader *reader, struct view *view)
{
	struct listing listing = listing_pending;
	struct origins origins;
	int err = origins_load(reader, options->rules, &origins);

	listing.unexplained = true;
	if (!err)
		err = listing_show(&listing, &releases->rows, NULL, "releasing",
				   &origins, view);
	origins_free(&origins);
	return err;
}

static int show_releases(const struct options *options, struct reader *reader,
			 struct caveats *caveats, struct view *view)
{
	struct releases releases;
	int err = releases_load(&releases, reader), status = STATUS_OK;

	if (!err) {
		status = say_verdict(options->stuck, &releases, reader, caveats,
				     view);
		if (releases.rows.nr && releases.since_queued)
			view_note(
				view,
				"This module is too old to tell when a release began.");
		if (releases.rows.nr && reader->live)
			look_for_drain(reader, view);
		view_number(view, "waiting", releases.waiting);
		view_number(view, "waiting_filesystems", releases.filesystems);
	}
	if (!err && view->json)
		err = show_releasing(options, &releases, reader, view);
	releases_free(&releases);
	return err ? err : status;
}

/* Scripts, and people who chose columns, look for rows. */
static bool wants_rows_only(const struct options *options)
{
	return options->stuck == NOT_ASKED && !options->json &&
	       (options->headless || options->raw || options->columns);
}

static int show_pending(const struct options *options, struct reader *reader,
			struct view *view)
{
	struct caveats caveats = { 0 };
	int status = STATUS_OK, err;

	/* Of this machine, a thread's stack needs more than the right to read. */
	if (!reader->live)
		privilege_drop();
	if (!wants_rows_only(options))
		status = show_releases(options, reader, &caveats, view);
	privilege_drop();
	if (status < 0)
		return status;
	err = cmd_show_table(options, &listing_pending, reader, view);
	if (!err && options->stuck != NOT_ASKED)
		listing_caveats(&caveats, view);
	return err ? err : status;
}

int cmd_pending(const struct options *options)
{
	int status = options_check_columns(options, listing_pending.columns,
					   listing_pending.nr);

	if (status)
		return status;
	return options->stuck == NOT_ASKED ? cmd_change(options, show_pending) :
					     cmd_judge(options, show_pending);
}
