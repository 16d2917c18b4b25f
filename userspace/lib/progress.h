/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One line on a terminal that says what is waited for, and is written over and
 * over; nothing where stderr is none. A signal that ends the program wipes it away.
 */
#ifndef DFPUT_PROGRESS_H
#define DFPUT_PROGRESS_H

#include <stdint.h>

/**
 * progress_show() - say what is waited for
 * @since: number_now() when the wait began
 * @what: is left; harmless text
 */
void progress_show(uint64_t since, const char *what);

/**
 * progress_end() - wipe the line away
 */
void progress_end(void);

#endif /* DFPUT_PROGRESS_H */
