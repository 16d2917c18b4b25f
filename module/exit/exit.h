/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ending tasks leave: files that somebody else still holds, and rings of
 * io_uring. Whose they were, and which were released after the exit was visible.
 */
#ifndef DFPUT_EXIT_H
#define DFPUT_EXIT_H

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/types.h>

#include <dfput/words.h>

#include "core/filter.h"
#include "fs/fs.h"

struct dfput_owner;
struct dfput_deferral;
struct dfput_watch;

/* ---- owners: the processes that ended, or executed another program ---- */

#define DFPUT_REAPERS 4

/* An exit, or an execution. */
struct dfput_identity {
	/* When its leader was started, ns of ktime_get_ns(). */
	u64 start;
	/* Tells executions of one process apart; 0: its exit. */
	u64 exec;
	u64 cgroup;
	pid_t tgid;
	uid_t uid;
	/* Child subreapers above it, nearest first; 0 ends them. */
	pid_t reapers[DFPUT_REAPERS];
	bool more_reapers;
	/* Its leader's name. */
	char comm[TASK_COMM_LEN];
};

/* The exit of a leader's process is visible now. Under tasklist_lock. */
void dfput_owner_ended(const struct task_struct *leader, u64 now);

int dfput_owner_init(unsigned int owners);
void dfput_owner_exit(void);
size_t dfput_owner_memory(void);

/* ---- watched files ---- */

/* A watched file. Times are ns of ktime_get_mono_fast_ns(). */
struct dfput_held_view {
	/* Keys: its address, its mount or NULL, and as of dfput_file_ops(). */
	const void *file;
	const void *mount;
	const void *ops;
	u64 closed;
	/* When its owner's end was visible; 0: not yet. */
	u64 visible;
	u64 ino;
	struct dfput_super_ref super;
	/* An enum dfput_kind. */
	u8 kind;
	/* Bits of enum dfput_block. */
	u8 blocks;
	char fstype[DFPUT_FSTYPE_LEN];
	struct dfput_identity who;
};

/* How many files are watched. */
extern atomic_t dfput_watched;

/**
 * dfput_watch_closed() - current's process closes a file as it ends or executes,
 * and is not its only holder
 * @file: the file, which still has that reference
 * @kind: what the process is doing
 *
 * Context: handler, in that process.
 */
void dfput_watch_closed(const struct file *file, enum dfput_kind kind);

/* A process that goes on closes a file. It has that reference until we return. */
void dfput_watch_closed_by_live(const struct file *file);

/* aio maps the file of a ring into current->mm: the file goes when that does. */
void dfput_watch_bind(const struct file *file);
/* exit_aio() is called for that address space. */
void dfput_watch_exit_aio(const struct mm_struct *mm);

struct dfput_watch *__dfput_watch_take(const struct file *file);

/**
 * dfput_watch_take() - a drain loop has called __fput
 * @file: the file
 *
 * Context: handler, at the entry of __fput.
 * Return: for dfput_watch_released() or dfput_watch_drop(); NULL if not watched.
 */
static __always_inline struct dfput_watch *
dfput_watch_take(const struct file *file)
{
	return unlikely(dfput_filter_has(file)) ? __dfput_watch_take(file) :
						  NULL;
}

/* That __fput is over; deferral: its queueing, or NULL. In the same task. */
void dfput_watch_released(struct dfput_watch *watch,
			  const struct dfput_deferral *deferral, u64 now);
/* Its end will not be seen. */
void dfput_watch_drop(struct dfput_watch *watch);

/* At the entry of an __fput that no drain loop called. */
void dfput_watch_put(const struct file *file);

/* Whose a file on the list is; false if that is not known. */
bool dfput_watch_owner_of(const void *file, struct dfput_identity *who);
/* The same of one that was taken, or NULL. Of no use if it was freed meanwhile. */
bool dfput_watch_taken_owner(const struct dfput_watch *watch,
			     struct dfput_identity *who);

/* For readers; false if the slot has no file whose owner is known. */
unsigned int dfput_watch_slots(void);
bool dfput_watch_view(unsigned int slot, struct dfput_held_view *view);

void dfput_watch_start(void);
void dfput_watch_stop(void);
int dfput_watch_init(unsigned int files);
void dfput_watch_exit(void);
size_t dfput_watch_memory(void);

/* ---- leftovers: watched files that were late ---- */

struct dfput_leftover_view {
	u64 id;
	/* When its owner's end was visible, or its ring closed, ns of that clock. */
	u64 visible;
	/* From then to its release, ns. */
	u64 lateness;
	u64 ino;
	const void *ops;
	struct dfput_super_ref super;
	char fstype[DFPUT_FSTYPE_LEN];
	/* An enum dfput_kind. */
	u8 kind;
	/* How it was released, and why by the list or DFPUT_CAUSE_NONE. */
	u8 route;
	u8 cause;
	/* Bits of enum dfput_block. */
	u8 blocks;
	/* The call path of its put, 0 if unknown. */
	u32 origin;
	struct dfput_identity who;
};

/* The last of them, for readers, by id; false if that was overwritten. */
u64 dfput_leftover_first(void);
u64 dfput_leftover_last(void);
bool dfput_leftover_view(u64 id, struct dfput_leftover_view *view);

void dfput_leftover_reset(void);
int dfput_leftover_init(unsigned int rows);
void dfput_leftover_exit(void);
size_t dfput_leftover_memory(void);

/* ---- rings ---- */

struct dfput_ring_view {
	/* Counts them, from the release of their last descriptor on. */
	u32 id;
	/* When that was, ns of ktime_get_mono_fast_ns(). */
	u64 since;
	/* A kworker is at it. */
	bool working;
	/* An enum dfput_kind; DFPUT_NR_KINDS and tgid 0: not known. */
	u8 kind;
	struct dfput_identity who;
};

/**
 * dfput_ring_putting() - a kernel thread is about to put a file
 * @file: the file
 *
 * Context: handler, in that thread.
 * Return: number of the ring that it puts the file for, 0 for none.
 */
u32 dfput_ring_putting(const struct file *file);

/* The last file of a ring is released; ctx is alive. */
void dfput_ring_released(const void *ctx);

/*
 * A work item of a ring, or of a task with rings, begins in current. Return: it is
 * followed, and dfput_ring_leave() has to be called.
 */
bool dfput_ring_enter(const void *work);
/* The same for the work that takes the ring down: one that is not known is counted. */
bool dfput_ring_enter_exit(const void *work);
bool dfput_ring_enter_task(struct task_struct *task);
/* It is over; @gone: and the ring is freed. */
void dfput_ring_leave(bool gone);

/* Current's work that takes a ring down waits for its requests, for @timeout jiffies. */
void dfput_ring_wait(unsigned long timeout);

struct dfput_ring_census {
	/* How many there are now. */
	u32 now;
	/* Of these, whose owner may live on, and put the files itself. */
	u32 living;
	/* How many have gone: only grows. */
	u32 gone;
	/* The newest number. */
	u32 last;
	/* The number of the oldest that is not gone, or else of the next one. */
	u32 oldest;
	/* There are others, that are not followed; there may be. */
	bool strange;
	bool blind;
};

struct dfput_ring_census dfput_ring_census(void);

unsigned int dfput_ring_slots(void);
bool dfput_ring_view(unsigned int slot, struct dfput_ring_view *view);

void dfput_ring_init(void);
/* Measuring begins; @seen: each ring is, from now on. */
void dfput_ring_start(bool seen);
void dfput_ring_stop(void);

#endif /* DFPUT_EXIT_H */
