/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deaths: from the moment when a superblock's last reference is dropped until
 * its device is free for the next, and what is deferred on the way:
 *
 *   last file, released by the list
 *     -> its mount, cleaned up by delayed_mntput
 *       -> the superblock's shutdown
 *         -> the file of its block device, put in a kernel thread: on the list
 *           -> a file under that device (a loop's), put by its release
 */
#ifndef DFPUT_DEATH_H
#define DFPUT_DEATH_H

#include <linux/atomic.h>
#include <linux/fs.h>

struct dfput_sight;

/*
 * How many deaths are under way, or have something on the list: one word, looked
 * at by each deferral.
 */
extern atomic_t dfput_deaths;

void __dfput_death_sight(const struct file *file, struct dfput_sight *sight);
void __dfput_death_queued(const struct dfput_sight *sight, int by);
void __dfput_death_released(const struct dfput_sight *sight, u64 now);

/**
 * dfput_death_sight() - is a file put because of a death?
 * @file: the file
 * @sight: what is remembered of it; receives the answer
 *
 * Context: handler, in the thread that puts it.
 */
static __always_inline void dfput_death_sight(const struct file *file,
					      struct dfput_sight *sight)
{
	if (unlikely(atomic_read(&dfput_deaths)))
		__dfput_death_sight(file, sight);
}

/**
 * dfput_death_enter() - current may drop the last reference of a superblock
 * @sb: its address
 *
 * Context: handler at the entry of deactivate_locked_super(); process context.
 */
void dfput_death_enter(const struct super_block *sb);

/**
 * dfput_death_leave() - that function returns
 * @sb: its argument: a key
 *
 * Context: handler at its return.
 */
void dfput_death_leave(const struct super_block *sb);

/**
 * dfput_death_shutdown() - it was the last: the shutdown begins
 * @sb: the superblock
 *
 * Context: handler at the entry of generic_shutdown_super(); process context.
 */
void dfput_death_shutdown(const struct super_block *sb);

/**
 * dfput_death_mounts_queued() - a batch for delayed_mntput has its first mount
 *
 * Context: handler, any context but NMI.
 */
void dfput_death_mounts_queued(void);

/**
 * dfput_death_mounts_enter() - current has called delayed_mntput()
 *
 * Context: handler at its entry; a kworker.
 */
void dfput_death_mounts_enter(void);

/**
 * dfput_death_mounts_leave() - that function returns
 *
 * Context: handler at its return.
 */
void dfput_death_mounts_leave(void);

/**
 * dfput_death_mount() - it has come to the next mount
 *
 * Context: handler at the entry of cleanup_mnt(), called by delayed_mntput().
 */
void dfput_death_mount(void);

/**
 * dfput_death_follow() - begin to follow deaths to their end: the hooks are armed
 *
 * Context: process context.
 */
void dfput_death_follow(void);

/**
 * dfput_death_abandon() - forget those that are under way
 *
 * Context: process context; no handler may run.
 */
void dfput_death_abandon(void);

#endif /* DFPUT_DEATH_H */
