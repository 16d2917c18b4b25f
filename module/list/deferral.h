/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of files on the kernel's list: queued, started, released.
 *
 *            sight            drain            finish
 *   (free) --------> QUEUED --------> STARTED --------> (free)
 *      |               ^                 ^
 *      +-> CANDIDATE --+-----------------+
 *            |    certain after all    confirmed
 *            +--> (free) by another __fput: it was not deferred
 *
 * A record is found by its file only while it is a candidate or queued. From
 * its start on it belongs to the batch that drains it: its struct file may be
 * freed and handed out again before the drain loop comes back to us.
 *
 * Context: the functions marked "handler" run in hooks: any context but NMI,
 * under the bucket's raw spinlock with interrupts off, one bucket at a time.
 */
#ifndef DFPUT_DEFERRAL_H
#define DFPUT_DEFERRAL_H

#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/seqlock.h>

#include <dfput/causes.h>

#include "core/hash.h"
#include "fs/fs.h"

enum dfput_state {
	DFPUT_STATE_FREE,
	/* Perhaps the last put: somebody else held the file when we looked. */
	DFPUT_STATE_CANDIDATE,
	/* On the kernel's list. */
	DFPUT_STATE_QUEUED,
	/* In __fput, called from a drain loop. */
	DFPUT_STATE_STARTED,
};

/**
 * struct dfput_sight - what is remembered of a file's queueing
 * @inode: its inode: a key, to tell a reused struct file
 * @queued: when it was queued, ns of ktime_get_mono_fast_ns()
 * @ino: inode number, 0 if it was never opened
 * @super: its superblock's generation
 * @mount: its mount: a key, or NULL for one that nobody can ask to be unmounted
 * @ring: number of the ring of io_uring whose teardown put it, or 0
 * @pid: thread on the CPU then
 * @cpu: that CPU
 * @origin: its call path, 0 if unknown
 * @cause: why it could not be task work
 * @comm: that thread's name
 */
struct dfput_sight {
	const void *inode;
	u64 queued;
	u64 ino;
	struct dfput_super_ref super;
	const void *mount;
	u32 ring;
	pid_t pid;
	u16 cpu;
	u16 origin;
	u8 cause;
	char comm[TASK_COMM_LEN];
};

/**
 * struct dfput_record - one deferral
 * @entry: its place in the table of files, while a candidate or queued; the key
 * is its struct file, never dereferenced
 * @state: an enum dfput_state
 * @seq: lets a reader copy without holding up a writer
 * @sight: what is known of the file
 */
struct dfput_record {
	struct dfput_entry entry;
	u32 state;
	seqcount_t seq;
	struct dfput_sight sight;
};

struct dfput_watch;

/* What was known of a file when its drain began. */
enum dfput_fate {
	/* Counted as queued, and so as pending. */
	DFPUT_FATE_KNOWN,
	/* Queued before measuring began. */
	DFPUT_FATE_PRELOAD,
	/* Queueing not seen. */
	DFPUT_FATE_UNMATCHED,
};

/**
 * struct dfput_drained - one file in the middle of its __fput, as its batch
 * keeps it
 * @record: its record, or NULL: queueing not seen, or no record was free
 * @watch: what is known of the exit that closed it, or NULL
 * @id: of @record, 0 without one
 * @fate: what is known of it
 * @started: when its __fput was entered, ns
 * @ino: inode number
 * @super: where it lived
 * @mount: its mount: a key, or NULL
 */
struct dfput_drained {
	struct dfput_record *record;
	struct dfput_watch *watch;
	u64 id;
	enum dfput_fate fate;
	u64 started;
	u64 ino;
	struct dfput_super_ref super;
	const void *mount;
};

/**
 * enum dfput_sureness - is the reference that a file is about to lose its last?
 * @DFPUT_SURE_NOT: others hold it too; they may be at the same point
 * @DFPUT_SURE_NOW: it is the last, unless somebody takes a new one right now
 * @DFPUT_SURE_GONE: the kernel has dropped it, and it was
 */
enum dfput_sureness {
	DFPUT_SURE_NOT,
	DFPUT_SURE_NOW,
	DFPUT_SURE_GONE,
};

/**
 * dfput_deferral_sight() - a file is about to lose a reference in a context
 * that defers
 * @file: the file
 * @cause: why it would be deferred
 * @caller: return address of that put
 * @regs: the registers there, or NULL: see dfput_origin_of()
 * @sure: it is the last
 *
 * Context: handler; @file still has the reference, or its fput is done and
 * __fput has not begun.
 */
void dfput_deferral_sight(const struct file *file, enum dfput_cause cause,
			  unsigned long caller, struct pt_regs *regs,
			  enum dfput_sureness sure);

/**
 * dfput_deferral_other() - an __fput that no drain loop called
 * @file: the file
 *
 * Forgets that the file might have been deferred.
 *
 * Context: handler, at the entry of __fput.
 * Return: it might have been.
 */
bool dfput_deferral_other(const struct file *file);

/**
 * dfput_deferral_start() - a drain loop has called __fput
 * @file: the file
 * @preload: the file may have been queued before measuring began
 * @now: ns of ktime_get_mono_fast_ns()
 * @drained: where to keep it until dfput_deferral_finish()
 *
 * Its mount is left to dfput_deferral_pass().
 *
 * Context: handler, at the entry of __fput.
 */
void dfput_deferral_start(const struct file *file, bool preload, u64 now,
			  struct dfput_drained *drained);

/**
 * dfput_deferral_finish() - that __fput is over
 * @drained: from dfput_deferral_start()
 * @now: ns of ktime_get_mono_fast_ns()
 * @flush: it was a flush that drained it
 *
 * Its mount is left to dfput_deferral_pass().
 *
 * Context: handler, in the task that drains.
 */
void dfput_deferral_finish(struct dfput_drained *drained, u64 now, bool flush);

/**
 * dfput_deferral_pass() - the files of mounts: one is over, the next has begun
 * @done: mount of a file that dfput_deferral_finish() was called for, or NULL
 * @next: one that dfput_deferral_start() was called for, or NULL
 *
 * For both at once, because mostly they are of the same mount, and then only that
 * a file has left the list is to be noted.
 *
 * Context: handler, in the task that drains.
 */
void dfput_deferral_pass(const void *done, const struct dfput_drained *next);

/**
 * dfput_deferral_drop() - the end of that __fput will not be seen
 * @drained: from dfput_deferral_start()
 *
 * Context: process context; no handler may run.
 */
void dfput_deferral_drop(struct dfput_drained *drained);

/**
 * dfput_deferral_abandon() - forget all files that are on the list
 *
 * Context: process context; no handler may run.
 */
void dfput_deferral_abandon(void);

/**
 * dfput_deferral_copy() - look at one record
 * @index: 0 to dfput_deferral_records() - 1
 * @file: receives its struct file: a key
 * @sight: where to
 * @state: where to
 *
 * Context: process context; does not hold up any handler.
 * Return: true if it is a file on the list, consistent in itself.
 */
bool dfput_deferral_copy(unsigned int index, const void **file,
			 struct dfput_sight *sight, enum dfput_state *state);

/**
 * dfput_deferral_has() - is a file on the list?
 * @file: its address: a key
 *
 * Context: process context.
 * Return: it is, as far as there are records.
 */
bool dfput_deferral_has(const void *file);

/**
 * dfput_deferral_queued_before() - is a file still there that was queued by then?
 * @time: ns of ktime_get_mono_fast_ns()
 *
 * Context: process context.
 * Return: true if there is, as far as there are records.
 */
bool dfput_deferral_queued_before(u64 time);

/**
 * dfput_deferral_init() - allocate the table and its records
 * @records: how many
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int dfput_deferral_init(unsigned int records);

/**
 * dfput_deferral_exit() - free both; no handler may run any more
 *
 * Context: process context.
 */
void dfput_deferral_exit(void);

/**
 * dfput_deferral_records() - how many records there are
 *
 * Context: any.
 * Return: free and taken ones.
 */
unsigned int dfput_deferral_records(void);

/**
 * dfput_deferral_memory() - what the table allocated, records included
 *
 * Context: any.
 * Return: bytes.
 */
size_t dfput_deferral_memory(void);

#endif /* DFPUT_DEFERRAL_H */
