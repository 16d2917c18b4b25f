// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring-wait: killed while an io_uring has requests that wait for what never comes: a
 * poll and a read of a FIFO, and an accept, in turn. Their descriptors are closed, so
 * each request holds its file's last reference.
 *
 * Up to 6.1 the ring's release cancels them, in the dying task's own task work, which
 * puts the files: not deferred. Later io_ring_exit_work does, when that task is past its
 * own, so that the fallback kworker puts them: each deferred, cause kthread, once the
 * exit is visible. --taskrun says how the ring runs its task work while the process lives.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "files.h"
#include "uring.h"

#define NAME "uring-wait"

/* Those of Linux 5.19, 6.0 and 6.1, for headers that do not have them. */
#define COOP_TASKRUN (1U << 8)
#define SINGLE_ISSUER (1U << 12)
#define DEFER_TASKRUN (1U << 13)

static struct io_uring ring;
static char byte;

static int open_fifo(const struct options *opt, unsigned int number)
{
	char path[PATH_MAX];

	files_path(path, opt, NAME, number);
	return open(path, O_RDWR | O_CLOEXEC);
}

static int start_poll(const struct options *opt, unsigned int number)
{
	int fd = open_fifo(opt, number);

	io_uring_prep_poll_add(io_uring_get_sqe(&ring), fd, POLLIN);
	return fd;
}

static int start_read(const struct options *opt, unsigned int number)
{
	int fd = open_fifo(opt, number);

	io_uring_prep_read(io_uring_get_sqe(&ring), fd, &byte, 1, 0);
	return fd;
}

static int start_accept(const struct options *opt, unsigned int number)
{
	const struct sockaddr_un any = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)opt;
	(void)number;
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&any, sizeof(any.sun_family)) ||
	    listen(fd, 1))
		return -1;
	io_uring_prep_accept(io_uring_get_sqe(&ring), fd, NULL, NULL, 0);
	return fd;
}

static enum verdict start_all(const struct options *opt, struct report *report,
			      int *fds)
{
	static int (*const starts[])(const struct options *,
				     unsigned int) = { start_poll, start_read,
						       start_accept };
	unsigned int i;

	for (i = 0; i < opt->files; i++) {
		fds[i] = starts[i % 3](opt, i);
		if (fds[i] < 0)
			return report_fail(report, "cannot open file %u: %s", i,
					   strerror(errno));
	}
	return uring_submit(opt, report, &ring, fds);
}

static enum verdict find_flags(const struct options *opt, struct report *report,
			       unsigned int *flags)
{
	static const struct {
		const char *name;
		unsigned int flags;
	} modes[] = {
		{ "plain", 0 },
		{ "coop", COOP_TASKRUN },
		{ "deferred", SINGLE_ISSUER | DEFER_TASKRUN },
	};
	size_t i;

	*flags = 0;
	for (i = 0; opt->taskrun && i < sizeof(modes) / sizeof(modes[0]); i++) {
		*flags = modes[i].flags;
		if (!strcmp(modes[i].name, opt->taskrun))
			return DONE;
	}
	return opt->taskrun ?
		       report_fail(
			       report,
			       "--taskrun is plain, coop or deferred, not '%s'",
			       opt->taskrun) :
		       DONE;
}

static enum verdict prepare(const struct options *opt)
{
	return files_make_fifos(opt, NAME, opt->files);
}

static void clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	struct io_uring_params params = { 0 };
	int *fds = calloc(opt->files, sizeof(*fds));
	enum verdict verdict;

	if (!fds)
		return report_fail(report, "no memory for %u files",
				   opt->files);
	verdict = find_flags(opt, report, &params.flags);
	if (verdict == DONE)
		verdict = uring_init(report, &ring, opt->files, &params);
	if (verdict == DONE)
		verdict = start_all(opt, report, fds);
	free(fds);
	return verdict;
}

const struct workload workload_uring_wait = {
	.name = NAME,
	.summary = "io_uring polls, reads and accepts that wait",
	.defaults = { .files = 12 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES | USES_TASKRUN,
	.shows = SHOWS_requests | SHOWS_in_flight | SHOWS_last_puts,
	.prepare = prepare,
	.setup = setup,
	.clean = clean,
};
