/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process whose end is waited for, told from others that have had its pid, or
 * will have it.
 */
#ifndef DFPUT_PROCESS_H
#define DFPUT_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct process - a pid, and when its process can have been started
 * @pid: the pid
 * @fd: readable from its end on, see pidfd_open(2); -1 when it has ended
 * @least_start: it was started then or later, ns of CLOCK_MONOTONIC
 * @most_start: then or earlier
 */
struct process {
	uint64_t pid;
	int fd;
	uint64_t least_start;
	uint64_t most_start;
};

/**
 * process_open() - find a process
 * @process: to be filled in; process_close() it in any case
 * @pid: which; where none has it now, all are meant that have had it
 *
 * Return: 0 or a negative errno: -EINVAL for a thread that is no process.
 */
int process_open(struct process *process, uint64_t pid);

/**
 * process_lives() - has it not ended yet?
 * @process: opened
 *
 * Return: it lives; one that has ended, but was not reaped, does not.
 */
bool process_lives(const struct process *process);

void process_close(struct process *process);

#endif /* DFPUT_PROCESS_H */
