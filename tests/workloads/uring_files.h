/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The victim of uring-files, for those who do more with it than kill it.
 */
#ifndef URING_FILES_H
#define URING_FILES_H

#include "victim.h"

/**
 * uring_files_prepare() - make the files
 * @opt: the options of this run
 *
 * For the parent. Return: DONE, or FAILED after having said why.
 */
enum verdict uring_files_prepare(const struct options *opt);

/**
 * uring_files_setup() - let a ring have opt->files files, and nobody else
 * @opt: the options of this run; with opt->size, so much is written to each
 * @report: gets the counts, or the reason when that fails
 *
 * A victim_setup. Return: DONE, FAILED or SKIPPED.
 */
enum verdict uring_files_setup(const struct options *opt,
			       struct report *report);

/**
 * uring_files_clean() - remove the files
 * @opt: the options of this run
 */
void uring_files_clean(const struct options *opt);

#endif /* URING_FILES_H */
