// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arithmetic of the histograms' buckets.
 */
#include "cmocka_main.h"

#include <dfput/hist.h>

static void buckets_of_small_values(void **state)
{
	(void)state;
	assert_int_equal(dfput_hist_bucket(0), 0);
	assert_int_equal(dfput_hist_bucket(1), 1);
	assert_int_equal(dfput_hist_bucket(2), 2);
	assert_int_equal(dfput_hist_bucket(3), 2);
	assert_int_equal(dfput_hist_bucket(4), 3);
	assert_int_equal(dfput_hist_bucket(7), 3);
	assert_int_equal(dfput_hist_bucket(8), 4);
}

/* The floor and the value below the next floor are in, their neighbours not. */
static void buckets_end_where_the_next_begins(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < DFPUT_HIST_BUCKETS; i++) {
		assert_int_equal(dfput_hist_bucket(dfput_hist_floor(i)), i);
		assert_int_equal(dfput_hist_bucket(dfput_hist_floor(i) - 1),
				 i - 1);
	}
}

static void floors_are_powers_of_two(void **state)
{
	(void)state;
	assert_int_equal(dfput_hist_floor(0), 0);
	assert_int_equal(dfput_hist_floor(1), 1);
	for (unsigned int i = 2; i < DFPUT_HIST_BUCKETS; i++)
		assert_int_equal(dfput_hist_floor(i),
				 2 * dfput_hist_floor(i - 1));
}

static void the_last_bucket_holds_the_rest(void **state)
{
	const unsigned int last = DFPUT_HIST_BUCKETS - 1;

	(void)state;
	assert_int_equal(dfput_hist_bucket(dfput_hist_floor(last)), last);
	assert_int_equal(dfput_hist_bucket(2 * dfput_hist_floor(last)), last);
	assert_int_equal(dfput_hist_bucket(UINT64_C(1) << 63), last);
	assert_int_equal(dfput_hist_bucket(UINT64_MAX), last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_of_small_values),
		cmocka_unit_test(buckets_end_where_the_next_begins),
		cmocka_unit_test(floors_are_powers_of_two),
		cmocka_unit_test(the_last_bucket_holds_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
