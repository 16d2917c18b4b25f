// SPDX-License-Identifier: GPL-2.0-only
/*
 * frozen: uring-files on the filesystem that is mounted on --dir. Once the
 * victim is ready, its files are unlinked and the filesystem is frozen, then the
 * victim is killed. It stays frozen: fsfreeze --unfreeze ends that.
 *
 * The release of the last reference of an unlinked file has to delete its
 * inode, which nothing may do while the filesystem is frozen. (Seen of ext4.)
 * So the kernel's worker is stuck in the first of these files, and all that is
 * deferred after it waits on the list until the thaw: a test can have as many
 * files pending as it likes, for as long as it needs them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "uring_files.h"

static enum verdict freeze(const struct options *opt)
{
	int err, fd = open(opt->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return say_fail("cannot open %s: %s", opt->dir,
				strerror(errno));
	err = ioctl(fd, FIFREEZE, 0) ? errno : 0;
	close(fd);
	return err ? say_fail("cannot freeze %s: %s", opt->dir, strerror(err)) :
		     DONE;
}

static enum verdict run(const struct options *opt, struct result *result)
{
	struct victim victim;
	enum verdict verdict;

	if (opt->rounds > 1)
		return say_fail("%s can be frozen once", opt->dir);
	verdict = victim_start(uring_files_setup, opt, result, &victim);
	if (verdict != DONE)
		return verdict;
	uring_files_clean(opt);
	verdict = freeze(opt);
	if (verdict == DONE)
		verdict = victim_end(&victim, opt, result);
	return verdict;
}

const struct workload workload_frozen = {
	.name = "frozen",
	.summary =
		"uring-files, unlinked; --dir is frozen: the worker is stuck",
	.defaults = { .files = 1 },
	.uses = USES_DIR | USES_FILES,
	.shows = SHOWS_last_puts,
	.prepare = uring_files_prepare,
	.run = run,
};
