// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads, of which the leader leaves first. It does so by the system call:
 * pthread_exit() would first load a library.
 */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "threads.h"

#define POLL_US 1000
#define POLLS_MAX 60000

/* For the second thread, of which there is one in a victim. */
static struct {
	victim_setup setup;
	victim_stay stay;
	const struct options *opt;
	struct report *report;
	enum verdict verdict;
	pthread_barrier_t ready;
} second;

/* The state is the letter behind the name, which is in brackets. */
static bool is_zombie(const char *path)
{
	char line[256] = "";
	FILE *file = fopen(path, "re");
	const char *end;

	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	end = strrchr(line, ')');
	return end && end[1] == ' ' && end[2] == 'Z';
}

enum verdict threads_leader_left(pid_t pid)
{
	char path[64];
	unsigned int i;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	for (i = 0; i < POLLS_MAX; i++) {
		if (is_zombie(path))
			return DONE;
		usleep(POLL_US);
	}
	return say_fail("the leader of %d does not leave", (int)pid);
}

static void *second_thread(void *unused)
{
	(void)unused;
	prctl(PR_SET_NAME, THREADS_SECOND);
	second.verdict = second.setup(second.opt, second.report);
	pthread_barrier_wait(&second.ready);
	if (second.verdict == DONE && threads_leader_left(getpid()) == DONE)
		second.stay();
	_exit(FAILED);
}

static void leave(void)
{
	syscall(SYS_exit, DONE);
}

enum verdict threads_start(victim_setup setup, victim_stay stay,
			   const struct options *opt, struct report *report)
{
	pthread_t thread;
	int err;

	second.setup = setup;
	second.stay = stay;
	second.opt = opt;
	second.report = report;
	pthread_barrier_init(&second.ready, NULL, 2);
	err = pthread_create(&thread, NULL, second_thread, NULL);
	if (err)
		return report_fail(report, "cannot make a thread: %s",
				   strerror(err));
	pthread_barrier_wait(&second.ready);
	report->stay = leave;
	return second.verdict;
}

static bool has_prefix(const char *tid, const char *prefix)
{
	char path[64], name[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%.16s/comm", tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	return !strncmp(name, prefix, strlen(prefix));
}

unsigned int threads_count(const char *prefix)
{
	DIR *dir = opendir("/proc/self/task");
	unsigned int count = 0;
	struct dirent *entry;

	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    has_prefix(entry->d_name, prefix))
			count++;
	closedir(dir);
	return count;
}
