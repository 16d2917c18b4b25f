// SPDX-License-Identifier: GPL-2.0-only
/*
 * A whole program: how much memory it takes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "loop.h"

static void run(char **argv)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		die("/dev/null");
	execvp(argv[0], argv);
	_exit(127);
}

int command_measure(char **argv)
{
	struct rusage usage;
	pid_t child = fork();
	int status;

	if (child < 0)
		die("fork");
	if (!child)
		run(argv);
	if (wait4(child, &status, 0, &usage) < 0)
		die("wait4");
	printf("%ld\n", usage.ru_maxrss * 1024);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
