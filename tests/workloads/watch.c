// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch: an umount of --dir, seen from outside. Another process has asked to be
 * told of it, in the two ways that the kernel offers:
 *
 * IN_UNMOUNT		inotify, on the root of the mount: the superblock is
 *			shutting down
 * FAN_MNT_DETACH	fanotify, on the mount namespace, where the kernel has
 *			it: the mount has left the namespace
 *
 * It also tries all the time to open --device exclusively, which nobody can
 * while it is mounted, nor while its superblock has not let go of it. All three
 * get a stamp, so that it can be seen which comes when.
 *
 * With --detach it is the umount of a victim of uring-files that has just been
 * reaped, with MNT_DETACH. Without, it is a plain umount of a mount that nobody
 * uses.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "span.h"
#include "umount.h"
#include "uring_files.h"

/* Newer than the headers of most. */
#ifndef FAN_REPORT_MNT
#define FAN_REPORT_MNT 0x00004000
#endif
#ifndef FAN_MARK_MNTNS
#define FAN_MARK_MNTNS 0x00000110
#endif
#ifndef FAN_MNT_DETACH
#define FAN_MNT_DETACH 0x02000000
#endif

#define POLL_MS 1
/* By then it would not come any more. */
#define PATIENCE_NS 120000000000ULL

/* What can be seen, and the order in which it is looked at. */
enum sight_id {
	SEEN_UNMOUNTED,
	SEEN_DETACHED,
	SEEN_FREE,
	NR_SEEN,
};

/* Not yet seen at the one moment, seen by the other; 0: never. */
struct seen {
	unsigned long long from_ns;
	unsigned long long to_ns;
};

struct eyes {
	const char *device;
	int inotify;
	int fanotify;
	struct seen seen[NR_SEEN];
};

struct watcher {
	pid_t pid;
	int fd;
};

static bool sees_unmounted(const struct eyes *eyes)
{
	struct inotify_event event;
	bool seen = false;

	/* Without names, each event has the same size. */
	while (read(eyes->inotify, &event, sizeof(event)) == sizeof(event))
		seen = seen || (event.mask & IN_UNMOUNT);
	return seen;
}

static bool sees_detached(const struct eyes *eyes)
{
	union {
		char bytes[4096];
		struct fanotify_event_metadata first;
	} events;
	const struct fanotify_event_metadata *event = &events.first;
	ssize_t left;

	if (eyes->fanotify < 0)
		return false;
	left = read(eyes->fanotify, &events, sizeof(events));
	for (; FAN_EVENT_OK(event, left); event = FAN_EVENT_NEXT(event, left))
		if (event->mask & FAN_MNT_DETACH)
			return true;
	return false;
}

static bool sees_free(const struct eyes *eyes)
{
	int fd = open(eyes->device, O_RDONLY | O_EXCL | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static void look(struct eyes *eyes)
{
	static bool (*const sees[NR_SEEN])(const struct eyes *eyes) = {
		[SEEN_UNMOUNTED] = sees_unmounted,
		[SEEN_DETACHED] = sees_detached,
		[SEEN_FREE] = sees_free,
	};
	unsigned long long now;
	unsigned int i;

	for (i = 0; i < NR_SEEN; i++) {
		struct seen *seen = &eyes->seen[i];

		if (seen->to_ns)
			continue;
		now = span_now();
		if (sees[i](eyes))
			seen->to_ns = span_now();
		else
			seen->from_ns = now;
	}
}

static bool open_eyes(struct eyes *eyes, const char *dir)
{
	eyes->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (eyes->inotify < 0 ||
	    inotify_add_watch(eyes->inotify, dir, IN_DELETE_SELF) < 0)
		return false;
	eyes->fanotify = fanotify_init(
		FAN_REPORT_MNT | FAN_NONBLOCK | FAN_CLOEXEC, O_RDONLY);
	if (eyes->fanotify >= 0 &&
	    fanotify_mark(eyes->fanotify, FAN_MARK_ADD | FAN_MARK_MNTNS,
			  FAN_MNT_DETACH, AT_FDCWD, "/proc/self/ns/mnt"))
		return false;
	return true;
}

static bool tell(int fd, const struct eyes *eyes)
{
	return write(fd, eyes->seen, sizeof(eyes->seen)) == sizeof(eyes->seen);
}

/* Tells once when it was refused first, and then when all has been seen. */
static _Noreturn void watch(const struct options *opt, int out, pid_t parent)
{
	struct eyes eyes = { .device = opt->device };
	const struct seen *seen = eyes.seen;
	unsigned long long begin = span_now();
	struct pollfd fds[2];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || !open_eyes(&eyes, opt->dir))
		_exit(FAILED);
	look(&eyes);
	if (!tell(out, &eyes))
		_exit(FAILED);
	fds[0] = (struct pollfd){ .fd = eyes.inotify, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = eyes.fanotify, .events = POLLIN };
	while (!seen[SEEN_UNMOUNTED].to_ns || !seen[SEEN_FREE].to_ns) {
		if (span_now() - begin > PATIENCE_NS)
			_exit(FAILED);
		poll(fds, 2, POLL_MS);
		look(&eyes);
	}
	_exit(tell(out, &eyes) ? DONE : FAILED);
}

static bool hear(const struct watcher *watcher, struct seen *seen)
{
	ssize_t size = sizeof(*seen) * NR_SEEN;

	return read(watcher->fd, seen, (size_t)size) == size;
}

static enum verdict watcher_start(const struct options *opt,
				  struct watcher *watcher)
{
	struct seen seen[NR_SEEN];
	pid_t parent = getpid();
	int ends[2];

	if (pipe(ends))
		return say_fail("cannot make a pipe: %s", strerror(errno));
	watcher->pid = fork();
	if (!watcher->pid) {
		close(ends[0]);
		watch(opt, ends[1], parent);
	}
	close(ends[1]);
	watcher->fd = ends[0];
	if (watcher->pid < 0)
		return say_fail("cannot fork: %s", strerror(errno));
	if (!hear(watcher, seen))
		return say_fail("cannot watch %s", opt->dir);
	if (seen[SEEN_FREE].to_ns)
		return say_fail(
			"%s opens exclusively, though it should be mounted on %s",
			opt->device, opt->dir);
	return DONE;
}

static enum verdict watcher_end(const struct watcher *watcher,
				struct result *result)
{
	static const char *const names[NR_SEEN] = {
		[SEEN_UNMOUNTED] = "unmounted",
		[SEEN_DETACHED] = "detached",
		[SEEN_FREE] = "free",
	};
	struct seen seen[NR_SEEN] = { 0 };
	bool heard = hear(watcher, seen);
	enum verdict verdict = DONE;
	unsigned int i;
	int status;

	close(watcher->fd);
	if (waitpid(watcher->pid, &status, 0) != watcher->pid)
		return say_fail("cannot reap the watcher: %s", strerror(errno));
	result->sum.exits++;
	if (!heard)
		return say_fail(
			"no IN_UNMOUNT, or a device that stays busy: wait status %#x",
			status);
	for (i = 0; i < NR_SEEN && verdict == DONE; i++)
		if (seen[i].to_ns)
			verdict = span_add(result, names[i], watcher->pid,
					   seen[i].from_ns, seen[i].to_ns);
	return verdict;
}

static enum verdict make_leftovers(const struct options *opt,
				   struct result *result)
{
	struct victim victim;
	enum verdict verdict;

	verdict = victim_start(uring_files_setup, opt, result, &victim);
	if (verdict == DONE)
		verdict = victim_end(&victim, opt, result);
	return verdict;
}

static enum verdict run(const struct options *opt, struct result *result)
{
	struct watcher watcher = { 0 };
	enum verdict verdict;

	if (!opt->device)
		return say_fail("watch needs --device");
	verdict = watcher_start(opt, &watcher);
	if (verdict == DONE && opt->detach)
		verdict = make_leftovers(opt, result);
	if (verdict == DONE)
		verdict = umount_now(opt, result);
	if (verdict == DONE && result->sum.busy)
		verdict = say_fail("%s is busy", opt->dir);
	if (verdict == DONE)
		verdict = watcher_end(&watcher, result);
	return verdict;
}

const struct workload workload_watch = {
	.name = "watch",
	.summary =
		"an umount of --dir, what is said of it, and when --device is free",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_DEVICE | USES_FILES | USES_DETACH,
	.shows = SHOWS_last_puts | SHOWS_umounts | SHOWS_busy,
	.prepare = uring_files_prepare,
	.run = run,
};
