// SPDX-License-Identifier: GPL-2.0-only
/*
 * Following the module's tracepoints.
 *
 * If a processor's buffer is full before we have read it, events are lost: how many is
 * an event too.
 */
#include <inttypes.h>

#include "analysis/event_loop.h"
#include "cmd/cmd.h"
#include "cmd/follow.h"
#include "debugfs/header.h"
#include "lib/error.h"
#include "lib/number.h"

/* Many events do not make the module's files ready for poll(2). */
#define NAP_NS (NUMBER_NS_PER_SEC / 10)

void follow_caveats(const struct follow *follow, struct caveats *caveats)
{
	struct stats stats;

	if (stats_load(follow->reader, &stats))
		caveats_add(caveats, "%s", error_text());
	else
		stats_caveats(&stats, caveats);
	if (follow->lost)
		caveats_add(caveats, "%" PRIu64 " events were lost",
			    follow->lost);
}

/* Of a drain, not of each event: that takes some reads. */
static void begin_document(struct follow *follow)
{
	struct caveats caveats = { 0 };

	if (follow->is_headed)
		return;
	follow->is_headed = true;
	view_discard(follow->view);
	header_show(follow->reader, "events", follow->view);
	follow_caveats(follow, &caveats);
	listing_caveats(&caveats, follow->view);
}

int follow_document(struct follow *follow, const struct tracing_event *event,
		    const struct events_kind *kind, const char *name)
{
	struct view *view = follow->view;
	struct events_cells cells;
	char text[NUMBER_TEXT];

	begin_document(follow);
	view_text(view, "event", name);
	view_number(view, "at_ns", event->ns);
	view_text(view, "at_time",
		  view->has_clock ?
			  number_iso(text, event->ns + view->to_realtime) :
			  NULL);
	view_number(view, "cpu", (uint64_t)event->cpu);
	for (size_t i = 0; i < events_nr; i++)
		view_text(view, events_kinds[i].name, NULL);
	view_text(view, "lost", NULL);
	if (!event->event)
		view_number(view, "lost", event->lost);
	if (kind) {
		events_read(kind, event, &cells);
		view_object(view, name, kind->columns, kind->nr, cells.cell);
	}
	cmd_end_document("events", follow->reader, view);
	return view_repeat(view);
}

static int tell(const struct tracing_event *event, void *context)
{
	struct follow *follow = context;
	const struct events_kind *kind = NULL;
	const char *name = "lost";

	if (event->event) {
		name = event->event->name;
		kind = events_kind(name);
		name = kind ? kind->name : name;
	}
	follow->told += !!event->event;
	follow->lost += event->lost;
	if (event->lost)
		follow->is_headed = false;
	follow->is_over = follow->each(follow, event, kind, name);
	return follow->is_over;
}

static int drain(struct follow *follow, bool all)
{
	int result;

	follow->is_headed = false;
	result = tracing_drain(follow->tracing, all, tell, follow);
	view_discard(follow->view);
	return result < 0 ? result : 0;
}

static int look(struct wait *wait)
{
	struct follow *follow = wait->what;
	int err = drain(follow, false);

	wait->left = 1;
	wait->stop = follow->is_over || follow->ends(follow);
	return err;
}

int follow_begin(struct follow *follow)
{
	return tracing_begin(EVENTS_SYSTEM, &follow->tracing);
}

int follow_to_end(struct follow *follow)
{
	struct wait wait = {
		.reader = follow->reader,
		.file = "leftovers",
		.look = look,
		.what = follow,
		.process = follow->fd,
		.timeout = follow->duration,
		.first_nap = NAP_NS,
		.max_nap = NAP_NS,
	};
	int result = wait_for(&wait);

	if (result < 0 || follow->is_over)
		return result < 0 ? result : 0;
	result = tracing_disable(follow->tracing);
	return result ? result : drain(follow, true);
}

int follow_finish(struct follow *follow)
{
	int err = tracing_end(follow->tracing);

	follow->tracing = NULL;
	return err;
}
