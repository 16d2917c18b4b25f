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

/**
 * uring_open() - make a ring, and open files that are to be registered with it
 * @opt: the options of this run: how many files
 * @report: gets the reason when that fails
 * @ring: the ring
 * @name: of the files, see files_open()
 * @fds: gets the descriptors; uring_hold() frees them
 *
 * Return: as uring_init().
 */
enum verdict uring_open(const struct options *opt, struct report *report,
			struct io_uring *ring, const char *name, int **fds);

/**
 * uring_hold() - let a ring have the files, and nobody else
 * @opt: the options of this run
 * @report: gets the counts, or the reason when that fails
 * @ring: the ring
 * @fds: what uring_open() gave, which is registered, closed and freed
 *
 * Return: DONE or FAILED.
 */
enum verdict uring_hold(const struct options *opt, struct report *report,
			struct io_uring *ring, int *fds);

/**
 * uring_make_table() - give a ring an empty table of files
 * @opt: the options of this run: of how many
 * @report: gets the reason when that fails
 * @ring: the ring
 *
 * Return: DONE or FAILED.
 */
enum verdict uring_make_table(const struct options *opt, struct report *report,
			      struct io_uring *ring);

/* Submits the one request that was prepared. Return: its result. */
int uring_do(struct io_uring *ring);

/**
 * uring_submit() - submit a request for each file, and close these
 * @opt: the options of this run: how many files
 * @report: gets the counts, or the reason when that fails
 * @ring: the ring, with the requests prepared, of which none ever ends
 * @fds: the files' descriptors
 *
 * The requests have the files then, and nobody else. Return: DONE or FAILED.
 */
enum verdict uring_submit(const struct options *opt, struct report *report,
			  struct io_uring *ring, const int *fds);

/**
 * uring_poll() - let a ring poll FIFOs, and close them
 * @opt: the options of this run: how many files
 * @report: gets the counts, or the reason when that fails
 * @ring: the ring, with room for as many requests
 * @name: of the FIFOs, see files_make_fifos()
 * @mode: O_RDONLY, or O_RDWR, which makes the process a writer as well
 *
 * The requests have the files then, and nobody else. Return: DONE or FAILED.
 */
enum verdict uring_poll(const struct options *opt, struct report *report,
			struct io_uring *ring, const char *name, int mode);

#endif /* URING_H */
