/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the module: who is there, and in which order.
 */
#ifndef DFPUT_PARTS_H
#define DFPUT_PARTS_H

#include <linux/types.h>

#include "hook/hook.h"

/**
 * struct dfput_settings - what the module's parameters ask for
 * @method: how queueing is seen, or DFPUT_NR_METHODS for the best that works
 * @exits: measure exits too
 * @records: files on the list that can be timed at once
 * @leftovers: files that can be watched at once, and leftovers that are kept
 * @stacks: call paths that are kept
 * @stack_sample: one in so many files of a call site is unwound; 0: the first only
 */
struct dfput_settings {
	enum dfput_method method;
	bool exits;
	unsigned int records;
	unsigned int leftovers;
	unsigned int stacks;
	unsigned int stack_sample;
};

/* All of these: process context, may sleep; not concurrent with each other. */

/* Returns 0, or, with a message and nothing left behind, an error. */
int dfput_parts_init(const struct dfput_settings *settings);
void dfput_parts_exit(void);

/* Disarm all hooks, and forget everything that was under way. */
void dfput_parts_stop(void);

/* Count from zero. */
void dfput_parts_reset(void);

/* Bytes that all parts have allocated. */
size_t dfput_parts_memory(void);

#endif /* DFPUT_PARTS_H */
