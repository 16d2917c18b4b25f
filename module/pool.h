/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records of deferrals: allocated once, at load, and handed out without
 * locks.
 */
#ifndef DFPUT_POOL_H
#define DFPUT_POOL_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/types.h>

#include <dfput/causes.h>

#include "super.h"

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
 * @file: its struct file: a key, never dereferenced
 * @inode: its inode: a key, to tell a reused @file
 * @queued: when it was queued, ns of ktime_get_mono_fast_ns()
 * @started: when its __fput was entered, ns
 * @ino: inode number, 0 if it was never opened
 * @super: its superblock's generation
 * @pid: thread on the CPU then
 * @cpu: that CPU
 * @cause: why it could not be task work
 * @comm: that thread's name
 */
struct dfput_sight {
	const void *file;
	const void *inode;
	u64 queued;
	u64 started;
	u64 ino;
	struct dfput_super_ref super;
	pid_t pid;
	u16 cpu;
	u8 cause;
	char comm[TASK_COMM_LEN];
};

/**
 * struct dfput_record - one deferral
 * @node: its place in the table of files, while a candidate or queued
 * @seq: lets a reader copy without holding up a writer
 * @state: an enum dfput_state
 * @generation: how often it was handed out
 * @next: the next free one, as the pool counts
 * @sight: what is known of the file
 */
struct dfput_record {
	struct hlist_node node;
	seqcount_t seq;
	u32 state;
	u32 generation;
	u32 next;
	struct dfput_sight sight;
};

/**
 * dfput_pool_init() - allocate the records
 * @records: how many
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int dfput_pool_init(unsigned int records);

/**
 * dfput_pool_exit() - free them; nobody may hold one any more
 *
 * Context: process context.
 */
void dfput_pool_exit(void);

/**
 * dfput_pool_get() - a record from the free ones
 *
 * Context: any but NMI; lockless.
 * Return: the record, or NULL when none is free.
 */
struct dfput_record *dfput_pool_get(void);

/**
 * dfput_pool_put() - give a record back
 * @record: from dfput_pool_get(), in state free and in no table
 *
 * Context: any but NMI; lockless.
 */
void dfput_pool_put(struct dfput_record *record);

/**
 * dfput_pool_at() - a record by its place
 * @index: 0 to dfput_pool_size() - 1
 *
 * Context: any.
 * Return: the record, whatever its state.
 */
struct dfput_record *dfput_pool_at(unsigned int index);

/**
 * dfput_pool_id() - a number for this use of a record, for the tracepoints
 * @record: the record
 *
 * Context: whoever owns the record.
 * Return: a number that no other use of any record has had since load.
 */
u64 dfput_pool_id(const struct dfput_record *record);

/**
 * dfput_pool_size() - how many records there are
 *
 * Context: any.
 * Return: free and taken ones.
 */
unsigned int dfput_pool_size(void);

/**
 * dfput_pool_memory() - what the pool allocated
 *
 * Context: any.
 * Return: bytes.
 */
size_t dfput_pool_memory(void);

#endif /* DFPUT_POOL_H */
