/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the kernel's own text puts a file on the list, and where it takes it off
 * again: found in the running kernel, on x86-64.
 */
#ifndef DFPUT_SITE_H
#define DFPUT_SITE_H

#include <linux/types.h>

/**
 * struct dfput_site - one instruction, and what is known when it runs
 * @address: the instruction
 * @file_at: offset in struct pt_regs of the register that leads to the file
 * @inside: how far into the file that points: to its place on the list, or 0
 * @caller_at: bytes from the stack pointer to the return address of the put;
 * of a queueing only
 */
struct dfput_site {
	unsigned long address;
	unsigned int file_at;
	unsigned int inside;
	unsigned int caller_at;
};

/**
 * dfput_site_find_queue() - where does a function put a file on the list?
 * @function: one of those that may
 * @site: where to
 *
 * Which register leads to the file follows from what is done with it next, and
 * where the return address is, from what the kernel's own unwinder says of that
 * instruction. Nothing is run or registered to find out.
 *
 * Context: process context, may sleep; calls are not concurrent.
 * Return: 0; -ENOENT if this function does not do that; -EOPNOTSUPP if it does,
 * but not in a way that we understand for certain: dfput_site_reason() says more.
 */
int dfput_site_find_queue(const char *function, struct dfput_site *site);

/**
 * dfput_site_find_drain() - where does a function take files off the list?
 * @function: one of the two that do
 * @site: where to
 *
 * Context: process context, may sleep; calls are not concurrent.
 * Return: 0, -ENOENT or -EOPNOTSUPP.
 */
int dfput_site_find_drain(const char *function, struct dfput_site *site);

/**
 * dfput_site_is_jump() - has the kernel made a jump of the probe there?
 * @site: which
 *
 * Context: any.
 * Return: it has.
 */
bool dfput_site_is_jump(const struct dfput_site *site);

/**
 * dfput_site_await_jump() - wait until it has
 * @site: which
 * @until: no longer than then, ns of ktime_get_mono_fast_ns()
 *
 * Context: process context, sleeps.
 * Return: it has.
 */
bool dfput_site_await_jump(const struct dfput_site *site, u64 until);

/**
 * dfput_site_await_none() - wait until no probe is left there, ours or not
 * @site: which
 * @until: no longer than then, ns of ktime_get_mono_fast_ns()
 *
 * Context: process context, sleeps.
 * Return: there is none.
 */
bool dfput_site_await_none(const struct dfput_site *site, u64 until);

/**
 * dfput_site_refuse() - note why sites can not be used
 * @reason: one word
 *
 * Context: process context.
 */
void dfput_site_refuse(const char *reason);

/**
 * dfput_site_reason() - why sites can not be used
 *
 * Context: any.
 * Return: one word, "-" if nothing is in the way.
 */
const char *dfput_site_reason(void);

#endif /* DFPUT_SITE_H */
