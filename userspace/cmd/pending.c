// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput pending: the files that are on the list now, or a wait until there are
 * none.
 */
#include "analysis/event_loop.h"
#include "analysis/unreleased.h"
#include "cmd/cmd.h"
#include "debugfs/listing.h"
#include "debugfs/stats.h"
#include "lib/number.h"

/*
 * A list to which new files keep coming may be empty for a moment only, and tell
 * nobody: so we look again soon, too.
 */
#define FIRST_NAP_NS UINT64_C(1000000)

/* That something is pending is seen; that nothing is can be an oversight. */
static int judge_pending(const struct unreleased *unreleased, int result,
			 const struct stats *stats, struct view *view)
{
	uint64_t nr = unreleased_count(unreleased);
	struct caveats caveats = { 0 };
	char number[NUMBER_TEXT];

	stats_caveats(stats, &caveats);
	if (nr)
		view_note(view, "Pending now: %s%s.", number_text(number, nr),
			  unreleased->unrecorded ? ", without records of them" :
						   "");
	else
		view_note(view, "%s", listing_pending.empty);
	listing_caveats(&caveats, view);
	if (result != WAIT_EMPTY)
		return STATUS_AGAINST;
	return caveats.nr ? STATUS_UNKNOWN : STATUS_OK;
}

static int show_pending_result(const struct options *options,
			       struct reader *reader,
			       const struct unreleased *unreleased, int result,
			       struct view *view)
{
	struct origins origins = { 0 };
	struct stats stats;
	int err = stats_load(reader, &stats);

	if (!err)
		err = origins_load_if_any(reader, options->rules, &origins);
	if (!err)
		err = unreleased_show(unreleased, &origins, view);
	origins_free(&origins);
	return err ? err : judge_pending(unreleased, result, &stats, view);
}

static int look_at_list(struct wait *wait)
{
	struct unreleased *unreleased = wait->what;
	int err = unreleased_look(unreleased, wait->reader);

	wait->left = unreleased_count(unreleased);
	return err;
}

static int wait_until_empty(const struct options *options,
			    struct reader *reader, struct view *view)
{
	struct unreleased unreleased = { .query = { .pending_only = true } };
	struct wait wait = {
		.reader = reader,
		.file = "pending",
		.look = look_at_list,
		.what = &unreleased,
		.process = -1,
		.first_nap = FIRST_NAP_NS,
		.max_nap = WAIT_MAX_NAP_NS,
		.conclusive = true,
	};
	struct stats stats;
	int result = stats_load(reader, &stats);

	if (result)
		return result;
	if (!stats.gauge[DFPUT_GAUGE_enabled])
		return cmd_refuse_off(view);
	wait.deadline = number_after(stats.begun, options->timeout);
	result = wait_for(&wait);
	view_number(view, "waited_ns", number_now() - stats.begun);
	if (result >= 0)
		result = show_pending_result(options, reader, &unreleased,
					     result, view);
	unreleased_free(&unreleased);
	return result;
}

int cmd_pending(const struct options *options)
{
	if (options->wait)
		return cmd_display(options, wait_until_empty);
	if (options->timeout != UINT64_MAX)
		return options_usage("pending: --timeout needs --wait");
	return cmd_list(options);
}
