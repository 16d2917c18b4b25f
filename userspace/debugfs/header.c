// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands in every JSON document: whose it is, of which machine, and when.
 */
#include <string.h>

#include <dfput/abi.h>
#include <dfput/version.h>

#include "debugfs/header.h"
#include "debugfs/listing.h"
#include "debugfs/stats.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"

/* The module's version, if it says so. */
static void show_module(struct reader *reader, struct view *view)
{
	struct document *doc = NULL;

	reader_load(reader, "hooks", &doc);
	view_text(view, "module_version",
		  doc ? document_value(doc, "version") : NULL);
	document_free(doc);
}

static void show_host(struct reader *reader, struct view *view)
{
	static const struct {
		const char *name;
		const char *path;
	} facts[] = {
		{ "kernel", "proc/sys/kernel/osrelease" },
		{ "boot_id", "proc/sys/kernel/random/boot_id" },
	};
	char text[NUMBER_TEXT * 2];

	for (size_t i = 0; i < NR(facts); i++)
		view_text(view, facts[i].name,
			  reader_host(reader, facts[i].path, text,
				      sizeof(text)) > 0 ?
				  text :
				  NULL);
}

/* The clocks at one moment, by which a time of one is known in the others. */
static void show_clock(const uint64_t *clock, struct view *view)
{
	static const struct view_column columns[] = {
		{ "monotonic_ns", VIEW_ID },
		{ "boottime_ns", VIEW_ID },
		{ "realtime_ns", VIEW_ID },
	};
	char text[3][NUMBER_TEXT];

	if (!view->has_clock) {
		view_text(view, "time", NULL);
		view_text(view, "clock", NULL);
		return;
	}
	view_text(view, "time", number_iso(text[0], clock[2]));
	view_object(view, "clock", columns, 3,
		    (const char *[]){ number_text(text[0], clock[0]),
				      number_text(text[1], clock[1]),
				      number_text(text[2], clock[2]) });
}

void header_show(struct reader *reader, const char *command, struct view *view)
{
	struct stats stats;
	const uint64_t *clock = &stats.gauge[DFPUT_GAUGE_clock_monotonic_ns];

	view->has_clock = !stats_load(reader, &stats) && *clock;
	view->reader = reader;
	if (view->has_clock && reader->live)
		view->now = clock[0];
	if (view->has_clock)
		view->to_realtime = clock[2] - clock[0];
	if (!view->json)
		return;
	view_number(view, "schema", HEADER_SCHEMA);
	view_text(view, "command", command);
	view_text(view, "version", DFPUT_VERSION);
	view_number(view, "abi", DFPUT_ABI);
	show_module(reader, view);
	show_host(reader, view);
	show_clock(clock, view);
	view->header = view_members(view);
}

void header_end(struct reader *reader, struct view *view)
{
	struct caveats caveats = { 0 };
	struct stats stats;

	/* A command that failed has nothing to say. */
	if (view->root && view_members(view) == view->header) {
		view_discard(view);
		return;
	}
	if (view->is_judged ||
	    (!view->root && (view->json || !view->format.table)))
		return;
	if (stats_load(reader, &stats))
		caveats_add(&caveats, "%s", error_text());
	else
		stats_caveats(&stats, &caveats);
	if (view->root || caveats.nr)
		listing_caveats(&caveats, view);
}
