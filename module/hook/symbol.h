/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where kernel symbols are. Their addresses are compared, never called and
 * never written to.
 */
#ifndef DFPUT_SYMBOL_H
#define DFPUT_SYMBOL_H

#include <linux/types.h>

/**
 * struct dfput_range - the text of one function
 * @start: its first byte, 0 if the kernel has no such function
 * @size: its length in bytes
 */
struct dfput_range {
	unsigned long start;
	unsigned long size;
};

/* Functions from which a repeated exit notification comes; see exit.c. */
#define DFPUT_NR_REPARENT 4

/**
 * struct dfput_symbols - all addresses that handlers compare with
 * @delayed_fput: the worker's drain
 * @flush_delayed_fput: the flush, which holds a copy of that loop
 * @drains: from the first of these two to the end of the other, with whatever lies
 * between them
 * @delayed_mntput: the worker's cleanup of mounts
 * @reparent: where an exiting parent hands over its zombies
 * @delayed_fput_work: the worker's work item, 0 if unknown
 * @delayed_mntput_work: the work item of that, 0 if unknown
 * @work_exited: the end mark of a task's task work, 0 if unknown
 */
struct dfput_symbols {
	struct dfput_range delayed_fput;
	struct dfput_range flush_delayed_fput;
	struct dfput_range drains;
	struct dfput_range delayed_mntput;
	struct dfput_range reparent[DFPUT_NR_REPARENT];
	unsigned long delayed_fput_work;
	unsigned long delayed_mntput_work;
	unsigned long work_exited;
};

extern struct dfput_symbols dfput_symbols;

/**
 * dfput_range_holds() - does an address lie in a function?
 * @range: the function
 * @addr: the address, a return address mostly
 *
 * Context: any; pure.
 * Return: true if it does; false for a function that is not there.
 */
static __always_inline bool dfput_range_holds(const struct dfput_range *range,
					      unsigned long addr)
{
	return addr - range->start < range->size;
}

/**
 * dfput_symbol_address() - look up one symbol
 * @name: its name
 *
 * Context: process context, may sleep.
 * Return: where it begins, or 0 if the kernel has no such symbol.
 */
unsigned long dfput_symbol_address(const char *name);

/**
 * dfput_symbol_range() - look up one function
 * @name: its name
 *
 * Context: process context, may sleep; calls are not concurrent.
 * Return: its text, of size 0 if the kernel has no such function.
 */
struct dfput_range dfput_symbol_range(const char *name);

/**
 * dfput_symbols_init() - look up all of dfput_symbols
 *
 * Context: process context, may sleep.
 * Return: 0, or -ENOENT, with a message, when the kernel has no drain function
 * that can be told apart.
 */
int dfput_symbols_init(void);

#endif /* DFPUT_SYMBOL_H */
