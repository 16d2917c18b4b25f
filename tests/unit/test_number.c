// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers and times: what is taken, what is refused, and how it is written.
 */
#include "cmocka_main.h"
#include "lib/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "lib/number.h"

static void numbers(void **state)
{
	static const char *const bad[] = { "",	  " 1", "+1", "-1", "1 ",
					   "0x1", "1.", "a",  "1k" };
	uint64_t value;

	(void)state;
	assert_int_equal(number_parse("0", &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(number_parse("007", &value), 0);
	assert_int_equal(value, 7);
	assert_int_equal(number_parse("18446744073709551615", &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(number_parse("18446744073709551616", &value), -ERANGE);
	for (size_t i = 0; i < NR(bad); i++)
		assert_int_equal(number_parse(bad[i], &value), -EINVAL);
}

static void counts(void **state)
{
	char text[NUMBER_TEXT];

	(void)state;
	assert_string_equal(number_count(text, 0, "file"), "0 files");
	assert_string_equal(number_count(text, 1, "file"), "1 file");
	assert_string_equal(number_count(text, 1, "process"), "1 process");
	assert_string_equal(number_count(text, UINT64_MAX, "process"),
			    "18446744073709551615 processes");
}

static void past(void **state)
{
	const uint64_t s = NUMBER_NS_PER_SEC;
	char text[NUMBER_TEXT];

	(void)state;
	assert_string_equal(number_ago(text, 0), "0 s ago");
	assert_string_equal(number_ago(text, 60 * s - 1), "59 s ago");
	assert_string_equal(number_ago(text, 200 * s), "3 min ago");
	assert_string_equal(number_ago(text, 86399 * s), "23 h ago");
	assert_string_equal(number_ago(text, 86400 * s), "1 day ago");
	assert_string_equal(number_ago(text, UINT64_MAX), "213503 days ago");
}

static void times(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = {
		{ "0", 0 },
		{ "2", 2000000000 },
		{ "2s", 2000000000 },
		{ "0.5", 500000000 },
		{ "1.0000000019", 1000000001 },
		{ "10ms", 10000000 },
		{ "1.5ms", 1500000 },
		{ "3us", 3000 },
		{ "3.0019us", 3001 },
		{ "7ns", 7 },
		{ "7.9ns", 7 },
		{ "1m", 60000000000 },
		{ "1.5h", 5400000000000 },
		{ "1h30m", 5400000000000 },
		{ "2h0.5s1ms", 7200501000000 },
		{ "9223372036854775807ns", INT64_MAX },
	};
	uint64_t ns;

	(void)state;
	for (size_t i = 0; i < NR(good); i++) {
		assert_int_equal(number_duration(good[i].text, &ns), 0);
		assert_true(ns == good[i].ns);
	}
}

static void no_times(void **state)
{
	static const char *const bad[] = { "",	     "s",      "-1",  "+1",
					   ".5",     "1.",     "1.s", "1 s",
					   "1x",     "1S",     "1e3", "1.5.5",
					   "1 ms",   "nan",    "inf", "1hm",
					   "1h 30m", "1h-30m", "1d" };
	static const char *const big[] = { "99999999999999999999",
					   "9223372037s", "9300000000",
					   "2562047h9223372036s",
					   "18446744073709551615ns" };
	uint64_t ns;

	(void)state;
	for (size_t i = 0; i < NR(bad); i++)
		assert_int_equal(number_duration(bad[i], &ns), -EINVAL);
	for (size_t i = 0; i < NR(big); i++)
		assert_int_equal(number_duration(big[i], &ns), -ERANGE);
}

static void times_are_written_short(void **state)
{
	char text[NUMBER_TEXT];

	(void)state;
	assert_string_equal(number_ns_short(text, 0), "0ns");
	assert_string_equal(number_ns_short(text, 999), "999ns");
	assert_string_equal(number_ns_short(text, 1999), "1.999us");
	assert_string_equal(number_ns_short(text, 1048576), "1.048ms");
	assert_string_equal(number_ns_short(text, 60000000000), "60.000s");
}

static void ranges_of_times_are_short(void **state)
{
	char text[NUMBER_TEXT];

	(void)state;
	assert_string_equal(number_ns_range(text, 21700000, 22199999),
			    "21.7-22.1ms");
	assert_string_equal(number_ns_range(text, 300, 2000000000), "0.0-2.0s");
	assert_string_equal(number_ns_range(text, 3, 5), "3-5ns");
	assert_string_equal(number_ns_range(text, 21700000, 21710000),
			    "21.710ms");
	assert_string_equal(number_ns_range(text, 0, UINT64_MAX),
			    "0.0-18446744073.7s");
}

static void times_by_the_clock(void **state)
{
	char text[NUMBER_TEXT];
	uint64_t ns;

	(void)state;
	setenv("TZ", "XYZ-02:00", 1);
	tzset();
	assert_int_equal(number_time("2026-01-31 07:30", &ns), 0);
	assert_true(ns == 1769837400 * NUMBER_NS_PER_SEC);
	assert_int_equal(number_time("2026-01-31T07:30:59", &ns), 0);
	assert_true(ns == 1769837459 * NUMBER_NS_PER_SEC);
	assert_int_equal(number_time("2026-01-31", &ns), 0);
	assert_true(ns == 1769810400 * NUMBER_NS_PER_SEC);
	assert_int_equal(number_time("23:59", &ns), 0);
	assert_string_equal(number_time_short(text, ns), "23:59:00");
	assert_string_equal(number_time_short(text, 0), "1970-01-01");
	assert_int_equal(number_time("7 o'clock", &ns), -EINVAL);
	assert_int_equal(number_time("", &ns), -EINVAL);
	assert_int_equal(number_time("07:30 x", &ns), -EINVAL);
}

static void the_end_of_time_is_not_passed(void **state)
{
	(void)state;
	assert_true(number_after(1, 2) == 3);
	assert_true(number_after(1, UINT64_MAX) == UINT64_MAX);
	assert_true(number_after(UINT64_MAX, 0) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(counts),
		cmocka_unit_test(past),
		cmocka_unit_test(times),
		cmocka_unit_test(no_times),
		cmocka_unit_test(times_are_written_short),
		cmocka_unit_test(ranges_of_times_are_short),
		cmocka_unit_test(times_by_the_clock),
		cmocka_unit_test(the_end_of_time_is_not_passed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
