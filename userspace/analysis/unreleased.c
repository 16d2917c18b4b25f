// SPDX-License-Identifier: GPL-2.0-only
/*
 * What remains of something that has ended.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "proc/devices.h"
#include "proc/holders.h"
#include "debugfs/table.h"
#include "lib/number.h"
#include "analysis/leftovers.h"
#include "analysis/unreleased.h"
#include "debugfs/stats.h"

/* What stands where; NULL: the table has no such column. */
static const struct {
	const struct listing *listing;
	const char *pid;
	const char *start;
	const char *device;
	const char *mount;
	const char *id;
	const char *words[2];
} tables[REMAINS_NR] = {
	[REMAINS_RINGS] = { &listing_rings,
			    "pid",
			    "start_ns",
			    NULL,
			    NULL,
			    "id",
			    { "ring in teardown", "rings in teardown" } },
	[REMAINS_HELD] = { &listing_held,
			   "pid",
			   "start_ns",
			   "device",
			   "mount",
			   NULL,
			   { "file held", "files held" } },
	[REMAINS_PENDING] = { &listing_pending,
			      "owner",
			      "owner_start_ns",
			      "device",
			      "mount",
			      NULL,
			      { "file on the list", "files on the list" } },
};

/* One cell; 0 or "" where the table has no such column. */
static int number_at(struct reader *reader, const struct document *doc,
		     size_t row, const char *name, uint64_t *number)
{
	size_t column;
	int err;

	*number = 0;
	if (!name)
		return 0;
	err = document_need_column(reader, doc, name, &column);
	return err ? err :
		     document_cell_number(reader, doc, row, column, number);
}

static int text_at(struct reader *reader, const struct document *doc,
		   size_t row, const char *name, const char **text)
{
	size_t column;
	int err = document_need_column(reader, doc, name, &column);

	if (!err)
		*text = document_cell(doc, row, column);
	return err;
}

static int is_same(struct reader *reader, const struct document *doc,
		   size_t row, const char *name, const char *wanted, bool *same)
{
	const char *text;
	int err;

	if (!name || !wanted)
		return 0;
	err = text_at(reader, doc, row, name, &text);
	if (!err && strcmp(text, wanted))
		*same = false;
	return err;
}

static int is_of_process(struct reader *reader, const struct remains *remains,
			 enum remains_table table, size_t row, bool *is_part)
{
	const struct document *doc = remains->doc[table];
	const struct remains_of *of = &remains->of;
	uint64_t pid, start;
	int err;

	if (!of->pid)
		return 0;
	err = number_at(reader, doc, row, tables[table].pid, &pid);
	if (!err)
		err = number_at(reader, doc, row, tables[table].start, &start);
	if (!err && (pid != of->pid || start < of->least_start ||
		     start > of->most_start))
		*is_part = false;
	return err;
}

/* If it was started before, a process with our pid was above it before us. */
static int is_below(struct reader *reader, struct remains *remains,
		    enum remains_table table, size_t row, bool *is_part)
{
	const struct document *doc = remains->doc[table];
	const struct remains_of *of = &remains->of;
	const char *list;
	uint64_t start;
	int whose, err;

	if (!of->reaper)
		return 0;
	err = text_at(reader, doc, row, "reapers", &list);
	if (!err)
		err = number_at(reader, doc, row, tables[table].start, &start);
	if (err)
		return err;
	whose = outlived_reapers(list, of->reaper);
	if (whose < 0)
		return error_set(-EPROTO, "%s: line %zu: not a list of reapers",
				 doc->file, doc->lines[row]);
	if (start < of->least_start)
		whose = OUTLIVED_OTHER;
	remains->cut += whose == OUTLIVED_CUT;
	*is_part = *is_part && whose == OUTLIVED_OURS;
	return 0;
}

/* Of a filesystem, those rings that may have had its files from the beginning. */
static int is_old_ring(struct reader *reader, const struct remains *remains,
		       enum remains_table table, size_t row, bool *is_part)
{
	uint64_t id;
	int err;

	if (!remains->of.device || !tables[table].id)
		return 0;
	err = number_at(reader, remains->doc[table], row, tables[table].id,
			&id);
	if (!err && id > remains->last_ring)
		*is_part = false;
	return err;
}

static int take_row(struct remains *remains, struct reader *reader,
		    enum remains_table table, size_t row)
{
	const struct document *doc = remains->doc[table];
	bool is_part = true;
	int err;

	err = is_same(reader, doc, row, tables[table].device,
		      remains->of.device, &is_part);
	if (!err)
		err = is_same(reader, doc, row, tables[table].mount,
			      remains->of.mount, &is_part);
	if (!err)
		err = is_of_process(reader, remains, table, row, &is_part);
	if (!err)
		err = is_below(reader, remains, table, row, &is_part);
	if (!err)
		err = is_old_ring(reader, remains, table, row, &is_part);
	remains->skip[table][row] = !is_part;
	remains->nr[table] += is_part;
	return err;
}

static int note_rings(struct remains *remains, struct reader *reader)
{
	const struct document *doc = remains->doc[REMAINS_RINGS];
	uint64_t id;
	int err = 0;

	for (size_t row = 0; !err && row < doc->nr_rows; row++) {
		err = number_at(reader, doc, row, tables[REMAINS_RINGS].id,
				&id);
		if (!err && id > remains->last_ring)
			remains->last_ring = id;
	}
	return err;
}

static int take_table(struct remains *remains, struct reader *reader,
		      enum remains_table table)
{
	const char *file = tables[table].listing->file;
	struct document *doc;
	int err = reader_load(reader, file, &doc);

	remains->doc[table] = doc;
	if (err)
		return err;
	remains->skip[table] = calloc(doc->nr_rows + 1, sizeof(bool));
	if (!remains->skip[table])
		return error_set(-ENOMEM, "%s: not enough memory", file);
	if (table == REMAINS_RINGS && !remains->looked)
		err = note_rings(remains, reader);
	for (size_t row = 0; !err && row < doc->nr_rows; row++)
		err = take_row(remains, reader, table, row);
	return err;
}

static int skip_living(struct remains *remains, struct reader *reader,
		       const struct holders *holders)
{
	const struct document *doc = remains->doc[REMAINS_HELD];
	bool *skip = remains->skip[REMAINS_HELD];
	const char *device;
	uint64_t inode;
	dev_t super;
	int err = 0;

	for (size_t row = 0; !err && row < doc->nr_rows; row++) {
		if (skip[row])
			continue;
		err = text_at(reader, doc, row, "device", &device);
		if (!err)
			err = number_at(reader, doc, row, "inode", &inode);
		if (err || devices_parse(device, &super) ||
		    !holders_hold(holders, super, inode))
			continue;
		skip[row] = true;
		remains->nr[REMAINS_HELD]--;
		remains->living++;
	}
	return err;
}

/*
 * What a living process holds is in use, and no remains. A saved copy says
 * nothing of processes that live now.
 */
static int take_living(struct remains *remains, struct reader *reader)
{
	struct holders_query query = { .root = "", .all = true };
	struct holders holders = { 0 };
	int err;

	if (!remains->nr[REMAINS_HELD] || !reader->live)
		return 0;
	if (remains->of.device &&
	    !devices_parse(remains->of.device, &query.super))
		query.all = false;
	err = holders_scan(&holders, &query);
	if (err)
		err = error_set(err, "cannot look for living holders: %s",
				strerror(-err));
	else
		err = skip_living(remains, reader, &holders);
	remains->unseen = holders.nr_unseen;
	holders_free(&holders);
	return err;
}

/* Files without a record are on the list, but not in the file. */
static int count_unrecorded(struct remains *remains, struct reader *reader)
{
	const struct remains_of *of = &remains->of;
	bool whole = !of->device && !of->mount && !of->pid && !of->reaper;
	struct stats stats;
	int err;

	if (!whole || remains->nr[REMAINS_PENDING])
		return 0;
	err = stats_load(reader, &stats);
	if (!err)
		remains->unrecorded = stats.gauge[STATS_GAUGE_pending];
	return err;
}

static void forget(struct remains *remains)
{
	for (int table = 0; table < REMAINS_NR; table++) {
		document_free(remains->doc[table]);
		free(remains->skip[table]);
		remains->doc[table] = NULL;
		remains->skip[table] = NULL;
		remains->nr[table] = 0;
	}
	remains->unrecorded = 0;
	remains->living = 0;
	remains->unseen = 0;
	remains->cut = 0;
}

int remains_look(struct remains *remains, struct reader *reader)
{
	int first = remains->of.pending_only ? REMAINS_PENDING : 0;
	int end = remains->of.not_pending ? REMAINS_PENDING : REMAINS_NR;
	int err = 0;

	forget(remains);
	for (int table = first; !err && table < end; table++)
		err = take_table(remains, reader, (enum remains_table)table);
	if (!err)
		err = take_living(remains, reader);
	if (!err)
		err = count_unrecorded(remains, reader);
	remains->looked |= !err;
	return err;
}

uint64_t remains_left(const struct remains *remains)
{
	uint64_t left = remains->unrecorded;

	for (int table = 0; table < REMAINS_NR; table++)
		left += remains->nr[table];
	return left;
}

void remains_text(const struct remains *remains, char *text, size_t size)
{
	size_t used = 0;
	uint64_t nr;
	int length;

	*text = '\0';
	for (int table = REMAINS_NR - 1; table >= 0 && used < size; table--) {
		nr = remains->nr[table];
		if (table == REMAINS_PENDING)
			nr += remains->unrecorded;
		if (!nr)
			continue;
		length = snprintf(text + used, size - used, "%s%" PRIu64 " %s",
				  used ? ", " : "", nr,
				  tables[table].words[nr != 1]);
		used += length > 0 ? (size_t)length : 0;
	}
}

int remains_show(const struct remains *remains, struct reader *reader,
		 const struct origins *origins, struct view *view)
{
	struct listing listing;
	int err = 0;

	view_number(view, "left", remains_left(remains));
	view_number(view, "unrecorded", remains->unrecorded);
	if (!remains->of.pending_only)
		view_number(view, "held_by_living", remains->living);
	for (int table = REMAINS_NR - 1; !err && table >= 0; table--) {
		if (!remains->doc[table])
			continue;
		listing = *tables[table].listing;
		if (!remains->of.pending_only)
			listing.empty = NULL;
		err = listing_show(&listing, reader, remains->doc[table],
				   remains->skip[table], origins, view);
	}
	return err;
}

void remains_free(struct remains *remains)
{
	forget(remains);
}
