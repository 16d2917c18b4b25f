/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that dfput watches while something else is measured.
 */
#ifndef BENCH_WATCHED_H
#define BENCH_WATCHED_H

/**
 * watched_begin() - a process ends, and another one still holds its files
 * @files: how many
 */
void watched_begin(unsigned int files);

/**
 * watched_end() - that one ends, too
 */
void watched_end(void);

#endif /* BENCH_WATCHED_H */
