/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Origins: the call paths that queue files.
 *
 * Unwinding costs a hundred times what the rest of us does. So a path is looked
 * at when its call site is seen for the first time, and then for one file in so
 * many; the files in between go by their site.
 */
#ifndef DFPUT_ORIGIN_H
#define DFPUT_ORIGIN_H

#include <linux/types.h>

#include <dfput/causes.h>

#define DFPUT_ORIGIN_FRAMES 16

/**
 * struct dfput_origin_view - one call path
 * @count: files queued by it, as far as is known from the call site
 * @unwound: of these, whose path was looked at
 * @wait: their time on the list, ns
 * @wait_max: the longest
 * @cause: why they were deferred
 * @nr: length of @frames
 * @frames: return addresses, innermost first: shown by name only
 */
struct dfput_origin_view {
	u64 count;
	u64 unwound;
	u64 wait;
	u64 wait_max;
	u8 cause;
	u8 nr;
	unsigned long frames[DFPUT_ORIGIN_FRAMES];
};

struct pt_regs;

/**
 * dfput_origin_of() - where is this put called from?
 * @caller: its return address
 * @regs: the registers at the put, or NULL if the stack can be followed up to it
 * @cause: why it is deferred
 *
 * Context: handler; any but NMI.
 * Return: the call path's id, 0 if there is no room for it.
 */
u16 dfput_origin_of(unsigned long caller, struct pt_regs *regs,
		    enum dfput_cause cause);

/**
 * dfput_origin_queued() - a file was queued
 * @id: its call path, or 0
 *
 * Context: any.
 */
void dfput_origin_queued(u16 id);

/**
 * dfput_origin_waited() - its time on the list is over
 * @id: its call path, or 0
 * @wait: ns
 *
 * Context: any.
 */
void dfput_origin_waited(u16 id, u64 wait);

/**
 * dfput_origin_rows() - how many call paths there is room for
 *
 * Context: any.
 * Return: their number; ids are from 1 to that.
 */
unsigned int dfput_origin_rows(void);

/**
 * dfput_origin_view() - look at one of them
 * @id: 1 to dfput_origin_rows()
 * @view: where to
 *
 * Context: process context.
 * Return: true if there is one.
 */
bool dfput_origin_view(unsigned int id, struct dfput_origin_view *view);

/**
 * dfput_origin_reset() - begin the counts anew; the paths stay
 *
 * Context: process context.
 */
void dfput_origin_reset(void);

/**
 * dfput_origin_init() - allocate
 * @stacks: how many call paths
 * @sample: of how many files of a site one is looked at again; 0: of none
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int dfput_origin_init(unsigned int stacks, unsigned int sample);

/**
 * dfput_origin_exit() - free; no handler may run any more
 *
 * Context: process context.
 */
void dfput_origin_exit(void);

/**
 * dfput_origin_memory() - what was allocated
 *
 * Context: any.
 * Return: bytes.
 */
size_t dfput_origin_memory(void);

#endif /* DFPUT_ORIGIN_H */
