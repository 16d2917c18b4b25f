/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A victim of two threads: the leader, which leaves first, and a second one,
 * which holds what there is to hold.
 */
#ifndef THREADS_H
#define THREADS_H

#include "victim.h"

/* The second thread's name; the process has the leader's. */
#define THREADS_SECOND "second"

/**
 * threads_start() - run a setup in a second thread
 * @setup: what the second thread is to do, up to the moment when the victim
 *	has reported
 * @stay: what it does once the leader is gone; it does not return
 * @opt: the options of this run
 * @report: where the setup counts what it did
 *
 * For a victim's setup. Sets up the leader to leave once it has reported.
 * Return: what @setup returned.
 */
enum verdict threads_start(victim_setup setup, victim_stay stay,
			   const struct options *opt, struct report *report);

/**
 * threads_leader_left() - wait until a process's leader is a zombie
 * @pid: the process
 *
 * Return: DONE, or FAILED after a long time.
 */
enum verdict threads_leader_left(pid_t pid);

/**
 * threads_count() - how many threads of the caller have a name like that
 * @prefix: what the name begins with
 *
 * Return: their number.
 */
unsigned int threads_count(const char *prefix);

#endif /* THREADS_H */
