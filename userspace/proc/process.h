/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a process is about, and one whose end is waited for, told from others that have
 * had its pid, or will have it.
 */
#ifndef DFPUT_PROCESS_H
#define DFPUT_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct process_stat - of a thread: see proc(5)
 * @state: a letter
 * @flags: of the kernel, for the functions below
 * @start: in ticks of the clock, since the machine was started
 */
struct process_stat {
	char state;
	unsigned int flags;
	uint64_t start;
};

/**
 * process_stat() - read a file such as /proc/PID/stat
 * @stat: to be filled in, all 0 on error
 * @dir: descriptor of the directory that @name is below, or AT_FDCWD
 * @name: of the file
 *
 * Return: 0 or a negative errno.
 */
int process_stat(struct process_stat *stat, int dir, const char *name);

/* Return: it is in its exit, which is not over: what it still has cannot be seen. */
bool process_exits(const struct process_stat *stat);

/* Return: it is a thread of the kernel's own, and works for no process. */
bool process_is_kernel(const struct process_stat *stat);

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

/* Return: each of its threads is in its exit, or through with it. */
bool process_is_exiting(const struct process *process);

void process_close(struct process *process);

#endif /* DFPUT_PROCESS_H */
