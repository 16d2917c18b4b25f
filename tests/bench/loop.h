/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a loop is: an operation that is done again and again, and a row of the
 * table in bench.c.
 */
#ifndef BENCH_LOOP_H
#define BENCH_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <x86intrin.h>

/**
 * struct loop - one operation
 * @name: of the figure
 * @rounds: how often it is measured
 * @prepare: before all rounds; NULL if there is nothing to be done. False: it can't
 * be measured, and errno says why
 * @once: does it and returns what it took, in ticks
 * @clean: after all rounds, or NULL
 */
struct loop {
	const char *name;
	unsigned int rounds;
	bool (*prepare)(void);
	uint64_t (*once)(void);
	void (*clean)(void);
};

extern const struct loop loop_open_close;
extern const struct loop loop_read_shared;
extern const struct loop loop_munmap;
extern const struct loop loop_fork_exit;
extern const struct loop loop_exit_100;
extern const struct loop loop_exit_1000;
extern const struct loop loop_leftovers;
extern const struct loop loop_stats_read;

/**
 * ticks() - the time stamp counter
 *
 * Under a clock that counts instructions it is their number. Nothing is put in
 * order by it: that clock knows of no other order than the program's.
 *
 * Return: ticks.
 */
static inline uint64_t ticks(void)
{
	return __rdtsc();
}

/**
 * die() - give up
 * @what: what can't be done; errno says why
 */
void die(const char *what) __attribute__((noreturn));

#endif /* BENCH_LOOP_H */
