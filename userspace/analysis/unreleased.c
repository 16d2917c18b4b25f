// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "analysis/unreleased.h"
#include "debugfs/reapers.h"
#include "debugfs/stats.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/text.h"
#include "proc/devices.h"
#include "proc/holders.h"

enum { PID, START, DEVICE, MOUNT, INODE, ID, REAPERS, FSTYPE, NR_COLUMNS };

static const struct {
	const struct listing *listing;
	const char *columns[NR_COLUMNS + 1];
	const char *noun;
	const char *where;
} tables[UNRELEASED_NR] = {
	[UNRELEASED_RINGS] = {
		&listing_rings,
		{ "#pid", "#start_ns", "", "", "", "#id", "reapers", "" },
		"ring", "",
	},
	[UNRELEASED_HELD] = {
		&listing_held,
		{ "#pid", "#start_ns", "device", "mount", "#inode", "",
		  "reapers", "fstype" },
		"file", " held",
	},
	[UNRELEASED_PENDING] = {
		&listing_pending,
		{ "#owner", "#owner_start_ns", "device", "mount", "#inode", "",
		  "", "" },
		"file", " on the list",
	},
};

/* What a table does not say of its rows excludes none. */
static bool is_like(const struct rows *rows, size_t row, int column,
		    const char *wanted)
{
	return !wanted || !*rows->names[column] ||
	       rows_is(rows, row, column, wanted);
}

static bool is_of_process(const struct unreleased_query *query,
			  const struct rows *rows, size_t row)
{
	uint64_t start = rows_number(rows, row, START);

	return !query->pid ||
	       (rows_number(rows, row, PID) == query->pid &&
		start >= query->least_start && start <= query->most_start);
}

/* If it was started before, a process with our pid was its reaper before us. */
static bool is_below_reaper(struct unreleased *unreleased,
			    const struct rows *rows, size_t row)
{
	const struct unreleased_query *query = &unreleased->query;
	enum reapers_result whose;

	if (!query->reaper)
		return true;
	if (rows_number(rows, row, START) < query->least_start)
		return false;
	whose = reapers_find(rows_text(rows, row, REAPERS), query->reaper);
	unreleased->unknown += whose == REAPERS_UNKNOWN;
	return whose == REAPERS_BELOW;
}

/* A ring of which nobody knows who closed it. */
static bool is_unknown(const struct unreleased_query *query,
		       const struct rows *rows, size_t row)
{
	return (query->pid || query->reaper) && *rows->names[ID] &&
	       !rows_number(rows, row, PID);
}

static bool is_selected(const struct rows *rows, size_t row, void *context)
{
	struct unreleased *unreleased = context;
	const struct unreleased_query *query = &unreleased->query;

	/* Rings that came later cannot have files that were there before. */
	if (query->device && rows_number(rows, row, ID) > unreleased->last_ring)
		return false;
	if (is_unknown(query, rows, row)) {
		unreleased->unknown++;
		return false;
	}
	return is_like(rows, row, DEVICE, query->device) &&
	       is_like(rows, row, MOUNT, query->mount) &&
	       is_of_process(query, rows, row) &&
	       is_below_reaper(unreleased, rows, row);
}

static void note_rings(struct unreleased *unreleased)
{
	const struct rows *rows = &unreleased->rows[UNRELEASED_RINGS];

	for (size_t row = 0; !unreleased->looked && row < rows->nr; row++) {
		uint64_t id = rows_number(rows, row, ID);

		if (id > unreleased->last_ring)
			unreleased->last_ring = id;
	}
}

static int select_table(struct unreleased *unreleased, struct reader *reader,
			int table)
{
	struct rows *rows = &unreleased->rows[table];
	int err = rows_load(rows, reader, tables[table].listing->file,
			    tables[table].columns);

	if (err)
		return err;
	if (table == UNRELEASED_RINGS)
		note_rings(unreleased);
	selection_make(&unreleased->selected[table], rows, is_selected,
		       unreleased);
	return 0;
}

struct living_query {
	struct unreleased *unreleased;
	const struct holders *holders;
};

static bool is_not_held(const struct rows *rows, size_t row, void *context)
{
	const struct living_query *query = context;
	enum holders_answer answer = HOLDERS_NONE;
	dev_t super;

	if (!devices_parse(rows_text(rows, row, DEVICE), &super))
		answer = holders_hold(query->holders,
				      rows_text(rows, row, FSTYPE), super,
				      rows_number(rows, row, INODE));
	query->unreleased->perhaps += answer == HOLDERS_PERHAPS;
	query->unreleased->living += answer == HOLDERS_ONE;
	return answer != HOLDERS_ONE;
}

/* Is it enough to ask for holders of the one superblock? */
static bool is_one_super(const struct unreleased *unreleased)
{
	const struct rows *rows = &unreleased->rows[UNRELEASED_HELD];
	const struct selection *held = &unreleased->selected[UNRELEASED_HELD];

	for (size_t i = 0; i < held->nr; i++)
		if (holders_repeat(rows_text(rows, held->row[i], FSTYPE)))
			return false;
	return unreleased->query.device;
}

/*
 * What a living process holds is in use. A saved copy says nothing of processes
 * that live now.
 */
static int check_living(struct unreleased *unreleased, struct reader *reader)
{
	struct holders_query query = { .root = "", .all = true };
	struct holders holders = { 0 };
	int err;

	if (!unreleased->selected[UNRELEASED_HELD].nr || !reader->here)
		return 0;
	if (is_one_super(unreleased) &&
	    !devices_parse(unreleased->query.device, &query.super))
		query.all = false;
	err = holders_scan(&holders, &query);
	if (err)
		error_set(err, "cannot look for living holders: %s",
			  strerror(-err));
	else
		selection_keep(&unreleased->selected[UNRELEASED_HELD],
			       &unreleased->rows[UNRELEASED_HELD], is_not_held,
			       &(struct living_query){ unreleased, &holders });
	unreleased->unseen = holders.nr_unseen;
	holders_free(&holders);
	return err;
}

/* Files without a record are on the list, but not in the table. Whose, nobody knows. */
static int count_unrecorded(struct unreleased *unreleased,
			    struct reader *reader)
{
	const struct unreleased_query *query = &unreleased->query;
	struct stats stats;
	int err;

	if (query->device || query->mount || query->pid || query->reaper)
		return 0;
	err = stats_load(reader, &stats);
	if (err)
		return err;
	unreleased->unrecorded = unreleased->selected[UNRELEASED_PENDING].nr ?
					 stats.gauge[DFPUT_GAUGE_unrecorded] :
					 stats.gauge[DFPUT_GAUGE_pending];
	return 0;
}

void unreleased_free(struct unreleased *unreleased)
{
	for (int table = 0; table < UNRELEASED_NR; table++) {
		selection_free(&unreleased->selected[table]);
		rows_free(&unreleased->rows[table]);
	}
}

int unreleased_look(struct unreleased *unreleased, struct reader *reader)
{
	int first = unreleased->query.pending_only ? UNRELEASED_PENDING : 0;
	int end = unreleased->query.not_pending ? UNRELEASED_PENDING :
						  UNRELEASED_NR;
	int err = 0;

	unreleased_free(unreleased);
	unreleased->unrecorded = 0;
	unreleased->living = 0;
	unreleased->perhaps = 0;
	unreleased->unseen = 0;
	unreleased->unknown = 0;
	for (int table = first; !err && table < end; table++)
		err = select_table(unreleased, reader, table);
	if (!err)
		err = check_living(unreleased, reader);
	if (!err)
		err = count_unrecorded(unreleased, reader);
	unreleased->looked |= !err;
	return err;
}

uint64_t unreleased_count(const struct unreleased *unreleased)
{
	uint64_t count = unreleased->unrecorded;

	for (int table = 0; table < UNRELEASED_NR; table++)
		count += unreleased->selected[table].nr;
	return count;
}

void unreleased_caveats(const struct unreleased *unreleased,
			struct caveats *caveats)
{
	if (unreleased->unknown)
		caveats_add(
			caveats,
			"held files and rings, nobody knows whose: %" PRIu64
			"; the list of reapers was cut, or who closed the ring is not known",
			unreleased->unknown);
	if (unreleased->perhaps)
		caveats_add(
			caveats,
			"living processes hold files with the inode numbers of %" PRIu64
			" of those that are held, and perhaps others",
			unreleased->perhaps);
}

void unreleased_text(const struct unreleased *unreleased, char *text,
		     size_t size)
{
	char count[NUMBER_TEXT];
	uint64_t nr;

	*text = '\0';
	for (int table = UNRELEASED_NR - 1; table >= 0; table--) {
		nr = unreleased->selected[table].nr;
		if (table == UNRELEASED_PENDING)
			nr += unreleased->unrecorded;
		if (nr)
			text_append(text, size, "%s%s%s", text_comma(text),
				    number_count(count, nr, tables[table].noun),
				    tables[table].where);
	}
}

int unreleased_show(const struct unreleased *unreleased,
		    const struct origins *origins, struct view *view)
{
	const struct listing *listing;
	int err = 0;

	view_number(view, "left", unreleased_count(unreleased));
	view_number(view, "not_in_rows", unreleased->unrecorded);
	if (!unreleased->query.pending_only) {
		view_number(view, "held_by_living", unreleased->living);
		view_number(view, "held_perhaps", unreleased->perhaps);
	}
	for (int table = UNRELEASED_NR - 1; !err && table >= 0; table--) {
		listing = tables[table].listing;
		if (unreleased->rows[table].doc)
			err = listing_show_selected(
				listing, &unreleased->rows[table],
				&unreleased->selected[table], listing->file,
				origins, view);
	}
	return err;
}
