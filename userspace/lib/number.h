/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers and times, read strictly and written for people.
 */
#ifndef DFPUT_NUMBER_H
#define DFPUT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_NS_PER_SEC UINT64_C(1000000000)

/* Holds every number and time that is written here. */
#define NUMBER_TEXT 64

/*
 * Reads digits and nothing else. Return: 0, -EINVAL when @text is no number, -ERANGE
 * when it is too big.
 */
int number_parse(const char *text, uint64_t *value);

/*
 * Reads a time such as 2, 0.5, 10ms, 3us or 1h30m; without a unit, seconds. What is finer
 * than a nanosecond is cut off. Return: as number_parse().
 */
int number_duration(const char *text, uint64_t *ns);

/*
 * Reads a local time: 07:30, 07:30:15, 2026-01-31, or both with a blank or T between.
 * Return: 0 and the moment of CLOCK_REALTIME, or -EINVAL.
 */
int number_time(const char *text, uint64_t *ns);

/* These write a number, and return @text. */
const char *number_text(char text[NUMBER_TEXT], uint64_t value);

/* 1 file, 2 files: @noun is one word, in the singular. */
const char *number_count(char text[NUMBER_TEXT], uint64_t nr, const char *noun);

/* A time in its largest unit, cut off behind three decimals: 1.048ms. */
const char *number_ns_short(char text[NUMBER_TEXT], uint64_t ns);

/* Two times in the largest unit of the second, with one decimal: 21.7-22.1ms. */
const char *number_ns_range(char text[NUMBER_TEXT], uint64_t least,
			    uint64_t most);

/* A time of CLOCK_REALTIME as ISO 8601 has it, UTC: 2026-11-26T07:11:34.000000001Z. */
const char *number_iso(char text[NUMBER_TEXT], uint64_t realtime);

/* The same for people, local: without the day if it is today, or the seconds if not. */
const char *number_time_short(char text[NUMBER_TEXT], uint64_t realtime);

/* How long ago, for people: 12 s ago, 3 min ago, 5 h ago, 2 days ago. */
const char *number_ago(char text[NUMBER_TEXT], uint64_t ns);

/*
 * Return: the module's clock, in nanoseconds: CLOCK_MONOTONIC as the initial time
 * namespace has it.
 */
uint64_t number_now(void);

/*
 * Return: false if the kernel shows the offsets of another time namespace than
 * ours: then number_now() is wrong. Only between unshare(2) and fork(2).
 */
bool number_clock_known(void);

/* Return: the sum, UINT64_MAX where it would not fit, or @ns is that: for ever. */
uint64_t number_after(uint64_t start, uint64_t ns);

#endif /* DFPUT_NUMBER_H */
