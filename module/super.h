/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Superblock generations: which mounted filesystem a file lived on, from its
 * first deferral to its shutdown, also when the next filesystem gets the same
 * pointer or the same device number.
 */
#ifndef DFPUT_SUPER_H
#define DFPUT_SUPER_H

#include <linux/fs.h>
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
	DFPUT_SUPER_DEAD,
	/* Its death would not have been seen. */
	DFPUT_SUPER_UNKNOWN,
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
 * dfput_super_died() - a superblock is being shut down
 * @sb: its address: a key from now on
 *
 * Context: process context, at the entry of generic_shutdown_super().
 */
void dfput_super_died(const struct super_block *sb);

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
