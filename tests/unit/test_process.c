// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes whose end is waited for.
 */
#include "cmocka_main.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/number.h"
#include "proc/process.h"

/* The rules of proc(5) end at a name that looks like them. */
static void ourselves(void **state)
{
	uint64_t now = number_now();
	struct process process;

	(void)state;
	assert_int_equal(prctl(PR_SET_NAME, "a) S 1 (2) 3"), 0);
	assert_int_equal(process_open(&process, (uint64_t)getpid()), 0);
	assert_true(process_lives(&process));
	assert_in_range(
		process.least_start,
		now > 60 * NUMBER_NS_PER_SEC ? now - 60 * NUMBER_NS_PER_SEC : 0,
		now);
	assert_true(process.most_start >= now);
	assert_false(process_is_exiting(&process));
	process_close(&process);
}

/* A name may look like what follows it, too. */
static void stat_of(void **state)
{
	char path[] = "/tmp/dfput-stat.XXXXXX";
	static const char line[] =
		"7 (a) S 1) D 1 7 7 0 -1 4194308 0 0 0 0 1 2 3 4 20 0 1 0 8150 0 0";
	struct process_stat stat;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, line, sizeof(line) - 1), sizeof(line) - 1);
	assert_int_equal(process_stat(&stat, AT_FDCWD, path), 0);
	assert_int_equal(stat.state, 'D');
	assert_int_equal(stat.start, 8150);
	assert_true(process_exits(&stat));
	stat.state = 'Z';
	assert_false(process_exits(&stat));
	assert_int_equal(ftruncate(fd, 40), 0);
	assert_int_equal(process_stat(&stat, AT_FDCWD, path), -EIO);
	close(fd);
	unlink(path);
	assert_int_equal(process_stat(&stat, AT_FDCWD, path), -ENOENT);
}

static void one_that_ends(void **state)
{
	struct process process;
	int fds[2];
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		close(fds[1]);
		_exit(read(fds[0], &byte, 1) != 0);
	}
	close(fds[0]);
	assert_int_equal(process_open(&process, (uint64_t)pid), 0);
	assert_true(process_lives(&process));
	close(fds[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(process_lives(&process));
	process_close(&process);
	/* From now on it is any that has had the pid. */
	assert_int_equal(process_open(&process, (uint64_t)pid), 0);
	assert_false(process_lives(&process));
	assert_int_equal(process.least_start, 0);
	process_close(&process);
}

static void no_pid(void **state)
{
	struct process process;

	(void)state;
	assert_int_equal(process_open(&process, UINT64_MAX), 0);
	assert_false(process_lives(&process));
	process_close(&process);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ourselves),
		cmocka_unit_test(stat_of),
		cmocka_unit_test(one_that_ends),
		cmocka_unit_test(no_pid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
