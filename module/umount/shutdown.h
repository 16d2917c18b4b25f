/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shutdowns of superblocks, from generic_shutdown_super() to the return of
 * deactivate_locked_super(), and what was deferred on the way there:
 *
 *   last file, released by the list
 *     -> its mount, cleaned up by delayed_mntput
 *       -> the superblock's shutdown
 */
#ifndef DFPUT_DEATH_H
#define DFPUT_DEATH_H

#include <linux/fs.h>

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
