/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The self-test: files deferred on purpose must be seen.
 *
 * It runs whenever measuring begins. Its files come last on the list, and the
 * list is drained as a whole, so the batch that drains them also takes
 * everything that was there before: it settles what is preload.
 */
#ifndef DFPUT_SELFTEST_H
#define DFPUT_SELFTEST_H

#include <linux/compiler.h>
#include <linux/types.h>

#include <dfput/causes.h>

#include "list/deferral.h"

extern bool dfput_selftest_active;

void __dfput_selftest_queued(const void *file, enum dfput_cause cause,
			     unsigned long caller);
void __dfput_selftest_started(const void *file, enum dfput_fate fate);

/**
 * dfput_selftest_queued() - a file has been counted as queued
 * @file: the file, compared only
 * @cause: why
 * @caller: the put's return address
 *
 * Context: handler.
 */
static __always_inline void dfput_selftest_queued(const void *file,
						  enum dfput_cause cause,
						  unsigned long caller)
{
	if (unlikely(READ_ONCE(dfput_selftest_active)))
		__dfput_selftest_queued(file, cause, caller);
}

/**
 * dfput_selftest_started() - a drain loop has called __fput
 * @file: the file, compared only
 * @fate: what was known of it
 *
 * Context: handler at the entry of __fput, inside the batch.
 */
static __always_inline void dfput_selftest_started(const void *file,
						   enum dfput_fate fate)
{
	if (unlikely(READ_ONCE(dfput_selftest_active)))
		__dfput_selftest_started(file, fate);
}

/**
 * dfput_selftest_run() - defer files of known identity in known number
 * @callers: it was found out, not told, where the puts are called from: they have
 * to be ours
 *
 * Waits a little for their drain, but not for a drain that is stuck: then
 * the test goes on in the background.
 *
 * Context: process context, may sleep; hooks are armed.
 * Return: 0 if all of them were seen being queued, and no other of ours; -EIO if
 * not, -ENOMEM.
 */
int dfput_selftest_run(bool callers);

/**
 * dfput_selftest_stop() - give up a test that still waits
 *
 * Context: process context; no handler may run.
 */
void dfput_selftest_stop(void);

/**
 * dfput_selftest_result() - how it went
 *
 * Context: any.
 * Return: "passed", "failed", "waiting", or "off" when it has not been run.
 */
const char *dfput_selftest_result(void);

#endif /* DFPUT_SELFTEST_H */
