// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring-read: as uring-files, but while the victim is killed, --procs other processes
 * read what /proc says of its ring. Whoever reads has a reference meanwhile, and may
 * come to have the last one: then it is the reader that releases the ring, though the
 * ring was never its own.
 *
 * One of the files is registered MANY times, which takes long to be shown. The readers
 * live on until the round is over.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "uring.h"

#define NAME "uring-read"
#define MANY 4096
#define FDS_MAX 10000
/* The readers are at it by then; and the ring is gone, unless something hangs. */
#define BEGIN_NS 200000000L
#define END_NS 500000000L

static struct io_uring ring;

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	unsigned int i, nr = opt->files + MANY;
	enum verdict verdict;
	int *fds, err;

	verdict = uring_open(opt, report, &ring, NAME, &fds);
	if (verdict == DONE)
		verdict = files_allow(report, nr);
	if (verdict != DONE)
		return verdict;
	fds = realloc(fds, nr * sizeof(*fds));
	if (!fds)
		return report_fail(report, "no memory for %u files", nr);
	for (i = opt->files; i < nr; i++)
		fds[i] = fds[0];
	err = io_uring_register_files(&ring, fds, nr);
	if (err < 0)
		return report_fail(report, "cannot register %u files: %s", nr,
				   strerror(-err));
	for (i = 0; i < opt->files; i++)
		close(fds[i]);
	free(fds);
	report->files = opt->files;
	report->counts.last_puts = opt->files;
	return DONE;
}

/* The descriptor that a process has of its ring, or -1. */
static int find_ring(pid_t pid)
{
	char path[64], what[64];
	ssize_t size;
	int fd;

	for (fd = 0; fd < FDS_MAX; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		size = readlink(path, what, sizeof(what) - 1);
		if (size < 0)
			continue;
		what[size] = '\0';
		if (!strcmp(what, "anon_inode:[io_uring]"))
			return fd;
	}
	return -1;
}

static _Noreturn void be_reader(pid_t victim, int fd, pid_t parent)
{
	char path[64], text[4096];
	int info;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(FAILED);
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", victim, fd);
	for (;;) {
		info = open(path, O_RDONLY | O_CLOEXEC);
		if (info < 0)
			break;
		while (read(info, text, sizeof(text)) > 0)
			;
		close(info);
	}
	for (;;)
		pause();
}

static void sleep_ns(long ns)
{
	const struct timespec time = { .tv_nsec = ns };

	nanosleep(&time, NULL);
}

static unsigned int start_readers(const struct options *opt, pid_t victim,
				  pid_t *readers)
{
	int fd = find_ring(victim);
	pid_t parent = getpid();
	unsigned int nr = 0;

	while (fd >= 0 && nr < opt->procs) {
		readers[nr] = fork();
		if (readers[nr] < 0)
			break;
		if (!readers[nr])
			be_reader(victim, fd, parent);
		nr++;
	}
	return nr;
}

static void end_readers(const pid_t *readers, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		kill(readers[i], SIGKILL);
		waitpid(readers[i], NULL, 0);
	}
}

static enum verdict run_round(const struct options *opt, struct result *result,
			      pid_t *readers)
{
	enum verdict verdict;
	struct victim victim;
	unsigned int nr;

	verdict = victim_start(setup, opt, result, &victim);
	if (verdict != DONE)
		return verdict;
	nr = start_readers(opt, victim.pid, readers);
	sleep_ns(BEGIN_NS);
	verdict = victim_end(&victim, opt, result);
	sleep_ns(END_NS);
	end_readers(readers, nr);
	result->sum.exits += nr;
	return nr == opt->procs ? verdict :
				  say_fail("cannot read what the ring is");
}

static enum verdict run(const struct options *opt, struct result *result)
{
	pid_t *readers = calloc(opt->procs, sizeof(*readers));
	enum verdict verdict = DONE;
	unsigned int round;

	if (!readers)
		return say_fail("no memory for %u readers", opt->procs);
	for (round = 0; round < opt->rounds && verdict == DONE; round++)
		verdict = run_round(opt, result, readers);
	free(readers);
	return verdict;
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

const struct workload workload_uring_read = {
	.name = "uring-read",
	.summary = "uring-files, while others read the ring's fdinfo",
	.defaults = { .files = 16, .procs = 2 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES | USES_PROCS,
	.shows = SHOWS_last_puts,
	.prepare = prepare,
	.run = run,
	.clean = clean,
};
