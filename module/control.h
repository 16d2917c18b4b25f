/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring: on, off, from zero.
 */
#ifndef DFPUT_CONTROL_H
#define DFPUT_CONTROL_H

#include <linux/types.h>

#include "hook/hook.h"
#include "parts.h"

/**
 * struct dfput_status - what the module does
 * @enabled: it measures
 * @method: how it sees queueing
 * @exits: it measures exits too
 * @load_ns: from the start of loading until the hooks were armed
 */
struct dfput_status {
	bool enabled;
	enum dfput_method method;
	bool exits;
	u64 load_ns;
};

/* All of these: process context, may sleep. */

/**
 * dfput_control_init() - begin to measure
 * @settings: from the parameters
 * @begun: when loading began, ns of ktime_get_mono_fast_ns()
 *
 * Return: 0, or, with a message and nothing armed, why no method works.
 */
int dfput_control_init(const struct dfput_settings *settings, u64 begun);

/* Stop measuring, for good. */
void dfput_control_exit(void);

/**
 * dfput_control_enable() - begin or stop measuring
 * @on: begin
 *
 * Counters are kept. Files that are on the list when measuring stops are
 * counted as pending_at_stop, and as preload if they are seen again.
 *
 * Return: 0, also when nothing had to be done, or why it could not be begun.
 */
int dfput_control_enable(bool on);

/* Count from zero. */
void dfput_control_reset(void);

struct dfput_status dfput_control_status(void);

#endif /* DFPUT_CONTROL_H */
