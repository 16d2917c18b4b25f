/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Batches: drains of the kernel's list, from their first file to their last.
 *
 * A file's release is over when the same loop calls __fput for the next file,
 * or when the drain function returns or begins to wait. So nothing has to be hooked at the end
 * of __fput, which every close in the system goes through.
 */
#ifndef DFPUT_BATCH_H
#define DFPUT_BATCH_H

#include <linux/fs.h>
#include <linux/types.h>

/**
 * dfput_batch_enter() - current has called a drain function
 * @flush: it is flush_delayed_fput()
 *
 * Context: handler at its entry; process context, preemption off.
 */
void dfput_batch_enter(bool flush);

/**
 * dfput_batch_leave() - that function returns
 *
 * Context: handler at its return; process context, preemption off.
 */
void dfput_batch_leave(void);

/**
 * dfput_batch_wait() - current's flush has drained the list, and begins to wait
 * for the worker
 *
 * By 7.3 flush_delayed_fput() returns only when a batch that the worker took is
 * released too. The flush's own batch ends before that, with its last file.
 *
 * Context: handler at the entry of flush_delayed_work(), called for the
 * kernel's delayed_fput work; process context.
 */
void dfput_batch_wait(void);

/**
 * dfput_batch_file() - current's drain loop has called __fput
 * @file: the file
 * @flush: the loop is the one in flush_delayed_fput()
 *
 * Context: handler at the entry of __fput; process context.
 */
void dfput_batch_file(const struct file *file, bool flush);

/**
 * dfput_batch_entered() - is current in a drain function?
 *
 * Context: handler.
 * Return: true if its entry was seen, and not yet its return.
 */
bool dfput_batch_entered(void);

/**
 * dfput_batch_settled() - is everything that was on the list when measuring
 * began gone?
 *
 * Context: any.
 * Return: true if a file without a record can not be a preload any more.
 */
bool dfput_batch_settled(void);

/**
 * dfput_batch_unsettle() - measuring begins or ends: queueing is not seen, or
 * has not been
 *
 * From now on, files that come without a record count as preload.
 *
 * Context: process context.
 */
void dfput_batch_unsettle(void);

/**
 * dfput_batch_settle() - the batch that current is in took all that was on the
 * list when measuring began
 *
 * Takes effect when that batch ends: it still holds files from before.
 *
 * Context: handler, inside a batch.
 */
void dfput_batch_settle(void);

/**
 * dfput_batch_abandon() - forget the drains that are under way
 *
 * Context: process context; no handler may run.
 */
void dfput_batch_abandon(void);

#endif /* DFPUT_BATCH_H */
