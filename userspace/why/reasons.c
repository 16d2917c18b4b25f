// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why something is busy: the parts that look, in the order of their
 * certainty, and what is made of it.
 */
#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dfput/words.h>

#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/status.h"
#include "proc/proc.h"
#include "why/search.h"

/* The first error is the one that is told. */
void why_fail(struct why_search *search, int err)
{
	if (!search->err)
		search->err = err;
}

void why_add(struct why_search *search, const struct why_reason *reason,
	     const char *format, ...)
{
	struct why *why = search->why;
	struct why_reason *added;
	va_list args;

	if (reason->keeps == WHY_PERHAPS && why_port_is_clear(why))
		return;
	why->reason = alloc_more(why->reason, why->nr, sizeof(*added));
	added = &why->reason[why->nr++];
	*added = *reason;
	added->comm = alloc_copy(reason->comm);
	added->user = alloc_copy(reason->user);
	added->unit = alloc_copy(reason->unit);
	added->what = alloc_copy(reason->what);
	va_start(args, format);
	added->detail = alloc_vtext(format, args);
	va_end(args);
	why->found += reason->keeps < WHY_PERHAPS;
	why->found_mount += reason->keeps == WHY_MOUNT;
}

void why_unseen(struct why_search *search, const char *format, ...)
{
	struct why *why = search->why;
	va_list args;

	why->unseen =
		alloc_more(why->unseen, why->nr_unseen, sizeof(*why->unseen));
	va_start(args, format);
	why->unseen[why->nr_unseen++] = alloc_vtext(format, args);
	va_end(args);
}

/* The walk through /proc, for the parts to look at. */
static void scan_holders(struct why_search *search)
{
	const struct holders_query query = {
		.root = search->query->root,
		.super = search->why->super,
		.btrfs = search->why->btrfs,
		.overlay = search->why->fstype &&
			   !strcmp(search->why->fstype, "overlay"),
		.block = search->why->block,
		.nr_blocks = search->why->nr_blocks,
		.ports = search->why->port ? &search->why->ports : NULL,
		.locked = search->why->inode,
	};
	int err;

	mounts_free(&search->holders.mounts);
	err = holders_scan(&search->holders, &query);
	if (err)
		why_fail(search,
			 error_set(err, "cannot read %s/proc: %s",
				   search->query->root, strerror(-err)));
	search->mount =
		mounts_find(&search->holders.mounts, search->why->mount);
}

static void say_unseen(struct why_search *search)
{
	const struct holders *holders = &search->holders;
	char count[NUMBER_TEXT];

	/* Nobody has what is free. */
	if (why_port_is_clear(search->why) && !search->why->found)
		return;
	if (holders->nr_unseen)
		why_unseen(search, "%s could not be looked at%s",
			   number_count(count, holders->nr_unseen, "process"),
			   geteuid() ? ": try as root" : "");
	else if (geteuid() && !*search->query->root)
		why_unseen(
			search,
			"this is not root: there may be processes that /proc does not show (hidepid)");
	if (!*search->query->root && !proc_sees_all_pids())
		why_unseen(
			search,
			"in a PID namespace of its own, dfput does not see the processes outside");
	if (holders->mounts.nr_hidden + holders->nr_mntns)
		why_unseen(
			search,
			"mount namespaces in which no process lives: %zu that are mounted, %zu that are open; 'nsenter --mount=FILE findmnt' shows what is mounted in one",
			holders->mounts.nr_hidden, holders->nr_mntns);
	if (holders->nr_rings)
		why_unseen(
			search,
			"%s of living processes with room for registered files, and none listed: there are none, or the ring was too busy to say",
			number_count(count, holders->nr_rings, "ring"));
}

/* Only where nothing is mounted: what is, is busy of course. */
static void try_device(struct why_search *search)
{
	struct why *why = search->why;
	char *path;
	int fd;

	if (!why->is_block || why->found || *search->query->root ||
	    search->query->watching)
		return;
	path = blkid_devno_to_devname(why->block[0]);
	if (!path) {
		why_unseen(
			search,
			"the device has no special file in /dev to open, to see whether it is busy");
		return;
	}
	fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		close(fd);
	else if (errno == EBUSY)
		why->busy = WHY_DEVICE_BUSY;
	else if (errno != ENOMEDIUM && errno != ENXIO)
		why_unseen(
			search,
			"%s could not be opened, to see whether it is busy: %s",
			path, strerror(errno));
	free(path);
}

static bool is_explained(const struct why *why)
{
	return why->busy >= WHY_WAS_BUSY ? why->found_mount : why->found;
}

static bool is_perhaps(const struct why *why)
{
	for (size_t i = 0; i < why->nr; i++)
		if (why->reason[i].keeps == WHY_PERHAPS &&
		    strcmp(why->reason[i].kind, "kernel"))
			return true;
	return false;
}

const char *why_over(const struct why *why)
{
	static const char *const words[] = { DFPUT_WHYS(DFPUT_WORD) };
	static const char *const culprits[DFPUT_NR_WHYS] = {
		[DFPUT_WHY_DEFERRAL] = "because of a deferral",
		[DFPUT_WHY_DEFERRAL_PERHAPS] = "perhaps because of a deferral",
		[DFPUT_WHY_RING] = "because of a ring of io_uring",
		[DFPUT_WHY_RING_PERHAPS] =
			"perhaps because of a ring of io_uring",
	};

	if (why->busy != WHY_WAS_BUSY || is_explained(why) || is_perhaps(why))
		return NULL;
	for (size_t i = 0; i < NR(words); i++)
		if (!strcmp(words[i], why->umount.why))
			return culprits[i];
	return NULL;
}

bool why_passes(const struct why_reason *reason)
{
	static const char *const kinds[] = { "pending", "held", "ring",
					     "shutdown" };

	for (size_t i = 0; i < NR(kinds); i++)
		if (!strcmp(reason->kind, kinds[i]))
			return true;
	return reason->passing;
}

bool why_passing(const struct why *why, dev_t *device)
{
	for (size_t i = 0; i < why->nr; i++) {
		if (why->reason[i].keeps != WHY_MOUNT)
			continue;
		if (!why_passes(&why->reason[i]))
			return false;
		if (why->reason[i].passing)
			*device = why->reason[i].passing;
	}
	return why->found_mount;
}

/* By exclusion: what is busy has a reason. */
static void blame_kernel(struct why_search *search)
{
	const struct why *why = search->why;
	const struct why_reason reason = {
		.kind = "kernel",
		.keeps = WHY_PERHAPS,
		.fd = -1,
		.what = why->busy == WHY_WAS_BUSY ?
				"something gone since its last umount, or a "
				"kernel reference that dfput can't see" :
				"a kernel reference that dfput can't see",
	};

	if (why->busy == WHY_NOT_KNOWN || is_explained(why) || why_over(why))
		return;
	why_add(search, &reason,
		"such as a file in flight on a socket, a ring of io_uring "
		"without a descriptor, a kernel thread%s",
		search->query->reader ? "" :
					", or, without the module, a deferral");
}

/* Who has a file's lock is more than who has it open. */
static void sort_reasons(struct why_search *search)
{
	struct why *why = search->why;
	struct why_reason *sorted;
	size_t nr = 0;

	if (!why->inode && !why->port)
		return;
	sorted = alloc_array(why->nr, sizeof(*sorted));
	for (enum why_keeps level = WHY_LOCK; level <= WHY_ELSEWHERE; level++)
		for (size_t i = 0; i < why->nr; i++)
			if (why->reason[i].keeps == level)
				sorted[nr++] = why->reason[i];
	free(why->reason);
	why->reason = sorted;
}

static void check_target(struct why_search *search)
{
	const struct why *why = search->why;

	if (!why->found && !why->is_block && !why->fstype && !why->busy)
		why_fail(
			search,
			error_set(
				-ENODEV,
				"%s is neither a block device nor a mounted filesystem",
				search->query->target));
}

static void run_parts(struct why_search *search)
{
	static void (*const parts[])(struct why_search *) = {
		why_target,    why_super,    scan_holders, why_live,
		why_locks,     why_mounts,   why_devices,  why_module,
		why_port_rest, try_device,   say_unseen,   blame_kernel,
		sort_reasons,  check_target,
	};

	for (size_t i = 0; !search->err && i < NR(parts); i++)
		parts[i](search);
}

int why_find(struct why *why, const struct why_query *query)
{
	struct why_search search = { .why = why, .query = query };

	*why = (struct why){ 0 };
	if (query->busy)
		why->busy = WHY_MOUNT_BUSY;
	run_parts(&search);
	holders_free(&search.holders);
	return search.err;
}

int why_status(const struct why *why)
{
	if (is_explained(why))
		return STATUS_OK;
	return is_perhaps(why) || why->nr_unseen ? STATUS_UNKNOWN :
						   STATUS_AGAINST;
}

void why_free(struct why *why)
{
	for (size_t i = 0; i < why->nr; i++) {
		free(why->reason[i].comm);
		free(why->reason[i].user);
		free(why->reason[i].unit);
		free(why->reason[i].what);
		free(why->reason[i].detail);
	}
	for (size_t i = 0; i < why->nr_unseen; i++)
		free(why->unseen[i]);
	free(why->reason);
	free(why->unseen);
	ports_free(&why->ports);
	free(why->port);
	free(why->path);
	free(why->below);
	free(why->fstype);
	free(why->block);
	free(why->umount.result);
	free(why->umount.why);
	free(why->before.comm);
	free(why->stuck);
	*why = (struct why){ 0 };
}
