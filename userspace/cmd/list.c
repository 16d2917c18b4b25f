// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands that show a table of the module: which of its rows, in which order.
 */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "cmd/cmd.h"
#include "debugfs/listing.h"
#include "debugfs/target.h"
#include "lib/error.h"
#include "lib/number.h"
#include "proc/devices.h"

static bool is_text(const struct rows *rows, size_t row, void *text)
{
	return rows_is(rows, row, 0, text);
}

static bool is_like(const struct rows *rows, size_t row, void *glob)
{
	return !fnmatch(glob, rows_cell(rows, row, 0), 0);
}

static bool is_younger(const struct rows *rows, size_t row, void *age)
{
	return rows_number(rows, row, 0) <= *(uint64_t *)age;
}

static bool is_after(const struct rows *rows, size_t row, void *moment)
{
	return rows_number(rows, row, 0) >= *(uint64_t *)moment;
}

/* The value of stats that says what is in no row; "": none does. */
static const char *name_uncounted(const struct listing *listing,
				  const struct document *doc)
{
	if (!doc->nr_rows)
		return listing->counted;
	return listing_is(listing, &listing_pending) ? "unrecorded" : "";
}

/* No table denies what is counted: records were lost, or the copy was cut off. */
static int check_counted(struct listing *listing, const struct document *doc,
			 struct reader *reader, struct view *view)
{
	const char *name = name_uncounted(listing, doc);
	struct document *stats;
	uint64_t nr = 0;
	int err;

	if (!*name)
		return 0;
	err = reader_load(reader, "stats", &stats);
	if (!err && document_value(stats, name))
		err = document_need_number(stats, name, &nr);
	document_free(stats);
	if (err || !nr)
		return err;
	listing->empty = NULL;
	view_number(view, "not_in_rows", nr);
	view_note(view, "Not in rows: '%s' in stats is %" PRIu64 ".", name, nr);
	return 0;
}

/* What is asked of the rows of a table, and what is left of them. */
struct query {
	const struct options *options;
	const struct listing *listing;
	struct document *doc;
	struct reader *reader;
	struct selection selection;
};

/* A column that an older module does not have is an error: nobody can tell. */
static int keep(struct query *query, const char *column,
		selection_filter *filter, void *context)
{
	const char *const names[] = { column, NULL };
	struct rows rows;
	int err = rows_bind(&rows, query->doc, names);

	if (!err)
		selection_keep(&query->selection, &rows, filter, context);
	return err;
}

static int keep_device(struct query *query, const char *text,
		       int (*find)(const struct reader *reader,
				   const char *text, dev_t *super))
{
	char device[DEVICES_TEXT];
	dev_t super;
	int err = find(query->reader, text, &super);

	return err ? err :
		     keep(query, "device", is_text,
			  (void *)devices_text(device, super));
}

static int keep_super(struct query *query)
{
	const char *text = query->options->super;
	bool itself = listing_is(query->listing, &listing_superblocks);

	if (*text != '#')
		return keep_device(query, text, target_super);
	return keep(query, itself ? "id" : "super", is_text,
		    (void *)(text + 1));
}

static int keep_process(struct query *query)
{
	const struct options *options = query->options;
	bool owner = listing_has(query->listing, "owner");
	char number[NUMBER_TEXT];
	int err = 0;

	number_text(number, options->pid);
	if (options->pid)
		err = keep(query, owner ? "owner" : "pid", is_text, number);
	if (!err && options->comm)
		err = keep(query, owner ? "owner_comm" : "comm", is_like,
			   (void *)options->comm);
	return err;
}

/* The time that people are shown: that of what a row tells. */
static const char *find_time(const struct listing *listing)
{
	for (size_t i = 0; i < listing->nr; i++)
		if (listing->columns[i].kind == VIEW_TIME)
			return listing->columns[i].name;
	return NULL;
}

/* Both ages and times are of the module's clock, as it was when that was read. */
static int keep_since(struct query *query)
{
	struct options_moment since = query->options->since;
	struct stats stats;
	uint64_t now, wall, age;
	int err = stats_load(query->reader, &stats);

	if (err)
		return err;
	now = stats.gauge[DFPUT_GAUGE_clock_monotonic_ns];
	if (!now)
		return error_set(
			-EPROTO,
			"--since: the module is too old to tell what time it is");
	wall = stats.gauge[DFPUT_GAUGE_clock_realtime_ns];
	age = since.ns;
	if (since.by_clock)
		age = since.ns < wall ? wall - since.ns : 0;
	if (listing_has(query->listing, "age_ns"))
		return keep(query, "age_ns", is_younger, &age);
	now = age < now ? now - age : 0;
	return keep(query, find_time(query->listing), is_after, &now);
}

/* A table without a row could also mean that nothing happened. */
static void complain_of_none(const struct query *query)
{
	char count[NUMBER_TEXT];

	complain("%s: no row matches, of %s", query->listing->file,
		 number_count(count, query->doc->nr_rows, "row"));
}

static int select_rows(struct query *query, const struct origins *origins,
		       const struct view *view)
{
	const struct options *options = query->options;
	int err = 0;

	if (options->mount)
		err = keep_device(query, options->mount, target_mount);
	if (!err && options->super)
		err = keep_super(query);
	if (!err)
		err = keep_process(query);
	if (!err && options->since.ns != UINT64_MAX)
		err = keep_since(query);
	if (!err && options->where)
		err = listing_keep(query->listing, query->doc, origins, view,
				   options->where, &query->selection);
	if (!err && query->doc->nr_rows && !query->selection.nr)
		complain_of_none(query);
	if (!err && options->sort)
		err = listing_sort(query->listing, query->doc, origins, view,
				   options->sort, &query->selection);
	if (options->limit && options->limit < query->selection.nr)
		query->selection.nr = options->limit;
	return err;
}

int cmd_show_table(const struct options *options, const struct listing *listing,
		   struct reader *reader, struct document *doc,
		   struct view *view)
{
	struct query query = { options, listing, doc, reader, { 0 } };
	struct origins origins = { 0 };
	int err = 0;

	if (listing_has(listing, "origin_name"))
		err = origins_load(reader, options->rules, &origins);
	if (!err) {
		selection_all(&query.selection, doc->nr_rows);
		err = select_rows(&query, &origins, view);
	}
	if (!err)
		err = (listing_is(listing, &listing_leftovers) &&
				       !options->sort ?
			       listing_show_folded :
			       listing_show)(listing, doc, &query.selection,
					     &origins, view);
	selection_free(&query.selection);
	origins_free(&origins);
	return err;
}

static int show_listing(const struct options *options, struct reader *reader,
			struct view *view)
{
	struct listing listing = *listing_find(options->command->name);
	struct document *doc;
	int err = reader_load(reader, listing.file, &doc);

	if (!err)
		err = check_counted(&listing, doc, reader, view);
	if (!err)
		err = cmd_show_table(options, &listing, reader, doc, view);
	document_free(doc);
	return err;
}

int cmd_list(const struct options *options)
{
	const struct listing *listing = listing_find(options->command->name);
	int status =
		options_check_columns(options, listing->columns, listing->nr);

	return status ? status : cmd_display(options, show_listing);
}
