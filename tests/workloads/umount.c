// SPDX-License-Identifier: GPL-2.0-only
/*
 * umount: uring-files on the filesystem that is mounted on --dir, which is then
 * asked to be unmounted by the very process that has just reaped the victim. No
 * start of a program lies between the two, in which the files could go away.
 *
 * The process is gone and nobody has a file open, yet each of the files holds
 * the mount: first in the ring's table, until io_ring_exit_work comes to it,
 * then on the list. So it is refused with EBUSY, each time. With --detach it
 * succeeds, and the filesystem lives on until the last of these files is
 * released: it dies in the kernel's worker.
 *
 * One that succeeds leaves no mount for the next of --rounds.
 */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "span.h"
#include "umount.h"
#include "uring_files.h"

enum verdict umount_now(const struct options *opt, struct result *result)
{
	unsigned long long from_ns = span_now();
	int err = umount2(opt->dir, opt->detach ? MNT_DETACH : 0) ? errno : 0;
	unsigned long long to_ns = span_now();

	if (err && err != EBUSY)
		return say_fail("cannot umount %s: %s", opt->dir,
				strerror(err));
	result->sum.umounts++;
	if (err)
		result->sum.busy++;
	return span_add(result, "umount", getpid(), from_ns, to_ns);
}

static enum verdict run_round(const struct options *opt, struct result *result)
{
	struct victim victim;
	enum verdict verdict;

	verdict = victim_start(uring_files_setup, opt, result, &victim);
	if (verdict == DONE)
		verdict = victim_end(&victim, opt, result);
	if (verdict == DONE)
		verdict = umount_now(opt, result);
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

const struct workload workload_umount = {
	.name = "umount",
	.summary = "uring-files, and an umount of --dir right after the reap",
	.defaults = { .files = 16 },
	.uses = USES_DIR | USES_FILES | USES_SAME | USES_SIZE | USES_DETACH,
	.shows = SHOWS_last_puts | SHOWS_umounts | SHOWS_busy,
	.prepare = uring_files_prepare,
	.run = run,
};
