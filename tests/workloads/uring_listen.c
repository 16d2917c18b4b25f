// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring-listen: killed while it listens on a TCP port, and an io_uring has the socket
 * registered. With --closed the ring alone has it.
 *
 * As in uring-files, a kworker puts the socket: deferred, cause kthread, after the exit.
 * Until its release the port is in use: a bind says EADDRINUSE, and no process has it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "uring.h"

#define PORT 7707

static struct io_uring ring;

static enum verdict do_listen(struct report *report, int *fd)
{
	const struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
	};
	int on = 1;

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return report_fail(report, "no socket: %s", strerror(errno));
	setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(*fd, (const struct sockaddr *)&any, sizeof(any)) ||
	    listen(*fd, 1))
		return report_fail(report, "cannot listen on port %d: %s", PORT,
				   strerror(errno));
	return DONE;
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	struct io_uring_params params = { 0 };
	enum verdict verdict;
	int err, fd;

	verdict = uring_init(report, &ring, 1, &params);
	if (verdict == DONE)
		verdict = do_listen(report, &fd);
	if (verdict != DONE)
		return verdict;
	err = io_uring_register_files(&ring, &fd, 1);
	if (err < 0)
		return report_fail(report, "cannot register a socket: %s",
				   strerror(-err));
	if (opt->closed)
		close(fd);
	report->files = 1;
	report->counts.last_puts = 1;
	return DONE;
}

const struct workload workload_uring_listen = {
	.name = "uring-listen",
	.summary = "a listening socket on TCP port 7707, registered",
	.uses = USES_CLOSED,
	.shows = SHOWS_last_puts,
	.setup = setup,
};
