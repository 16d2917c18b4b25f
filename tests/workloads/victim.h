/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The victim: a process that sets itself up, reports through a pipe that it is
 * ready (or why not), and then blocks until it is killed and reaped.
 *
 * It shares no open file with its parent or anybody else, so that all which
 * outlives it is the workload's doing.
 */
#ifndef VICTIM_H
#define VICTIM_H

#include <sys/types.h>

#include "workload.h"

/**
 * typedef victim_stay - what a victim does once it has reported
 *
 * Does not return. For the victim whose end is not just a kill; all others
 * block until that comes.
 */
typedef void (*victim_stay)(void);

/* Well below PIPE_BUF: a report is written and read in one piece. */
struct report {
	enum verdict verdict;
	unsigned long long files;
	/* It was alive then. */
	unsigned long long ready_ns;
	struct counts counts;
	/* Optional, and for the victim itself only. */
	victim_stay stay;
	char text[256];
};

struct victim {
	pid_t pid;
	/* Its end comes after that; a kill moves it to the kill. */
	unsigned long long alive_ns;
	bool killed;
};

/**
 * typedef victim_setup - what makes a victim of a fresh process
 * @opt: the options of this run
 * @report: where it counts what it did
 *
 * Runs in the victim and keeps open what it is to be killed with. With
 * opt->live it waits for its own requests instead.
 *
 * Return: DONE, or what report_fail() or report_skip() returned.
 */
typedef enum verdict (*victim_setup)(const struct options *opt,
				     struct report *report);

/**
 * report_fail() - say why a victim cannot go on
 * @report: the report to write it in
 * @format: what, with what, why
 *
 * Return: FAILED.
 */
enum verdict report_fail(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * report_skip() - say what this machine lacks
 * @report: the report to write it in
 * @format: what is missing
 *
 * Return: SKIPPED.
 */
enum verdict report_skip(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * say_fail() - report_fail() for the parent: to stderr
 * @format: what, with what, why
 *
 * Return: FAILED.
 */
enum verdict say_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/**
 * say_skip() - report_skip() for the parent: to stdout
 * @format: what is missing
 *
 * Return: SKIPPED.
 */
enum verdict say_skip(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/**
 * victim_own_stdio() - replace the standard three, which are the parent's
 * @report: gets the reason when that fails
 *
 * Victims of victim_start() have done so. Return: DONE or FAILED.
 */
enum verdict victim_own_stdio(struct report *report);

/**
 * victim_start() - fork a victim, and wait until it is ready
 * @setup: what it is to do
 * @opt: the options of this run
 * @result: gets its counts added
 * @victim: gets the victim
 *
 * When it cannot get ready, it is reaped, and its reason is printed.
 *
 * Return: DONE when it is ready.
 */
enum verdict victim_start(victim_setup setup, const struct options *opt,
			  struct result *result, struct victim *victim);

/**
 * victim_kill() - kill a victim, and do not wait for its end
 * @victim: the victim
 *
 * For those of whom several are to die at once; victim_end() reaps it.
 * Return: DONE or FAILED.
 */
enum verdict victim_kill(struct victim *victim);

/**
 * victim_end() - kill a victim, unless that was done, and reap it
 * @victim: the victim
 * @opt: the options of this run; with live, it is waited for and not killed
 * @result: counts the kill and the exit, and gets the victim's span
 *
 * Return: DONE when it ended as it should.
 */
enum verdict victim_end(struct victim *victim, const struct options *opt,
			struct result *result);

/**
 * victim_rounds() - one victim after the other
 * @setup: what each of them does
 * @opt: the options of this run
 * @result: what they counted
 *
 * Return: DONE, or how the first one failed.
 */
enum verdict victim_rounds(victim_setup setup, const struct options *opt,
			   struct result *result);

#endif /* VICTIM_H */
