// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose leftovers are.
 */
#include "cmocka_main.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/number.h"
#include "analysis/leftovers.h"

static struct reader reader;
static struct outlived outlived;

static void lists_of_reapers(void **state)
{
	static const struct {
		const char *list;
		int expected;
	} lists[] = {
		{ "-", OUTLIVED_OTHER },
		{ "77", OUTLIVED_OURS },
		{ "770", OUTLIVED_OTHER },
		{ "7", OUTLIVED_OTHER },
		{ "1,77", OUTLIVED_OURS },
		{ "77,1", OUTLIVED_OURS },
		{ "1,2,3", OUTLIVED_OTHER },
		{ "1,77,...", OUTLIVED_OURS },
		{ "1,...", OUTLIVED_CUT },
		{ "...", OUTLIVED_CUT },
		{ "", -EINVAL },
		{ ",", -EINVAL },
		{ "77,", -EINVAL },
		{ ",77", -EINVAL },
		{ "...,77", -EINVAL },
		{ "77,-", -EINVAL },
		{ "77 ", -EINVAL },
		{ "1,0x4d", -EINVAL },
		{ "99999999999999999999", -EINVAL },
		{ "77,11111111111111111111111111111111111111111111111111111111111111111111",
		  -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		assert_int_equal(outlived_reapers(lists[i].list, 77),
				 lists[i].expected);
}

/* The fixture: ids 1 to 3, exits at 5, 6 and 7 s, below 1, 880 and 1, nobody. */
static void look(uint64_t last_id, uint64_t started, uint64_t reaper,
		 uint64_t limit)
{
	struct supervise tree = { .started = started };

	outlived.last_id = last_id;
	assert_int_equal(reader_open(&reader, FIXTURES "/idle", ""), 0);
	assert_int_equal(
		outlived_look(&reader, &tree, reaper, limit, &outlived), 0);
	reader_close(&reader);
}

static void assert_outlived(uint64_t nr, uint64_t nr_late, uint64_t worst,
			    uint64_t missing)
{
	assert_int_equal(outlived.nr, nr);
	assert_int_equal(outlived.nr_late, nr_late);
	assert_int_equal(outlived.worst, worst);
	assert_int_equal(outlived.nr_missing, missing);
	outlived_free(&outlived);
}

static void by_reaper(void **state)
{
	(void)state;
	look(0, 0, 1, 1203999);
	assert_false(outlived.foreign[0]);
	assert_true(outlived.foreign[2]);
	assert_outlived(2, 1, 2100000, 0);
	look(0, 0, 880, UINT64_MAX);
	assert_outlived(1, 0, 2100000, 0);
	look(0, 0, 2, 0);
	assert_outlived(0, 0, 0, 0);
}

static void since_the_start(void **state)
{
	(void)state;
	look(1, 0, 1, 0);
	assert_int_equal(outlived.nr_new, 2);
	assert_outlived(1, 1, 2100000, 0);
	look(0, 5 * NUMBER_NS_PER_SEC, 1, 0);
	assert_outlived(2, 2, 2100000, 0);
	look(0, 5 * NUMBER_NS_PER_SEC + 1, 1, 0);
	assert_outlived(1, 1, 2100000, 0);
	look(3, 0, 1, 0);
	assert_int_equal(outlived.nr_new, 0);
	assert_outlived(0, 0, 0, 0);
	/* A module that was loaded anew begins anew. */
	look(30, 0, 1, 0);
	assert_outlived(0, 0, 0, 0);
}

static void begins_with_what_is_there(void **state)
{
	(void)state;
	assert_int_equal(reader_open(&reader, FIXTURES "/busy", ""), 0);
	assert_int_equal(outlived_begin(&reader, &outlived), 0);
	reader_close(&reader);
	assert_int_equal(outlived.last_id, 5002);
	outlived_free(&outlived);
}

static void what_was_overwritten(void **state)
{
	struct doubts doubts = { 0 };

	(void)state;
	outlived.last_id = 4998;
	outlived.nr_new = 2;
	outlived.nr_missing = 2;
	outlived_doubt(&outlived, 0, &doubts);
	outlived_doubt(&outlived, 4, &doubts);
	outlived_doubt(&outlived, 9, &doubts);
	assert_int_equal(doubts.nr, 3);
	assert_non_null(strstr(doubts.text[0], ": 2, "));
	assert_non_null(strstr(doubts.text[1], ": 2, "));
	assert_non_null(strstr(doubts.text[2], ": 7, "));
	doubts.nr = 0;
	outlived.nr_missing = 0;
	outlived_doubt(&outlived, 2, &doubts);
	assert_int_equal(doubts.nr, 0);
	outlived_free(&outlived);
}

/*
 * The ages in the fixture are 1.5 us, 48 ms, 3.9 s and 9 ns; the owners were
 * started 5 s after the boot: before, or after the tree was.
 */
static void pending_files(void **state)
{
	pid_t pids[] = { 4321, 12 };
	struct supervise tree = { .pids = pids, .nr_pids = 2 };
	struct left left;

	(void)state;
	assert_int_equal(reader_open(&reader, FIXTURES "/busy", ""), 0);
	assert_int_equal(left_look(&reader, 0, &left), 0);
	tree.started = left.looked - NUMBER_NS_PER_SEC;
	assert_int_equal(outlived_pending(&reader, &tree, &left, &outlived), 0);
	assert_int_equal(outlived.nr_pending, 0);
	assert_int_equal(outlived.nr_unknown, 3);
	outlived_free(&outlived);

	left.looked = 5 * NUMBER_NS_PER_SEC;
	tree.started = left.looked - NUMBER_NS_PER_SEC;
	assert_int_equal(outlived_pending(&reader, &tree, &left, &outlived), 0);
	reader_close(&reader);
	assert_int_equal(outlived.nr_pending, 1);
	assert_false(outlived.pending_foreign[1]);
	assert_int_equal(outlived.nr_unknown, 2);
	left_free(&left);
	outlived_free(&outlived);
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
