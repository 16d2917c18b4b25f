/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For commands that go on until somebody ends them, and then have to tidy up: signals
 * are blocked, and read when there is time.
 */
#ifndef DFPUT_SIGNALS_H
#define DFPUT_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/**
 * signals_take() - from now on, signals wait
 * @mask: receives those that were blocked
 *
 * Children are to be reaped, so SIGCHLD is one of them.
 *
 * Return: a descriptor that can be read when there is one; or a negative errno, with a
 * sentence as in error.h.
 */
int signals_take(sigset_t *mask);

/* Reads those that came. Return: whether one should end us. */
bool signals_read(int fd);

#endif /* DFPUT_SIGNALS_H */
