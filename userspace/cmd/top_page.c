// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of dfput top, made without a terminal: whether to trust it, what is there
 * now, rates, and the first rows of each table, as the tables' commands show them.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options.h"
#include "cmd/top.h"
#include "debugfs/listing.h"
#include "lib/alloc.h"
#include "lib/number.h"
#include "lib/screen.h"
#include "lib/text.h"

/* Of the lines beside the tables. */
#define TEXT 512

/* From that height on, tables have titles. */
#define TITLES_HEIGHT 35

/* ---- lines --------------------------------------------------------------- */

void top_page_add(struct top_page *page, enum top_style style,
		  const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = alloc_vtext(format, args);
	va_end(args);
	page->line = alloc_more(page->line, page->nr, sizeof(*page->line));
	page->line[page->nr++] =
		(struct top_line){ style, screen_cut(text, page->width) };
	free(text);
}

void top_page_free(struct top_page *page)
{
	for (size_t i = 0; i < page->nr; i++)
		free(page->line[i].text);
	free(page->line);
	*page = (struct top_page){ 0 };
}

static void add_trust(struct top_page *page, const struct top_look *look)
{
	struct caveats caveats = { 0 };
	char reasons[NUMBER_TEXT];
	const char *why;

	if (look->before != look->after &&
	    !stats_continuous(&look->before->stats, &look->after->stats, &why))
		caveats_add(&caveats, "%s", why);
	stats_caveats(&look->after->stats, &caveats);
	if (!caveats.nr)
		top_page_add(page, TOP_GOOD,
			     "Trustworthy: yes, nothing was lost.");
	else if (caveats.nr == 1)
		top_page_add(page, TOP_BAD, "Trustworthy: no, %s.",
			     caveats.text[0]);
	else
		top_page_add(page, TOP_BAD, "Trustworthy: no, for %s: %s.",
			     number_count(reasons, caveats.nr, "reason"),
			     caveats.text[0]);
}

/* ---- numbers ------------------------------------------------------------- */

/* How rates are shown on a screen. */
struct layout {
	int digits;
	bool has_mean;
};

static struct layout choose_layout(size_t width)
{
	return (struct layout){
		.digits = width >= 110 ? 12 :
			  width >= 80  ? 7 :
					 6,
		.has_mean = width >= 80,
	};
}

/* In so many digits: 1234567, or 12.3M. */
static const char *count_text(char text[NUMBER_TEXT], double count, int digits)
{
	const char *unit = "kMGTPE";

	if (snprintf(text, NUMBER_TEXT, "%.0f", count) <= digits)
		return text;
	for (count /= 1000; count >= 999.95 && unit[1]; unit++)
		count /= 1000;
	snprintf(text, NUMBER_TEXT, "%.1f%c", count, *unit);
	return text;
}

/* What happens at all is not 0. */
static const char *rate_text(char text[NUMBER_TEXT], double rate, int digits)
{
	if (rate < 0)
		return "-";
	if (rate == 0)
		return "0";
	if (rate < 0.1)
		return "<0.1";
	if (snprintf(text, NUMBER_TEXT, "%.1f", rate) <= digits)
		return text;
	return count_text(text, rate, digits);
}

/* The sum of all losses, rather than a counter. */
#define LOST DFPUT_NR_COUNTERS

static uint64_t count_of(const struct stats *stats, int counter)
{
	return counter == LOST ? stats_losses(stats) : stats->counter[counter];
}

/* Return: how many a second, negative if that is not known. */
static double rate_of(const struct stats *from, const struct stats *to,
		      int counter)
{
	const char *why;

	if (to->begun == from->begun || !stats_continuous(from, to, &why))
		return -1;
	return (double)(count_of(to, counter) - count_of(from, counter)) *
	       NUMBER_NS_PER_SEC / (double)(to->begun - from->begun);
}

static void append_numbers(char text[TEXT], const struct top_look *look,
			   const struct layout *layout, int counter)
{
	const struct stats *now = &look->after->stats;
	bool lacks = counter != LOST && now->lacks[counter];
	char number[NUMBER_TEXT];
	int digits = layout->digits;

	text_append(
		text, TEXT, " %*s", digits,
		rate_text(number,
			  lacks ? -1 :
				  rate_of(&look->before->stats, now, counter),
			  digits));
	if (layout->has_mean)
		text_append(
			text, TEXT, " %*s", digits,
			rate_text(number,
				  lacks ? -1 :
					  rate_of(look->since, now, counter),
				  digits));
	text_append(text, TEXT, " %*s", digits,
		    lacks ? "-" :
			    count_text(number, (double)count_of(now, counter),
				       digits));
}

/* The counters that are shown, two in a line. */
static const int counters[][2] = {
	{ DFPUT_COUNT_queued, DFPUT_COUNT_queued_hardirq },
	{ DFPUT_COUNT_released, DFPUT_COUNT_queued_softirq },
	{ DFPUT_COUNT_batches, DFPUT_COUNT_queued_bh },
	{ DFPUT_COUNT_exits, DFPUT_COUNT_queued_kthread },
	{ DFPUT_COUNT_in_time, DFPUT_COUNT_queued_exited },
	{ DFPUT_COUNT_leftover, DFPUT_COUNT_leftover_deferred },
	{ DFPUT_COUNT_umounts, DFPUT_COUNT_leftover_task_work },
	{ DFPUT_COUNT_umounts_busy, DFPUT_COUNT_leftover_sync },
};

/* What the names of these take. */
static const int label_widths[2] = { 12, 18 };

static void add_rate_headings(struct top_page *page,
			      const struct layout *layout)
{
	char text[TEXT] = "";
	int digits = layout->digits;

	for (int side = 0; side < 2; side++) {
		text_append(text, TEXT, "%s%-*s %*s", side ? "  " : "",
			    label_widths[side], "COUNTER", digits, "NOW/S");
		if (layout->has_mean)
			text_append(text, TEXT, " %*s", digits, "MEAN/S");
		text_append(text, TEXT, " %*s", digits, "TOTAL");
	}
	top_page_add(page, TOP_HEADING, "%s", text);
}

static void add_rates(struct top_page *page, const struct top_look *look)
{
	struct layout layout = choose_layout(look->width);
	const struct stats *stats = &look->after->stats;
	char text[TEXT], losses[STATS_LOSSES];

	add_rate_headings(page, &layout);
	for (size_t i = 0; i < NR(counters); i++) {
		*text = '\0';
		for (int side = 0; side < 2; side++) {
			text_append(text, TEXT, "%s%-*s", side ? "  " : "",
				    label_widths[side],
				    stats_counters[counters[i][side]].name);
			append_numbers(text, look, &layout, counters[i][side]);
		}
		top_page_add(page, TOP_PLAIN, "%s", text);
	}
	snprintf(text, TEXT, "%-*s", label_widths[0], "lost");
	append_numbers(text, look, &layout, LOST);
	top_page_add(page, stats_losses(stats) ? TOP_BAD : TOP_PLAIN, "%s  %s",
		     text, stats_losses_text(stats, losses));
}

/* ---- tables -------------------------------------------------------------- */

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

/* The lines of a table, in whose first are its headings. */
static void add_rows(struct top_page *page, const struct top_look *look,
		     enum top_table i, const struct selection *selection,
		     char *text)
{
	struct layout layout = choose_layout(look->width);
	bool counts = look->after->table[i].count;
	char number[NUMBER_TEXT];
	size_t nr = 0;
	char *line;

	for (; *text && (line = strsep(&text, "\n")); nr++) {
		enum top_style style = nr ? TOP_PLAIN : TOP_HEADING;

		if (!counts) {
			top_page_add(page, style, "%s", line);
			continue;
		}
		top_page_add(page, style, "%*s %s", layout.digits,
			     nr ? rate_text(number,
					    top_snapshot_rate(
						    look->before, look->after,
						    i, selection->row[nr - 1]),
					    layout.digits) :
				  "NOW/S",
			     line);
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

static int add_tables(struct top_page *page, const struct top_look *look)
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

/* ---- the page ------------------------------------------------------------ */

static void add_now(struct top_page *page, const struct top_look *look)
{
	const uint64_t *gauge = look->after->stats.gauge;
	uint64_t oldest = top_snapshot_oldest(look->after);
	char text[TEXT], number[NUMBER_TEXT];

	snprintf(text, TEXT, "pending %s",
		 number_count(number, gauge[DFPUT_GAUGE_pending], "file"));
	if (oldest)
		text_append(text, TEXT, ", the oldest for %s",
			    number_ns_short(number, oldest));
	text_append(text, TEXT, "; held %s",
		    number_count(number, gauge[DFPUT_GAUGE_watched], "file"));
	text_append(text, TEXT, "; %s",
		    number_count(number, gauge[DFPUT_GAUGE_rings], "ring"));
	top_page_add(page, TOP_PLAIN, "%s", text);
}

int top_page_make(struct top_page *page, const struct top_look *look)
{
	int err;

	*page = (struct top_page){ .width = look->width };
	if (look->width < TOP_MIN_WIDTH || look->height < TOP_MIN_HEIGHT) {
		top_page_add(page, TOP_BAD, "needs %dx%d, has %zux%zu",
			     TOP_MIN_WIDTH, TOP_MIN_HEIGHT, look->width,
			     look->height);
		return 0;
	}
	add_trust(page, look);
	add_now(page, look);
	add_rates(page, look);
	err = add_tables(page, look);
	while (page->nr < look->height - 1)
		top_page_add(page, TOP_PLAIN, "%s", "");
	top_page_add(page, TOP_HEADING, "%s", look->footer);
	return err;
}
