/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one home of differences between kernels. Each helper is named for what
 * its callers want, and says which kernels differ, so that it can go when they
 * do.
 */
#ifndef DFPUT_COMPAT_H
#define DFPUT_COMPAT_H

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/preempt.h>

/* DFPUT_HAVE_...: from the probes, see probe/probe.sh. */
#include "features.h"

/* Up to 5.10 ftrace's callbacks get the registers themselves. */
#ifndef DFPUT_HAVE_FTRACE_FREGS
#define ftrace_regs pt_regs
#endif

/* The name since 5.11; the older one, in_irq(), is gone by 7.3. */
#ifndef in_hardirq
#define in_hardirq() in_irq()
#endif

/*
 * What an ftrace_ops of ours needs beside FTRACE_OPS_FL_PERMANENT, to see the
 * function's arguments and not to be protected against recursion.
 *
 * Arguments are saved for everybody where the architecture can do that: x86-64
 * since 5.11, arm64 since 6.2. Before, all registers or none were promised, and
 * an architecture that can save arguments may refuse a wish for all of them.
 */
#ifdef CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS
#define DFPUT_FTRACE_SAVE 0
#else
#define DFPUT_FTRACE_SAVE FTRACE_OPS_FL_SAVE_REGS
#endif

/*
 * Since 5.11 protection has to be asked for. Before, it had to be declined: it
 * costs as much as our handlers.
 */
#ifdef DFPUT_HAVE_FTRACE_RECURSION
#define DFPUT_FTRACE_FLAGS DFPUT_FTRACE_SAVE
#else
#define DFPUT_FTRACE_FLAGS (DFPUT_FTRACE_SAVE | FTRACE_OPS_FL_RECURSION_SAFE)
#endif

/**
 * dfput_ftrace_argument() - an argument of the traced function
 * @fregs: what ftrace handed to its callback
 * @n: which, from 0
 *
 * struct ftrace_regs has a getter since 6.2, and is opaque since 6.13 (6.12.y
 * has that as well). In 5.11 to 6.1 it holds registers, of which those of the
 * arguments are filled in, by DFPUT_FTRACE_SAVE. Up to 5.10 it is the registers.
 *
 * Context: an ftrace callback, on the fregs of that call only.
 * Return: the argument's register.
 */
static __always_inline unsigned long
dfput_ftrace_argument(struct ftrace_regs *fregs, unsigned int n)
{
#if defined(DFPUT_HAVE_FTRACE_ARGUMENT)
	return ftrace_regs_get_argument(fregs, n);
#elif defined(DFPUT_HAVE_FTRACE_FREGS)
	return regs_get_kernel_argument(&fregs->regs, n);
#else
	return regs_get_kernel_argument(fregs, n);
#endif
}

/**
 * dfput_ftrace_forget() - give back the filter of an ftrace_ops
 * @ops: one that is not registered
 *
 * ftrace_free_filter() is exported since 5.11. An empty filter takes as little.
 *
 * Context: process context, may sleep.
 */
static inline void dfput_ftrace_forget(struct ftrace_ops *ops)
{
#ifdef DFPUT_HAVE_FTRACE_FREE_FILTER
	ftrace_free_filter(ops);
#else
	ftrace_set_filter(ops, NULL, 0, 1);
#endif
}

/**
 * dfput_file_refs() - how many references a file has
 * @file: the file
 *
 * Since 6.13 file_count() is a function of what must not be const.
 *
 * Context: any; somebody holds a reference.
 * Return: their number, exact for this moment.
 */
static __always_inline long dfput_file_refs(const struct file *file)
{
	return file_count((struct file *)file);
}

/**
 * dfput_file_skips_list() - is this file freed at once whatever the context?
 * @file: the file that is about to lose its last reference
 *
 * Since 6.7 a file that was never opened is freed directly in fput(), without
 * the list and without __fput(). Up to 6.6 it goes on the list like any other.
 *
 * Context: any; the caller still holds a reference, or stands where the kernel
 * does.
 * Return: true if it can not be deferred.
 */
static __always_inline bool dfput_file_skips_list(const struct file *file)
{
#ifdef DFPUT_HAVE_DIRECT_FREE
	return !(file->f_mode & (FMODE_BACKING | FMODE_OPENED));
#else
	return false;
#endif
}

#endif /* DFPUT_COMPAT_H */
