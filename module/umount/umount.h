/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Umounts: each attempt, what came of it, and which files in flight were in its
 * way.
 *
 * Whoever asks for it pins mount and superblock until the attempt is over. Each
 * file that is on the list when it returns held its mount all that time, on the
 * list or before that. A ring of io_uring that is being torn down then may hold
 * some as well; that is known only once it puts them.
 */
#ifndef DFPUT_UMOUNT_H
#define DFPUT_UMOUNT_H

#include <linux/atomic.h>
#include <linux/path.h>
#include <linux/sched.h>

#include "fs/fs.h"
#include "exit/ring.h"

/* How many are kept. */
#define DFPUT_UMOUNTS 256

/* What kept one busy: see DFPUT_UMOUNTS_COLUMNS. */
enum dfput_why {
	DFPUT_WHY_NOT_BUSY,
	DFPUT_WHY_DEFERRAL,
	DFPUT_WHY_DEFERRAL_PERHAPS,
	DFPUT_WHY_TEARDOWN,
	DFPUT_WHY_TEARDOWN_PERHAPS,
	DFPUT_WHY_HELD,
	DFPUT_WHY_OTHER,
	DFPUT_WHY_UNKNOWN,
	DFPUT_NR_WHYS,
};

/**
 * struct dfput_umount_view - one attempt
 * @id: counts them
 * @begun: when, ns of ktime_get_mono_fast_ns()
 * @ended: when it returned
 * @died: when its superblock's device was free, 0: not yet
 * @result: 0 or -errno
 * @flags: of umount2(2)
 * @super: whose mount it was
 * @mnt: which: a key
 * @before: files of that mount on the list when it began
 * @queued: when it returned
 * @started: of that mount, in their __fput then
 * @held: of that mount, closed by a process that has ended
 * @pending_super: files of that superblock on the list
 * @rings: rings that were being torn down
 * @snapshot: of these
 * @look: at that mount: which it was
 * @rings_left: how many of them still are
 * @teardown: files of that mount that they have put since
 * @unsure: something was not counted
 * @pid: process that asked for it
 * @comm: its name
 * @fstype: filesystem type
 * @name: the filesystem's own name for it
 */
struct dfput_umount_view {
	u64 id;
	u64 begun;
	u64 ended;
	u64 died;
	int result;
	int flags;
	struct dfput_super_ref super;
	const void *mnt;
	u32 before;
	u32 queued;
	u32 started;
	u32 held;
	u64 pending_super;
	u32 rings;
	struct dfput_rings snapshot;
	u32 look;
	u32 rings_left;
	u32 teardown;
	bool unsure;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	char fstype[DFPUT_FSTYPE_LEN];
	char name[32];
};

/* Rows that wait for the end of rings: one word, looked at when rings put files. */
extern atomic_t dfput_umounts_open;

void __dfput_umount_torn(u32 ring, const void *mnt, u32 looks);
void __dfput_umount_ring_gone(u32 ring, u32 gone);

/**
 * dfput_umount_enter() - current asks for an umount
 * @path: of its target
 * @flags: of umount2(2)
 *
 * Context: handler at the entry of path_umount(); process context.
 */
void dfput_umount_enter(const struct path *path, int flags);

/**
 * dfput_umount_leave() - that function returns
 * @result: 0 or -errno
 *
 * Context: handler at its return.
 */
void dfput_umount_leave(int result);

/**
 * dfput_umount_torn() - a ring that is being torn down has put a file, which is
 * on the list now
 * @ring: its number
 * @mnt: the file's mount: a key, or NULL
 * @looks: from the move of that file to the list
 *
 * Context: handler, any but NMI.
 */
static __always_inline void dfput_umount_torn(u32 ring, const void *mnt,
					      u32 looks)
{
	/* Pairs with the one before an umount looks around. */
	smp_mb();
	if (unlikely(atomic_read(&dfput_umounts_open)) && mnt)
		__dfput_umount_torn(ring, mnt, looks);
}

/**
 * dfput_umount_ring_gone() - a ring has been torn down
 * @ring: its number
 * @gone: how many had been before, this one included
 *
 * Context: handler, any but NMI.
 */
static __always_inline void dfput_umount_ring_gone(u32 ring, u32 gone)
{
	/* Pairs with the one before an umount looks around. */
	smp_mb();
	if (unlikely(atomic_read(&dfput_umounts_open)))
		__dfput_umount_ring_gone(ring, gone);
}

/**
 * dfput_umount_died() - a superblock's device is free
 * @super: its number
 * @now: ns of ktime_get_mono_fast_ns()
 *
 * Context: handler, any but NMI.
 */
void dfput_umount_died(u64 super, u64 now);

/**
 * dfput_umount_why() - what kept one busy
 * @view: the attempt
 *
 * Context: any; pure.
 * Return: as far as can be told.
 */
enum dfput_why dfput_umount_why(const struct dfput_umount_view *view);

/**
 * dfput_umount_view() - look at one of them
 * @row: 0 to DFPUT_UMOUNTS - 1, the oldest first
 * @view: where to
 *
 * Context: process context.
 * Return: true if there is one.
 */
bool dfput_umount_view(unsigned int row, struct dfput_umount_view *view);

/**
 * dfput_umount_reset() - forget all that there were
 *
 * Context: process context.
 */
void dfput_umount_reset(void);

/**
 * dfput_umount_abandon() - forget those that are under way
 *
 * Context: process context; no handler may run.
 */
void dfput_umount_abandon(void);

#endif /* DFPUT_UMOUNT_H */
