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
#include "debugfs/operations.h"
#include "debugfs/places.h"
#include "debugfs/target.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "proc/devices.h"

/* The value of stats that says what is in no row; "": none does. */
static const char *name_uncounted(const struct listing *listing,
				  const struct document *doc)
{
	if (!doc->nr_read)
		return listing->counted;
	return listing_is(listing, &listing_pending) ? "unrecorded" : "";
}

/* No table denies what is counted: records were lost, or the copy was cut off. */
static int show_uncounted(const struct listing *listing,
			  const struct document *doc, struct reader *reader,
			  struct view *view)
{
	const char *name = name_uncounted(listing, doc);
	struct document *stats;
	uint64_t nr = 0;
	int err = 0;

	if (*name) {
		err = reader_load(reader, "stats", &stats);
		if (!err && document_value(stats, name))
			err = document_need_number(stats, name, &nr);
		document_free(stats);
	}
	if (err)
		return err;
	if (nr) {
		view_number(view, "not_in_rows", nr);
		view_note(
			view, "Not in rows: '%s' in stats is %" PRIu64 "%s.",
			name, nr,
			listing_is(listing, &listing_held) ?
				", with files on the list: see 'dfput pending'" :
				"");
	} else if (!doc->nr_read && listing->empty) {
		view_note(view, "%s", listing->empty);
	}
	return 0;
}

static uint64_t count_umounts(const struct stats *stats)
{
	return stats->counter[DFPUT_COUNT_umounts];
}

/*
 * Tables in which the newest row replaces the oldest, what counts their rows, and the
 * column that says how many of that a row is, if not 1.
 */
static const struct ring {
	const struct listing *listing;
	uint64_t (*count)(const struct stats *stats);
	const char *weight;
} rings[] = {
	{ &listing_leftovers, stats_late, "" },
	{ &listing_umounts, count_umounts, "?attempts" },
};

static const struct ring *find_ring(const struct listing *listing)
{
	for (size_t i = 0; i < NR(rings); i++)
		if (listing_is(listing, rings[i].listing))
			return &rings[i];
	return NULL;
}

/* By a path, a device, a process, a name, a module, a time and any column. */
#define MAX_CONDITIONS 7

struct query;
typedef bool condition_holds(const struct query *query, int nr,
			     const struct rows *rows, size_t row);

/* holds: of a row. text, number: what to compare it with. buffer: for the text. */
struct condition {
	condition_holds *holds;
	const char *text;
	uint64_t number;
	char buffer[NUMBER_TEXT];
};

/**
 * struct query - which rows of a table are shown
 * @options: of the command
 * @listing: the table
 * @reader: where it is read
 * @ring: it is one; or NULL
 * @counted: what was counted of it before it was read
 * @seen: how much of that rows are
 * @last_id: the newest row
 * @names: the columns of the conditions; "": it asks for none of the file; then id
 *	and weight of a ring
 * @condition: what each column must be like
 * @nr: how many
 * @is_unseen: the module knows no superblock that is mounted there
 * @output: where rows go, or, to be sorted, do not go yet
 * @nr_rows: how many there were
 * @err: what they met with
 */
struct query {
	const struct options *options;
	const struct listing *listing;
	struct reader *reader;
	const struct ring *ring;
	uint64_t counted;
	uint64_t seen;
	uint64_t last_id;
	const char *names[MAX_CONDITIONS + 3];
	struct condition condition[MAX_CONDITIONS];
	int nr;
	bool is_unseen;
	struct listing_output *output;
	size_t nr_rows;
	int err;
};

static bool is_text(const struct query *query, int nr, const struct rows *rows,
		    size_t row)
{
	return rows_is(rows, row, nr, query->condition[nr].text);
}

static bool is_like(const struct query *query, int nr, const struct rows *rows,
		    size_t row)
{
	return !fnmatch(query->condition[nr].text, rows_cell(rows, row, nr), 0);
}

static bool is_of_module(const struct query *query, int nr,
			 const struct rows *rows, size_t row)
{
	return operations_of(rows_text(rows, row, nr),
			     query->condition[nr].text) == OPERATIONS_OF_MODULE;
}

static bool is_at_most(const struct query *query, int nr,
		       const struct rows *rows, size_t row)
{
	return rows_number(rows, row, nr) <= query->condition[nr].number;
}

static bool is_at_least(const struct query *query, int nr,
			const struct rows *rows, size_t row)
{
	return rows_number(rows, row, nr) >= query->condition[nr].number;
}

/* The number is that of a column as it is shown, which may be made of one. */
static bool is_shown_like(const struct query *query, int nr,
			  const struct rows *rows, size_t row)
{
	const struct condition *condition = &query->condition[nr];
	char label[ORIGINS_LABEL];
	const char *cell = listing_cell(query->output, rows->doc, row,
					condition->number, label);

	return !fnmatch(condition->text, cell ? cell : "", 0);
}

static bool is_shown_unlike(const struct query *query, int nr,
			    const struct rows *rows, size_t row)
{
	return !is_shown_like(query, nr, rows, row);
}

/* A column that an older module does not have is an error: nobody can tell. */
static struct condition *require(struct query *query, const char *column,
				 condition_holds *holds)
{
	struct condition *condition = &query->condition[query->nr];

	query->names[query->nr++] = column;
	condition->holds = holds;
	return condition;
}

/* The condition is that a row is of a superblock, given by its id. */
static struct condition *require_super(struct query *query)
{
	bool itself = listing_is(query->listing, &listing_superblocks);

	return require(query, itself ? "id" : "super", is_text);
}

static int keep_mount(struct query *query)
{
	const char *path = query->options->mount;
	struct condition *condition;
	uint64_t living;
	dev_t super;
	int err = target_mount(query->reader, path, &super);

	if (err)
		return err;
	living = places_living(query->reader, super);
	query->is_unseen = !living;
	condition = require_super(query);
	condition->text = living ? number_text(condition->buffer, living) : "";
	return 0;
}

static int keep_super(struct query *query)
{
	const char *text = query->options->super;
	struct condition *condition;
	dev_t super;
	int err;

	if (*text == '#') {
		require_super(query)->text = text + 1;
		return 0;
	}
	err = target_super(query->reader, text, &super);
	if (err)
		return err;
	condition = require(query, "device", is_text);
	condition->text = devices_text(condition->buffer, super);
	return 0;
}

static void keep_process(struct query *query)
{
	const struct options *options = query->options;
	bool owner = listing_has(query->listing, "owner");
	struct condition *condition;

	if (options->pid) {
		condition = require(query, owner ? "owner" : "pid", is_text);
		condition->text = number_text(condition->buffer, options->pid);
	}
	if (options->comm)
		require(query, owner ? "owner_comm" : "comm", is_like)->text =
			options->comm;
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
		require(query, "age_ns", is_at_most)->number = age;
	else
		require(query, find_time(query->listing), is_at_least)->number =
			age < now ? now - age : 0;
	return 0;
}

static void keep_where(struct query *query)
{
	const struct listing *listing = query->listing;
	const struct options_where *where = &query->options->where;
	struct condition *condition = require(
		query, "", where->unlike ? is_shown_unlike : is_shown_like);

	condition->text = where->glob;
	condition->number = view_find_column(listing->columns, listing->nr,
					     where->column, where->length);
}

static int find_conditions(struct query *query)
{
	const struct options *options = query->options;
	int err = 0;

	if (options->mount)
		err = keep_mount(query);
	if (!err && options->super)
		err = keep_super(query);
	keep_process(query);
	if (options->module)
		require(query, "ops", is_of_module)->text = options->module;
	if (!err && options->since.ns != UINT64_MAX)
		err = keep_since(query);
	if (!err && options->where.column)
		keep_where(query);
	return err;
}

static bool is_over(const struct query *query, size_t nr)
{
	return query->options->limit && nr >= query->options->limit;
}

/* Which rows are shown, and in which order, is known at the end. */
static bool is_kept_back(const struct query *query)
{
	return query->options->sort || (query->ring && query->options->limit);
}

static int begin_ring(struct query *query)
{
	struct stats stats;
	int err;

	query->ring = find_ring(query->listing);
	if (!query->ring)
		return 0;
	err = stats_load(query->reader, &stats);
	query->counted = query->ring->count(&stats);
	query->names[query->nr] = "?id";
	query->names[query->nr + 1] = query->ring->weight;
	return err;
}

static void count_in_ring(struct query *query, const struct rows *rows,
			  size_t row)
{
	uint64_t id = rows_number(rows, row, query->nr);
	uint64_t weight = rows_number(rows, row, query->nr + 1);

	query->last_id = id > query->last_id ? id : query->last_id;
	query->seen += weight ? weight : 1;
}

/* What a reset forgot has an id too, but is not counted. */
static uint64_t count_overwritten(const struct query *query,
				  const struct document *doc)
{
	uint64_t by_id = query->last_id - doc->nr_read;
	uint64_t by_count = query->counted - query->seen;

	if (query->last_id < doc->nr_read || query->counted < query->seen)
		return 0;
	return by_id < by_count ? by_id : by_count;
}

static int show_overwritten(const struct query *query,
			    const struct document *doc, struct view *view)
{
	uint64_t nr = count_overwritten(query, doc);
	struct caveats caveats = { 0 };
	char count[NUMBER_TEXT];
	struct stats stats;
	int err;

	view_number(view, "overwritten", nr);
	if (!nr)
		return 0;
	number_count(count, nr, "older row");
	if (!view->json) {
		listing_remark(
			view,
			"%s overwritten: all counts are of those that are left.",
			count);
		return 0;
	}
	err = stats_load(query->reader, &stats);
	if (err)
		return err;
	stats_caveats(&stats, &caveats);
	caveats_add(&caveats, "%s of %s overwritten", count,
		    query->listing->file);
	listing_caveats(&caveats, view);
	return 0;
}

/* Return: whether the row must be kept. */
static bool take_row(const struct rows *rows, size_t row, void *context)
{
	struct query *query = context;
	bool kept_back = is_kept_back(query);
	int kept;

	if (query->ring)
		count_in_ring(query, rows, row);
	for (int i = 0; i < query->nr; i++)
		if (!query->condition[i].holds(query, i, rows, row))
			return false;
	if (query->err || (!kept_back && is_over(query, query->nr_rows)))
		return false;
	query->nr_rows++;
	if (kept_back)
		return true;
	kept = listing_add(query->output, rows->doc, row);
	query->err = kept < 0 ? kept : 0;
	return kept > 0;
}

static int show_kept_back(struct query *query, const struct rows *rows)
{
	const struct options *options = query->options;
	struct selection shown;
	size_t first = 0;
	int err = 0;

	selection_all(&shown, rows->nr);
	if (options->sort)
		listing_sort(query->output, rows->doc, options->sort, &shown);
	else if (is_over(query, shown.nr))
		first = shown.nr - options->limit;
	for (size_t i = first; err >= 0 && i < shown.nr; i++)
		if (!is_over(query, i - first))
			err = listing_add(query->output, rows->doc,
					  shown.row[i]);
	selection_free(&shown);
	return err < 0 ? err : 0;
}

/* A table without a row could also mean that nothing happened. */
static void complain_of_none(const struct query *query, size_t nr_read)
{
	char count[NUMBER_TEXT];

	complain(
		"%s: no row matches, of %s%s", query->listing->file,
		number_count(count, nr_read, "row"),
		query->is_unseen ?
			"; dfput has not seen the superblock that is mounted there" :
			"");
}

static int show_rows(struct query *query, const struct origins *origins,
		     struct view *view)
{
	struct listing listing = *query->listing;
	struct rows rows;
	int err;

	listing.unfolded = query->options->sort;
	query->output = listing_begin(&listing, origins, view);
	rows = (struct rows){ 0 };
	err = begin_ring(query);
	if (!err)
		err = rows_select(&rows, query->reader, listing.file,
				  query->names, take_row, query);
	if (!err)
		err = query->err;
	if (!err && rows.doc->nr_read && !query->nr_rows)
		complain_of_none(query, rows.doc->nr_read);
	if (!err && is_kept_back(query))
		err = show_kept_back(query, &rows);
	listing_end(query->output, err ? NULL : rows.doc);
	if (!err)
		err = show_uncounted(&listing, rows.doc, query->reader, view);
	if (!err && query->ring)
		err = show_overwritten(query, rows.doc, view);
	rows_free(&rows);
	return err;
}

int cmd_show_table(const struct options *options, const struct listing *listing,
		   struct reader *reader, struct view *view)
{
	struct query query = { .options = options,
			       .listing = listing,
			       .reader = reader };
	struct origins origins = { 0 };
	int err = 0;

	if (listing_has(listing, "origin_name"))
		err = origins_load(reader, options->rules, &origins);
	if (!err)
		err = find_conditions(&query);
	if (!err)
		err = show_rows(&query, &origins, view);
	origins_free(&origins);
	return err;
}

static int show_listing(const struct options *options, struct reader *reader,
			struct view *view)
{
	return cmd_show_table(options, listing_find(options->command->name),
			      reader, view);
}

int cmd_list(const struct options *options)
{
	const struct listing *listing = listing_find(options->command->name);
	int status =
		options_check_columns(options, listing->columns, listing->nr);

	return status ? status : cmd_display(options, show_listing);
}
