// SPDX-License-Identifier: GPL-2.0-only
/*
 * traced: killed as in uring-files, while a stranger traces it.
 *
 * do_notify_parent then tells the tracer first; the real parent is told once
 * the tracer has waited for the victim, and that is when its end is visible to
 * whoever waits for it. This tracer is in waitpid() already, and lets go at
 * once, so both are near.
 */
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "span.h"
#include "uring.h"

#define NAME "traced"

static struct io_uring ring;

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	enum verdict verdict;
	int *fds;

	verdict = uring_open(opt, report, &ring, NAME, &fds);
	if (verdict != DONE)
		return verdict;
	return uring_hold(opt, report, &ring, fds);
}

static _Noreturn void trace(pid_t pid, int out)
{
	int status, err = 0;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL))
		err = errno;
	if (write(out, &err, sizeof(err)) != sizeof(err) || err)
		_exit(FAILED);
	_exit(waitpid(pid, &status, __WALL) == pid ? DONE : FAILED);
}

static enum verdict tracer_start(pid_t pid, pid_t *tracer)
{
	int ends[2], err = EIO;

	if (pipe(ends))
		return say_fail("cannot make a pipe: %s", strerror(errno));
	*tracer = fork();
	if (!*tracer) {
		close(ends[0]);
		trace(pid, ends[1]);
	}
	close(ends[1]);
	if (*tracer > 0 && read(ends[0], &err, sizeof(err)) != sizeof(err))
		err = EIO;
	close(ends[0]);
	if (*tracer < 0)
		return say_fail("cannot fork a tracer");
	if (err == EPERM)
		return say_skip("tracing is not permitted");
	return err ? say_fail("cannot trace: %s", strerror(err)) : DONE;
}

static enum verdict tracer_end(pid_t tracer, struct result *result)
{
	int status;

	if (waitpid(tracer, &status, 0) != tracer)
		return say_fail("cannot reap the tracer: %s", strerror(errno));
	result->sum.exits++;
	if (status)
		return say_fail("the tracer left with wait status %#x", status);
	return span_add(result, "tracer", tracer, 0, 0);
}

static enum verdict run_round(const struct options *opt, struct result *result)
{
	struct victim victim;
	enum verdict verdict;
	pid_t tracer = 0;

	verdict = victim_start(setup, opt, result, &victim);
	if (verdict != DONE)
		return verdict;
	verdict = tracer_start(victim.pid, &tracer);
	if (verdict == DONE)
		verdict = victim_end(&victim, opt, result);
	if (verdict == DONE)
		verdict = tracer_end(tracer, result);
	return verdict;
}

static enum verdict run(const struct options *opt, struct result *result)
{
	enum verdict verdict = DONE;
	unsigned int round;

	for (round = 0; round < opt->rounds && verdict == DONE; round++)
		verdict = run_round(opt, result);
	return verdict;
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

const struct workload workload_traced = {
	.name = "traced",
	.summary = "uring-files, killed while a stranger traces it",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_last_puts,
	.prepare = prepare,
	.run = run,
	.clean = clean,
};
