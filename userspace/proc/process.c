// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process whose end is waited for.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/number.h"
#include "proc/process.h"

/* proc(5): starttime, counted from what follows the name's last parenthesis. */
#define STARTTIME 20
#define LINE 1024

/* The name may hold anything, also blanks and parentheses. */
static const char *find_starttime(const char *line)
{
	const char *at = strrchr(line, ')');

	for (int field = 0; at && field < STARTTIME; field++)
		at = strchr(at + 1, ' ');
	return at;
}

static int read_starttime(uint64_t pid, uint64_t *ticks)
{
	char path[NUMBER_TEXT], line[LINE];
	const char *at;
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	length = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[length] = '\0';
	at = find_starttime(line);
	return at && sscanf(at, "%" SCNu64, ticks) == 1 ? 0 : -EIO;
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
	uint64_t ticks;

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
	if (!read_starttime(pid, &ticks) && process_lives(process))
		process->least_start = earliest_start(ticks);
	return 0;
}

bool process_lives(const struct process *process)
{
	struct pollfd event = { .fd = process->fd, .events = POLLIN };

	return process->fd >= 0 && poll(&event, 1, 0) == 0;
}

void process_close(struct process *process)
{
	if (process->fd >= 0)
		close(process->fd);
	process->fd = -1;
}
