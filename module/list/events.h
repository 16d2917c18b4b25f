/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens to a file of the list. The list calls these; module/parts.c
 * defines them, by plain calls of whoever wants to know. All are called from
 * handlers.
 */
#ifndef DFPUT_EVENTS_H
#define DFPUT_EVENTS_H

#include <linux/atomic.h>
#include <linux/fs.h>

struct dfput_deferral;
struct dfput_release;

/* How many kernel threads put files on behalf of somebody. */
extern atomic_t dfput_list_servants;

/*
 * Current is a kernel thread and about to put a file, perhaps its last
 * reference. Called only while there are servants. Return: the number of the
 * ring that current works for, or 0.
 */
u32 dfput_list_putting(const struct file *file);

/*
 * A file that a ring's work put was counted as queued, or one that is drained @late:
 * until now it was not certain that it is on the list. It was counted after the
 * snapshot of its mount that has the number @mount_seq.
 */
void dfput_list_queued(const struct dfput_deferral *deferral, u32 mount_seq,
		       bool late);

/* A ring's work put a file that others held as well: perhaps it is on the list. */
void dfput_list_maybe_last(const struct dfput_deferral *deferral);

/* A file is drained whose queueing was not seen. */
void dfput_list_unseen(const struct dfput_release *release);

/*
 * A drain loop has called __fput(). Called under the lock of the file's bucket.
 * Return: what is watched of the file, for one of the next two; or NULL.
 */
void *dfput_list_started(const struct file *file);

/* That __fput() is over. Its record is shown until this returns. */
void dfput_list_released(const struct dfput_release *release, u64 now);

/* Measuring stops, and no handler runs: its end will not be seen. */
void dfput_list_dropped(const struct dfput_release *release);

#endif /* DFPUT_EVENTS_H */
