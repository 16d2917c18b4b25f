// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of dfput top, of two snapshots, without a terminal.
 */
#include "cmocka_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/top.h"
#include "lib/number.h"
#include "lib/screen.h"

/* Two snapshots of a fixture, so far apart. */
#define APART (2 * NUMBER_NS_PER_SEC)

struct pair {
	struct reader reader;
	struct top_snapshot before;
	struct top_snapshot after;
	struct top_look look;
	struct top_page page;
};

static void load(struct pair *pair, const char *directory)
{
	*pair = (struct pair){ 0 };
	assert_int_equal(reader_open(&pair->reader, directory, ""), 0);
	assert_int_equal(top_snapshot_load(&pair->before, &pair->reader, NULL),
			 0);
	assert_int_equal(top_snapshot_load(&pair->after, &pair->reader, NULL),
			 0);
	pair->after.stats.begun = pair->before.stats.begun + APART;
	pair->after.stats.gauge[DFPUT_GAUGE_measuring_ns] += APART;
	for (int i = 0; i < TOP_NR_TABLES; i++)
		pair->after.table[i].read = pair->before.table[i].read + APART;
	pair->look = (struct top_look){
		.before = &pair->before,
		.after = &pair->after,
		.since = &pair->before.stats,
		.footer = "the footer",
		.width = 80,
		.height = 24,
	};
}

static void unload(struct pair *pair)
{
	top_page_free(&pair->page);
	top_snapshot_free(&pair->before);
	top_snapshot_free(&pair->after);
	reader_close(&pair->reader);
}

static void make(struct pair *pair)
{
	top_page_free(&pair->page);
	assert_int_equal(top_page_make(&pair->page, &pair->look), 0);
}

/* Which line has that text; the number of lines: none. */
static size_t find(const struct pair *pair, const char *text)
{
	size_t i = 0;

	while (i < pair->page.nr && !strstr(pair->page.line[i].text, text))
		i++;
	return i;
}

static void assert_has(const struct pair *pair, const char *text)
{
	if (find(pair, text) < pair->page.nr)
		return;
	for (size_t i = 0; i < pair->page.nr; i++)
		print_error("%s\n", pair->page.line[i].text);
	fail_msg("no line has: %s", text);
}

static void assert_has_not(const struct pair *pair, const char *text)
{
	assert_int_equal(find(pair, text), pair->page.nr);
}

static void rates_are_of_the_time_between(void **state)
{
	struct stats since;
	struct pair pair;

	(void)state;
	load(&pair, FIXTURES "/idle");
	since = pair.before.stats;
	since.begun -= 2 * APART;
	since.gauge[DFPUT_GAUGE_measuring_ns] -= 2 * APART;
	since.counter[DFPUT_COUNT_queued] -= 50;
	pair.look.since = &since;
	pair.after.stats.counter[DFPUT_COUNT_queued] += 100;
	pair.after.stats.counter[DFPUT_COUNT_queued_bh] += 1;
	make(&pair);
	/* 100 in 2 s, 150 in 6 s. */
	assert_has(&pair, "queued          50.0    25.0    1304  queued_hard");
	assert_has(&pair, "queued_bh              0.5     0.2       4");
	assert_has(&pair, "released           0       0 ");
	unload(&pair);
}

static void what_is_not_known_is_no_number(void **state)
{
	struct pair pair;

	(void)state;
	load(&pair, FIXTURES "/idle");
	pair.look.before = &pair.after;
	pair.look.since = &pair.after.stats;
	make(&pair);
	assert_has(&pair, "queued             -       -    1204");
	assert_has(&pair, "Trustworthy: yes");
	/* A reset, since the snapshot before. */
	pair.look.before = &pair.before;
	pair.after.stats.counter[DFPUT_COUNT_queued] = 7;
	make(&pair);
	assert_has(&pair, "queued             -       -       7");
	assert_has(&pair, "Trustworthy: no, the counters were reset");
	unload(&pair);
	load(&pair, FIXTURES "/older");
	pair.look.height = 60;
	pair.after.stats.lacks[DFPUT_COUNT_umounts] = true;
	make(&pair);
	assert_has(&pair, "umounts            -       -       -");
	assert_has_not(&pair, "io_uring rings");
	unload(&pair);
}

static void no_table_denies_what_is_counted(void **state)
{
	struct pair pair;

	(void)state;
	load(&pair, FIXTURES "/idle");
	pair.look.height = 60;
	make(&pair);
	assert_has(&pair, "Nothing is pending.");
	assert_has(&pair, "No ring is being taken down.");
	pair.after.stats.gauge[DFPUT_GAUGE_rings] = 2;
	make(&pair);
	assert_has(&pair, "No row, but a moment before 'rings' was 2.");
	unload(&pair);
}

static void losses_stand_at_the_top(void **state)
{
	struct pair pair;

	(void)state;
	load(&pair, FIXTURES "/busy");
	pair.after.stats.counter[DFPUT_COUNT_lost_records] += 4;
	make(&pair);
	assert_int_equal(find(&pair, "no, for 2 reasons: lost_records is 9"),
			 0);
	assert_int_equal(pair.page.line[0].style, TOP_BAD);
	assert_has(&pair, "lost             2.0     2.0      16  "
			  "lost_records 9, missed_probes 7");
	assert_int_equal(pair.page.line[find(&pair, "lost   ")].style, TOP_BAD);
	unload(&pair);
	load(&pair, FIXTURES "/idle");
	make(&pair);
	assert_int_equal(pair.page.line[0].style, TOP_GOOD);
	assert_int_equal(pair.page.line[find(&pair, "lost   ")].style,
			 TOP_PLAIN);
	unload(&pair);
}

/* Let a row of the snapshot before have had so many less. */
static void grow(struct pair *pair, enum top_table table, uint64_t id,
		 uint64_t by)
{
	struct top_rows *rows = &pair->before.table[table];

	for (size_t i = 0; i < rows->rows.nr; i++)
		if (rows->count[i].id == id)
			rows->count[i].count -= by;
}

static void rows_are_sorted(void **state)
{
	struct pair pair;

	(void)state;
	load(&pair, FIXTURES "/busy");
	pair.look.width = 132;
	pair.look.height = 43;
	grow(&pair, TOP_SUPERBLOCKS, 1, 4);
	make(&pair);
	assert_has(&pair, "         2.0 0:25   tmpfs ");
	assert_true(find(&pair, " tmpfs ") <
		    find(&pair, " ext4         alive"));
	assert_true(find(&pair, " io_uring kthread") <
		    find(&pair, " #7       softirq"));
	assert_true(find(&pair, "  3.912s ") < find(&pair, "48.211ms started"));
	pair.look.order = TOP_BY_TOTAL;
	make(&pair);
	assert_true(find(&pair, " ext4         alive") <
		    find(&pair, " tmpfs "));
	pair.look.order = TOP_BY_WORST;
	make(&pair);
	assert_true(find(&pair, " fuse.my fs   gone") < find(&pair, " tmpfs "));
	assert_true(find(&pair, "18446744073.709s") <
		    find(&pair, "    1              0ns"));
	unload(&pair);
}

static void a_page_fits_the_screen(void **state)
{
	static const char *const directories[] = { FIXTURES "/idle",
						   FIXTURES "/busy",
						   FIXTURES "/older",
						   FIXTURES "/newer" };
	struct pair pair;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		load(&pair, directories[i]);
		/* An ellipsis takes three. */
		for (size_t width = 3; width < 200; width += 3)
			for (size_t height = 1; height < 70; height += 3) {
				pair.look.width = width;
				pair.look.height = height;
				make(&pair);
				assert_true(pair.page.nr <= height);
				for (size_t row = 0; row < pair.page.nr; row++)
					assert_true(screen_text_width(
							    pair.page.line[row]
								    .text) <=
						    width);
			}
		unload(&pair);
	}
}

static void small_screens_are_told_so(void **state)
{
	struct pair pair;

	(void)state;
	load(&pair, FIXTURES "/busy");
	pair.look.width = 60;
	pair.look.height = 15;
	make(&pair);
	assert_int_equal(pair.page.nr, 15);
	assert_int_equal(find(&pair, "the footer"), 14);
	assert_has(&pair, "  3.912s queued  exited");
	pair.look.width = 59;
	make(&pair);
	assert_int_equal(pair.page.nr, 1);
	assert_has(&pair, "needs 60x15, has 59x15");
	unload(&pair);
}

static void big_numbers_have_units(void **state)
{
	struct pair pair;

	(void)state;
	load(&pair, FIXTURES "/idle");
	pair.after.stats.counter[DFPUT_COUNT_queued] = 9999999;
	pair.after.stats.counter[DFPUT_COUNT_exits] = 10000000;
	pair.after.stats.counter[DFPUT_COUNT_released] = UINT64_MAX;
	make(&pair);
	assert_has(&pair, " 9999999  queued_hardirq");
	assert_has(&pair, "   10.0M  queued_kthread");
	assert_has(&pair, "   18.4E  queued_softirq");
	unload(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_of_the_time_between),
		cmocka_unit_test(what_is_not_known_is_no_number),
		cmocka_unit_test(no_table_denies_what_is_counted),
		cmocka_unit_test(losses_stand_at_the_top),
		cmocka_unit_test(rows_are_sorted),
		cmocka_unit_test(a_page_fits_the_screen),
		cmocka_unit_test(small_screens_are_told_so),
		cmocka_unit_test(big_numbers_have_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
