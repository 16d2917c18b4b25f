// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "analysis/unreleased.h"
#include "debugfs/operations.h"
#include "debugfs/reapers.h"
#include "debugfs/stats.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/text.h"
#include "proc/devices.h"
#include "proc/fstype.h"
#include "proc/holders.h"

enum {
	PID,
	START,
	AGE,
	DEVICE,
	MOUNT,
	INODE,
	ID,
	REAPERS,
	FSTYPE,
	OPS,
	NR_COLUMNS
};

static const struct {
	const struct listing *listing;
	const char *columns[NR_COLUMNS + 1];
	const char *noun;
	const char *where;
} tables[UNRELEASED_NR] = {
	[UNRELEASED_RINGS] = {
		&listing_rings,
		{ "#pid", "#start_ns", "#age_ns", "", "", "", "#id", "reapers",
		  "", "" },
		"ring", "",
	},
	[UNRELEASED_HELD] = {
		&listing_held,
		{ "#pid", "#start_ns", "#age_ns", "device", "mount", "#inode",
		  "", "reapers", "fstype", "?ops" },
		"file", " held",
	},
	[UNRELEASED_PENDING] = {
		&listing_pending,
		{ "#owner", "#owner_start_ns", "#age_ns", "device", "mount",
		  "#inode", "", "", "", "?ops" },
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

/* Whether a held one is another is up to is_not_held(). */
static bool is_of_file(struct unreleased *unreleased, const struct rows *rows,
		       size_t row)
{
	const struct unreleased_query *query = &unreleased->query;

	if (!query->inode || !*rows->names[INODE])
		return true;
	if (rows_number(rows, row, INODE) != query->inode)
		return false;
	unreleased->perhaps[UNRELEASED_INODE] +=
		query->ambiguous &&
		rows == &unreleased->rows[UNRELEASED_PENDING];
	return true;
}

static bool is_of_mount(struct unreleased *unreleased, const struct rows *rows,
			size_t row)
{
	const struct unreleased_query *query = &unreleased->query;

	if (query->mount)
		return is_like(rows, row, MOUNT, query->mount);
	if (is_like(rows, row, DEVICE, query->device))
		return is_of_file(unreleased, rows, row);
	/* No process has a file below another's: it was never closed, so not held. */
	if (!query->stacked || !*rows_cell(rows, row, MOUNT) ||
	    rows != &unreleased->rows[UNRELEASED_PENDING])
		return false;
	unreleased->perhaps[UNRELEASED_STACKED]++;
	return true;
}

static bool is_of_module(struct unreleased *unreleased, const struct rows *rows,
			 size_t row)
{
	const char *module = unreleased->query.module;
	enum operations_whose whose;

	if (!module || !*rows->names[OPS])
		return true;
	whose = operations_of(rows_text(rows, row, OPS), module);
	unreleased->perhaps[UNRELEASED_OPS] += whose == OPERATIONS_UNKNOWN;
	return whose != OPERATIONS_OTHERS;
}

static bool is_of_process(struct unreleased *unreleased,
			  const struct rows *rows, size_t row)
{
	const struct unreleased_query *query = &unreleased->query;
	uint64_t start = rows_number(rows, row, START);
	uint64_t pid = rows_number(rows, row, PID);

	if (!query->pid)
		return true;
	if (pid)
		return pid == query->pid && start >= query->least_start &&
		       start <= query->most_start;
	/* Nobody knows whose; but not its, if it was not there yet. */
	if (query->least_start &&
	    number_now() < query->least_start + rows_number(rows, row, AGE))
		return false;
	unreleased->perhaps[UNRELEASED_OWNER]++;
	return true;
}

/* If it was started before, a process with our pid was its reaper before us. */
static bool is_below_reaper(struct unreleased *unreleased,
			    const struct rows *rows, size_t row)
{
	const struct unreleased_query *query = &unreleased->query;
	enum reapers_result whose = REAPERS_UNKNOWN;

	if (!query->reaper)
		return true;
	if (rows_number(rows, row, PID)) {
		if (rows_number(rows, row, START) < query->least_start)
			return false;
		whose = reapers_find(rows_text(rows, row, REAPERS),
				     query->reaper);
	}
	unreleased->unknown += whose == REAPERS_UNKNOWN;
	return whose == REAPERS_BELOW;
}

/* What the rings have put is on the list when they are gone. */
static bool is_early_enough(const struct unreleased *unreleased,
			    const struct rows *rows, size_t row)
{
	if (!unreleased->query.rings ||
	    rows != &unreleased->rows[UNRELEASED_PENDING])
		return true;
	return unreleased->rings_gone &&
	       unreleased->looking <=
		       unreleased->rings_gone + rows_number(rows, row, AGE);
}

static bool is_selected(const struct rows *rows, size_t row, void *context)
{
	struct unreleased *unreleased = context;
	const struct unreleased_query *query = &unreleased->query;
	uint64_t ring = rows_number(rows, row, ID);

	/* Rings that came later have no part in it, nor files that were there before. */
	if (!unreleased->looked && ring > unreleased->last_ring)
		unreleased->last_ring = ring;
	if ((query->device || query->module || query->rings) &&
	    ring > unreleased->last_ring)
		return false;
	return is_early_enough(unreleased, rows, row) &&
	       is_of_mount(unreleased, rows, row) &&
	       is_of_module(unreleased, rows, row) &&
	       is_of_process(unreleased, rows, row) &&
	       is_below_reaper(unreleased, rows, row);
}

/*
 * A file without a record has no row, also while its release runs. Whose it is,
 * nobody knows. One that goes between the two readings is an event.
 */
static int count_unrecorded(struct unreleased *unreleased,
			    struct reader *reader)
{
	const struct unreleased_query *query = &unreleased->query;
	uint64_t nr = unreleased->rows[UNRELEASED_PENDING].doc->nr_read;
	uint64_t pending;
	struct stats stats;
	int err = stats_load(reader, &stats);

	if (err)
		return err;
	pending = stats.gauge[DFPUT_GAUGE_pending];
	unreleased->unrecorded = pending > nr ? pending - nr : 0;
	if (query->device || query->module || query->mount || query->pid ||
	    query->rings)
		unreleased->perhaps[UNRELEASED_NO_ROW] = unreleased->unrecorded;
	/* An older module does not tell. */
	unreleased->perhaps[UNRELEASED_UNFOLLOWED] =
		(query->rings || query->module) &&
		(stats.gauge[DFPUT_GAUGE_rings_unfollowed] ||
		 stats.lacks_gauge[DFPUT_GAUGE_rings_unfollowed]);
	return 0;
}

static int select_table(struct unreleased *unreleased, struct reader *reader,
			int table)
{
	int err = rows_select(&unreleased->rows[table], reader,
			      tables[table].listing->file,
			      tables[table].columns, is_selected, unreleased);

	if (!err && table == UNRELEASED_RINGS && !unreleased->rings_gone &&
	    !unreleased->rows[table].nr)
		unreleased->rings_gone = number_now();
	if (!err && table == UNRELEASED_PENDING)
		err = count_unrecorded(unreleased, reader);
	return err;
}

struct living_query {
	struct unreleased *unreleased;
	const struct holders *holders;
};

static bool is_not_held(const struct rows *rows, size_t row, void *context)
{
	const struct living_query *query = context;
	struct unreleased *unreleased = query->unreleased;
	enum holders_answer answer = HOLDERS_NONE;
	dev_t super;

	if (!devices_parse(rows_text(rows, row, DEVICE), &super))
		answer = holders_hold(query->holders,
				      rows_text(rows, row, FSTYPE), super,
				      rows_number(rows, row, INODE));
	unreleased->perhaps[UNRELEASED_NUMBER] += answer == HOLDERS_PERHAPS;
	unreleased->perhaps[UNRELEASED_INODE] += answer == HOLDERS_NONE &&
						 unreleased->query.ambiguous;
	unreleased->living += answer == HOLDERS_ONE;
	return answer != HOLDERS_ONE;
}

/* Is it enough to ask for holders of the one superblock? */
static bool is_one_super(const struct unreleased *unreleased)
{
	const struct rows *held = &unreleased->rows[UNRELEASED_HELD];

	for (size_t row = 0; row < held->nr; row++)
		if (!fstype_has_unique_inodes(rows_text(held, row, FSTYPE)))
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

	if (!unreleased->rows[UNRELEASED_HELD].nr || !reader->here)
		return 0;
	if (is_one_super(unreleased) &&
	    !devices_parse(unreleased->query.device, &query.super))
		query.all = false;
	err = holders_scan(&holders, &query);
	if (err)
		error_set(err, "cannot look for living holders: %s",
			  strerror(-err));
	else
		rows_keep(&unreleased->rows[UNRELEASED_HELD], is_not_held,
			  &(struct living_query){ unreleased, &holders });
	unreleased->unseen = holders.nr_unseen;
	holders_free(&holders);
	return err;
}

void unreleased_free(struct unreleased *unreleased)
{
	for (int table = 0; table < UNRELEASED_NR; table++)
		rows_free(&unreleased->rows[table]);
}

int unreleased_look(struct unreleased *unreleased, struct reader *reader)
{
	int first = unreleased->query.pending_only ? UNRELEASED_PENDING : 0;
	int end = unreleased->query.not_pending ? UNRELEASED_PENDING :
						  UNRELEASED_NR;
	int err = 0;

	unreleased_free(unreleased);
	unreleased->looking = number_now();
	unreleased->unrecorded = 0;
	unreleased->living = 0;
	memset(unreleased->perhaps, 0, sizeof(unreleased->perhaps));
	unreleased->unseen = 0;
	unreleased->unknown = 0;
	for (int table = first; !err && table < end; table++)
		if (table != UNRELEASED_HELD || !unreleased->query.rings)
			err = select_table(unreleased, reader, table);
	if (!err)
		err = check_living(unreleased, reader);
	unreleased->looked |= !err;
	return err;
}

uint64_t unreleased_count(const struct unreleased *unreleased)
{
	uint64_t count = unreleased->unrecorded +
			 unreleased->perhaps[UNRELEASED_UNFOLLOWED];

	for (int table = 0; table < UNRELEASED_NR; table++)
		count += unreleased->rows[table].nr;
	return count;
}

uint64_t unreleased_perhaps(const struct unreleased *unreleased)
{
	uint64_t count = 0;

	for (int doubt = 0; doubt < UNRELEASED_NR_DOUBTS; doubt++)
		count += unreleased->perhaps[doubt];
	return count;
}

void unreleased_caveats(const struct unreleased *unreleased,
			struct caveats *caveats)
{
	static const char *const doubts[UNRELEASED_NR_DOUBTS] = {
		[UNRELEASED_NUMBER] =
			"have the inode numbers of files that living processes hold, and may be others",
		[UNRELEASED_INODE] =
			"have the file's inode number, and may be others: on that filesystem it is not unique",
		[UNRELEASED_OPS] =
			"have operations without a name, which may be that module's",
		[UNRELEASED_OWNER] =
			"may be that process's: nobody knows who closed them",
		[UNRELEASED_STACKED] =
			"are of other filesystems, but may be files of a layer below",
		[UNRELEASED_NO_ROW] =
			"are on the list without a row: nobody knows whose",
		[UNRELEASED_UNFOLLOWED] =
			"may be rings that the module does not follow: closed before measuring began, or missed",
	};

	if (unreleased->unknown)
		caveats_add(
			caveats,
			"held files and rings, nobody knows whose: %" PRIu64
			"; the list of reapers was cut, or who closed them is not known",
			unreleased->unknown);
	for (int doubt = 0; doubt < UNRELEASED_NR_DOUBTS; doubt++)
		if (unreleased->perhaps[doubt])
			caveats_add(caveats, "%" PRIu64 " of what is left %s",
				    unreleased->perhaps[doubt], doubts[doubt]);
}

void unreleased_text(const struct unreleased *unreleased, char *text,
		     size_t size)
{
	char count[NUMBER_TEXT];
	uint64_t nr;

	*text = '\0';
	for (int table = UNRELEASED_NR - 1; table >= 0; table--) {
		nr = unreleased->rows[table].nr;
		if (table == UNRELEASED_PENDING)
			nr += unreleased->unrecorded;
		if (nr)
			text_append(text, size, "%s%s%s", text_comma(text),
				    number_count(count, nr, tables[table].noun),
				    tables[table].where);
	}
	if (unreleased->perhaps[UNRELEASED_UNFOLLOWED])
		text_append(text, size,
			    "%sperhaps rings that the module does not follow",
			    text_comma(text));
}

int unreleased_show(const struct unreleased *unreleased,
		    const struct origins *origins, struct view *view)
{
	const struct listing *listing;
	int err = 0;

	view_number(view, "left", unreleased_count(unreleased));
	view_number(view, "left_perhaps", unreleased_perhaps(unreleased));
	view_number(view, "not_in_rows", unreleased->unrecorded);
	if (!unreleased->query.pending_only) {
		view_number(view, "held_by_living", unreleased->living);
		view_number(view, "held_perhaps",
			    unreleased->perhaps[UNRELEASED_NUMBER]);
	}
	for (int table = UNRELEASED_NR - 1; !err && table >= 0; table--) {
		listing = tables[table].listing;
		if (unreleased->rows[table].doc)
			err = listing_show(listing, &unreleased->rows[table],
					   NULL, listing->file, origins, view);
	}
	return err;
}
