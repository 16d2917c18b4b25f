/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flush control: drain the list now.
 */
#ifndef DFPUT_FLUSH_H
#define DFPUT_FLUSH_H

/**
 * dfput_flush() - drain the list, and wait until what was on it is released
 *
 * A debugging aid: a file that something still holds is not on the list, and
 * is not helped.
 *
 * Context: process context, no locks held; may sleep, killable.
 * Return: 0; -ETIMEDOUT when a release takes longer than ten seconds, -EINTR
 * when killed, -ESHUTDOWN when the module is being unloaded. The drain itself
 * goes on in all three cases.
 */
int dfput_flush(void);

/**
 * dfput_flush_init() - make ready
 *
 * Context: process context.
 */
void dfput_flush_init(void);

/**
 * dfput_flush_cancel() - send away who waits in dfput_flush()
 *
 * Context: process context.
 */
void dfput_flush_cancel(void);

/**
 * dfput_flush_exit() - wait for a drain that runs in our text
 *
 * There is none where the kernel's function can be a work item's.
 *
 * Context: process context, may sleep.
 */
void dfput_flush_exit(void);

#endif /* DFPUT_FLUSH_H */
