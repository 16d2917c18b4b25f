// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process is about, and one whose end is waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/number.h"
#include "proc/proc.h"
#include "proc/process.h"

/* What follows the name's last parenthesis: state, ppid ... flags ... starttime. */
#define FIELDS                                                                 \
	") %c %*d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d " \
	"%*d %*d %" SCNu64
#define LINE 1024

/* PF_EXITING, PF_IO_WORKER and PF_KTHREAD of the kernel */
#define IS_EXITING 0x4U
#define IS_IO_WORKER 0x10U
#define IS_KTHREAD 0x200000U

int process_stat(struct process_stat *stat, int dir, const char *name)
{
	char line[LINE];
	const char *at;
	int err = proc_text(dir, name, line, sizeof(line));

	*stat = (struct process_stat){ 0 };
	if (err)
		return err;
	/* The name may hold anything, also blanks and parentheses. */
	at = strrchr(line, ')');
	if (at &&
	    sscanf(at, FIELDS, &stat->state, &stat->flags, &stat->start) == 3)
		return 0;
	*stat = (struct process_stat){ 0 };
	return -EIO;
}

bool process_exits(const struct process_stat *stat)
{
	return stat->flags & IS_EXITING && !strchr("ZXx", stat->state);
}

/* Up to 5.10, io_uring's workers are both, and have what their process has. */
bool process_is_kernel(const struct process_stat *stat)
{
	return (stat->flags & (IS_KTHREAD | IS_IO_WORKER)) == IS_KTHREAD;
}

/*
 * The ticks are those of CLOCK_BOOTTIME in our time namespace. That clock goes on
 * during a suspend and the module's does not. Each suspend may have come after the
 * start.
 */
static uint64_t earliest_start(uint64_t ticks)
{
	uint64_t tick = NUMBER_NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t now = number_now();
	struct timespec boot;
	uint64_t age;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	age = (uint64_t)boot.tv_sec * NUMBER_NS_PER_SEC +
	      (uint64_t)boot.tv_nsec - ticks * tick + tick;
	return now > age ? now - age : 0;
}

int process_open(struct process *process, uint64_t pid)
{
	char path[NUMBER_TEXT + sizeof("/proc//stat")];
	struct process_stat stat;

	*process = (struct process){
		.pid = pid,
		.fd = -1,
		.most_start = number_now(),
	};
	if (pid > INT_MAX)
		return 0;
	process->fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	if (process->fd < 0)
		return errno == ESRCH ? 0 : -errno;
	/* Whose start that is, is certain only while it lives. */
	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/stat", pid);
	if (!process_stat(&stat, AT_FDCWD, path) && process_lives(process))
		process->least_start = earliest_start(stat.start);
	return 0;
}

bool process_lives(const struct process *process)
{
	struct pollfd event = { .fd = process->fd, .events = POLLIN };

	return process->fd >= 0 && poll(&event, 1, 0) == 0;
}

bool process_is_exiting(const struct process *process)
{
	char name[NUMBER_TEXT + sizeof("/proc//task")];
	struct process_stat stat;
	bool exits = false, lives = false;
	DIR *threads;
	int tid;

	snprintf(name, sizeof(name), "/proc/%" PRIu64 "/task", process->pid);
	if (proc_list(AT_FDCWD, name, &threads))
		return false;
	while ((tid = proc_next(threads)) >= 0) {
		snprintf(name, sizeof(name), "%d/stat", tid);
		if (process_stat(&stat, dirfd(threads), name))
			continue;
		exits |= process_exits(&stat);
		lives |= !(stat.flags & IS_EXITING);
	}
	closedir(threads);
	return exits && !lives && process_lives(process);
}

void process_close(struct process *process)
{
	if (process->fd >= 0)
		close(process->fd);
	process->fd = -1;
}
