// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking at the list: which of its files were there at an earlier moment. The
 * ages in the fixture are 9 ns, 1.5 us, 48 ms and 3.9 s.
 */
#include "cmocka_main.h"

#include <errno.h>

#include "analysis/pending_since.h"
#include "lib/number.h"

static struct reader reader;
static struct pending_since pending;

static void look(const char *dir, uint64_t moment, int expected)
{
	assert_int_equal(reader_open(&reader, dir, ""), 0);
	assert_int_equal(pending_since_load(&pending, &reader, moment),
			 expected);
	reader_close(&reader);
}

static void assert_pending(uint64_t nr_before, uint64_t nr_after)
{
	assert_int_equal(pending.before.nr, nr_before);
	assert_int_equal(pending.after.nr, nr_after);
	pending_since_free(&pending);
	assert_null(pending.rows.doc);
}

static void by_their_age(void **state)
{
	(void)state;
	look(FIXTURES "/busy", number_now() - NUMBER_NS_PER_SEC, 0);
	assert_int_equal(pending.before.row[0], 2);
	assert_int_equal(pending.after.row[0], 0);
	assert_pending(1, 3);
}

static void before_all(void **state)
{
	(void)state;
	look(FIXTURES "/busy", 0, 0);
	assert_pending(0, 4);
}

/* A moment that is still to come: all are from before. */
static void after_all(void **state)
{
	(void)state;
	look(FIXTURES "/busy", UINT64_MAX, 0);
	assert_pending(4, 0);
}

static void nothing_there(void **state)
{
	(void)state;
	look(FIXTURES "/idle", 0, 0);
	assert_pending(0, 0);
}

/* What could not be looked at can be freed all the same. */
static void not_readable(void **state)
{
	(void)state;
	look(FIXTURES, 0, -ENOENT);
	assert_pending(0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_their_age), cmocka_unit_test(before_all),
		cmocka_unit_test(after_all),	cmocka_unit_test(nothing_there),
		cmocka_unit_test(not_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
