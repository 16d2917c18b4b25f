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
 * is not helped. The drain pins the module until it is over.
 *
 * Context: process context, no locks held; may sleep, killable.
 * Return: 0; -ETIMEDOUT when a release takes longer than ten seconds, -EINTR
 * when killed. The drain itself goes on in both cases.
 */
int dfput_flush(void);

/* Wait for the last instructions of a drain. */
void dfput_flush_exit(void);

#endif /* DFPUT_FLUSH_H */
