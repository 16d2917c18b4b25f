/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring: on, off, anew. What the parameters ask for, and what came of it.
 */
#ifndef DFPUT_CONTROL_H
#define DFPUT_CONTROL_H

#include <linux/types.h>

#include "hook/hook_list.h"

/**
 * struct dfput_wanted - what the module was asked to do
 * @rung: the way to see queueing, or DFPUT_NR_RUNGS for the best there is
 * @exits: count exits too
 */
struct dfput_wanted {
	enum dfput_rung rung;
	bool exits;
};

/**
 * struct dfput_status - what it does
 * @enabled: it measures
 * @rung: how it sees queueing
 * @exits: it counts exits too
 * @load_ns: from the start of loading until the hooks were armed
 */
struct dfput_status {
	bool enabled;
	enum dfput_rung rung;
	bool exits;
	u64 load_ns;
};

/**
 * dfput_control_init() - remember what is wanted, and begin to measure
 * @wanted: from the parameters
 * @begun: when loading began, ns of ktime_get_mono_fast_ns()
 *
 * Context: process context, may sleep.
 * Return: 0, or, with a message and nothing armed, why no rung will do.
 */
int dfput_control_init(const struct dfput_wanted *wanted, u64 begun);

/**
 * dfput_control_exit() - stop measuring, for good
 *
 * Context: process context, may sleep.
 */
void dfput_control_exit(void);

/**
 * dfput_control_enable() - begin or stop measuring
 * @on: begin
 *
 * Counters are kept. Files that are on the list when measuring stops are
 * counted as pending_at_stop, and as preload if they are seen again.
 *
 * Context: process context, may sleep.
 * Return: 0, also when nothing had to be done, or why it could not be begun.
 */
int dfput_control_enable(bool on);

/**
 * dfput_control_reset() - begin all counts anew
 *
 * Context: process context, may sleep.
 */
void dfput_control_reset(void);

/**
 * dfput_control_why_not() - why not rung site?
 *
 * Context: process context.
 * Return: one word; "-" if it is in force.
 */
const char *dfput_control_why_not(void);

/**
 * dfput_control_status() - what it does now
 *
 * Context: process context.
 * Return: a copy.
 */
struct dfput_status dfput_control_status(void);

#endif /* DFPUT_CONTROL_H */
