// SPDX-License-Identifier: GPL-2.0-only
/*
 * crowd: --procs umounts and --procs shutdowns of superblocks, all at once. --dir is
 * where a filesystem on a loop device is mounted; the filesystem that has its image is
 * frozen meanwhile, so that nothing can be written:
 *
 * - a syncfs() of --dir waits for its writes, and has its s_umount for reading;
 * - an umount of --dir by threads whose root directory it is makes it read-only, and
 *   waits for its s_umount in path_umount();
 * - the shutdown of an overlay above it syncs it, and so waits for its s_umount behind
 *   the first of these umounts.
 *
 * Once all threads sleep, the filesystem is thawed.
 */
#include <errno.h>
#include <fcntl.h>
/* Before <linux/fs.h>, where the C library is old. */
#include <sys/mount.h>

#include <linux/fs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "victim.h"
#include "workload.h"

#define STACK_SIZE 65536
#define LOOK_US 300000
/* Who sleeps each of these times has come to where only the thaw wakes him. */
#define LOOKS 3
/* By then they do not come to sleep any more. */
#define PATIENCE_LOOKS 400
#define PATH_SIZE 64

/* What a thread does: one umount, or the syncfs(). */
struct walker {
	pthread_t thread;
	/* Set by the thread. */
	pid_t tid;
	/* NULL: the syncfs(). */
	const char *target;
	char path[PATH_SIZE];
	int err;
};

struct crowd {
	unsigned int nr;
	/* The syncfs(), an umount of the root, those of the overlays, of the root. */
	struct walker *walkers;
	/* /proc/self/task, which is out of reach once the root has changed. */
	int tasks;
	/* On the filesystem that is frozen. */
	int image;
};

static void *walk(void *arg)
{
	struct walker *walker = arg;
	int root;

	__atomic_store_n(&walker->tid, gettid(), __ATOMIC_RELEASE);
	if (walker->target) {
		walker->err = umount2(walker->target, 0) ? errno : 0;
		return NULL;
	}
	root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	walker->err = root < 0 || syncfs(root) ? errno : 0;
	close(root);
	return NULL;
}

/* In a sleep that no signal ends. */
static bool sleeps(const struct crowd *crowd, const struct walker *walker)
{
	char path[PATH_SIZE], text[256];
	const char *end;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%d/stat",
		 __atomic_load_n(&walker->tid, __ATOMIC_ACQUIRE));
	fd = openat(crowd->tasks, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	end = strrchr(text, ')');
	return end && !strncmp(end, ") D", 3);
}

static enum verdict wait_for_sleep(const struct crowd *crowd,
				   const struct walker *walker,
				   const struct walker *end)
{
	unsigned int looks = 0, patience = PATIENCE_LOOKS;
	const struct walker *at;

	while (looks < LOOKS && patience--) {
		usleep(LOOK_US);
		for (at = walker; at < end && sleeps(crowd, at); at++)
			;
		looks = at == end ? looks + 1 : 0;
	}
	return looks == LOOKS ? DONE : say_fail("not all umounts wait");
}

/* Starts the next @nr of the crowd, and waits until they sleep. */
static enum verdict start(struct crowd *crowd, struct walker **next,
			  unsigned int nr)
{
	const struct walker *first = *next;
	pthread_attr_t attr;
	int err = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	for (; *next < first + nr && !err; *next += !err)
		err = pthread_create(&(*next)->thread, &attr, walk, *next);
	pthread_attr_destroy(&attr);
	if (err)
		return say_fail("cannot start a thread: %s", strerror(err));
	return wait_for_sleep(crowd, first, *next);
}

static enum verdict join(struct crowd *crowd, const struct walker *end,
			 struct result *result)
{
	enum verdict verdict = DONE;
	struct walker *walker;

	for (walker = crowd->walkers; walker < end; walker++) {
		pthread_join(walker->thread, NULL);
		if (walker->err && walker->err != EBUSY)
			verdict = say_fail("cannot umount: %s",
					   strerror(walker->err));
		result->sum.umounts += !!walker->target;
		result->sum.busy += walker->err == EBUSY;
	}
	return verdict;
}

static enum verdict run_frozen(struct crowd *crowd, struct result *result)
{
	struct walker *next = crowd->walkers;
	enum verdict ended, verdict;

	if (ioctl(crowd->image, FIFREEZE, 0))
		return say_fail("cannot freeze what has the image: %s",
				strerror(errno));
	verdict = start(crowd, &next, 1);
	if (verdict == DONE)
		verdict = start(crowd, &next, 1);
	if (verdict == DONE)
		verdict = start(crowd, &next, crowd->nr);
	if (verdict == DONE)
		verdict = start(crowd, &next, crowd->nr - 1);
	ioctl(crowd->image, FITHAW, 0);
	ended = join(crowd, next, result);
	return verdict == DONE ? ended : verdict;
}

/* Each has directories of its own, which leave something to be written. */
static enum verdict mount_overlay(struct walker *walker, unsigned int i)
{
	static const char *const kinds[] = { "upper", "work", "over" };
	char dir[PATH_SIZE], data[3 * PATH_SIZE];
	unsigned int kind;

	for (kind = 0; kind < 3; kind++) {
		snprintf(dir, sizeof(dir), "/%s.%u", kinds[kind], i);
		if (mkdir(dir, 0700) && errno != EEXIST)
			return say_fail("cannot make %s: %s", dir,
					strerror(errno));
	}
	snprintf(walker->path, PATH_SIZE, "/over.%u", i);
	walker->target = walker->path;
	snprintf(data, sizeof(data),
		 "lowerdir=/lower,upperdir=/upper.%u,workdir=/work.%u", i, i);
	if (!mount("overlay", walker->path, "overlay", 0, data))
		return DONE;
	return errno == ENODEV ?
		       say_skip("this kernel has no overlay") :
		       say_fail("cannot mount an overlay: %s", strerror(errno));
}

static enum verdict prepare(struct crowd *crowd)
{
	enum verdict verdict = DONE;
	unsigned int i;

	if (mkdir("/lower", 0700) && errno != EEXIST)
		return say_fail("cannot make /lower: %s", strerror(errno));
	for (i = 1; i <= 2 * crowd->nr; i++)
		crowd->walkers[i].target = "/";
	for (i = 0; i < crowd->nr && verdict == DONE; i++)
		verdict = mount_overlay(&crowd->walkers[2 + i], i);
	return verdict;
}

/* The image of the loop device that is mounted on @dir. */
static int open_image(const char *dir)
{
	char path[PATH_SIZE], image[4096] = "";
	struct stat stat_buf;
	FILE *file;

	if (stat(dir, &stat_buf))
		return -1;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/loop/backing_file",
		 major(stat_buf.st_dev), minor(stat_buf.st_dev));
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (fgets(image, sizeof(image), file))
		image[strcspn(image, "\n")] = '\0';
	fclose(file);
	return open(image, O_RDONLY | O_CLOEXEC);
}

static enum verdict run(const struct options *opt, struct result *result)
{
	struct crowd crowd = {
		.nr = opt->procs,
		.walkers = calloc(2 * opt->procs + 1, sizeof(struct walker)),
		.tasks = open("/proc/self/task", O_RDONLY | O_CLOEXEC),
		.image = open_image(opt->dir),
	};
	enum verdict verdict;

	if (opt->rounds > 1)
		return say_fail("%s can be made read-only once", opt->dir);
	if (!crowd.walkers || crowd.tasks < 0 || crowd.image < 0)
		return say_fail("%s is not on a loop device: %s", opt->dir,
				strerror(errno));
	if (chroot(opt->dir) || chdir("/"))
		return say_fail("cannot go into %s: %s", opt->dir,
				strerror(errno));
	verdict = prepare(&crowd);
	if (verdict == DONE)
		verdict = run_frozen(&crowd, result);
	free(crowd.walkers);
	close(crowd.tasks);
	close(crowd.image);
	return verdict;
}

const struct workload workload_crowd = {
	.name = "crowd",
	.summary =
		"--procs umounts and as many shutdowns of superblocks at once",
	.defaults = { .procs = 16 },
	.uses = USES_DIR | USES_PROCS,
	.shows = SHOWS_umounts | SHOWS_busy,
	.run = run,
};
