// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring-inherited, uring-sent: killed while an io_uring has registered files that nobody
 * has open any more; but a child of the victim, the heir, lives on and has them as well.
 * So the kill puts no last reference: nothing is late. The run ends with the heir alive,
 * for the test to look at and to kill; all of the files are late then, and they are
 * the heir's.
 *
 * uring-inherited	the heir has the victim's ring itself, by fork(2).
 * uring-sent		the heir has another ring, to which the victim's ring has sent the
 *			files (IORING_MSG_SEND_FD, since 6.0). The victim's own is
 *			taken down.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "files.h"
#include "span.h"
#include "uring.h"

#define NAME "uring-heir"

/* Newer than the headers of some. */
#define OP_MSG_RING 40
#define MSG_SEND_FD 1
#define MSG_CQE_SKIP 1
#define ADDR3 48

static struct io_uring ring, heirs;
/* Shared with the victim. */
static pid_t *heir;

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->files);
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

/* A child that lives on, with all rings but one. */
static enum verdict fork_heir(struct report *report, struct io_uring *without)
{
	pid_t pid = fork();

	if (pid < 0)
		return report_fail(report, "cannot fork: %s", strerror(errno));
	if (pid) {
		*heir = pid;
		return DONE;
	}
	if (without)
		io_uring_queue_exit(without);
	for (;;)
		pause();
}

static enum verdict hold_files(const struct options *opt, struct report *report)
{
	enum verdict verdict;
	int *fds;

	verdict = uring_open(opt, report, &ring, NAME, &fds);
	if (verdict == DONE)
		verdict = uring_hold(opt, report, &ring, fds);
	return verdict;
}

static enum verdict inherit(const struct options *opt, struct report *report)
{
	enum verdict verdict = hold_files(opt, report);

	return verdict == DONE ? fork_heir(report, NULL) : verdict;
}

static enum verdict send_file(struct report *report, unsigned int slot)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
	const __u64 from = slot;
	int result;

	io_uring_prep_nop(sqe);
	sqe->opcode = OP_MSG_RING;
	sqe->fd = heirs.ring_fd;
	sqe->addr = MSG_SEND_FD;
	sqe->rw_flags = MSG_CQE_SKIP;
	sqe->splice_fd_in = (int)slot + 1;
	memcpy((char *)sqe + ADDR3, &from, sizeof(from));
	result = uring_do(&ring);
	if (result == -EINVAL)
		return report_skip(report,
				   "this kernel sends no files between rings");
	if (result)
		return report_fail(report, "cannot send file %u: %s", slot,
				   strerror(-result));
	return DONE;
}

static enum verdict send_all(const struct options *opt, struct report *report)
{
	struct io_uring_params params = { 0 };
	enum verdict verdict = hold_files(opt, report);
	unsigned int slot;

	if (verdict == DONE)
		verdict = uring_init(report, &heirs, 1, &params);
	if (verdict == DONE)
		verdict = uring_make_table(opt, report, &heirs);
	for (slot = 0; slot < opt->files && verdict == DONE; slot++)
		verdict = send_file(report, slot);
	return verdict == DONE ? fork_heir(report, &ring) : verdict;
}

static enum verdict run_rounds(const struct options *opt, struct result *result,
			       victim_setup setup)
{
	enum verdict verdict = DONE;
	struct victim victim;
	unsigned int round;

	heir = mmap(NULL, sizeof(*heir), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (heir == MAP_FAILED)
		return say_fail("no shared memory: %s", strerror(errno));
	for (round = 0; round < opt->rounds && verdict == DONE; round++) {
		verdict = victim_start(setup, opt, result, &victim);
		if (verdict == DONE)
			verdict = victim_end(&victim, opt, result);
		if (verdict == DONE)
			verdict = span_add(result, "heir", *heir, 0, 0);
	}
	return verdict;
}

static enum verdict run_inherited(const struct options *opt,
				  struct result *result)
{
	return run_rounds(opt, result, inherit);
}

static enum verdict run_sent(const struct options *opt, struct result *result)
{
	return run_rounds(opt, result, send_all);
}

const struct workload workload_uring_inherited = {
	.name = "uring-inherited",
	.summary =
		"uring-files, whose ring a child has as well, which lives on",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.prepare = prepare,
	.run = run_inherited,
	.clean = clean,
};

const struct workload workload_uring_sent = {
	.name = "uring-sent",
	.summary = "uring-files, sent to the ring of a child, which lives on",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.prepare = prepare,
	.run = run_sent,
	.clean = clean,
};
