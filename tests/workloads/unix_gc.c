// SPDX-License-Identifier: GPL-2.0-only
/*
 * unix-gc: killed while it holds pairs of AF_UNIX sockets, each of which was
 * sent (SCM_RIGHTS) into the other's receive queue. The dying task's close is
 * not the last put: the messages hold the sockets, and the sockets hold the
 * messages. Only the AF_UNIX garbage collector can free them, and the next
 * close of any AF_UNIX socket wakes it.
 *
 * unix_gc -> __skb_queue_purge -> __scm_destroy -> fput: in a kworker since
 * 6.1.y (deferred, kthread, one a file), in the closing task on 5.10 (task
 * work, not deferred). Always after the exit is visible.
 *
 * The parent makes that close, and knows when the collector is through by a
 * witness: the write end of a pipe, which every cycle holds as well. Its end of
 * file says that no cycle is left, and that the witness itself was released;
 * other files of the same purge may still be on the list then.
 *
 * With --closed the victim has closed all of that before the kill: its end has
 * nothing to do with these files. The collector may find them before it.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "files.h"

#define NAME "unix-gc"

/* The kernel's SCM_MAX_FD is 253: the socket and the witness take two. */
#define MAX_FDS 253

#define TRIGGER_MS 20
#define TRIGGERS_MAX 1500

/* The witness; the victim inherits both ends. */
static int witness[2];

static enum verdict prepare(const struct options *opt)
{
	return files_create(opt, NAME, opt->extra);
}

static unsigned long collectable(const struct options *opt)
{
	return opt->cycles * (2UL + opt->extra) + 1;
}

static int send_fds(int socket, const int *fds, size_t count)
{
	union {
		char bytes[CMSG_SPACE(MAX_FDS * sizeof(int))];
		struct cmsghdr aligned;
	} control;
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	memset(&control, 0, sizeof(control));
	msg.msg_control = control.bytes;
	msg.msg_controllen = CMSG_SPACE(count * sizeof(int));
	cmsg = CMSG_FIRSTHDR(&msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, count * sizeof(int));
	return sendmsg(socket, &msg, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static void close_cycle(const struct options *opt, const int *pair,
			const int *files)
{
	unsigned int i;

	for (i = 0; i < opt->extra; i++)
		close(files[i]);
	close(pair[0]);
	close(pair[1]);
}

/* What is sent on one socket of a pair waits in the queue of the other. */
static enum verdict make_cycle(const struct options *opt, struct report *report)
{
	int pair[2], fds[MAX_FDS];
	enum verdict verdict;

	verdict = files_open(opt, report, NAME, fds + 2, opt->extra);
	if (verdict != DONE)
		return verdict;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return report_fail(report, "cannot make a socket pair: %s",
				   strerror(errno));
	fds[0] = pair[0];
	fds[1] = witness[1];
	if (send_fds(pair[0], fds, 2 + opt->extra) ||
	    send_fds(pair[1], &pair[1], 1))
		return report_fail(report, "cannot send a descriptor: %s",
				   strerror(errno));
	if (opt->closed)
		close_cycle(opt, pair, fds + 2);
	return DONE;
}

static enum verdict setup(const struct options *opt, struct report *report)
{
	enum verdict verdict = files_allow(report, collectable(opt));
	unsigned int i;

	close(witness[0]);
	for (i = 0; i < opt->cycles && verdict == DONE; i++)
		verdict = make_cycle(opt, report);
	if (opt->closed)
		close(witness[1]);
	report->files = collectable(opt);
	report->counts.last_puts = collectable(opt);
	return verdict;
}

static enum verdict trigger(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return say_fail("cannot make a socket pair: %s",
				strerror(errno));
	close(pair[0]);
	close(pair[1]);
	return DONE;
}

/* A collector that was busy may not have seen our cycles: ask again. */
static enum verdict collect(struct result *result)
{
	struct pollfd poller = { .fd = witness[0] };
	enum verdict verdict;
	unsigned int i;

	for (i = 0; i < TRIGGERS_MAX; i++) {
		verdict = trigger();
		if (verdict != DONE)
			return verdict;
		result->sum.triggers++;
		if (poll(&poller, 1, TRIGGER_MS) > 0)
			return DONE;
	}
	return say_fail("the AF_UNIX collector left cycles after %u closes", i);
}

static enum verdict run_round(const struct options *opt, struct result *result)
{
	struct victim victim;
	enum verdict verdict;

	if (pipe(witness))
		return say_fail("cannot make a pipe: %s", strerror(errno));
	verdict = victim_start(setup, opt, result, &victim);
	close(witness[1]);
	if (verdict == DONE)
		verdict = victim_end(&victim, opt, result);
	if (verdict == DONE)
		verdict = collect(result);
	close(witness[0]);
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
	files_remove(opt, NAME, opt->extra);
}

const struct workload workload_unix_gc = {
	.name = "unix-gc",
	.summary = "AF_UNIX sockets that hold each other, then collected",
	.defaults = { .cycles = 100 },
	.uses = USES_DIR | USES_CLEAN | USES_CYCLES | USES_EXTRA | USES_CLOSED,
	.shows = SHOWS_last_puts | SHOWS_triggers,
	.prepare = prepare,
	.run = run,
	.clean = clean,
};
