/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The debugfs directory: shows and controls. It knows the other parts; none of
 * them knows it.
 */
#ifndef DFPUT_DEBUGFS_H
#define DFPUT_DEBUGFS_H

/**
 * dfput_debugfs_init() - make the directory and its files
 *
 * Without debugfs it says so, and the tracepoints remain.
 *
 * Context: process context, may sleep.
 */
void dfput_debugfs_init(void);

/**
 * dfput_debugfs_exit() - remove them, and wait for calls that are under way
 *
 * Context: process context, may sleep.
 */
void dfput_debugfs_exit(void);

#endif /* DFPUT_DEBUGFS_H */
