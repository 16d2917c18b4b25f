// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running a program, and reaping it and all that it leaves behind.
 *
 * All signals of interest stay blocked here and are read from a signalfd, so
 * there are no handlers, and no moment at which one could be missed. What the
 * caller ignored stays ignored, for us and the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/status.h"
#include "lib/view.h"
#include "proc/supervise.h"

static const int stopping[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
static const int telling[] = { SIGUSR1, SIGUSR2 };

/* What we were started with, and the first of several programs changed. */
static struct {
	bool taken;
	struct sigaction child;
	sigset_t mask;
} inherited;

static void add_signals(sigset_t *set, const int *signals, size_t nr)
{
	struct sigaction action;

	for (size_t i = 0; i < nr; i++)
		if (!sigaction(signals[i], NULL, &action) &&
		    action.sa_handler != SIG_IGN)
			sigaddset(set, signals[i]);
}

static int take_signals(struct supervise *supervise)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigemptyset(&set);
	add_signals(&set, stopping, NR(stopping));
	add_signals(&set, telling, NR(telling));
	sigaddset(&set, SIGCHLD);
	supervise->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (supervise->signal_fd < 0)
		return -errno;
	/* Where SIGCHLD is ignored, there is nothing to reap. */
	sigaction(SIGCHLD, &action, inherited.taken ? NULL : &inherited.child);
	sigprocmask(SIG_BLOCK, &set, inherited.taken ? NULL : &inherited.mask);
	inherited.taken = true;
	return 0;
}

static void give_signals_back(void)
{
	sigaction(SIGCHLD, &inherited.child, NULL);
	sigprocmask(SIG_SETMASK, &inherited.mask, NULL);
}

/* In the child. Tells the parent only what went wrong: success closes @tell. */
static _Noreturn void exec_program(char **argv, int tell)
{
	int err;

	give_signals_back();
	execvp(argv[0], argv);
	err = errno;
	if (write(tell, &err, sizeof(err)) != sizeof(err))
		_exit(126);
	_exit(err == ENOENT ? 127 : 126);
}

static int exec_result(struct supervise *supervise, const char *program, int fd)
{
	ssize_t got;
	int err;

	do
		got = read(fd, &err, sizeof(err));
	while (got < 0 && errno == EINTR);
	if (got != sizeof(err))
		return 0;
	waitpid(supervise->child, NULL, 0);
	complain("cannot execute '%s': %s", program, strerror(err));
	return err == ENOENT ? 127 : 126;
}

static int fork_program(struct supervise *supervise, char **argv)
{
	int fds[2], result;

	if (pipe2(fds, O_CLOEXEC))
		goto failed;
	supervise->started = number_now();
	supervise->child = fork();
	if (!supervise->child)
		exec_program(argv, fds[1]);
	result = errno;
	close(fds[1]);
	if (supervise->child > 0)
		result = exec_result(supervise, argv[0], fds[0]);
	close(fds[0]);
	if (supervise->child > 0)
		return result;
	errno = result;
failed:
	complain("cannot start a process: %s", strerror(errno));
	return STATUS_OWN;
}

int supervise_start(struct supervise *supervise, char **argv)
{
	int err;

	*supervise = (struct supervise){ .signal_fd = -1 };
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) {
		complain("cannot become a subreaper: %s", strerror(errno));
		return STATUS_OWN;
	}
	err = take_signals(supervise);
	if (err) {
		complain("cannot take signals: %s", strerror(-err));
		return STATUS_OWN;
	}
	err = fork_program(supervise, argv);
	if (err)
		supervise_end(supervise);
	return err;
}

/* Signals stay blocked: one that came too late must not spoil the status. */
void supervise_end(struct supervise *supervise)
{
	close(supervise->signal_fd);
	supervise->signal_fd = -1;
}

/* Is there anybody left? */
static bool reap_some(struct supervise *supervise)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != supervise->child)
			continue;
		supervise->over = true;
		supervise->status = status;
	}
	return pid == 0;
}

static bool is_stopping(int signal)
{
	for (size_t i = 0; i < NR(stopping); i++)
		if (stopping[i] == signal)
			return true;
	return false;
}

/*
 * A signal from the terminal (SI_KERNEL) went to the whole foreground group,
 * the program included. Once it is over, its number may be another's.
 */
static void pass_on(struct supervise *supervise,
		    const struct signalfd_siginfo *info)
{
	int signal = (int)info->ssi_signo;

	if (!supervise->over) {
		if (info->ssi_code != SI_KERNEL)
			kill(supervise->child, signal);
	} else if (is_stopping(signal)) {
		supervise->interrupted = signal;
	}
}

static bool next_signal(const struct supervise *supervise,
			struct signalfd_siginfo *info)
{
	ssize_t got;

	do
		got = read(supervise->signal_fd, info, sizeof(*info));
	while (got < 0 && errno == EINTR);
	return got == sizeof(*info);
}

/* Sleep. More than 0 when there is a signal. */
static int sleep_or_signal(const struct supervise *supervise, uint64_t ns)
{
	struct pollfd fd = { .fd = supervise->signal_fd, .events = POLLIN };
	struct timespec time = { .tv_sec = (time_t)(ns / NUMBER_NS_PER_SEC),
				 .tv_nsec = (long)(ns % NUMBER_NS_PER_SEC) };
	int nr = ppoll(&fd, 1, &time, NULL);

	if (nr < 0)
		return errno == EINTR ? 0 : -errno;
	return nr;
}

bool supervise_look(struct supervise *supervise)
{
	struct signalfd_siginfo info;

	for (;;) {
		supervise->all_reaped = !reap_some(supervise);
		supervise->reaped = number_now();
		if (supervise->all_reaped || supervise->interrupted)
			return true;
		if (sleep_or_signal(supervise, 0) <= 0 ||
		    !next_signal(supervise, &info))
			return false;
		if (info.ssi_signo != SIGCHLD)
			pass_on(supervise, &info);
	}
}

void supervise_reap(struct supervise *supervise)
{
	sigset_t set;

	while (!supervise_look(supervise) &&
	       sleep_or_signal(supervise, UINT64_MAX) >= 0)
		continue;
	sigemptyset(&set);
	add_signals(&set, stopping, NR(stopping));
	signalfd(supervise->signal_fd, &set, 0);
}

int supervise_watch(struct supervise *supervise, uint64_t until)
{
	struct signalfd_siginfo info;
	uint64_t now;
	int err = 0;

	while (!err && (now = number_now()) < until)
		err = sleep_or_signal(supervise, until - now);
	if (err > 0 && next_signal(supervise, &info))
		supervise->interrupted = (int)info.ssi_signo;
	return err < 0 ? err : 0;
}

int supervise_status(const struct supervise *supervise)
{
	if (WIFSIGNALED(supervise->status))
		return 128 + WTERMSIG(supervise->status);
	return WEXITSTATUS(supervise->status);
}
