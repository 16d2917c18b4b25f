/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the io_uring workloads have in common.
 */
#ifndef URING_H
#define URING_H

/* liburing 0.7's headers use it, and -std=c11 has it under this name alone. */
#ifndef typeof
#define typeof __typeof__
#endif
#include <liburing.h>

#include "victim.h"

/**
 * uring_init() - make a ring
 * @report: gets the reason when there is none to be had
 * @ring: the ring
 * @entries: requests that it must hold
 * @params: flags in, features out
 *
 * Return: DONE, FAILED, or SKIPPED where io_uring is missing or switched off.
 */
enum verdict uring_init(struct report *report, struct io_uring *ring,
			unsigned int entries, struct io_uring_params *params);

#endif /* URING_H */
