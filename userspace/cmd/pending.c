// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput pending: the files that are on the list now, or a wait until there are
 * none.
 */
#include "cmd/cmd.h"
#include "debugfs/table.h"
#include "lib/number.h"
#include "analysis/unreleased.h"
#include "debugfs/stats.h"
#include "analysis/event_loop.h"

/*
 * A list to which new files keep coming may be empty for a moment only, and tell
 * nobody: so we look again soon, too.
 */
#define FIRST_NAP_NS UINT64_C(1000000)

static int show_files(const struct options *options, struct reader *reader,
		      const struct document *doc, struct view *view)
{
	struct origins origins;
	int err = origins_load_if_any(reader, options->rules, &origins);

	if (!err)
		err = listing_show(&listing_pending, reader, doc, NULL,
				   &origins, view);
	origins_free(&origins);
	return err;
}

static int show_list(const struct options *options, struct reader *reader,
		     struct view *view)
{
	struct document *doc;
	int err = reader_load(reader, "pending", &doc);

	if (!err)
		err = show_files(options, reader, doc, view);
	document_free(doc);
	return err;
}

static void note_left(const struct remains *remains, struct view *view)
{
	char left[NUMBER_TEXT];

	if (remains_left(remains))
		view_note(view, "Still pending: %s%s.",
			  number_text(left, remains_left(remains)),
			  remains->unrecorded ?
				  ", of which there is no record" :
				  "");
}

/* That something is left is seen; that nothing is can be an oversight. */
static int verdict(const struct remains *remains, int result,
		   const struct doubts *doubts, struct view *view)
{
	note_left(remains, view);
	listing_doubts(doubts, view);
	if (result != WAIT_EMPTY)
		return STATUS_AGAINST;
	return doubts->nr ? STATUS_UNKNOWN : STATUS_OK;
}

static int show_left(const struct options *options, struct reader *reader,
		     const struct remains *remains, struct view *view)
{
	struct origins origins;
	int err = origins_load_if_any(reader, options->rules, &origins);

	if (!err)
		err = remains_show(remains, reader, &origins, view);
	origins_free(&origins);
	return err;
}

static int show_wait(const struct options *options, struct reader *reader,
		     const struct remains *remains, int result,
		     struct view *view)
{
	struct doubts doubts = { 0 };
	struct stats stats;
	int err = stats_load(reader, &stats);

	if (!err)
		err = show_left(options, reader, remains, view);
	if (err)
		return err;
	stats_doubt(&stats, &doubts);
	return verdict(remains, result, &doubts, view);
}

static int look(struct wait *wait)
{
	struct remains *remains = wait->what;
	int err = remains_look(remains, wait->reader);

	wait->left = remains_left(remains);
	return err;
}

/* What is switched off will not wake anybody. */
static int refuse(struct view *view)
{
	struct doubts doubts = { 0 };

	doubts_add(&doubts, "measuring is switched off");
	listing_doubts(&doubts, view);
	return STATUS_UNKNOWN;
}

static int wait_until_empty(const struct options *options,
			    struct reader *reader, struct view *view)
{
	struct remains remains = { .of = { .pending_only = true } };
	struct wait wait = {
		.reader = reader,
		.file = "pending",
		.look = look,
		.what = &remains,
		.process = -1,
		.first_nap = FIRST_NAP_NS,
		.max_nap = WAIT_MAX_NAP_NS,
		.conclusive = true,
	};
	struct stats stats;
	int err = stats_load(reader, &stats);

	if (err)
		return err;
	if (!stats.gauge[STATS_GAUGE_enabled])
		return refuse(view);
	wait.deadline = number_after(stats.begun, options->timeout);
	err = wait_for(&wait);
	view_number(view, "waited_ns", number_now() - stats.begun);
	if (err >= 0)
		err = show_wait(options, reader, &remains, err, view);
	remains_free(&remains);
	return err;
}

static int show(const struct options *options, struct reader *reader,
		struct view *view)
{
	if (options->wait)
		return wait_until_empty(options, reader, view);
	return show_list(options, reader, view);
}

int cmd_pending(const struct options *options)
{
	if (options->timeout != UINT64_MAX && !options->wait)
		return options_usage("pending: --timeout needs --wait");
	return cmd_display(options, show);
}
