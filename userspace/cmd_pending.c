// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput pending: the files that are on the list now, or a wait until there are
 * none.
 */
#include "cmd.h"
#include "listing.h"
#include "number.h"
#include "stats.h"
#include "wait.h"

/* A wakeup should do. This is for the one that does not come. */
#define MAX_NAP_NS NUMBER_NS_PER_SEC

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

static void note_left(const struct wait *wait, struct view *view)
{
	char left[NUMBER_TEXT];

	if (wait->left)
		view_note(view, "Still pending: %s%s.",
			  number_text(left, wait->left),
			  wait->unrecorded ? ", of which there is no record" :
					     "");
}

/* That something is left is seen; that nothing is can be an oversight. */
static int verdict(const struct wait *wait, int result,
		   const struct doubts *doubts, struct view *view)
{
	view_number(view, "left", wait->left);
	view_number(view, "unrecorded", wait->unrecorded);
	note_left(wait, view);
	listing_doubts(doubts, view);
	if (result != WAIT_EMPTY)
		return STATUS_AGAINST;
	return doubts->nr ? STATUS_UNKNOWN : STATUS_OK;
}

static int show_wait(const struct options *options, struct wait *wait,
		     int result, struct view *view)
{
	struct doubts doubts = { 0 };
	struct stats stats;
	int err = stats_load(wait->reader, &stats);

	if (!err)
		err = show_files(options, wait->reader, wait->pending, view);
	if (err)
		return err;
	stats_doubt(&stats, &doubts);
	return verdict(wait, result, &doubts, view);
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
	struct wait wait = {
		.reader = reader,
		.max_nap = MAX_NAP_NS,
	};
	struct stats stats;
	int err = stats_load(reader, &stats);

	if (err)
		return err;
	if (!stats.gauge[STATS_GAUGE_enabled])
		return refuse(view);
	wait.deadline = number_after(stats.begun, options->timeout);
	err = wait_pending(&wait);
	view_number(view, "waited_ns", number_now() - stats.begun);
	if (err >= 0)
		err = show_wait(options, &wait, err, view);
	document_free(wait.pending);
	return err;
}

static int show(const struct options *options, struct reader *reader,
		struct view *view)
{
	if (options->wait)
		return wait_until_empty(options, reader, view);
	return show_list(options, reader, view);
}

int cmd_pending(const struct options *options, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (options->timeout != UINT64_MAX && !options->wait)
		return options_usage("pending: --timeout needs --wait");
	return cmd_display(options, show);
}
