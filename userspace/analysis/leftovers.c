// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>

#include "analysis/leftovers.h"
#include "debugfs/places.h"
#include "debugfs/reapers.h"
#include "lib/number.h"

enum { ID, LATENESS, EXIT, START, REAPERS, DEVICE, SUPER, KIND };
static const char *const names[] = {
	"#id",	  "#lateness_ns", "#exit_ns", "#start_ns", "reapers",
	"device", "super",	  "kind",     NULL,
};

static bool note_last(const struct rows *rows, size_t row, void *context)
{
	uint64_t *last = context, id = rows_number(rows, row, ID);

	*last = id > *last ? id : *last;
	return false;
}

int leftovers_begin(struct leftovers *leftovers, struct reader *reader)
{
	int err = rows_select(&leftovers->rows, reader, "leftovers", names,
			      note_last, &leftovers->last_id);

	rows_free(&leftovers->rows);
	return err;
}

/* If neither, a process with our pid was its reaper before us. */
static bool is_since_start(const struct leftovers *leftovers, size_t row)
{
	uint64_t started = leftovers->tree->started;

	return rows_number(&leftovers->rows, row, EXIT) >= started ||
	       rows_number(&leftovers->rows, row, START) >= started;
}

static const char *const kinds[] = { DFPUT_KINDS(DFPUT_WORD) };

static bool is_of_tree(const struct rows *rows, size_t row, void *context)
{
	struct leftovers *leftovers = context;
	uint64_t id = rows_number(rows, row, ID);
	uint64_t lateness = rows_number(rows, row, LATENESS);
	enum reapers_result whose;

	if (id <= leftovers->last_id)
		return false;
	if (!leftovers->nr_new++ || id < leftovers->least)
		leftovers->least = id;
	if (id > leftovers->most)
		leftovers->most = id;
	if (!is_since_start(leftovers, row))
		return false;
	whose = reapers_find(rows_text(rows, row, REAPERS), leftovers->reaper);
	leftovers->nr_unknown += whose == REAPERS_UNKNOWN;
	if (whose != REAPERS_BELOW)
		return false;
	if (rows_is(rows, row, KIND, kinds[DFPUT_KIND_RING])) {
		leftovers->nr_ring++;
		return false;
	}
	leftovers->nr_late += lateness > leftovers->limit;
	if (lateness > leftovers->worst)
		leftovers->worst = lateness;
	return true;
}

/* Where there was none before, the first one's id is not known. */
static void count_missing(struct leftovers *leftovers)
{
	uint64_t first = leftovers->last_id ? leftovers->last_id + 1 :
					      leftovers->least;
	uint64_t range = leftovers->most - first + 1;

	if (leftovers->nr_new && range > leftovers->nr_new)
		leftovers->nr_missing = range - leftovers->nr_new;
}

int leftovers_load(struct leftovers *leftovers, struct reader *reader)
{
	int err = rows_select(&leftovers->rows, reader, "leftovers", names,
			      is_of_tree, leftovers);

	if (!err)
		count_missing(leftovers);
	return err;
}

struct pending_query {
	struct leftovers *leftovers;
	uint64_t since;
};

static bool is_pending_of_tree(const struct rows *rows, size_t row,
			       void *context)
{
	const struct pending_query *query = context;
	struct leftovers *leftovers = query->leftovers;
	enum reapers_result whose = REAPERS_UNKNOWN;

	if (rows_number(rows, row, PENDING_AGE) > query->since)
		return false;
	if (rows_number(rows, row, PENDING_OWNER)) {
		/* A process with our pid was its reaper before us. */
		if (rows_number(rows, row, PENDING_START) <
		    leftovers->tree->started)
			return false;
		whose = reapers_find(rows_text(rows, row, PENDING_REAPERS),
				     leftovers->reaper);
	}
	leftovers->nr_pending_unknown += whose == REAPERS_UNKNOWN;
	return whose == REAPERS_BELOW;
}

/*
 * The ages were taken before the time that they are counted back from: a file
 * queued just after the start is never taken for one from before.
 */
void leftovers_pending(struct leftovers *leftovers,
		       const struct pending_since *pending)
{
	struct pending_query query = {
		.leftovers = leftovers,
		.since = pending->read - leftovers->tree->started,
	};

	selection_make(&leftovers->pending, &pending->rows, is_pending_of_tree,
		       &query);
}

void leftovers_caveats(const struct leftovers *leftovers, uint64_t counted,
		       struct caveats *caveats)
{
	uint64_t missing = leftovers->nr_missing;
	char count[NUMBER_TEXT];

	if (counted > leftovers->nr_new &&
	    counted - leftovers->nr_new > missing)
		missing = counted - leftovers->nr_new;
	if (missing)
		caveats_add(caveats,
			    "leftovers were overwritten before they could be "
			    "read: %" PRIu64 ", nobody knows whose",
			    missing);
	if (leftovers->nr_unknown)
		caveats_add(
			caveats,
			"the list of reapers was cut for %s: nobody knows whose",
			number_count(count, leftovers->nr_unknown, "leftover"));
}

/*
 * Where its filesystem is mounted is all that can be told of a file's path: an
 * inode found by its number may be another's by now.
 */
static void show_mounts(const struct leftovers *leftovers, struct view *view)
{
	static const struct view_column columns[] = {
		{ "device", VIEW_TEXT },
		{ "path", VIEW_TEXT },
	};
	struct view_table *table;
	struct places places;
	struct place *place;
	const char *device;

	places_load(&places, view->reader);
	table = view_table_begin(view, "mounts", columns, 2, VIEW_LIST);
	for (size_t row = 0; row < leftovers->rows.nr; row++) {
		device = rows_text(&leftovers->rows, row, DEVICE);
		place = places_tell(&places, device,
				    rows_text(&leftovers->rows, row, SUPER));
		if (place)
			view_row(table, (const char *[]){ device, place->path },
				 false);
	}
	view_table_end(table);
	places_free(&places);
}

static int show_released(const struct leftovers *leftovers,
			 const struct origins *origins, struct view *view)
{
	uint64_t nr = leftovers->rows.nr;
	char count[NUMBER_TEXT], worst[NUMBER_TEXT];

	if (nr)
		view_note(view, "Of its own processes: %s, late by %s at most:",
			  number_count(count, nr, "file"),
			  number_ns_short(worst, leftovers->worst));
	return listing_show(&listing_leftovers, &leftovers->rows, NULL,
			    "tree_leftovers", origins, view);
}

int leftovers_show(const struct leftovers *leftovers,
		   const struct pending_since *pending,
		   const struct origins *origins, struct view *view)
{
	char count[NUMBER_TEXT];
	int err;

	view_number(view, "outlived", leftovers->rows.nr);
	view_number(view, "lateness_max_ns", leftovers->worst);
	view_number(view, "outlived_ring", leftovers->nr_ring);
	if (leftovers->nr_ring)
		view_note(view,
			  "%s outlived a ring that a living process closed.",
			  number_count(count, leftovers->nr_ring, "file"));
	view_number(view, "pending_unknown", leftovers->nr_pending_unknown);
	err = show_released(leftovers, origins, view);
	if (err)
		return err;
	if (view->json)
		show_mounts(leftovers, view);
	if (leftovers->pending.nr)
		view_note(view, "Of its own processes, pending now:");
	return listing_show(&listing_pending, &pending->rows,
			    &leftovers->pending, "tree_pending", origins, view);
}

void leftovers_free(struct leftovers *leftovers)
{
	selection_free(&leftovers->pending);
	rows_free(&leftovers->rows);
}
