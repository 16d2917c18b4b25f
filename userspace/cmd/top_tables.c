// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables on the page of dfput top: the first rows, as the tables' commands show
 * them, and rates before them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options.h"
#include "cmd/top.h"
#include "debugfs/listing.h"
#include "lib/alloc.h"
#include "lib/number.h"

/* From that height on, tables have titles. */
#define TITLES_HEIGHT 35

/*
 * columns: as of --columns; NULL: those shown by default. orders: as of --sort, by
 * enum top_order. Where a table counts, TOP_BY_RATE is the order of equal rates.
 */
static const struct table {
	const struct listing *listing;
	const char *columns;
	const char *orders[TOP_NR_ORDERS];
} tables[TOP_NR_TABLES] = {
	[TOP_PENDING] = { &listing_pending,
			  NULL,
			  { "-age_ns", "-age_ns", "-age_ns" } },
	[TOP_ORIGINS] = { &listing_origins,
			  "origin_name,cause,count,wait_max_ns,stack",
			  { "-count", "-count", "-wait_max_ns" } },
	[TOP_SUPERBLOCKS] = { &listing_superblocks,
			      "device,fstype,state,queued,pending,held,"
			      "leftovers,mountpoint",
			      { "-queued", "-queued", "-pending" } },
	[TOP_LEFTOVERS] = { &listing_leftovers,
			    NULL,
			    { "-id", "-id", "-lateness_ns" } },
	[TOP_RINGS] = { &listing_rings,
			NULL,
			{ "-age_ns", "-age_ns", "-age_ns" } },
};

/* Where a row stood, and its rate. */
struct ranked {
	size_t row;
	size_t place;
	double rate;
};

static int compare_rates(const void *a, const void *b)
{
	const struct ranked *one = a, *other = b;

	if (one->rate != other->rate)
		return one->rate < other->rate ? 1 : -1;
	return (one->place > other->place) - (one->place < other->place);
}

/* Rows of one rate stay in their order. */
static void sort_by_rate(const struct top_look *look, enum top_table table,
			 struct selection *selection)
{
	struct ranked *ranked = alloc_array(selection->nr, sizeof(*ranked));

	for (size_t i = 0; i < selection->nr; i++)
		ranked[i] = (struct ranked){
			.row = selection->row[i],
			.place = i,
			.rate = top_snapshot_rate(look->before, look->after,
						  table, selection->row[i]),
		};
	qsort(ranked, selection->nr, sizeof(*ranked), compare_rates);
	for (size_t i = 0; i < selection->nr; i++)
		selection->row[i] = ranked[i].row;
	free(ranked);
}

/* Of the moment of the snapshot. Only superblocks show mount points. */
static void begin_view(struct view *view, FILE *out,
		       const struct top_look *look, enum top_table table)
{
	const uint64_t *clock =
		&look->after->stats.gauge[DFPUT_GAUGE_clock_monotonic_ns];

	view_begin(view, out, false);
	view->width = look->width;
	view->format.table = tables[table].listing->file;
	view->format.columns = tables[table].columns;
	view->reader = table == TOP_SUPERBLOCKS ? look->reader : NULL;
	view->has_clock = clock[0];
	view->now = clock[0];
	view->to_realtime = clock[2] - clock[0];
}

static int print_rows(const struct top_look *look, enum top_table i,
		      struct selection *selection, struct view *view)
{
	const struct rows *rows = &look->after->table[i].rows;
	struct listing listing = *tables[i].listing;
	struct listing_output *output;
	int err = 0;

	listing.unexplained = true;
	output = listing_begin(&listing, &look->after->origins, view);
	listing_sort(output, rows->doc, tables[i].orders[look->order],
		     selection);
	if (look->order == TOP_BY_RATE && look->after->table[i].count)
		sort_by_rate(look, i, selection);
	/* Alike leftovers are one row: which is known when all were seen. */
	if (i != TOP_LEFTOVERS && selection->nr > look->height)
		selection->nr = look->height;
	for (size_t row = 0; err >= 0 && row < selection->nr; row++)
		err = listing_add(output, rows->doc, selection->row[row]);
	listing_end(output, err < 0 ? NULL : rows->doc);
	return err < 0 ? err : 0;
}

/* The lines of a table: headings and rows. */
static void add_rows(struct top_page *page, const struct top_look *look,
		     enum top_table i, const struct selection *selection,
		     char *text)
{
	bool counts = look->after->table[i].count;
	int digits = top_digits(look->width);
	char number[NUMBER_TEXT];
	const char *rate = "NOW/S";
	size_t nr = 0;
	char *line;

	for (; *text && (line = strsep(&text, "\n")); nr++) {
		enum top_style style = nr ? TOP_PLAIN : TOP_HEADING;

		if (counts && nr)
			rate = top_rate_text(
				number,
				top_snapshot_rate(look->before, look->after, i,
						  selection->row[nr - 1]),
				digits);
		if (counts)
			top_page_add(page, style, "%*s %s", digits, rate, line);
		else
			top_page_add(page, style, "%s", line);
	}
}

/* What is counted may have gone before the table was read, or have no row. */
static void add_none(struct top_page *page, const struct listing *listing,
		     const struct stats *stats)
{
	uint64_t nr = stats_value(stats, listing->counted);

	if (nr)
		top_page_add(page, TOP_PLAIN,
			     "No row, but a moment before '%s' was %" PRIu64
			     ".",
			     listing->counted, nr);
	else
		top_page_add(page, TOP_PLAIN, "%s", listing->empty);
}

static void add_title(struct top_page *page, const char *title)
{
	top_page_add(page, TOP_TITLE, "%s", "");
	top_page_add(page, TOP_TITLE, "%s:", title);
}

static int make_table(struct top_page *page, const struct top_look *look,
		      enum top_table i)
{
	const struct rows *rows = &look->after->table[i].rows;
	const struct listing *listing = tables[i].listing;
	struct selection selection;
	struct view view;
	char *text;
	size_t size;
	FILE *out;
	int err;

	*page = (struct top_page){ .width = look->width };
	if (!rows->doc)
		return 0;
	if (look->height >= TITLES_HEIGHT)
		add_title(page, options_command(listing->file)->help);
	if (!rows->nr) {
		add_none(page, listing, &look->after->stats);
		return 0;
	}
	out = must(open_memstream(&text, &size));
	begin_view(&view, out, look, i);
	selection_all(&selection, rows->nr);
	err = print_rows(look, i, &selection, &view);
	fclose(out);
	if (!err)
		add_rows(page, look, i, &selection, text);
	selection_free(&selection);
	free(text);
	return err;
}

/* Return: how many lines say something, at the least. */
static size_t count_first(const struct top_page *table)
{
	size_t nr = 0;

	while (nr < table->nr && table->line[nr].style != TOP_PLAIN)
		nr++;
	return nr < table->nr ? nr + 1 : nr;
}

/* In turns, a line each; headings alone are no table. */
static void share_lines(size_t room, const struct top_page *table,
			size_t share[TOP_NR_TABLES])
{
	bool any = true;
	size_t more;

	while (any) {
		any = false;
		for (int i = 0; i < TOP_NR_TABLES; i++) {
			more = share[i] ? 1 : count_first(&table[i]);
			if (share[i] == table[i].nr || more > room)
				continue;
			share[i] += more;
			room -= more;
			any = true;
		}
	}
}

int top_tables_add(struct top_page *page, const struct top_look *look)
{
	struct top_page table[TOP_NR_TABLES] = { 0 };
	size_t share[TOP_NR_TABLES] = { 0 };
	int err = 0;

	for (int i = 0; !err && i < TOP_NR_TABLES; i++)
		err = make_table(&table[i], look, i);
	share_lines(look->height - page->nr - 1, table, share);
	for (int i = 0; i < TOP_NR_TABLES; i++) {
		for (size_t row = 0; !err && row < share[i]; row++)
			top_page_add(page, table[i].line[row].style, "%s",
				     table[i].line[row].text);
		top_page_free(&table[i]);
	}
	return err;
}
