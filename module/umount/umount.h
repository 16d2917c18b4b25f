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

struct dfput_deferral;
struct dfput_release;

/* ---- umounts: each attempt, and what is known of what was in its way ---- */

/* How many are kept. */
#define DFPUT_UMOUNTS 256

/*
 * One attempt, or the last of several that differ in nothing but time. Times are ns of
 * ktime_get_mono_fast_ns().
 */
struct dfput_umount_view {
	/* Of the first of them. */
	u64 id;
	u64 begun;
	u64 ended;
	/* How many attempts, how many of these are in no counter of a reason yet. */
	u32 attempts;
	u32 unexplained;
	/* When the first of them ended. */
	u64 first;
	/* When the shutdown of its superblock was over; 0: not yet. */
	u64 shutdown;
	/* 0 or -errno. */
	int result;
	/* Of umount2(2). */
	int flags;
	struct dfput_super_ref super;
	/* Superblock and mount: keys. */
	const void *sb;
	const void *mnt;
	struct dfput_evidence evidence;
	/*
	 * When it began: of the list, the mount, the superblock, those without room,
	 * those that reach others, rings.
	 */
	u32 gaps;
	u32 arrived;
	struct dfput_traffic traffic;
	u32 lost_account;
	struct dfput_traffic lost;
	struct dfput_reaching reaching;
	u32 gone;
	/* Files of that superblock on the list. */
	u64 pending_super;
	/* Rings that there were, and the newest of them. */
	u32 rings;
	u32 last_ring;
	/* Of the snapshot of that mount. */
	u32 seq;
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

/*
 * What shows later what was in the way, from a file's way through the list. Handlers,
 * any context but NMI. @seq: from the move of that file to the list.
 *
 * A ring has put a file, which is on the list now.
 */
void dfput_umount_ring_put(const struct dfput_deferral *deferral, u32 seq);
/* The same, but others held the file as well: perhaps it is on the list. */
void dfput_umount_ring_maybe_last(const struct dfput_deferral *deferral);
/* A file is drained that was on the list, which nobody was certain of. */
void dfput_umount_drained(const struct dfput_deferral *deferral, u32 seq);
/* A file is drained whose queueing was not seen. */
void dfput_umount_unseen(const struct dfput_release *release);

/* What kept one busy, as far as can be told. */
enum dfput_why dfput_umount_why(const struct dfput_umount_view *view);

/* The last of them, for readers, by id; false if that was overwritten. */
u64 dfput_umount_first(void);
u64 dfput_umount_last(void);
bool dfput_umount_view(u64 id, struct dfput_umount_view *view);

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

/* deactivate_locked_super(), which dfput_super_deactivate() was told of, returns. */
void dfput_shutdown_leave(const struct dfput_super_ref *super);
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
