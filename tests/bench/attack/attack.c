// SPDX-License-Identifier: GPL-2.0-only
/*
 * attack: makes dfput's tables as slow as they get.
 *
 *   attack pids NR                       NR owners with one process id
 *   attack umounts DIR RINGS ROWS AGAIN  so many rings that do not go; so many rows of
 *                                        refused umounts; so many that repeat the last
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "attack: %s: %s\n", what, strerror(errno));
	_exit(EXIT_FAILURE);
}

/* ---- pids ---------------------------------------------------------------- */

/*
 * As by vfork(), with a process id of our choice. Not by syscall(): its return
 * address lies on the stack that parent and child share.
 */
static inline __attribute__((always_inline)) long vfork_as(pid_t *pid)
{
	struct clone_args args = {
		.flags = CLONE_VM | CLONE_VFORK,
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)pid,
		.set_tid_size = 1,
	};
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(SYS_clone3), "D"(&args), "S"(sizeof(args))
			 : "rcx", "r11", "memory");
	return result;
}

/* The child's file stays mapped in our memory when the child closes it. */
static void own_file(pid_t pid)
{
	long child = vfork_as(&pid);
	int fd;

	if (!child) {
		fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
		if (fd < 0 ||
		    mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
			_exit(EXIT_FAILURE);
		_exit(EXIT_SUCCESS);
	}
	if (child < 0 || waitpid(pid, NULL, 0) != pid)
		die("a child with that process id");
}

/* ---- umounts ------------------------------------------------------------- */

static int make_ring(void)
{
	char params[120] = {};

	return syscall(SYS_io_uring_setup, 4, params);
}

static const char *dir;
static int nr_rings;

/* Each ring has a file of that mount. */
static int make_rings(void *unused)
{
	int ring, file, i;

	(void)unused;
	for (i = 0; i < nr_rings; i++) {
		ring = make_ring();
		file = open(dir, O_RDONLY | O_DIRECTORY);
		if (ring < 0 || file < 0 ||
		    syscall(SYS_io_uring_register, ring, 2, &file, 1))
			return EXIT_FAILURE;
		close(file);
	}
	raise(SIGSTOP);
	return EXIT_SUCCESS;
}

/* A ring goes when those who have used it have run task work: not while stopped. */
static pid_t leave_rings(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status, fd, first = dup(STDERR_FILENO);
	pid_t user = clone(make_rings, stack + sizeof(stack),
			   CLONE_FILES | SIGCHLD, NULL);

	if (user < 0 || waitpid(user, &status, WUNTRACED) != user ||
	    !WIFSTOPPED(status))
		die("rings");
	for (fd = first; fd < first + nr_rings + 1; fd++)
		close(fd);
	return user;
}

static void umount_busy(int times)
{
	while (times--)
		if (!umount2(dir, 0) || errno != EBUSY)
			die(dir);
}

/* All of it, as `cat` does. */
static void read_rows(void)
{
	int fd = open("/sys/kernel/debug/dfput/umounts", O_RDONLY);
	char text[4096];

	while (read(fd, text, sizeof(text)) > 0)
		;
	close(fd);
}

static void attack_umounts(int rows, int again)
{
	pid_t user = leave_rings();

	/* What each row has found is another newest ring. */
	while (rows--) {
		close(make_ring());
		umount_busy(1);
	}
	umount_busy(again);
	read_rows();
	kill(user, SIGKILL);
	waitpid(user, NULL, 0);
}

int main(int argc, char **argv)
{
	int i;

	if (argc == 3 && !strcmp(argv[1], "pids")) {
		for (i = 0; i < atoi(argv[2]); i++)
			own_file(30000);
	} else if (argc == 6 && !strcmp(argv[1], "umounts")) {
		dir = argv[2];
		nr_rings = atoi(argv[3]);
		attack_umounts(atoi(argv[4]), atoi(argv[5]));
	} else {
		fputs("usage: attack pids NR | attack umounts DIR RINGS ROWS AGAIN\n",
		      stderr);
		return 2;
	}
	return EXIT_SUCCESS;
}
