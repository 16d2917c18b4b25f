/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attempts to unmount, and shutdowns of superblocks.
 */
#ifndef DFPUT_UMOUNT_H
#define DFPUT_UMOUNT_H

#include <linux/path.h>
#include <linux/sched.h>

#include <dfput/evidence.h>

#include "fs/fs.h"

/*
 * ---- umounts: each attempt, and which files in flight were in its way ----
 *
 * Whoever asks pins mount and superblock until the attempt is over. Each file that
 * is on the list when it returns held its mount all that time, on the list or
 * before that. A ring may hold files as well; that is known once it puts them.
 */

/* How many are kept. */
#define DFPUT_UMOUNTS 256

/* One attempt. Times are ns of ktime_get_mono_fast_ns(). */
struct dfput_umount_view {
	u64 id;
	u64 begun;
	u64 ended;
	/* When the shutdown of its superblock was over; 0: not yet. */
	u64 shutdown;
	/* 0 or -errno. */
	int result;
	/* Of umount2(2). */
	int flags;
	struct dfput_super_ref super;
	/* The mount: a key. */
	const void *mnt;
	/* Its files on the list, when it began and when it returned. */
	u32 before;
	u32 queued;
	/* How many of these were in their __fput() then, at most. */
	u32 releasing;
	/* Its files that a process closed as it ended, and that are not released. */
	u32 held;
	/* Files of that superblock on the list. */
	u64 pending_super;
	/* Rings that there were, the newest of them, how many there are still. */
	u32 rings;
	u32 last_ring;
	u32 rings_left;
	/* Its files that these have put since. */
	u32 ring_files;
	/* Of the snapshot of that mount. */
	u32 seq;
	/* Something was not counted. */
	bool unsure;
	/* Who asked for it. */
	pid_t pid;
	char comm[TASK_COMM_LEN];
	char fstype[DFPUT_FSTYPE_LEN];
	/* The filesystem's own name for it. */
	char name[32];
};

/**
 * dfput_umount_enter() - at the entry of path_umount(), in the task that asks
 * @view: where to keep it until dfput_umount_leave()
 * @path: of the target
 * @flags: of umount2(2)
 */
void dfput_umount_enter(struct dfput_umount_view *view, const struct path *path,
			int flags);
/* At its return; the mount may be gone. */
void dfput_umount_leave(struct dfput_umount_view *view, int result);

/**
 * dfput_umount_ring_put() - a ring has put a file, which is on the list now
 * @ring: its number
 * @mnt: the file's mount: a key, or NULL
 * @seq: from the move of that file to the list
 *
 * Context: handler, any but NMI.
 */
void dfput_umount_ring_put(u32 ring, const void *mnt, u32 seq);

/* What kept one busy, as far as can be told. */
enum dfput_why dfput_umount_why(const struct dfput_umount_view *view);

/* For readers, the oldest first; false if there are fewer than that. */
bool dfput_umount_view(unsigned int row, struct dfput_umount_view *view);

/* Call it before dfput_ring_stop(); no handler may run. */
void dfput_umount_stop(void);
void dfput_umount_reset(void);

/*
 * ---- shutdowns ----
 *
 * From generic_shutdown_super() to the return of deactivate_locked_super(), and
 * what was deferred on the way there:
 *
 *   last file, released by the list
 *     -> its mount, cleaned up by delayed_mntput
 *       -> the superblock's shutdown
 */

/*
 * deactivate_locked_super() is entered. Return: the call is followed, and its
 * return has to be told by dfput_shutdown_leave(). @sb is a key there.
 */
bool dfput_shutdown_enter(const struct super_block *sb);
void dfput_shutdown_leave(const struct super_block *sb);
/* generic_shutdown_super() is entered: the last reference is gone. */
void dfput_shutdown_begin(const struct super_block *sb);

/* delayed_mntput(): its work is queued; it is entered; it comes to a mount; returns. */
void dfput_shutdown_mounts_queued(void);
void dfput_shutdown_mounts_enter(void);
void dfput_shutdown_mount(void);
void dfput_shutdown_mounts_leave(void);

/* The end of each shutdown is seen. */
void dfput_shutdown_start(void);
void dfput_shutdown_stop(void);

#endif /* DFPUT_UMOUNT_H */
