/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Leftovers: files that a process closed as it ended, or as it executed another
 * program, while somebody else still held them, and that were released after
 * the end was visible.
 *
 *   closed, owned ----> watched ----> taken, at the entry of its __fput
 *   bound ------------>    |            |-> leftover: too late, not by a process
 *   (aio rings)            |            |   itself
 *                          |            |-> handed on: another process did it
 *                          |            `-> nothing: in time
 *                          `-> lost: evicted to make room
 *
 * A file that is still watched is found by its address: a key. Taken is taken:
 * the address may be another file's from then on.
 */
#ifndef DFPUT_LEFTOVER_H
#define DFPUT_LEFTOVER_H

#include <linux/atomic.h>
#include <linux/fs.h>

#include <dfput/causes.h>

#include "exit/owner.h"
#include "fs/fs.h"

struct dfput_leftover;
struct dfput_sight;

enum dfput_route {
	DFPUT_ROUTE_DEFERRED,
	DFPUT_ROUTE_TASK_WORK,
	DFPUT_ROUTE_SYNC,
	DFPUT_NR_ROUTES,
};

/**
 * struct dfput_leftover_view - one leftover
 * @id: counts them
 * @visible: when its owner's end was visible, ns of ktime_get_mono_fast_ns()
 * @lateness: from then to its release, ns
 * @ino: inode number
 * @super: where it lived
 * @fstype: type of that
 * @route: how it was released
 * @cause: why by the list, DFPUT_CAUSE_NONE if not
 * @blocks: what it was in the way of: see blocks.h
 * @origin: call path of its put, 0 if unknown
 * @who: its owner
 */
struct dfput_leftover_view {
	u64 id;
	u64 visible;
	u64 lateness;
	u64 ino;
	struct dfput_super_ref super;
	char fstype[DFPUT_FSTYPE_LEN];
	u8 route;
	u8 cause;
	u8 blocks;
	u16 origin;
	struct dfput_identity who;
};

/**
 * struct dfput_held_view - a file that is watched
 * @closed: when, ns of ktime_get_mono_fast_ns()
 * @visible: when its owner's end was visible, ns; 0: not yet
 * @ino: inode number
 * @super: where it lives
 * @mount: on which mount: a key, or NULL
 * @blocks: what it is in the way of: see blocks.h
 * @fstype: type of filesystem
 * @who: its owner
 */
struct dfput_held_view {
	u64 closed;
	u64 visible;
	u64 ino;
	struct dfput_super_ref super;
	const void *mount;
	u8 blocks;
	char fstype[DFPUT_FSTYPE_LEN];
	struct dfput_identity who;
};

/* How many files are watched: one word, looked at by every close. */
extern atomic_t dfput_watched;

/**
 * dfput_leftover_watching() - is any file watched?
 *
 * Context: any.
 * Return: at this moment.
 */
static __always_inline bool dfput_leftover_watching(void)
{
	/* Each close reads it once, so nothing has to tell the compiler to. */
	return data_race(dfput_watched.counter);
}

struct dfput_leftover *__dfput_leftover_take(const struct file *file);
void __dfput_leftover_put(const struct file *file);

/**
 * dfput_leftover_closed() - current's process closes a file for good, and is
 * not its only holder
 * @file: the file
 * @kind: what the process is doing
 *
 * Context: handler, in that process; @file still has that reference.
 */
void dfput_leftover_closed(const struct file *file, enum dfput_kind kind);

/**
 * dfput_leftover_owned() - a kernel thread is about to put a file that it has
 * held on behalf of a process
 * @file: the file
 * @owner: that process, or NULL
 *
 * Context: handler, in that thread; @file still has that reference.
 */
void dfput_leftover_owned(const struct file *file, struct dfput_owner *owner);

/**
 * dfput_leftover_bind() - a file will go when an address space does
 * @file: the file
 * @mm: the address space: a key
 *
 * Context: handler; @file has a reference.
 */
void dfput_leftover_bind(const struct file *file, const void *mm);

/**
 * dfput_leftover_unbind() - that address space goes
 * @mm: the address space
 * @ours: its last user is current's process
 * @kind: and does this
 *
 * Context: handler.
 */
void dfput_leftover_unbind(const void *mm, bool ours, enum dfput_kind kind);

/**
 * dfput_leftover_hand_on() - a process that goes on closes a file
 * @file: the file
 *
 * Whoever closed it before is not the last one that it may outlive.
 *
 * Context: handler, in that process; @file still has that reference.
 */
void dfput_leftover_hand_on(const struct file *file);

/**
 * dfput_leftover_take() - a drain loop has called __fput
 * @file: the file
 *
 * Context: handler, at the entry of __fput.
 * Return: what is known of the end that closed it, to be given to
 * dfput_leftover_deferred() or dfput_leftover_drop(); or NULL.
 */
static __always_inline struct dfput_leftover *
dfput_leftover_take(const struct file *file)
{
	if (likely(!atomic_read(&dfput_watched)))
		return NULL;
	return __dfput_leftover_take(file);
}

/**
 * dfput_leftover_deferred() - that __fput is over
 * @leftover: from dfput_leftover_take()
 * @sight: of its queueing, or NULL
 * @now: ns of ktime_get_mono_fast_ns()
 *
 * Context: handler, in the task that drains.
 */
void dfput_leftover_deferred(struct dfput_leftover *leftover,
			     const struct dfput_sight *sight, u64 now);

/**
 * dfput_leftover_put() - an __fput that no drain loop called
 * @file: the file
 *
 * Context: handler, at the entry of __fput.
 */
static __always_inline void dfput_leftover_put(const struct file *file)
{
	if (unlikely(atomic_read(&dfput_watched)))
		__dfput_leftover_put(file);
}

/**
 * dfput_leftover_drop() - forget a file that was taken
 * @leftover: from dfput_leftover_take()
 *
 * Context: any but NMI.
 */
void dfput_leftover_drop(struct dfput_leftover *leftover);

/**
 * dfput_leftover_owner_of() - whose a file on the list is
 * @file: its address: a key
 * @who: where to
 *
 * Context: process context.
 * Return: true if that is known.
 */
bool dfput_leftover_owner_of(const void *file, struct dfput_identity *who);

/**
 * dfput_leftover_follow() - begin to watch: the hooks are armed
 *
 * Context: process context.
 */
void dfput_leftover_follow(void);

/**
 * dfput_leftover_abandon() - forget all that are watched
 *
 * Context: process context; no handler may run.
 */
void dfput_leftover_abandon(void);

/**
 * dfput_leftover_reset() - forget all leftovers that there were
 *
 * Context: process context.
 */
void dfput_leftover_reset(void);

/**
 * dfput_leftover_rows() - how many leftovers are kept
 *
 * Context: any.
 * Return: their number at most.
 */
unsigned int dfput_leftover_rows(void);

/**
 * dfput_leftover_view() - look at one of them
 * @row: 0 to dfput_leftover_rows() - 1, the oldest first
 * @view: where to
 *
 * Context: process context; does not hold up any handler.
 * Return: true if there is one.
 */
bool dfput_leftover_view(unsigned int row, struct dfput_leftover_view *view);

/**
 * dfput_leftover_held() - look at one file that is watched
 * @index: 0 to dfput_leftover_rows() - 1
 * @view: where to
 *
 * Context: process context.
 * Return: true if there is one, whose owner is known, and not on the list.
 */
bool dfput_leftover_held(unsigned int index, struct dfput_held_view *view);

/**
 * dfput_leftover_init() - allocate
 * @leftovers: how many files can be watched, and how many leftovers are kept
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int dfput_leftover_init(unsigned int leftovers);

/**
 * dfput_leftover_exit() - free; no handler may run any more
 *
 * Context: process context.
 */
void dfput_leftover_exit(void);

/**
 * dfput_leftover_memory() - what was allocated
 *
 * Context: any.
 * Return: bytes.
 */
size_t dfput_leftover_memory(void);

#endif /* DFPUT_LEFTOVER_H */
