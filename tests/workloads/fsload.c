// SPDX-License-Identifier: GPL-2.0-only
/*
 * fsload: --procs processes that work on files, all killed in the midst of it, as
 * fstests generic/388 does with fsstress, whose habits it has: each process has a
 * directory of its own, and a context of aio and a ring (here with --aio and
 * --uring alone), on which it makes one O_DIRECT request at a time and waits.
 *
 * Without --aio and --uring, every file is put by the dying task. With --aio its
 * descriptor is open as it dies, and exit_aio waits for the request before
 * exit_files: the context's own ring is put by a kworker, the file is not. With
 * --closed the request holds the last reference, and puts it where it completes.
 * With --uring a request may outlive the task, and then holds its file.
 *
 * --watched: exit_aio waits in whoever drops the last reference of the memory. That
 * may be somebody who reads /proc/PID/stat; the dying task then goes on to
 * exit_files, and the request has the last reference.
 *
 * --umount: in the process that has just reaped them all, as in workload umount.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fsload.h"
#include "umount.h"

#define POLL_US 1000

static struct fsload_sum *sum;
static unsigned int slot;

static enum verdict setup(const struct options *opt, struct report *report)
{
	return fsload_setup(opt, report, slot, sum);
}

/* ---- who looks at them ------------------------------------------------- */

static _Noreturn void watch(const struct victim *victims, unsigned int count)
{
	char path[64], text[512];
	unsigned int i;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0;; i = (i + 1) % count) {
		snprintf(path, sizeof(path), "/proc/%d/stat",
			 (int)victims[i].pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		/* Of one that has just gone nothing can be read. */
		if (read(fd, text, sizeof(text)) < 0 && errno != ESRCH)
			_exit(FAILED);
		close(fd);
	}
}

static enum verdict watch_start(const struct victim *victims,
				unsigned int count, pid_t *watcher)
{
	fflush(NULL);
	*watcher = fork();
	if (*watcher < 0)
		return say_fail("cannot fork: %s", strerror(errno));
	if (!*watcher)
		watch(victims, count);
	return DONE;
}

static enum verdict watch_end(pid_t watcher, struct result *result)
{
	int status;

	kill(watcher, SIGKILL);
	if (waitpid(watcher, &status, 0) != watcher)
		return say_fail("cannot reap who watched: %s", strerror(errno));
	result->sum.exits++;
	if (!WIFSIGNALED(status))
		return say_fail("who watched could not: wait status %#x",
				status);
	return DONE;
}

/* ---- a round ------------------------------------------------------------ */

/* One that left by itself is left to victim_end(), which says so. */
static bool all_live(const struct victim *victims, unsigned int count)
{
	siginfo_t info;
	unsigned int i;

	for (i = 0; i < count; i++) {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)victims[i].pid, &info,
			   WEXITED | WNOHANG | WNOWAIT) ||
		    info.si_pid)
			return false;
	}
	return true;
}

static void let_work(const struct options *opt, const struct victim *victims)
{
	unsigned long long until =
		__atomic_load_n(&sum->operations, __ATOMIC_RELAXED) + opt->ops;

	while (__atomic_load_n(&sum->operations, __ATOMIC_RELAXED) < until &&
	       all_live(victims, opt->procs))
		usleep(POLL_US);
}

/* All are killed before the first is reaped; each is, whatever befell others. */
static enum verdict kill_all(const struct options *opt, struct result *result,
			     struct victim *victims, unsigned int count)
{
	enum verdict ended, verdict = DONE;
	unsigned int i;

	for (i = 0; i < count && verdict == DONE; i++)
		verdict = victim_kill(&victims[i]);
	for (i = 0; i < count; i++) {
		ended = victim_end(&victims[i], opt, result);
		if (verdict == DONE)
			verdict = ended;
	}
	return verdict;
}

static enum verdict start_all(const struct options *opt, struct result *result,
			      struct victim *victims, unsigned int *count)
{
	enum verdict verdict = DONE;

	for (*count = 0; *count < opt->procs; ++*count) {
		slot = *count;
		verdict = victim_start(setup, opt, result, &victims[*count]);
		if (verdict != DONE)
			break;
	}
	result->files *= *count;
	return verdict;
}

static enum verdict run_round(const struct options *opt, struct result *result,
			      struct victim *victims)
{
	enum verdict ended, verdict;
	unsigned int count;
	pid_t watcher = 0;

	verdict = start_all(opt, result, victims, &count);
	if (verdict == DONE && opt->watched)
		verdict = watch_start(victims, count, &watcher);
	if (verdict == DONE)
		let_work(opt, victims);
	ended = kill_all(opt, result, victims, count);
	if (verdict == DONE)
		verdict = ended;
	if (verdict == DONE && opt->umount)
		verdict = umount_now(opt, result);
	if (watcher > 0) {
		ended = watch_end(watcher, result);
		if (verdict == DONE)
			verdict = ended;
	}
	return verdict;
}

static enum verdict run(const struct options *opt, struct result *result)
{
	struct victim *victims = calloc(opt->procs, sizeof(*victims));
	enum verdict verdict = DONE;
	unsigned int round;

	sum = mmap(NULL, sizeof(*sum), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!victims || sum == MAP_FAILED)
		return say_fail("no memory for %u processes", opt->procs);
	for (round = 0; round < opt->rounds && verdict == DONE; round++)
		verdict = run_round(opt, result, victims);
	result->sum.operations = sum->operations;
	result->sum.answered = sum->answered;
	munmap(sum, sizeof(*sum));
	free(victims);
	return verdict;
}

const struct workload workload_fsload = {
	.name = "fsload",
	.summary = "processes that work on files, killed in the midst of it",
	.defaults = { .procs = 4, .files = 16, .ops = 400 },
	.uses = USES_DIR | USES_FILES | USES_PROCS | USES_OPS | USES_AIO |
		USES_URING | USES_CLOSED | USES_WATCHED | USES_UMOUNT |
		USES_DETACH,
	.shows = SHOWS_operations | SHOWS_answered | SHOWS_ring_files |
		 SHOWS_umounts | SHOWS_busy,
	.run = run,
};
