// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shared lists: that they agree with each other, and that names which have
 * been published are still there, in their order.
 */
#include "cmocka_main.h"

#include <stdbool.h>
#include <string.h>

#include <dfput/tables.h>
#include <dfput/words.h>
#include <dfput/counters.h>
#include <dfput/hist.h>

#include "debugfs/stats.h"
#include "lib/alloc.h"

#define NAME(name, ...) #name,

static const char *const counters[] = { DFPUT_COUNTERS(NAME) };
static const char *const gauges[] = { DFPUT_GAUGES(NAME) };
static const char *const causes[] = { DFPUT_CAUSES(DFPUT_WORD) };
static const char *const hists[] = { DFPUT_HISTS(NAME) };
static const char *const files[] = { DFPUT_FILES(NAME) };

static bool is_in(const char *name, const char *const *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

static void causes_stand_as_published(void **state)
{
	static const char *const published[] = { "hardirq", "softirq", "bh",
						 "kthread", "exited" };

	(void)state;
	assert_true(NR(causes) >= NR(published));
	for (size_t i = 0; i < NR(published); i++)
		assert_string_equal(causes[i], published[i]);
	assert_int_equal(DFPUT_NR_CAUSES, NR(causes));
}

static void each_cause_has_its_counter(void **state)
{
	char name[64];

	(void)state;
	for (size_t i = 0; i < NR(causes); i++) {
		strcpy(name, "queued_");
		strcat(name, causes[i]);
		assert_string_equal(counters[DFPUT_COUNT_queued_hardirq + i],
				    name);
	}
}

static void counters_are_numbered_in_order(void **state)
{
	(void)state;
	assert_int_equal(DFPUT_NR_COUNTERS, NR(counters));
	assert_string_equal(counters[DFPUT_COUNT_queued], "queued");
	assert_string_equal(counters[DFPUT_COUNT_released], "released");
	assert_string_equal(counters[DFPUT_COUNT_unmatched], "unmatched");
	for (size_t i = 0; i < NR(counters); i++)
		assert_string_equal(counters[i], stats_counters[i].name);
	for (size_t i = 0; i < NR(gauges); i++)
		assert_string_equal(gauges[i], stats_gauges[i].name);
}

static void names_of_the_stats_file_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR(counters); i++) {
		assert_false(is_in(counters[i], counters, i));
		assert_false(is_in(counters[i], gauges, NR(gauges)));
	}
	for (size_t i = 0; i < NR(gauges); i++)
		assert_false(is_in(gauges[i], gauges, i));
}

static void losses_fit(void **state)
{
	size_t nr = 0;

	(void)state;
	for (size_t i = 0; i < NR(counters); i++)
		nr += stats_counters[i].group == DFPUT_GROUP_loss;
	assert_true(nr > 0 && nr + 2 <= CAVEATS_MAX);
}

static void published_histograms_and_files_are_there(void **state)
{
	(void)state;
	assert_true(is_in("queue_wait", hists, NR(hists)));
	assert_true(is_in("release_time", hists, NR(hists)));
	assert_true(is_in("batch_size", hists, NR(hists)));
	assert_true(is_in("batch_time", hists, NR(hists)));
	assert_true(is_in("stats", files, NR(files)));
	assert_true(is_in("histograms", files, NR(files)));
	assert_true(is_in("pending", files, NR(files)));
	assert_true(is_in("superblocks", files, NR(files)));
	assert_true(is_in("hooks", files, NR(files)));
	assert_true(is_in("leftovers", files, NR(files)));
	assert_true(is_in("origins", files, NR(files)));
	assert_true(is_in("lateness", hists, NR(hists)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(causes_stand_as_published),
		cmocka_unit_test(each_cause_has_its_counter),
		cmocka_unit_test(counters_are_numbered_in_order),
		cmocka_unit_test(names_of_the_stats_file_are_unique),
		cmocka_unit_test(losses_fit),
		cmocka_unit_test(published_histograms_and_files_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
