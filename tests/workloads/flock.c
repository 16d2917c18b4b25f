// SPDX-License-Identifier: GPL-2.0-only
/*
 * flock: uring-files, with a flock(2) on the first of the files, and a watcher
 * that asks for the same lock again and again, so that it knows on its own how
 * long the dead process kept it.
 *
 * Closing the descriptor does not end a flock, since the ring's table has the
 * open file still; the release of the file does: __fput -> locks_remove_file.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "span.h"
#include "uring.h"

#define NAME "flock"
#define POLL_US 1000
/* By then it would not come any more. */
#define PATIENCE_NS 120000000000ULL

/* What the watcher says: once when it was refused first, and at the end. */
struct word {
	unsigned long long refused_ns;
	unsigned long long got_ns;
};

struct watcher {
	pid_t pid;
	int fd;
};

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
	if (flock(fds[0], LOCK_EX | LOCK_NB))
		return report_fail(report, "cannot take a flock: %s",
				   strerror(errno));
	return uring_hold(opt, report, &ring, fds);
}

/* Both stamps are on the safe side: refused after the one, got by the other. */
static _Noreturn void watch(const struct options *opt, int out)
{
	unsigned long long now, begin = span_now();
	struct word word = { 0 };
	char path[PATH_MAX];
	bool told = false;
	int fd;

	files_path(path, opt, NAME, 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		_exit(FAILED);
	while (now = span_now(), flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK || now - begin > PATIENCE_NS)
			_exit(FAILED);
		word.refused_ns = now;
		if (!told && write(out, &word, sizeof(word)) != sizeof(word))
			_exit(FAILED);
		told = true;
		usleep(POLL_US);
	}
	word.got_ns = span_now();
	_exit(write(out, &word, sizeof(word)) == sizeof(word) ? DONE : FAILED);
}

static bool hear(const struct watcher *watcher, struct word *word)
{
	return read(watcher->fd, word, sizeof(*word)) == sizeof(*word);
}

static enum verdict watcher_start(const struct options *opt,
				  struct watcher *watcher)
{
	struct word word;
	int ends[2];

	if (pipe(ends))
		return say_fail("cannot make a pipe: %s", strerror(errno));
	watcher->pid = fork();
	if (!watcher->pid) {
		close(ends[0]);
		watch(opt, ends[1]);
	}
	close(ends[1]);
	watcher->fd = ends[0];
	if (watcher->pid < 0)
		return say_fail("cannot fork: %s", strerror(errno));
	if (!hear(watcher, &word) || word.got_ns)
		return say_fail("the victim's flock keeps nobody out");
	return DONE;
}

static enum verdict watcher_end(const struct watcher *watcher,
				struct result *result)
{
	struct word word = { 0 };
	bool heard = hear(watcher, &word);
	int status;

	close(watcher->fd);
	if (waitpid(watcher->pid, &status, 0) != watcher->pid)
		return say_fail("cannot reap the watcher: %s", strerror(errno));
	result->sum.exits++;
	if (!heard || !word.got_ns)
		return say_fail("the flock was not to be had: wait status %#x",
				status);
	return span_add(result, "locked", watcher->pid, word.refused_ns,
			word.got_ns);
}

static enum verdict run_round(const struct options *opt, struct result *result)
{
	struct watcher watcher = { 0 };
	struct victim victim;
	enum verdict verdict;

	verdict = victim_start(setup, opt, result, &victim);
	if (verdict != DONE)
		return verdict;
	verdict = watcher_start(opt, &watcher);
	if (verdict == DONE)
		verdict = victim_end(&victim, opt, result);
	if (verdict == DONE)
		verdict = watcher_end(&watcher, result);
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

const struct workload workload_flock = {
	.name = "flock",
	.summary = "uring-files, one of them locked, and somebody waits for it",
	.defaults = { .files = 8 },
	.uses = USES_DIR | USES_CLEAN | USES_FILES,
	.shows = SHOWS_last_puts,
	.prepare = prepare,
	.run = run,
	.clean = clean,
};
