/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Superblock generations: which mounted filesystem a file lived on, from the
 * first that is seen of it (a deferral, a leftover, an umount, its shutdown) until
 * that is over, also when the next filesystem gets the same pointer or the same
 * device number.
 */
#ifndef DFPUT_SUPER_H
#define DFPUT_SUPER_H

#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/types.h>

#define DFPUT_FSTYPE_LEN 16

/**
 * struct dfput_super_ref - a generation, as a record remembers it
 * @slot: its place in the table
 * @dev: its device number, also when @id is 0
 * @id: its number, 0 when there was no room or no superblock
 */
struct dfput_super_ref {
	u32 slot;
	dev_t dev;
	u64 id;
};

/* What became of a generation. */
enum dfput_super_state {
	DFPUT_SUPER_ALIVE,
	/* Being shut down. */
	DFPUT_SUPER_DYING,
	DFPUT_SUPER_DEAD,
	/* Its death would not have been seen. */
	DFPUT_SUPER_UNKNOWN,
};

/* What was deferred on the way to a death, in the order in which it comes. */
enum dfput_hop_kind {
	DFPUT_HOP_FILE,
	DFPUT_HOP_MOUNT,
	DFPUT_HOP_SUPER,
	DFPUT_NR_HOPS,
};

/**
 * struct dfput_hop - one of them
 * @kind: what
 * @dev: the superblock of a file
 * @ino: of a file
 * @time: when it was released, or began, ns of ktime_get_mono_fast_ns()
 */
struct dfput_hop {
	enum dfput_hop_kind kind;
	dev_t dev;
	u64 ino;
	u64 time;
};

/**
 * struct dfput_death - how a generation ended
 * @begun: when its shutdown began, ns of ktime_get_mono_fast_ns(); 0: it lives
 * @took: from then until deactivate_locked_super() returned, ns; 0: not yet, or
 * not seen
 * @pid: thread that shut it down
 * @kthread: which is a kernel thread
 * @comm: that thread's name
 * @nr_hops: how many of @hops are there
 * @hops: what was deferred on the way
 */
struct dfput_death {
	u64 begun;
	u64 took;
	pid_t pid;
	bool kthread;
	char comm[TASK_COMM_LEN];
	unsigned int nr_hops;
	struct dfput_hop hops[DFPUT_NR_HOPS];
};

/**
 * struct dfput_super_view - a generation, as a reader sees it
 * @id: its own number
 * @dev: device number
 * @state: what became of it
 * @fstype: filesystem type
 * @name: the filesystem's own name for it, its s_id
 * @queued: files queued since load or reset
 * @released: files released since then
 * @pending: files on the list
 * @held: files that a process closed as it ended, and that are not released
 * @leftovers: files that outlived their process since load or reset
 * @death: how it ended
 */
struct dfput_super_view {
	u64 id;
	dev_t dev;
	enum dfput_super_state state;
	char fstype[DFPUT_FSTYPE_LEN];
	char name[32];
	u64 queued;
	u64 released;
	u64 pending;
	u32 held;
	u64 leftovers;
	struct dfput_death death;
};

/**
 * dfput_super_of() - the generation of a file's superblock
 * @file: a file that pins its superblock: one that still has a reference, or
 * whose __fput has just been entered
 *
 * Context: any but NMI; takes a raw spinlock at first sight of a superblock.
 * Return: the generation; its id is 0 for a file that was never opened, while
 * deaths are not seen, and when the table is full of living superblocks.
 */
struct dfput_super_ref dfput_super_of(const struct file *file);

/**
 * dfput_super_find() - the generation of a superblock
 * @sb: the superblock, which can't go away meanwhile
 *
 * Context: any but NMI; takes a raw spinlock at its first sight.
 * Return: as dfput_super_of().
 */
struct dfput_super_ref dfput_super_find(const struct super_block *sb);

/**
 * dfput_super_known() - has a superblock been seen?
 * @sb: the superblock, which can't go away meanwhile
 *
 * Context: any.
 * Return: it is in the table, and alive.
 */
bool dfput_super_known(const struct super_block *sb);

/**
 * dfput_super_queued() - count a file as queued
 * @super: where it lives
 *
 * Context: any.
 */
void dfput_super_queued(const struct dfput_super_ref *super);

/**
 * dfput_super_released() - count a file as released
 * @super: where it lived; may have died meanwhile, but not been replaced,
 * because it has been counted as queued
 *
 * Context: any.
 */
void dfput_super_released(const struct dfput_super_ref *super);

/**
 * dfput_super_started() - a file begins to be released by the list
 * @super: where it lives: perhaps this is what keeps it alive
 * @ino: its inode number
 * @now: ns of ktime_get_mono_fast_ns()
 *
 * Context: any.
 */
void dfput_super_started(const struct dfput_super_ref *super, u64 ino, u64 now);

/**
 * dfput_super_hold() - count a file as held after its process closed it
 * @super: where it lives
 *
 * Context: any.
 */
void dfput_super_hold(const struct dfput_super_ref *super);

/**
 * dfput_super_unhold() - it is not any more
 * @super: where it lived
 *
 * Context: any.
 */
void dfput_super_unhold(const struct dfput_super_ref *super);

/**
 * dfput_super_leftover() - count a file that outlived its process
 * @super: where it lived
 *
 * Context: any.
 */
void dfput_super_leftover(const struct dfput_super_ref *super);

/**
 * dfput_super_pending() - its files on the list
 * @super: a generation
 *
 * Context: any.
 * Return: their number, 0 for none that is followed.
 */
u64 dfput_super_pending(const struct dfput_super_ref *super);

/**
 * dfput_super_retracted() - take back that a file was queued
 * @super: where it lives
 *
 * Context: any.
 */
void dfput_super_retracted(const struct dfput_super_ref *super);

/**
 * dfput_super_follow() - begin to tell generations apart
 *
 * Only while each death is reported by dfput_super_died() can that be done.
 *
 * Context: process context.
 */
void dfput_super_follow(void);

/**
 * dfput_super_abandon() - no file is pending any more, on any superblock, and
 * deaths will not be seen
 *
 * Context: process context; no handler may run.
 */
void dfput_super_abandon(void);

/**
 * dfput_super_dies() - a superblock begins to be shut down
 * @sb: its address: a key from now on
 * @mount: because its last mount was cleaned up by delayed_mntput
 * @followed: its end will be seen; else it counts as dead from here on
 * @now: ns of ktime_get_mono_fast_ns()
 *
 * Context: process context, at the entry of generic_shutdown_super().
 * Return: the generation.
 */
struct dfput_super_ref dfput_super_dies(const struct super_block *sb,
					bool mount, bool followed, u64 now);

/**
 * dfput_super_dead() - the shutdown is over
 * @super: a generation that was being shut down
 * @now: ns of ktime_get_mono_fast_ns()
 * @view: receives what it was
 *
 * Context: process context.
 * Return: true if it was being shut down until now.
 */
bool dfput_super_dead(const struct dfput_super_ref *super, u64 now,
		      struct dfput_super_view *view);

/**
 * dfput_super_slots() - how many places the table has
 *
 * Context: any.
 * Return: the number of slots to try with dfput_super_view().
 */
unsigned int dfput_super_slots(void);

/**
 * dfput_super_view() - look at one place of the table
 * @slot: 0 to dfput_super_slots() - 1
 * @view: where to
 *
 * Context: process context.
 * Return: true if there is a generation, alive or dead.
 */
bool dfput_super_view(unsigned int slot, struct dfput_super_view *view);

/**
 * dfput_super_reset() - begin the counts anew, and forget the dead
 *
 * Context: process context.
 */
void dfput_super_reset(void);

/**
 * dfput_super_init() - allocate the table
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int dfput_super_init(void);

/**
 * dfput_super_exit() - free it; no handler may run any more
 *
 * Context: process context.
 */
void dfput_super_exit(void);

/**
 * dfput_super_memory() - what the table allocated
 *
 * Context: any.
 * Return: bytes.
 */
size_t dfput_super_memory(void);

#endif /* DFPUT_SUPER_H */
