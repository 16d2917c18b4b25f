/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one process of fsload does, without an end.
 */
#ifndef FSLOAD_H
#define FSLOAD_H

#include "victim.h"

/* Shared by all processes of a run: what was over before each was killed. */
struct fsload_sum {
	unsigned long long operations;
	unsigned long long answered;
};

/**
 * fsload_setup() - a directory of its own, open files, a context, a ring
 * @opt: the options of this run
 * @report: gets the counts, or the reason when it cannot be done
 * @slot: number of this process, which names its directory
 * @sum: where it counts
 *
 * Runs in the victim, which then does file operations until it is killed.
 * Return: DONE, FAILED, or SKIPPED on a kernel without what is asked for.
 */
enum verdict fsload_setup(const struct options *opt, struct report *report,
			  unsigned int slot, struct fsload_sum *sum);

#endif /* FSLOAD_H */
