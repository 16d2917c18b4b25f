/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where kernel symbols are: compared with or hooked, never called, never written to.
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

/* Callers whose exit notification is a repetition: see exit.c. */
#define DFPUT_NR_REPARENT 4

/**
 * struct dfput_symbols - addresses that handlers compare with; 0 if there is none
 * @delayed_fput: the worker's drain
 * @flush_delayed_fput: the flush, with a drain loop of its own
 * @drains: the text from the first of these two to the end of the other
 * @delayed_mntput: the worker's cleanup of mounts
 * @io_ring_exit_work: takes a ring of io_uring down
 * @reparent: where an exiting parent hands over its zombies
 * @delayed_fput_work: the work item of delayed_fput()
 * @delayed_mntput_work: the work item of delayed_mntput()
 * @work_exited: the mark of a task that takes no task work any more
 */
struct dfput_symbols {
	struct dfput_range delayed_fput;
	struct dfput_range flush_delayed_fput;
	struct dfput_range drains;
	struct dfput_range delayed_mntput;
	struct dfput_range io_ring_exit_work;
	struct dfput_range reparent[DFPUT_NR_REPARENT];
	unsigned long delayed_fput_work;
	unsigned long delayed_mntput_work;
	unsigned long work_exited;
};

extern struct dfput_symbols dfput_symbols;

/* False for a function that is not there. */
static __always_inline bool dfput_range_holds(const struct dfput_range *range,
					      unsigned long addr)
{
	return addr - range->start < range->size;
}

/* Where a symbol begins, or 0. Process context. */
unsigned long dfput_symbol_address(const char *name);

/* The symbol that this address is in, if it has that name. Only at load. */
struct dfput_range dfput_symbol_range(const char *name, unsigned long addr);

/* Returns 0, or, with a message, -ENOENT: this kernel can't be measured. */
int dfput_symbols_init(void);

#endif /* DFPUT_SYMBOL_H */
