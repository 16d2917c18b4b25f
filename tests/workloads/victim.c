// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forks, hears, kills and reaps victims, one at a time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "span.h"
#include "victim.h"

static enum verdict report_text(struct report *report, enum verdict verdict,
				const char *format, va_list args)
{
	report->verdict = verdict;
	vsnprintf(report->text, sizeof(report->text), format, args);
	return verdict;
}

enum verdict report_fail(struct report *report, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_text(report, FAILED, format, args);
	va_end(args);
	return FAILED;
}

enum verdict report_skip(struct report *report, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_text(report, SKIPPED, format, args);
	va_end(args);
	return SKIPPED;
}

static enum verdict say(const struct report *report)
{
	if (report->verdict == SKIPPED)
		printf("skip %s\n", report->text);
	else
		fprintf(stderr, "workload: %s\n", report->text);
	return report->verdict;
}

enum verdict say_fail(const char *format, ...)
{
	struct report report;
	va_list args;

	va_start(args, format);
	report_text(&report, FAILED, format, args);
	va_end(args);
	return say(&report);
}

enum verdict say_skip(const char *format, ...)
{
	struct report report;
	va_list args;

	va_start(args, format);
	report_text(&report, SKIPPED, format, args);
	va_end(args);
	return say(&report);
}

enum verdict victim_own_stdio(struct report *report)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		close(fd);
		/* The lowest free descriptor is the one just closed. */
		if (open("/dev/null", O_RDWR) != fd)
			return report_fail(report, "cannot open /dev/null: %s",
					   strerror(errno));
	}
	return DONE;
}

static _Noreturn void be_victim(victim_setup setup, const struct options *opt,
				int report_fd, pid_t parent)
{
	struct report report = { .verdict = DONE };
	enum verdict verdict;

	/* Not to outlive a parent that was itself killed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(FAILED);

	verdict = victim_own_stdio(&report);
	if (verdict == DONE)
		verdict = setup(opt, &report);
	report.ready_ns = span_now();
	if (write(report_fd, &report, sizeof(report)) != sizeof(report))
		_exit(FAILED);
	close(report_fd);
	if (verdict == DONE && report.stay)
		report.stay();
	if (verdict != DONE || opt->live)
		_exit(verdict);
	for (;;)
		pause();
}

static bool hear(int fd, struct report *report)
{
	ssize_t got;

	do {
		got = read(fd, report, sizeof(*report));
	} while (got < 0 && errno == EINTR);
	return got == sizeof(*report);
}

static pid_t reap(pid_t pid, int *status)
{
	pid_t got;

	do {
		got = waitpid(pid, status, 0);
	} while (got < 0 && errno == EINTR);
	return got;
}

static void add_report(struct result *result, const struct report *report)
{
#define ADD(name, meaning) result->sum.name += report->counts.name;
	COUNTS(ADD)
#undef ADD
	result->files = report->files;
}

/* It said nothing, or that it cannot: it is leaving, or has left. */
static enum verdict give_up(pid_t pid, bool heard, const struct report *report)
{
	int status = 0;

	if (!heard)
		kill(pid, SIGKILL);
	reap(pid, &status);
	if (heard)
		return say(report);
	return say_fail("the victim died without a report: wait status %#x",
			status);
}

enum verdict victim_start(victim_setup setup, const struct options *opt,
			  struct result *result, struct victim *victim)
{
	struct report report;
	pid_t parent = getpid();
	int fds[2];
	bool heard;

	if (pipe(fds))
		return say_fail("cannot make a pipe: %s", strerror(errno));
	fflush(NULL);
	victim->pid = fork();
	if (victim->pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return say_fail("cannot fork: %s", strerror(errno));
	}
	if (!victim->pid) {
		close(fds[0]);
		be_victim(setup, opt, fds[1], parent);
	}
	close(fds[1]);
	heard = hear(fds[0], &report);
	close(fds[0]);
	if (!heard || report.verdict != DONE)
		return give_up(victim->pid, heard, &report);
	victim->alive_ns = report.ready_ns;
	victim->killed = false;
	add_report(result, &report);
	return DONE;
}

enum verdict victim_kill(struct victim *victim)
{
	victim->alive_ns = span_now();
	if (kill(victim->pid, SIGKILL))
		return say_fail("cannot kill the victim: %s", strerror(errno));
	victim->killed = true;
	return DONE;
}

enum verdict victim_end(struct victim *victim, const struct options *opt,
			struct result *result)
{
	enum verdict verdict;
	int status;

	if (!opt->live && !victim->killed) {
		verdict = victim_kill(victim);
		if (verdict != DONE)
			return verdict;
	}
	if (reap(victim->pid, &status) != victim->pid)
		return say_fail("cannot reap the victim: %s", strerror(errno));
	verdict = span_add(result, "victim", victim->pid, victim->alive_ns,
			   span_now());
	if (verdict != DONE)
		return verdict;
	result->sum.exits++;
	if (opt->live)
		return status ? say_fail("the victim left with wait status %#x",
					 status) :
				DONE;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		return say_fail("the victim left by itself: wait status %#x",
				status);
	result->sum.kills++;
	return DONE;
}

enum verdict victim_rounds(victim_setup setup, const struct options *opt,
			   struct result *result)
{
	enum verdict verdict = DONE;
	struct victim victim;
	unsigned int round;

	for (round = 0; round < opt->rounds && verdict == DONE; round++) {
		verdict = victim_start(setup, opt, result, &victim);
		if (verdict == DONE)
			verdict = victim_end(&victim, opt, result);
	}
	return verdict;
}
