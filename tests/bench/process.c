// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends of processes: with nothing open, with many plain files, and with files that
 * outlive the process, because its parent has them open as well.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"

#define FILES 1000
#define SHARED 100

/* When the child began to end; it is the child that writes it. */
static uint64_t *begun;

static bool share_begun(void)
{
	struct rlimit limit = { FILES + 32, FILES + 32 };

	setrlimit(RLIMIT_NOFILE, &limit);
	begun = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (begun == MAP_FAILED)
		die("mmap");
	*begun = 0;
	return true;
}

static void unshare_begun(void)
{
	munmap(begun, 4096);
}

/* ---- fork, exit, wait --------------------------------------------------- */

static uint64_t fork_exit(void)
{
	uint64_t start = ticks();
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
	return ticks() - start;
}

const struct loop loop_fork_exit = {
	.name = "fork_exit",
	.rounds = 400,
	.once = fork_exit,
};

/* ---- the end of a process with plain files: from _exit to the reap ------- */

static void path_of(char *path, size_t size, unsigned int number)
{
	snprintf(path, size, "/tmp/bench.%u", number);
}

static bool make_files(void)
{
	unsigned int i;
	char path[64];
	int fd;

	for (i = 0; i < FILES; i++) {
		path_of(path, sizeof(path), i);
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			die(path);
		close(fd);
	}
	return share_begun();
}

static void remove_files(void)
{
	unsigned int i;
	char path[64];

	for (i = 0; i < FILES; i++) {
		path_of(path, sizeof(path), i);
		unlink(path);
	}
	unshare_begun();
}

static void open_and_exit(unsigned int files)
{
	unsigned int i;
	char path[64];

	for (i = 0; i < files; i++) {
		path_of(path, sizeof(path), i);
		if (open(path, O_RDONLY) < 0)
			die(path);
	}
	*begun = ticks();
	_exit(0);
}

static uint64_t end_of(unsigned int files)
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (!child)
		open_and_exit(files);
	waitpid(child, NULL, 0);
	return ticks() - *begun;
}

static uint64_t exit_100(void)
{
	return end_of(100);
}

static uint64_t exit_1000(void)
{
	return end_of(1000);
}

const struct loop loop_exit_100 = {
	.name = "exit_100",
	.rounds = 60,
	.prepare = make_files,
	.once = exit_100,
	.clean = remove_files,
};

const struct loop loop_exit_1000 = {
	.name = "exit_1000",
	.rounds = 10,
	.prepare = make_files,
	.once = exit_1000,
	.clean = remove_files,
};

/* ---- leftovers: the parent has the child's files open, and closes them ---- */

static int shared[SHARED];

/* The exit and the closes together: what each takes the more, a leftover costs. */
static uint64_t leave_files(void)
{
	char path[64];
	unsigned int i;
	uint64_t took, closing;

	for (i = 0; i < SHARED; i++) {
		path_of(path, sizeof(path), i);
		shared[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (shared[i] < 0)
			die(path);
	}
	took = end_of(0);
	closing = ticks();
	for (i = 0; i < SHARED; i++)
		close(shared[i]);
	return took + ticks() - closing;
}

const struct loop loop_leftovers = {
	.name = "leftovers_100",
	.rounds = 60,
	.prepare = make_files,
	.once = leave_files,
	.clean = remove_files,
};
