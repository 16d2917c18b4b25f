/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running a program, and reaping it and all that it leaves behind.
 */
#ifndef DFPUT_SUPERVISE_H
#define DFPUT_SUPERVISE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What comes later is reaped, but not remembered. */

/**
 * struct supervise - a program and its process tree
 * @signal_fd: reports signals; after supervise_reap() those that should end us
 * @child: the program
 * @over: the program itself was reaped
 * @all_reaped: and so was all that it left behind
 * @status: its status as of waitpid(2), once over
 * @interrupted: the signal that made us give up, or 0
 * @started: number_now() when it was started
 * @reaped: number_now() when the last of the tree was reaped, or we gave up
 */
struct supervise {
	int signal_fd;
	pid_t child;
	bool over;
	bool all_reaped;
	int status;
	int interrupted;
	uint64_t started;
	uint64_t reaped;
};

/**
 * supervise_start() - become a subreaper, and start a program
 * @supervise: to be filled in
 * @argv: the program and its arguments; its environment, signal mask and
 *	dispositions are ours from before
 *
 * It complains about what went wrong.
 *
 * Return: 0; 127 when the program was not found, 126 when it could not be
 * executed, or STATUS_OWN when something else failed, as an exit status.
 */
int supervise_start(struct supervise *supervise, char **argv);

/**
 * supervise_look() - reap who has ended, and deal with the signals that came
 * @supervise: started
 *
 * It does not wait: signal_fd can be read when there is reason to look again. Signals
 * are dealt with as supervise_reap() does.
 *
 * Return: whether all have ended, or a signal made us give up.
 */
bool supervise_look(struct supervise *supervise);

/**
 * supervise_reap() - reap the program and all that it left behind
 * @supervise: started
 *
 * SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 are passed on to the
 * program. When it is over, but not all of its descendants are, the first four
 * make us give up.
 */
void supervise_reap(struct supervise *supervise);

/**
 * supervise_watch() - let time pass after the program's end
 * @supervise: reaped
 * @until: number_now() at which it is enough
 *
 * One of the signals that make us give up ends it, and is noted as interrupted.
 *
 * Return: 0 or a negative errno.
 */
int supervise_watch(struct supervise *supervise, uint64_t until);

/**
 * supervise_status() - the program's exit status as a shell would give it
 * @supervise: reaped
 *
 * Return: its exit status, or 128 and the number of the signal.
 */
int supervise_status(const struct supervise *supervise);

/**
 * supervise_end() - give back what supervise_start() took
 * @supervise: started, successfully
 */
void supervise_end(struct supervise *supervise);

#endif /* DFPUT_SUPERVISE_H */
