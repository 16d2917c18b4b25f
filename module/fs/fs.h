/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accounts of superblocks and mounts: the files of each that were deferred, or
 * closed by a process that ended.
 */
#ifndef DFPUT_FS_H
#define DFPUT_FS_H

#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/types.h>

#include <dfput/words.h>

#include "compat/compat.h"

#define DFPUT_FSTYPE_LEN 16

/*
 * ---- superblocks ----
 *
 * A generation is one life of a superblock. It is known from the first deferral,
 * leftover, umount or shutdown that is seen of it until its shutdown is over. The
 * next superblock with the same address or device number is another generation.
 */

/* A generation, as a record remembers it. */
struct dfput_super_ref {
	/* Its place in the table; when @id is 0, the account of those like it. */
	u32 slot;
	/* There also when @id is 0: there was no room, or no superblock. */
	dev_t dev;
	u64 id;
};

struct dfput_hop {
	enum dfput_hop_kind kind;
	/* Of a file: its superblock, and its number there. */
	dev_t dev;
	u64 ino;
	/* When it began, ns of ktime_get_mono_fast_ns(). */
	u64 time;
};

/* The end of a generation. */
struct dfput_shutdown {
	/* When it began, ns of ktime_get_mono_fast_ns(); 0: it did not. */
	u64 begun;
	/* Until deactivate_locked_super() returned, ns; 0: not yet, or not seen. */
	u64 took;
	/* The thread that shut it down. */
	pid_t pid;
	bool kthread;
	char comm[TASK_COMM_LEN];
	/* What was deferred on the way. */
	unsigned int nr_hops;
	struct dfput_hop hops[DFPUT_NR_HOPS];
};

/* It is frozen. */
struct dfput_freeze {
	/* Since when, ns of ktime_get_mono_fast_ns(); 0: since before it was known. */
	u64 since;
	bool frozen;
	/* The thread that froze it first. */
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/* A generation, as a reader sees it. Totals are since load or reset. */
struct dfput_super_view {
	u64 id;
	dev_t dev;
	enum dfput_super_state state;
	char fstype[DFPUT_FSTYPE_LEN];
	/* The filesystem's own name for it, its s_id. */
	char name[32];
	u64 queued;
	u64 released;
	/* On the list now. */
	u64 pending;
	/* Closed by a process that ended, and not released. */
	u32 held;
	u64 leftovers;
	struct dfput_freeze freeze;
	struct dfput_shutdown shutdown;
};

/**
 * dfput_super_of() - the generation of a file's superblock
 * @file: has a reference, or its __fput() has just been entered
 *
 * Return: its id is 0 for a file that was never opened, while shutdowns are not
 * seen, and when the table is full.
 */
struct dfput_super_ref dfput_super_of(const struct file *file);

/* The same of a superblock that can't go away. */
struct dfput_super_ref dfput_super_touch(const struct super_block *sb);
/* Is it in the table already? */
bool dfput_super_known(const struct super_block *sb);

/* One of its files was queued, or not after all, begins to be released, is released. */
void dfput_super_queued(const struct dfput_super_ref *super);
void dfput_super_retracted(const struct dfput_super_ref *super);
void dfput_super_started(const struct dfput_super_ref *super, u64 ino, u64 now);
void dfput_super_released(const struct dfput_super_ref *super);
/* One of its files is held after its process closed it, or no longer; was late. */
void dfput_super_hold(const struct dfput_super_ref *super);
void dfput_super_unhold(const struct dfput_super_ref *super);
void dfput_super_leftover(const struct dfput_super_ref *super);

/* One more of its files may be on the list, or one less. */
void dfput_super_maybe_last(const struct dfput_super_ref *super, int nr);

/* Files of a superblock that went on the list. */
struct dfput_traffic {
	/* Its generation, 0 for one without an account. */
	u64 id;
	/* How many there have been: only grows. */
	u64 queued;
	/* How many of these are on the list. */
	u64 pending;
	/* How many more may be. */
	u32 maybe_last;
};

/* By its ref; if that has no id, by its address, a key, and its device. */
struct dfput_traffic dfput_super_traffic(const void *sb,
					 const struct dfput_super_ref *super);
/* Of those without room that have the same account: it is perhaps among them. */
u32 dfput_super_lost_account(const struct super_block *sb);
struct dfput_traffic dfput_super_traffic_lost(u32 account);

/**
 * dfput_super_freeze() - freeze_super() returns 0
 * @sb: the superblock, that can't go away; known since that function was entered
 * @now: ns of ktime_get_mono_fast_ns()
 *
 * Who thaws it deactivates it: dfput_super_deactivate() sees that.
 */
void dfput_super_freeze(const struct super_block *sb, u64 now);

/**
 * dfput_super_deactivate() - at the entry of deactivate_locked_super()
 * @sb: the superblock; s_umount is held for writing
 *
 * Return: for dfput_super_end_shutdown(), which must be called at the return, unless
 * its id is 0.
 */
struct dfput_super_ref dfput_super_deactivate(const struct super_block *sb);

/**
 * dfput_super_begin_shutdown() - at the entry of generic_shutdown_super()
 * @sb: the superblock: a key from now on
 * @mount: delayed_mntput() cleaned up its last mount
 * @now: ns of ktime_get_mono_fast_ns()
 *
 * Return: the end will be seen. Else the generation is unknown from now on.
 */
bool dfput_super_begin_shutdown(const struct super_block *sb, bool mount,
				u64 now);

/**
 * dfput_super_end_shutdown() - deactivate_locked_super() returns
 * @super: from dfput_super_deactivate()
 * @now: ns of ktime_get_mono_fast_ns()
 * @view: receives what it was
 *
 * Return: true if it was being shut down until now.
 */
bool dfput_super_end_shutdown(const struct dfput_super_ref *super, u64 now,
			      struct dfput_super_view *view);

/* The table, for readers: false if there is no generation in that slot. */
unsigned int dfput_super_slots(void);
bool dfput_super_view(unsigned int slot, struct dfput_super_view *view);

/* Only while each shutdown is seen can generations be told apart. */
void dfput_super_start(void);
void dfput_super_stop(void);
void dfput_super_reset(void);
int dfput_super_init(void);
void dfput_super_exit(void);
size_t dfput_super_memory(void);

/*
 * ---- files that reach others ----
 *
 * They may be in the way of an umount of another superblock than their own.
 */

/**
 * dfput_file_reaches() - may a file be in the way of an umount of any superblock?
 * @file: has a reference, or its __fput() has just been entered
 *
 * Return: it is of an automounted mount, which an umount of that below takes along; or
 * it pins the mount of a filesystem on top of its own, as overlay's; or what it has of
 * its own may hold files or paths, as sockets, rings and devices do. A pipe does not.
 */
static __always_inline bool dfput_file_reaches(const struct file *file)
{
	const struct vfsmount *mnt = dfput_file_mount(file);
	const struct inode *inode = file_inode(file);

	if (!(file->f_mode & FMODE_OPENED))
		return false;
	if (mnt->mnt_flags & MNT_SHRINKABLE || mnt->mnt_sb != inode->i_sb)
		return true;
	if (file->private_data || inode->i_rdev)
		return !S_ISFIFO(inode->i_mode);
	return false;
}

/* How many of them have come on the list, and are on it now; or perhaps so. */
struct dfput_reaching {
	u32 arrived;
	u32 now;
};

/* One more of them is on the list, or may be; or one less. */
void dfput_reaching_add(int nr);
struct dfput_reaching dfput_reaching_count(void);

/*
 * ---- mounts ----
 *
 * EBUSY is a mount's, not its superblock's.
 */

/* Where a file is on its way. */
enum dfput_stage {
	/* On the kernel's list, or in its __fput(). */
	DFPUT_STAGE_QUEUED,
	/* Closed by a process that ended, and not released. */
	DFPUT_STAGE_HELD,
	/* No file, but an umount that is under way. */
	DFPUT_STAGE_UMOUNT,
	DFPUT_NR_STAGES,
	DFPUT_STAGE_NONE = DFPUT_NR_STAGES,
};

/* The files of one mount: one that is watched may be held as well as queued. */
struct dfput_mount_view {
	u32 held;
	u32 queued;
	/* How many have been queued: grows while one is, or an umount is under way. */
	u32 arrived;
	/* Counts these snapshots, of all mounts. */
	u32 seq;
	/* More may be queued: there was no room to count some. */
	bool unsure;
};

/* Address of a file's operations: a key; NULL if it was never opened. */
static __always_inline const void *dfput_file_ops(const struct file *file)
{
	return file->f_mode & FMODE_OPENED ? file->f_op : NULL;
}

/**
 * dfput_mount_of() - the mount that a file pins
 * @file: has a reference, or its __fput() has just been entered
 *
 * Return: a key; NULL for a file that was never opened, and for a mount of the
 * kernel's own, which nobody can ask to be unmounted.
 */
static __always_inline const void *dfput_mount_of(const struct file *file)
{
	const struct vfsmount *mnt;

	if (!(file->f_mode & FMODE_OPENED))
		return NULL;
	mnt = dfput_file_mount(file);
	return mnt->mnt_flags & MNT_INTERNAL ? NULL : mnt;
}

/* Files are counted by mount: umounts are seen. */
extern bool dfput_mounts_started;

struct dfput_hash;
extern struct dfput_hash dfput_busy_mounts;
extern struct dfput_hash dfput_held_mounts;

u32 __dfput_mount_move(struct dfput_hash *mounts, const void *mnt,
		       enum dfput_stage from, enum dfput_stage to);

/**
 * dfput_mount_move() - a file goes from one stage to another
 * @mnt: its mount: a key, or NULL
 * @from: where it was counted, or DFPUT_STAGE_NONE
 * @to: where it is from now on, or DFPUT_STAGE_NONE, as one of the two has to be
 *
 * Context: any but NMI; the lock of a table of files may be held.
 * Return: the newest snapshot before the move. Any later one has counted it.
 */
static __always_inline u32 dfput_mount_move(const void *mnt,
					    enum dfput_stage from,
					    enum dfput_stage to)
{
	const bool held = from == DFPUT_STAGE_HELD || to == DFPUT_STAGE_HELD;

	if (!mnt || !READ_ONCE(dfput_mounts_started))
		return 0;
	return __dfput_mount_move(
		held ? &dfput_held_mounts : &dfput_busy_mounts, mnt, from, to);
}

/* What is counted of a mount that can't go away meanwhile. */
struct dfput_mount_view dfput_mount_snapshot(const void *mnt);

/* No handler may run. */
void dfput_mount_start(void);
void dfput_mount_stop(void);
/* @held: how many files may be held at once. */
int dfput_mount_init(unsigned int held);
void dfput_mount_exit(void);
size_t dfput_mount_memory(void);

#endif /* DFPUT_FS_H */
