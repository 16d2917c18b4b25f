/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mounts: how many files in flight pin each, because EBUSY is a mount's, not its
 * superblock's.
 */
#ifndef DFPUT_MOUNT_H
#define DFPUT_MOUNT_H

#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/types.h>

/* Where a file is on its way. */
enum dfput_stage {
	/* On the kernel's list. */
	DFPUT_STAGE_QUEUED,
	/* In its __fput, which gives the mount up a little before its end. */
	DFPUT_STAGE_STARTED,
	/* Closed by a process that ended, and not released. */
	DFPUT_STAGE_HELD,
	DFPUT_NR_STAGES,
	DFPUT_STAGE_NONE = DFPUT_NR_STAGES,
};

/**
 * struct dfput_mount_view - the files of one mount
 * @files: by stage; one that is watched is held as well as queued
 * @look: how many looks there were, this one included
 * @unsure: there may be more: there was no room to count some
 */
struct dfput_mount_view {
	u32 files[DFPUT_NR_STAGES];
	u32 look;
	bool unsure;
};

/**
 * dfput_mount_of() - the mount that a file pins
 * @file: a file that has a reference, or whose __fput has just been entered
 *
 * Context: any.
 * Return: a key; NULL for a file that was never opened, and for a mount of the
 * kernel's own, which nobody can ask to be unmounted.
 */
static __always_inline const void *dfput_mount_of(const struct file *file)
{
	const struct vfsmount *mnt = file->f_path.mnt;

	if (!(file->f_mode & FMODE_OPENED) || (mnt->mnt_flags & MNT_INTERNAL))
		return NULL;
	return mnt;
}

/* Somebody wants to know: umounts are seen. */
extern bool dfput_mounts_followed;

u32 __dfput_mount_move(const void *mnt, enum dfput_stage from,
		       enum dfput_stage to);

/**
 * dfput_mount_move() - a file goes from one stage to another
 * @mnt: its mount: a key, or NULL
 * @from: where it was counted, or DFPUT_STAGE_NONE
 * @to: where it is from now on, or DFPUT_STAGE_NONE
 *
 * Context: any but NMI, no lock of ours held but those of the tables of files.
 * Return: how many looks there had been: one that came later has counted it.
 */
static __always_inline u32 dfput_mount_move(const void *mnt,
					    enum dfput_stage from,
					    enum dfput_stage to)
{
	if (!mnt || !READ_ONCE(dfput_mounts_followed))
		return 0;
	return __dfput_mount_move(mnt, from, to);
}

/**
 * dfput_mount_follow() - shall files be counted by mount?
 * @follow: they shall; nothing is counted while not
 *
 * Context: process context; no handler may run, and none has since the last
 * dfput_mount_abandon().
 */
void dfput_mount_follow(bool follow);

/**
 * dfput_mount_look() - what is counted of a mount
 * @mnt: the mount, alive
 *
 * Context: any but NMI.
 * Return: its counts.
 */
struct dfput_mount_view dfput_mount_look(const void *mnt);

/**
 * dfput_mount_abandon() - no file is in flight any more, on any mount
 *
 * Context: process context; no handler may run.
 */
void dfput_mount_abandon(void);

/**
 * dfput_mount_init() - allocate
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int dfput_mount_init(void);

/**
 * dfput_mount_exit() - free; no handler may run any more
 *
 * Context: process context.
 */
void dfput_mount_exit(void);

/**
 * dfput_mount_memory() - what was allocated
 *
 * Context: any.
 * Return: bytes.
 */
size_t dfput_mount_memory(void);

#endif /* DFPUT_MOUNT_H */
