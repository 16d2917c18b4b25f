// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput wait --list: wait until the list is empty, whoever's files are on it.
 */
#include <inttypes.h>

#include "analysis/event_loop.h"
#include "analysis/unreleased.h"
#include "cmd/wait_list.h"
#include "debugfs/listing.h"
#include "debugfs/origins.h"
#include "debugfs/stats.h"
#include "lib/number.h"
#include "lib/progress.h"

#define TEXT 100

/*
 * A list to which new files keep coming may be empty for a moment only, and tell
 * nobody: so we look again soon, too.
 */
#define FIRST_NAP_NS UINT64_C(1000000)

/* That something is pending is seen; that nothing is can be an oversight. */
static enum status judge_list(int result, const struct caveats *caveats)
{
	if (result != WAIT_EMPTY)
		return STATUS_AGAINST;
	return caveats->nr ? STATUS_UNKNOWN : STATUS_OK;
}

static int show_list(const struct options *options, struct reader *reader,
		     const struct unreleased *unreleased, int result,
		     uint64_t waited, struct view *view)
{
	char text[TEXT], took[NUMBER_TEXT];
	struct caveats caveats = { 0 };
	struct origins origins = { 0 };
	enum status status;
	struct stats stats;
	int err = stats_load(reader, &stats);

	if (!err)
		err = origins_load(reader, options->rules, &origins);
	if (err)
		return err;
	stats_caveats(&stats, &caveats);
	status = judge_list(result, &caveats);
	unreleased_text(unreleased, text, sizeof(text));
	cmd_say(view, status, &caveats, "%s, after %s",
		*text ? text : "Nothing is on the list",
		number_ns_short(took, waited));
	if (unreleased->unrecorded)
		view_note(view, "Of these without a record: %" PRIu64 ".",
			  unreleased->unrecorded);
	err = unreleased_show(unreleased, &origins, view);
	origins_free(&origins);
	listing_caveats(&caveats, view);
	return err ? err : (int)status;
}

static int look_at_list(struct wait *wait)
{
	struct unreleased *unreleased = wait->what;
	int err = unreleased_look(unreleased, wait->reader);
	char text[TEXT];

	wait->left = unreleased_count(unreleased);
	unreleased_text(unreleased, text, sizeof(text));
	if (wait->left)
		progress_show(wait->begun, text);
	return err;
}

int wait_list(const struct options *options, struct reader *reader,
	      struct view *view)
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
		.timeout = options->timeout,
		.conclusive = true,
	};
	struct stats stats;
	uint64_t waited;
	int result = stats_load(reader, &stats);

	if (result)
		return result;
	if (!stats.gauge[DFPUT_GAUGE_enabled])
		return cmd_refuse_off(view);
	result = wait_for(&wait);
	waited = number_now() - wait.begun;
	view_number(view, "waited_ns", waited);
	if (result >= 0)
		result = show_list(options, reader, &unreleased, result, waited,
				   view);
	unreleased_free(&unreleased);
	return result;
}
