// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that dfput watches while something else is measured.
 *
 * They are open in no process that measures: what a parent has open as well, dfput does
 * not watch.
 */
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"
#include "watched.h"

/* Its end of file tells the holder to end. */
static int until[2];

static void hold(void)
{
	char byte;

	_exit(read(until[0], &byte, 1) != 0);
}

static void open_and_exit(unsigned int files)
{
	pid_t holder;

	close(until[1]);
	while (files--)
		if (open("/dev/null", O_RDONLY) < 0)
			die("/dev/null");
	holder = fork();
	if (holder < 0)
		die("fork");
	if (!holder)
		hold();
	_exit(0);
}

static void wait_for(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) < 0 || status)
		die("wait");
}

void watched_begin(unsigned int files)
{
	struct rlimit limit = { files + 32, files + 32 };
	pid_t child;

	setrlimit(RLIMIT_NOFILE, &limit);
	/* The holder becomes a child of this process. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) || pipe2(until, O_CLOEXEC))
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		open_and_exit(files);
	wait_for(child);
}

void watched_end(void)
{
	close(until[1]);
	wait_for(-1);
}
