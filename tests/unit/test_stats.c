// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a measurement may be trusted.
 */
#include "cmocka_main.h"

#include <stdbool.h>
#include <string.h>

#include "lib/number.h"
#include "debugfs/stats.h"

#define SECOND NUMBER_NS_PER_SEC

static struct stats before, after;

/* Ten seconds of undisturbed measuring. */
static int set_up(void **state)
{
	(void)state;
	memset(&before, 0, sizeof(before));
	before.counter[DFPUT_COUNT_queued] = 5;
	before.gauge[DFPUT_GAUGE_enabled] = 1;
	before.gauge[DFPUT_GAUGE_measuring_ns] = 3 * SECOND;
	before.begun = before.ended = 100 * SECOND;
	after = before;
	after.begun = after.ended = 110 * SECOND;
	after.gauge[DFPUT_GAUGE_measuring_ns] = 13 * SECOND;
	return 0;
}

static void assert_caveat(const char *why)
{
	struct caveats caveats = { 0 };

	stats_caveats_between(&before, &after, &caveats);
	if (!why) {
		assert_int_equal(caveats.nr, 0);
		return;
	}
	assert_int_equal(caveats.nr, 1);
	assert_non_null(strstr(caveats.text[0], why));
}

static void undisturbed(void **state)
{
	(void)state;
	assert_caveat(NULL);
	after.counter[DFPUT_COUNT_queued] += 7;
	after.counter[DFPUT_COUNT_retracted] += 7;
	assert_caveat(NULL);
	/* The other clock may be a little slow. */
	after.gauge[DFPUT_GAUGE_measuring_ns] -= SECOND / 200;
	assert_caveat(NULL);
}

static void old_losses_do_not_count(void **state)
{
	(void)state;
	before.counter[DFPUT_COUNT_lost_records] = 9;
	after.counter[DFPUT_COUNT_lost_records] = 9;
	assert_caveat(NULL);
	after.counter[DFPUT_COUNT_lost_records] = 11;
	assert_caveat("lost_records grew by 2");
}

static void each_loss_is_told(void **state)
{
	struct caveats caveats;

	(void)state;
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++) {
		if (stats_counters[i].group != DFPUT_GROUP_loss)
			continue;
		set_up(NULL);
		memset(&caveats, 0, sizeof(caveats));
		after.counter[i]++;
		assert_caveat(stats_counters[i].name);
		stats_caveats(&after, &caveats);
		assert_int_equal(caveats.nr, 1);
		assert_int_equal(stats_losses(&after), 1);
	}
}

static void differences_exist(void **state)
{
	(void)state;
	after.counter[DFPUT_COUNT_exits] = before.counter[DFPUT_COUNT_exits];
	assert_true(stats_grew(&before, &after));
	assert_true(stats_grew(&before, &before));
	before.counter[DFPUT_COUNT_exits]++;
	assert_false(stats_grew(&before, &after));
}

static void resets_and_reloads(void **state)
{
	(void)state;
	after.counter[DFPUT_COUNT_queued]--;
	assert_caveat("reset, or the module loaded anew");
	set_up(NULL);
	after.gauge[DFPUT_GAUGE_measuring_ns] = 2 * SECOND;
	assert_caveat("reset, or the module loaded anew");
}

/* It has grown, but by less than the time that has passed. */
static void a_reset_in_between(void **state)
{
	(void)state;
	after.gauge[DFPUT_GAUGE_measuring_ns] = 9 * SECOND;
	assert_caveat("interrupted");
	after.gauge[DFPUT_GAUGE_measuring_ns] = 13 * SECOND - SECOND / 50;
	assert_caveat("interrupted");
}

static void switched_off(void **state)
{
	struct caveats caveats = { 0 };

	(void)state;
	after.gauge[DFPUT_GAUGE_enabled] = 0;
	assert_caveat("switched off");
	stats_caveats(&after, &caveats);
	assert_int_equal(caveats.nr, 1);
	set_up(NULL);
	before.gauge[DFPUT_GAUGE_enabled] = 0;
	assert_caveat("switched off");
}

static void caveats_have_an_end(void **state)
{
	struct caveats caveats = { 0 };

	(void)state;
	for (int i = 0; i < 3 * CAVEATS_MAX; i++)
		caveats_add(&caveats, "%0300d", i);
	assert_int_equal(caveats.nr, CAVEATS_MAX);
	assert_int_equal(strlen(caveats.text[CAVEATS_MAX - 1]),
			 CAVEATS_TEXT - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(undisturbed, set_up),
		cmocka_unit_test_setup(old_losses_do_not_count, set_up),
		cmocka_unit_test_setup(each_loss_is_told, set_up),
		cmocka_unit_test_setup(differences_exist, set_up),
		cmocka_unit_test_setup(resets_and_reloads, set_up),
		cmocka_unit_test_setup(a_reset_in_between, set_up),
		cmocka_unit_test_setup(switched_off, set_up),
		cmocka_unit_test(caveats_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
