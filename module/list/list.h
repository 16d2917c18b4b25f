/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's list of delayed_fput: the files on it, the batches that drain it,
 * the call paths that queue them, and the test that all of this is seen.
 *
 * A file is counted as queued when it loses its last reference where that is
 * deferred, and as released when its __fput() is over, called by a drain loop.
 */
#ifndef DFPUT_LIST_H
#define DFPUT_LIST_H

#include <linux/fs.h>
#include <linux/sched.h>

#include <dfput/words.h>

#include "fs/fs.h"

/* ---- files --------------------------------------------------------------- */

/**
 * struct dfput_deferral - what is known of a file's queueing
 * @inode: its inode: a key, to tell a reused struct file
 * @ops: address of its operations, or NULL: see dfput_file_ops()
 * @queued: when, ns of ktime_get_mono_fast_ns()
 * @ino: inode number, 0 if it was never opened
 * @super: its superblock's generation
 * @mount: its mount: a key, or NULL for one that nobody can ask to be unmounted
 * @ring: number of the ring whose work put it, or 0
 * @origin: its call path, 0 if unknown
 * @pid: thread on the CPU then
 * @cpu: that CPU
 * @cause: why it could not be task work
 * @reaches: it may be in the way of an umount of any superblock
 * @comm: that thread's name
 */
struct dfput_deferral {
	const void *inode;
	const void *ops;
	u64 queued;
	u64 ino;
	struct dfput_super_ref super;
	const void *mount;
	u32 ring;
	u32 origin;
	pid_t pid;
	u16 cpu;
	u8 cause;
	bool reaches;
	char comm[TASK_COMM_LEN];
};

/* What was known of a file when a drain loop came to it. */
enum dfput_match {
	/* Counted as queued, and so as pending. */
	DFPUT_MATCH_QUEUED,
	/* Queued while we did not measure. */
	DFPUT_MATCH_PRELOAD,
	/* Its queueing was not seen. */
	DFPUT_MATCH_NONE,
};

/**
 * struct dfput_release - one file in the middle of its __fput()
 * @deferral: its queueing, or NULL: not seen, or no record was free
 * @watched: from dfput_list_started()
 * @id: of its record, 0 without one
 * @match: what is known of it
 * @started: when its __fput() was entered, ns
 * @ino: inode number
 * @super: where it lived
 * @mount: its mount: a key, or NULL
 * @reaches: as in @deferral, where there is none
 */
struct dfput_release {
	const struct dfput_deferral *deferral;
	void *watched;
	u64 id;
	enum dfput_match match;
	u64 started;
	u64 ino;
	struct dfput_super_ref super;
	const void *mount;
	bool reaches;
};

/* Is the reference that a file is about to lose its last? */
enum dfput_put_kind {
	/* Others hold it too, but they may be at the same point. */
	DFPUT_PUT_MAYBE_LAST,
	/* It is, unless somebody takes a new one right now. */
	DFPUT_PUT_LAST,
	/* It was: the kernel has dropped it already. */
	DFPUT_PUT_DROPPED,
};

/**
 * dfput_list_put() - a file loses a reference where the last put is deferred
 * @file: has that reference, or its __fput() has not begun
 * @cause: why it would be deferred
 * @caller: return address of the put
 * @kind: whether it is the last
 *
 * Context: handler.
 */
void dfput_list_put(const struct file *file, enum dfput_cause cause,
		    unsigned long caller, enum dfput_put_kind kind);

/**
 * dfput_list_not_deferred() - an __fput() that no drain loop of the kernel's called
 * @file: the file, perhaps put as if it might be deferred
 *
 * Context: handler, at the entry of __fput().
 */
void dfput_list_not_deferred(const struct file *file);

/**
 * struct dfput_pending_view - a file on the list or in its __fput()
 * @deferral: its queueing
 * @file: its address: a key
 * @started: when its __fput() was entered, 0: it is on the list
 * @watched: what dfput_list_started() returned
 * @seq: for dfput_list_is_unchanged()
 */
struct dfput_pending_view {
	struct dfput_deferral deferral;
	const void *file;
	u64 started;
	const void *watched;
	unsigned int seq;
};

/**
 * dfput_list_view() - look at one record
 * @index: 0 to dfput_list_records() - 1
 * @view: receives it
 *
 * Context: process context; holds up no handler.
 * Return: false if no file has that record.
 */
bool dfput_list_view(unsigned int index, struct dfput_pending_view *view);

/* Until now, so what was found by its @file or @watched meanwhile is its own. */
bool dfput_list_is_unchanged(unsigned int index,
			     const struct dfput_pending_view *view);

/* Is this file on the list, as far as there are records? */
bool dfput_list_has(const void *file);
/*
 * Each file on the list has a record. Else there may be some that no superblock and no
 * mount has counted: such a gap ends when the list was drained.
 */
bool dfput_list_is_complete(void);
/* How many gaps there have been. */
u32 dfput_list_count_gaps(void);
/* How many files are known to be on the list, or in their __fput(), without a record. */
unsigned int dfput_list_unrecorded(void);
/* Is one still there that was queued by that time, as far as there are records? */
bool dfput_list_has_queued_by(u64 time);

void dfput_list_stop(void);
int dfput_list_init(unsigned int records);
void dfput_list_exit(void);
unsigned int dfput_list_records(void);
size_t dfput_list_memory(void);

/* ---- batches ------------------------------------------------------------- */

/*
 * A batch is one drain of the list, from its first file to its last. A file's
 * release is over when the same loop calls __fput() for the next, or when the
 * drain function returns or begins to wait. So nothing has to be hooked at the
 * end of __fput(), which every close in the system goes through.
 */

/* Handlers at the entry and return of delayed_fput() and flush_delayed_fput(). */
void dfput_batch_enter(bool flush);
void dfput_batch_leave(void);

/*
 * Handler at the entry of flush_delayed_work(), called for the work of the list.
 * From 7.3 on a flush waits there for a batch of the worker. Its own ends before.
 */
void dfput_batch_wait(void);

/* Handler at the entry of __fput(), called by current's drain loop. */
void dfput_batch_file(const struct file *file, bool flush);

/* Drain the list by flush_delayed_fput(). Process context; one at a time. */
void dfput_batch_flush(void);

/*
 * How many files of a mount are in their __fput(), which gives the mount up a
 * little before its end? A file that is not among them, and that a later
 * dfput_mount_snapshot() counts as queued, has been on the list until now.
 */
unsigned int dfput_batch_count_releasing(const void *mount);

/*
 * Files that were queued while we did not measure are preload. Measuring begins
 * and ends with a new generation of them: from then on, files without a record
 * are preload, until the batch that holds the last of them is over.
 */
void dfput_batch_new_preload(void);
bool dfput_batch_is_preload_over(void);

void dfput_batch_stop(void);

/* ---- call paths ---------------------------------------------------------- */

/* Each costs a thousand instructions to find, perhaps in an interrupt. */
#define DFPUT_ORIGIN_FRAMES 10

/**
 * struct dfput_origin_view - one call path
 * @id: its id: a reset ends it, and none comes again
 * @count: files queued by it, as far as is known from the call site
 * @unwound: of these, whose stack was unwound
 * @wait: their time on the list, ns
 * @wait_max: the longest
 * @cause: why they were deferred
 * @nr: length of @frames
 * @frames: return addresses, innermost first: shown by name only
 */
struct dfput_origin_view {
	u32 id;
	u64 count;
	u64 unwound;
	u64 wait;
	u64 wait_max;
	u8 cause;
	u8 nr;
	unsigned long frames[DFPUT_ORIGIN_FRAMES];
};

/* False: there is no path in that row yet. */
unsigned int dfput_origin_rows(void);
bool dfput_origin_view(unsigned int row, struct dfput_origin_view *view);

/* Forgets all paths. Process context, may sleep. */
void dfput_origin_reset(void);

/**
 * dfput_origin_init() - allocate
 * @stacks: how many call paths
 * @sample: unwind one in so many files of a call site; 0: only the first
 *
 * Return: 0 or -ENOMEM.
 */
int dfput_origin_init(unsigned int stacks, unsigned int sample);
void dfput_origin_exit(void);
size_t dfput_origin_memory(void);

/* ---- self-test ----------------------------------------------------------- */

/**
 * dfput_selftest_run() - defer files of known identity in known number
 *
 * They come last on the list, which is drained as a whole: the batch that holds
 * them holds the last of the preload.
 *
 * Waits a little for their drain, but not for one that is stuck: then the test
 * goes on in the background.
 *
 * Context: process context, may sleep; hooks are armed.
 * Return: 0 if all of them were seen being queued, and no other of ours; -EIO if
 * not, -ENOMEM.
 */
int dfput_selftest_run(void);

/* Gives up a test that still waits; no handler may run. */
void dfput_selftest_stop(void);

/* How it went. */
enum dfput_selftest dfput_selftest_result(void);

#endif /* DFPUT_LIST_H */
