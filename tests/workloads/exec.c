// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec-ring, exec-registered, exec-kept, exec-parent: what close-on-exec closes while an
 * io_uring has it. Each victim is made as vfork(2) does it, sharing its
 * parent's memory until it executes sleep(1), which close-on-exec leaves
 * nothing to but its standard three.
 *
 * exec-ring	the victim's ring is closed by the exec, and was the last to have
 *		the registered files. They are put as by uring-files, while the
 *		process lives on as another program: leftovers of its exec. It
 *		is killed after that.
 * exec-registered	the same, but the ring has no descriptor: the victim has registered
 *		it with itself. The exec puts that.
 * exec-kept	the victim's ring survives the exec, which closes the registered
 *		files. They are the ring's then, until the kill closes that.
 * exec-parent	the ring is the parent's, and the exec closes the copies that the
 *		victim has of the registered files. The parent closes its own
 *		and, once the victim is gone, its ring: what close-on-exec closed
 *		is put by a kworker, but that is not the victim's doing.
 *
 * Rings are made by the bare system calls: liburing would map them, and then
 * the memory that the victim shares with its parent would keep its ring.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "span.h"
#include "uring.h"

#define NAME "exec"
#define ENTRIES 8
#define STACK_SIZE 65536
/* Newer than the headers of most; the kernel has it since 5.18. */
#define REGISTER_RING_FDS 20

enum keeper {
	KEEPER_NOBODY,
	KEEPER_REGISTERED,
	KEEPER_VICTIM,
	KEEPER_PARENT,
};

/* Of one round; the victim writes to the report, which is shared memory. */
struct round {
	const struct options *opt;
	enum keeper keeper;
	struct report report;
	pid_t parent;
	int *fds;
	int ring;
	/* Its end of file says that close-on-exec is over. */
	int done[2];
};

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

static void close_files(const struct round *round)
{
	unsigned int i;

	for (i = 0; i < round->opt->files; i++)
		close(round->fds[i]);
}

static enum verdict make_ring(struct round *round)
{
	struct io_uring_params params = { 0 };

	round->ring = (int)syscall(SYS_io_uring_setup, ENTRIES, &params);
	if (round->ring >= 0)
		return DONE;
	if (errno == ENOSYS)
		return report_skip(&round->report,
				   "this kernel has no io_uring");
	if (errno == EPERM)
		return report_skip(&round->report, "io_uring is not permitted");
	return report_fail(&round->report, "no io_uring: %s", strerror(errno));
}

static enum verdict hold(struct round *round)
{
	const struct options *opt = round->opt;
	struct report *report = &round->report;
	enum verdict verdict = files_allow(report, opt->files);

	if (verdict == DONE)
		verdict = files_open(opt, report, NAME, round->fds, opt->files);
	if (verdict == DONE)
		verdict = make_ring(round);
	if (verdict != DONE)
		return verdict;
	if (syscall(SYS_io_uring_register, round->ring, IORING_REGISTER_FILES,
		    round->fds, opt->files))
		return report_fail(report, "cannot register %u files: %s",
				   opt->files, strerror(errno));
	return DONE;
}

/* As liburing's io_uring_register_ring_fd() and io_uring_close_ring_fd(). */
static enum verdict drop_descriptor(struct round *round)
{
	struct {
		unsigned int offset, reserved;
		unsigned long long fd;
	} update = { .offset = -1U, .fd = (unsigned int)round->ring };

	if (syscall(SYS_io_uring_register, round->ring, REGISTER_RING_FDS,
		    &update, 1) != 1)
		return report_skip(&round->report,
				   "this kernel registers no rings: %s",
				   strerror(errno));
	close(round->ring);
	return DONE;
}

static enum verdict set_up(struct round *round)
{
	enum verdict verdict = victim_own_stdio(&round->report);

	if (verdict == DONE && round->keeper != KEEPER_PARENT)
		verdict = hold(round);
	if (verdict != DONE)
		return verdict;
	if (round->keeper < KEEPER_VICTIM)
		close_files(round);
	if (round->keeper == KEEPER_REGISTERED)
		return drop_descriptor(round);
	if (round->keeper == KEEPER_VICTIM && fcntl(round->ring, F_SETFD, 0))
		return report_fail(&round->report, "cannot keep the ring: %s",
				   strerror(errno));
	return DONE;
}

static int be_victim(void *data)
{
	struct round *round = data;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != round->parent)
		_exit(FAILED);
	if (set_up(round) == DONE) {
		round->report.ready_ns = span_now();
		execl("/bin/sleep", "sleep", "1000", NULL);
		report_fail(&round->report, "cannot execute sleep: %s",
			    strerror(errno));
	}
	_exit(round->report.verdict);
}

/* Returns once the victim has another program; close-on-exec may still go on. */
static enum verdict start(struct round *round, char *stack, pid_t *pid)
{
	char byte;

	if (pipe2(round->done, O_CLOEXEC))
		return say_fail("cannot make a pipe: %s", strerror(errno));
	*pid = clone(be_victim, stack + STACK_SIZE,
		     CLONE_VM | CLONE_VFORK | SIGCHLD, round);
	close(round->done[1]);
	if (*pid >= 0 && read(round->done[0], &byte, 1) < 0)
		return say_fail("cannot wait for the exec: %s",
				strerror(errno));
	close(round->done[0]);
	if (*pid < 0)
		return say_fail("cannot clone: %s", strerror(errno));
	if (round->report.verdict != DONE) {
		waitpid(*pid, NULL, 0);
		return round->report.verdict == SKIPPED ?
			       say_skip("%s", round->report.text) :
			       say_fail("%s", round->report.text);
	}
	return DONE;
}

static enum verdict run_victim(struct round *round, struct result *result,
			       char *stack)
{
	enum verdict verdict;
	struct victim victim = { 0 };
	unsigned long long executed;

	verdict = start(round, stack, &victim.pid);
	executed = span_now();
	if (round->keeper == KEEPER_PARENT)
		close_files(round);
	if (verdict == DONE)
		verdict = span_add(result, "exec", victim.pid,
				   round->report.ready_ns, executed);
	if (verdict == DONE)
		verdict = victim_end(&victim, round->opt, result);
	if (round->keeper == KEEPER_PARENT)
		close(round->ring);
	result->files = round->opt->files;
	result->sum.last_puts += round->opt->files;
	return verdict;
}

static enum verdict run_round(struct round *round, struct result *result)
{
	char *stack = aligned_alloc(16, STACK_SIZE);
	enum verdict verdict = DONE;

	round->fds = calloc(round->opt->files, sizeof(*round->fds));
	if (!stack || !round->fds)
		verdict = say_fail("no memory for a victim");
	else if (round->keeper == KEEPER_PARENT && hold(round) != DONE)
		verdict = round->report.verdict == SKIPPED ?
				  say_skip("%s", round->report.text) :
				  say_fail("%s", round->report.text);
	else
		verdict = run_victim(round, result, stack);
	free(round->fds);
	free(stack);
	return verdict;
}

static enum verdict run(const struct options *opt, struct result *result,
			enum keeper keeper)
{
	enum verdict verdict = DONE;
	unsigned int i;

	for (i = 0; i < opt->rounds && verdict == DONE; i++) {
		struct round round = {
			.opt = opt,
			.keeper = keeper,
			.parent = getpid(),
		};

		verdict = run_round(&round, result);
	}
	return verdict;
}

static enum verdict run_ring(const struct options *opt, struct result *result)
{
	return run(opt, result, KEEPER_NOBODY);
}

static enum verdict run_registered(const struct options *opt,
				   struct result *result)
{
	return run(opt, result, KEEPER_REGISTERED);
}

static enum verdict run_kept(const struct options *opt, struct result *result)
{
	return run(opt, result, KEEPER_VICTIM);
}

static enum verdict run_parent(const struct options *opt, struct result *result)
{
	return run(opt, result, KEEPER_PARENT);
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

const struct workload workload_exec_ring = {
	.name = "exec-ring",
	.summary = "vfork and exec, which closes a ring with registered files",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_last_puts,
	.prepare = prepare,
	.run = run_ring,
	.clean = clean,
};

const struct workload workload_exec_registered = {
	.name = "exec-registered",
	.summary = "the same, but the ring has no descriptor",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_last_puts,
	.prepare = prepare,
	.run = run_registered,
	.clean = clean,
};

const struct workload workload_exec_kept = {
	.name = "exec-kept",
	.summary = "the same, but the ring is kept, and then killed",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_last_puts,
	.prepare = prepare,
	.run = run_kept,
	.clean = clean,
};

const struct workload workload_exec_parent = {
	.name = "exec-parent",
	.summary = "the same, but the ring is the parent's",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_last_puts,
	.prepare = prepare,
	.run = run_parent,
	.clean = clean,
};
