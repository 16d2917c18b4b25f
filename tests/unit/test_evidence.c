// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kept an umount busy: every combination of what can be known of one.
 */
#include "cmocka_main.h"

#include <stdbool.h>
#include <stddef.h>

#include <dfput/evidence.h>

/* What the words promise: said of each combination, in no order. */
static bool is_true(enum dfput_why why, const struct dfput_evidence *e)
{
	bool was_queued = e->before || e->queued || e->releasing;

	switch (why) {
	case DFPUT_WHY_NOT_BUSY:
		return !e->busy;
	case DFPUT_WHY_DEFERRAL:
		return e->queued > e->releasing;
	case DFPUT_WHY_RING:
		return e->ring_files;
	case DFPUT_WHY_DEFERRAL_PERHAPS:
		return was_queued;
	case DFPUT_WHY_RING_PERHAPS:
		return e->rings_left;
	case DFPUT_WHY_UNKNOWN:
		return e->unsure;
	case DFPUT_WHY_HELD:
		return e->held && !e->unsure;
	case DFPUT_WHY_OTHER:
		return !was_queued && !e->ring_files && !e->rings_left &&
		       !e->held && !e->unsure;
	case DFPUT_NR_WHYS:
		break;
	}
	return false;
}

static void check(const struct dfput_evidence *evidence)
{
	static const enum dfput_why surest_first[] = {
		DFPUT_WHY_NOT_BUSY,	DFPUT_WHY_DEFERRAL,
		DFPUT_WHY_RING,		DFPUT_WHY_DEFERRAL_PERHAPS,
		DFPUT_WHY_RING_PERHAPS, DFPUT_WHY_UNKNOWN,
		DFPUT_WHY_HELD,		DFPUT_WHY_OTHER,
	};
	enum dfput_why why = dfput_evidence_why(evidence);
	int i = 0;

	assert_true(is_true(why, evidence));
	for (; surest_first[i] != why; i++)
		assert_false(is_true(surest_first[i], evidence));
}

static void each_combination(void **state)
{
	unsigned int nr = 0;

	(void)state;
	for (unsigned int i = 0; i < 4 * 3 * 3 * 3 * 3 * 3 * 3; i++) {
		unsigned int rest = i / 4;
		struct dfput_evidence evidence = {
			.busy = i & 1,
			.unsure = i & 2,
		};
		__u32 *const counts[] = {
			&evidence.before,     &evidence.queued,
			&evidence.releasing,  &evidence.held,
			&evidence.ring_files, &evidence.rings_left,
		};

		for (size_t j = 0; j < 6; j++, rest /= 3)
			*counts[j] = rest % 3;
		check(&evidence);
		nr++;
	}
	assert_int_equal(nr, 2916);
}

static void nothing_known_is_unknown(void **state)
{
	const struct dfput_evidence nothing = { .busy = 1, .unsure = 1 };
	const struct dfput_evidence held = { .busy = 1,
					     .unsure = 1,
					     .held = 1 };

	(void)state;
	assert_int_equal(dfput_evidence_why(&nothing), DFPUT_WHY_UNKNOWN);
	assert_int_equal(dfput_evidence_why(&held), DFPUT_WHY_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_combination),
		cmocka_unit_test(nothing_known_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
