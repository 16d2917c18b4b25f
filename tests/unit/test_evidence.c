// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kept an umount busy: every combination of what can be known of one.
 *
 * Each piece of evidence is there or not; queued and releasing, which are compared,
 * are 0 to 2.
 */
#include "cmocka_main.h"

#include <stdbool.h>
#include <stddef.h>

#include <dfput/evidence.h>

#define BITS 14
#define QUEUED 3
#define RELEASING 3
#define COMBINATIONS ((1U << BITS) * QUEUED * RELEASING)

static struct dfput_evidence evidence_of(unsigned int combination)
{
	unsigned int bits = combination % (1U << BITS);
	unsigned int counts = combination / (1U << BITS);
	struct dfput_evidence evidence = {
		.busy = bits & 1,
		.root = bits & 2,
		.unsure = bits & 4,
		.rings_strange = bits & 8,
		.queued = counts % QUEUED,
		.releasing = counts / QUEUED,
	};
	__u32 *const rest[] = {
		&evidence.before,
		&evidence.arrived,
		&evidence.drained,
		&evidence.other_files,
		&evidence.held,
		&evidence.ring_files,
		&evidence.ring_other_files,
		&evidence.rings_left,
		&evidence.rings_gone,
		&evidence.rings_living,
	};

	for (size_t i = 0; i < BITS - 4; i++)
		*rest[i] = bits >> (i + 4) & 1;
	return evidence;
}

/* Some file that may be in the way was on the list meanwhile, or may have been. */
static bool saw_file(const struct dfput_evidence *e)
{
	return e->before || e->arrived || e->queued || e->releasing ||
	       e->drained || e->other_files;
}

/* Some ring was being taken down meanwhile. */
static bool saw_ring(const struct dfput_evidence *e)
{
	return e->ring_files || e->ring_other_files || e->rings_left ||
	       e->rings_gone || e->rings_living || e->rings_strange;
}

/* What the words promise: said of each combination, in no order. */
static bool is_true(enum dfput_why why, const struct dfput_evidence *e)
{
	switch (why) {
	case DFPUT_WHY_NOT_BUSY:
		return !e->busy;
	case DFPUT_WHY_DEFERRAL:
		return !e->root && (e->queued > e->releasing || e->drained);
	case DFPUT_WHY_RING:
		return !e->root && e->ring_files;
	case DFPUT_WHY_DEFERRAL_PERHAPS:
		return saw_file(e);
	case DFPUT_WHY_RING_PERHAPS:
		return saw_ring(e);
	case DFPUT_WHY_UNKNOWN:
		return e->unsure;
	case DFPUT_WHY_HELD:
		return e->held && !saw_file(e) && !saw_ring(e) && !e->unsure;
	case DFPUT_WHY_OTHER:
		return !e->held && !saw_file(e) && !saw_ring(e) && !e->unsure;
	case DFPUT_NR_WHYS:
		break;
	}
	return false;
}

static void the_surest_that_is_true(void **state)
{
	static const enum dfput_why surest_first[] = {
		DFPUT_WHY_NOT_BUSY,	DFPUT_WHY_DEFERRAL,
		DFPUT_WHY_RING,		DFPUT_WHY_DEFERRAL_PERHAPS,
		DFPUT_WHY_RING_PERHAPS, DFPUT_WHY_UNKNOWN,
		DFPUT_WHY_HELD,		DFPUT_WHY_OTHER,
	};

	(void)state;
	for (unsigned int i = 0; i < COMBINATIONS; i++) {
		const struct dfput_evidence evidence = evidence_of(i);
		enum dfput_why why = dfput_evidence_why(&evidence);

		assert_true(is_true(why, &evidence));
		for (int j = 0; surest_first[j] != why; j++)
			assert_false(is_true(surest_first[j], &evidence));
	}
}

static bool is_innocent(enum dfput_why why)
{
	return why == DFPUT_WHY_HELD || why == DFPUT_WHY_OTHER;
}

/* Whatever else there is: one piece of it is enough not to say "no deferral". */
static void one_piece_is_enough(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < COMBINATIONS; i++) {
		struct dfput_evidence evidence = evidence_of(i);

		evidence.busy = true;
		if (is_innocent(dfput_evidence_why(&evidence)))
			assert_false(saw_file(&evidence) ||
				     saw_ring(&evidence) || evidence.unsure);
	}
}

/* To learn more never makes an answer certain that blames nothing. */
static void more_is_never_less(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < COMBINATIONS; i++) {
		const struct dfput_evidence less = evidence_of(i);

		if (!less.busy || is_innocent(dfput_evidence_why(&less)))
			continue;
		for (unsigned int bit = 0; bit < BITS; bit++) {
			const struct dfput_evidence more =
				evidence_of(i | 1U << bit);

			assert_false(is_innocent(dfput_evidence_why(&more)));
		}
	}
}

/* Of a root mount nothing is certain but that nothing was deferred. */
static void a_root_mount_is_not_certain(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < COMBINATIONS; i++) {
		const struct dfput_evidence evidence = evidence_of(i);
		enum dfput_why why = dfput_evidence_why(&evidence);

		if (evidence.root)
			assert_true(why != DFPUT_WHY_DEFERRAL &&
				    why != DFPUT_WHY_RING);
	}
}

/* The common case stays certain: a living process has a file open. */
static void the_plain_case(void **state)
{
	const struct dfput_evidence plain = { .busy = 1 };
	const struct dfput_evidence root = { .busy = 1, .root = 1 };
	const struct dfput_evidence held = { .busy = 1, .held = 3 };
	const struct dfput_evidence unsure = { .busy = 1,
					       .unsure = 1,
					       .held = 3 };

	(void)state;
	assert_int_equal(dfput_evidence_why(&plain), DFPUT_WHY_OTHER);
	assert_int_equal(dfput_evidence_why(&root), DFPUT_WHY_OTHER);
	assert_int_equal(dfput_evidence_why(&held), DFPUT_WHY_HELD);
	assert_int_equal(dfput_evidence_why(&unsure), DFPUT_WHY_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_surest_that_is_true),
		cmocka_unit_test(one_piece_is_enough),
		cmocka_unit_test(more_is_never_less),
		cmocka_unit_test(a_root_mount_is_not_certain),
		cmocka_unit_test(the_plain_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
