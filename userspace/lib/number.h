/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers and times, read strictly and written for people.
 */
#ifndef DFPUT_NUMBER_H
#define DFPUT_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#define NUMBER_NS_PER_SEC UINT64_C(1000000000)

/* Holds every number and time that is written here. */
#define NUMBER_TEXT 64

/**
 * number_parse() - read an unsigned decimal number
 * @text: digits and nothing else
 * @value: receives the number
 *
 * Return: 0, -EINVAL when @text is not a number, -ERANGE when it is too big.
 */
int number_parse(const char *text, uint64_t *value);

/**
 * number_duration() - read a time such as 2, 0.5, 10ms or 3us
 * @text: a decimal number and one of ns, us, ms, s; without one, seconds
 * @ns: receives the time in nanoseconds; what is finer is cut off
 *
 * Return: 0, -EINVAL when @text is not a time, -ERANGE when it is too long.
 */
int number_duration(const char *text, uint64_t *ns);

/**
 * number_text() - write a number
 * @text: receives it
 * @value: the number
 *
 * Return: @text.
 */
const char *number_text(char text[NUMBER_TEXT], uint64_t value);

/**
 * number_ns_exact() - write a time in its largest unit, losing nothing
 * @text: receives it, such as 1.048576ms
 * @ns: the time in nanoseconds
 *
 * Return: @text.
 */
const char *number_ns_exact(char text[NUMBER_TEXT], uint64_t ns);

/**
 * number_ns_short() - write a time in its largest unit, to three decimals
 * @text: receives it, such as 1.048ms; the rest is cut off, not rounded
 * @ns: the time in nanoseconds
 *
 * Return: @text.
 */
const char *number_ns_short(char text[NUMBER_TEXT], uint64_t ns);

/**
 * number_now() - the time that intervals are measured with
 *
 * Return: CLOCK_MONOTONIC in nanoseconds.
 */
uint64_t number_now(void);

/**
 * number_after() - a time that lies some while after another
 * @start: nanoseconds
 * @ns: nanoseconds to add; UINT64_MAX means for ever
 *
 * Return: the sum, UINT64_MAX where it would not fit.
 */
uint64_t number_after(uint64_t start, uint64_t ns);

#endif /* DFPUT_NUMBER_H */
