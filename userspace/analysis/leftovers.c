// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which files outlived a process tree.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "debugfs/table.h"
#include "proc/mountpoint.h"
#include "lib/number.h"
#include "analysis/leftovers.h"

int outlived_reapers(const char *list, uint64_t pid)
{
	char element[NUMBER_TEXT];
	uint64_t reaper;
	bool found = false;
	size_t length;

	if (!strcmp(list, "-"))
		return OUTLIVED_OTHER;
	for (;; list += length + 1) {
		length = strcspn(list, ",");
		if (!strcmp(list, "..."))
			return found ? OUTLIVED_OURS : OUTLIVED_CUT;
		if (length >= sizeof(element))
			return -EINVAL;
		memcpy(element, list, length);
		element[length] = '\0';
		if (number_parse(element, &reaper))
			return -EINVAL;
		found |= reaper == pid;
		if (!list[length])
			return found ? OUTLIVED_OURS : OUTLIVED_OTHER;
	}
}

int outlived_begin(struct reader *reader, struct outlived *outlived)
{
	struct document *doc;
	uint64_t id = 0;
	size_t column;
	int err = reader_load(reader, "leftovers", &doc);

	if (!err)
		err = document_need_column(reader, doc, "id", &column);
	for (size_t row = 0; !err && row < doc->nr_rows; row++) {
		err = document_cell_number(reader, doc, row, column, &id);
		if (id > outlived->last_id)
			outlived->last_id = id;
	}
	document_free(doc);
	return err;
}

/**
 * struct search - on the way through the leftovers
 * @reader: takes the error
 * @tree: whose
 * @reaper: above it
 * @limit: which lateness is allowed
 * @id: column
 * @lateness: column
 * @exit: column
 * @start: column
 * @reapers: column
 * @least: id of those since the start
 * @most: id of those since the start
 */
struct search {
	struct reader *reader;
	const struct supervise *tree;
	uint64_t reaper;
	uint64_t limit;
	size_t id;
	size_t lateness;
	size_t exit;
	size_t start;
	size_t reapers;
	uint64_t least;
	uint64_t most;
};

static int find_columns(struct search *search, const struct document *doc)
{
	struct {
		const char *name;
		size_t *where;
	} columns[] = {
		{ "id", &search->id },
		{ "lateness_ns", &search->lateness },
		{ "exit_ns", &search->exit },
		{ "start_ns", &search->start },
		{ "reapers", &search->reapers },
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(columns) / sizeof(columns[0]);
	     i++)
		err = document_need_column(search->reader, doc, columns[i].name,
					   columns[i].where);
	return err;
}

static void take_ours(const struct search *search, uint64_t lateness,
		      struct outlived *outlived)
{
	outlived->nr++;
	outlived->nr_late += lateness > search->limit;
	if (lateness > outlived->worst)
		outlived->worst = lateness;
}

/* If neither, a process with our pid was above it before us. */
static bool is_since_start(const struct search *search, uint64_t exit,
			   uint64_t start)
{
	return exit >= search->tree->started || start >= search->tree->started;
}

static int take_row(struct search *search, size_t row,
		    struct outlived *outlived)
{
	const struct document *doc = outlived->leftovers;
	uint64_t id = 0, lateness = 0, exit = 0, start = 0;
	struct {
		size_t column;
		uint64_t *number;
	} cells[] = {
		{ search->id, &id },
		{ search->lateness, &lateness },
		{ search->exit, &exit },
		{ search->start, &start },
	};
	int whose, err = 0;

	for (int i = 0; !err && i < 4; i++)
		err = document_cell_number(search->reader, doc, row,
					   cells[i].column, cells[i].number);
	if (err || id <= outlived->last_id)
		return err;
	search->least = !outlived->nr_new || id < search->least ? id :
								  search->least;
	search->most = id > search->most ? id : search->most;
	outlived->nr_new++;
	whose = outlived_reapers(document_cell(doc, row, search->reapers),
				 search->reaper);
	if (whose < 0)
		return error_set(-EPROTO, "%s: line %zu: not a list of reapers",
				 doc->file, doc->lines[row]);
	if (!is_since_start(search, exit, start))
		return 0;
	outlived->nr_cut += whose == OUTLIVED_CUT;
	outlived->foreign[row] = whose != OUTLIVED_OURS;
	if (whose == OUTLIVED_OURS)
		take_ours(search, lateness, outlived);
	return 0;
}

/* Where there was none before, the first one's id is not known. */
static void count_missing(const struct search *search,
			  struct outlived *outlived)
{
	uint64_t first = outlived->last_id ? outlived->last_id + 1 :
					     search->least;
	uint64_t range = search->most - first + 1;

	if (outlived->nr_new && range > outlived->nr_new)
		outlived->nr_missing = range - outlived->nr_new;
}

static bool *all_true(size_t nr)
{
	bool *array = calloc(nr + 1, sizeof(*array));

	if (array)
		memset(array, true, nr);
	return array;
}

int outlived_look(struct reader *reader, const struct supervise *tree,
		  uint64_t reaper, uint64_t limit, struct outlived *outlived)
{
	struct search search = {
		.reader = reader,
		.tree = tree,
		.reaper = reaper,
		.limit = limit,
	};
	int err = reader_load(reader, "leftovers", &outlived->leftovers);

	if (err)
		return err;
	outlived->foreign = all_true(outlived->leftovers->nr_rows);
	if (!outlived->foreign)
		return error_set(-ENOMEM, "leftovers: not enough memory");
	err = find_columns(&search, outlived->leftovers);
	for (size_t row = 0; !err && row < outlived->leftovers->nr_rows; row++)
		err = take_row(&search, row, outlived);
	if (!err)
		count_missing(&search, outlived);
	return err;
}

/*
 * The ages are taken before the time that they are counted back from: a file
 * that was queued just after the start is never taken for one from before.
 */
static int take_pending(struct reader *reader, const struct supervise *tree,
			const struct left *left, struct outlived *outlived)
{
	const struct document *doc = left->pending;
	uint64_t since = left->looked - tree->started;
	uint64_t age = 0, pid = 0, start = 0;
	size_t ages, owners, starts;
	bool ours;
	int err = document_need_column(reader, doc, "age_ns", &ages);

	if (!err)
		err = document_need_column(reader, doc, "owner", &owners);
	if (!err)
		err = document_need_column(reader, doc, "owner_start_ns",
					   &starts);
	for (size_t row = 0; !err && row < doc->nr_rows; row++) {
		err = document_cell_number(reader, doc, row, ages, &age);
		if (!err)
			err = document_cell_number(reader, doc, row, owners,
						   &pid);
		if (!err)
			err = document_cell_number(reader, doc, row, starts,
						   &start);
		if (err || age > since)
			continue;
		ours = start >= tree->started &&
		       supervise_has_reaped(tree, pid);
		outlived->pending_foreign[row] = !ours;
		outlived->nr_pending += ours;
		outlived->nr_unknown += !ours;
	}
	return err;
}

int outlived_pending(struct reader *reader, const struct supervise *tree,
		     const struct left *left, struct outlived *outlived)
{
	outlived->pending_foreign = all_true(left->pending->nr_rows);
	if (!outlived->pending_foreign)
		return error_set(-ENOMEM, "pending: not enough memory");
	return take_pending(reader, tree, left, outlived);
}

void outlived_doubt(const struct outlived *outlived, uint64_t counted,
		    struct doubts *doubts)
{
	uint64_t missing = outlived->nr_missing;

	if (counted > outlived->nr_new && counted - outlived->nr_new > missing)
		missing = counted - outlived->nr_new;
	if (missing)
		doubts_add(doubts,
			   "leftovers were overwritten before they could be "
			   "read: %" PRIu64 ", nobody knows whose",
			   missing);
	if (outlived->nr_cut)
		doubts_add(doubts,
			   "processes too deep below their reapers to tell "
			   "whose they were had %" PRIu64 " leftovers",
			   outlived->nr_cut);
}

/* Has the device been seen in an earlier row? */
static bool was_seen(const struct document *doc, const bool *skip, size_t row,
		     size_t column)
{
	for (size_t i = 0; i < row; i++)
		if (!skip[i] && !strcmp(document_cell(doc, i, column),
					document_cell(doc, row, column)))
			return true;
	return false;
}

static void show_mount(const char *device, struct view_table *table,
		       struct view *view)
{
	char *where = NULL;

	if (locate_device("", device, &where) || !where)
		return;
	if (view->json)
		view_row(table, (const char *[]){ device, where }, false);
	else
		view_note(view, "Device %s is mounted on %s", device, where);
	free(where);
}

/*
 * Where its filesystem is mounted is all that can be told of a file's path: an
 * inode found by its number may be another's by now.
 */
static int show_mounts(const struct outlived *outlived, struct reader *reader,
		       struct view *view)
{
	static const struct view_column columns[] = {
		{ "device", VIEW_TEXT },
		{ "mount", VIEW_TEXT },
	};
	const struct document *doc = outlived->leftovers;
	struct view_table *table;
	size_t device;
	int err = document_need_column(reader, doc, "device", &device);

	if (err)
		return err;
	table = view_table_begin(view, "mounts", columns, 2, false);
	for (size_t row = 0; reader->live && row < doc->nr_rows; row++)
		if (!outlived->foreign[row] &&
		    !was_seen(doc, outlived->foreign, row, device))
			show_mount(document_cell(doc, row, device), table,
				   view);
	view_table_end(table);
	return 0;
}

static int show_leftovers(const struct outlived *outlived,
			  struct reader *reader, const struct origins *origins,
			  struct view *view)
{
	static const char *const json_only[] = {
		"id",  "exit_ns", "start_ns", "super",
		"uid", "cgroup",  "reapers",  NULL,
	};
	struct listing listing = listing_leftovers;
	char worst[NUMBER_TEXT];

	listing.file = "tree_leftovers";
	listing.json_only = json_only;
	listing.empty = NULL;
	if (outlived->nr)
		view_note(view,
			  "Of its own processes: %" PRIu64
			  " %s, by %s at most:",
			  outlived->nr,
			  outlived->nr == 1 ? "file outlived its process" :
					      "files outlived their process",
			  number_ns_short(worst, outlived->worst));
	else
		view_note(
			view,
			"Of its own processes: no file outlived its process.");
	return listing_show(&listing, reader, outlived->leftovers,
			    outlived->foreign, origins, view);
}

int outlived_show(const struct outlived *outlived, const struct left *left,
		  struct reader *reader, const struct origins *origins,
		  struct view *view)
{
	struct listing listing = listing_pending;
	int err;

	view_number(view, "outlived", outlived->nr);
	view_number(view, "lateness_max_ns", outlived->worst);
	view_number(view, "pending_unknown", outlived->nr_unknown);
	err = show_leftovers(outlived, reader, origins, view);
	if (!err)
		err = show_mounts(outlived, reader, view);
	if (err)
		return err;
	listing.file = "tree_pending";
	listing.empty = NULL;
	if (outlived->nr_pending)
		view_note(view, "Of its own processes, and still pending:");
	return listing_show(&listing, reader, left->pending,
			    outlived->pending_foreign, origins, view);
}

void outlived_free(struct outlived *outlived)
{
	document_free(outlived->leftovers);
	free(outlived->foreign);
	free(outlived->pending_foreign);
	*outlived = (struct outlived){ 0 };
}
