// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose leftovers are.
 */
#include "cmocka_main.h"

#include <stdlib.h>
#include <string.h>

#include "lib/number.h"
#include "analysis/leftovers.h"
#include "debugfs/reapers.h"
#include "lib/alloc.h"

static struct reader reader;
static struct leftovers leftovers;

static void release(void)
{
	leftovers_free(&leftovers);
	leftovers = (struct leftovers){ 0 };
}

static void lists_of_reapers(void **state)
{
	static const struct {
		const char *list;
		enum reapers_result expected;
	} lists[] = {
		{ "-", REAPERS_NOT_BELOW },
		{ "77", REAPERS_BELOW },
		{ "770", REAPERS_NOT_BELOW },
		{ "7", REAPERS_NOT_BELOW },
		{ "1,77", REAPERS_BELOW },
		{ "77,1", REAPERS_BELOW },
		{ "1,2,3", REAPERS_NOT_BELOW },
		{ "1,77,...", REAPERS_BELOW },
		{ "1,...", REAPERS_UNKNOWN },
		{ "...", REAPERS_UNKNOWN },
		{ "", REAPERS_UNKNOWN },
		{ ",", REAPERS_UNKNOWN },
		{ "77,", REAPERS_UNKNOWN },
		{ ",77", REAPERS_UNKNOWN },
		{ "...,77", REAPERS_UNKNOWN },
		{ "77,-", REAPERS_UNKNOWN },
		{ "77 ", REAPERS_UNKNOWN },
		{ "1,0x4d", REAPERS_UNKNOWN },
		{ "99999999999999999999", REAPERS_UNKNOWN },
		{ "77,11111111111111111111111111111111111111111111111111111111111111111111",
		  REAPERS_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < NR(lists); i++)
		assert_int_equal(reapers_find(lists[i].list, 77),
				 lists[i].expected);
}

/* The fixture: ids 1 to 3, exits at 5, 6 and 7 s, below 1, 880 and 1, nobody. */
static void look(uint64_t last_id, uint64_t started, uint64_t reaper,
		 uint64_t limit)
{
	struct supervise tree = { .started = started };

	leftovers.last_id = last_id;
	leftovers.tree = &tree;
	leftovers.reaper = reaper;
	leftovers.limit = limit;
	assert_int_equal(reader_open(&reader, FIXTURES "/idle", ""), 0);
	assert_int_equal(leftovers_load(&leftovers, &reader), 0);
	reader_close(&reader);
}

static void assert_leftovers(uint64_t nr, uint64_t nr_late, uint64_t worst,
			     uint64_t missing)
{
	assert_int_equal(leftovers.rows.nr, nr);
	assert_int_equal(leftovers.nr_late, nr_late);
	assert_int_equal(leftovers.worst, worst);
	assert_int_equal(leftovers.nr_missing, missing);
	release();
}

static void by_reaper(void **state)
{
	(void)state;
	look(0, 0, 1, 1203999);
	assert_int_equal(leftovers.rows.doc->rows[0]->line, 3);
	assert_leftovers(2, 1, 2100000, 0);
	look(0, 0, 880, UINT64_MAX);
	assert_leftovers(1, 0, 2100000, 0);
	look(0, 0, 2, 0);
	assert_leftovers(0, 0, 0, 0);
}

static void since_the_start(void **state)
{
	(void)state;
	look(1, 0, 1, 0);
	assert_int_equal(leftovers.nr_new, 2);
	assert_leftovers(1, 1, 2100000, 0);
	look(0, 5 * NUMBER_NS_PER_SEC, 1, 0);
	assert_leftovers(2, 2, 2100000, 0);
	look(0, 5 * NUMBER_NS_PER_SEC + 1, 1, 0);
	assert_leftovers(1, 1, 2100000, 0);
	look(3, 0, 1, 0);
	assert_int_equal(leftovers.nr_new, 0);
	assert_leftovers(0, 0, 0, 0);
	/* A module that was loaded anew begins anew. */
	look(30, 0, 1, 0);
	assert_leftovers(0, 0, 0, 0);
}

static void begins_with_what_is_there(void **state)
{
	(void)state;
	assert_int_equal(reader_open(&reader, FIXTURES "/busy", ""), 0);
	assert_int_equal(leftovers_begin(&leftovers, &reader), 0);
	reader_close(&reader);
	assert_int_equal(leftovers.last_id, 5002);
	release();
}

static void what_was_overwritten(void **state)
{
	struct caveats caveats = { 0 };

	(void)state;
	leftovers.last_id = 4998;
	leftovers.nr_new = 2;
	leftovers.nr_missing = 2;
	leftovers_caveats(&leftovers, 0, &caveats);
	leftovers_caveats(&leftovers, 4, &caveats);
	leftovers_caveats(&leftovers, 9, &caveats);
	assert_int_equal(caveats.nr, 3);
	assert_non_null(strstr(caveats.text[0], ": 2, "));
	assert_non_null(strstr(caveats.text[1], ": 2, "));
	assert_non_null(strstr(caveats.text[2], ": 7, "));
	caveats.nr = 0;
	leftovers.nr_missing = 0;
	leftovers_caveats(&leftovers, 2, &caveats);
	assert_int_equal(caveats.nr, 0);
	release();
}

/*
 * The ages in the fixture are 1.5 us, 48 ms, 3.9 s and 9 ns; the owners were
 * started 5 s after the boot: before, or after the tree was.
 */
static void pending_files(void **state)
{
	struct supervise tree = { 0 };
	struct pending_since pending;

	(void)state;
	assert_int_equal(reader_open(&reader, FIXTURES "/busy", ""), 0);
	assert_int_equal(pending_since_load(&pending, &reader, 0), 0);
	tree.started = pending.read - NUMBER_NS_PER_SEC;
	leftovers.tree = &tree;
	leftovers.reaper = 4000;
	leftovers_pending(&leftovers, &pending);
	assert_int_equal(leftovers.pending.nr, 0);
	assert_int_equal(leftovers.nr_pending_unknown, 1);
	release();

	pending.read = 5 * NUMBER_NS_PER_SEC;
	tree.started = pending.read - NUMBER_NS_PER_SEC;
	leftovers.tree = &tree;
	leftovers.reaper = 4000;
	leftovers_pending(&leftovers, &pending);
	reader_close(&reader);
	assert_int_equal(leftovers.pending.nr, 1);
	assert_int_equal(leftovers.pending.row[0], 1);
	assert_int_equal(leftovers.nr_pending_unknown, 2);
	pending_since_free(&pending);
	release();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_reapers),
		cmocka_unit_test(by_reaper),
		cmocka_unit_test(since_the_start),
		cmocka_unit_test(begins_with_what_is_there),
		cmocka_unit_test(what_was_overwritten),
		cmocka_unit_test(pending_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
