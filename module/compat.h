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

/**
 * dfput_ftrace_arg0() - first argument of the traced function
 * @fregs: what ftrace handed to its callback
 *
 * x86-64 with DYNAMIC_FTRACE_WITH_ARGS saves the argument registers for every
 * ftrace_ops, also without SAVE_REGS (6.1; later kernels have
 * ftrace_regs_get_argument()).
 *
 * Context: an ftrace callback, on the fregs of that call only.
 * Return: the argument's register.
 */
static __always_inline unsigned long
dfput_ftrace_arg0(struct ftrace_regs *fregs)
{
#ifdef ftrace_regs_get_argument
	return ftrace_regs_get_argument(fregs, 0);
#else
	return regs_get_kernel_argument(&fregs->regs, 0);
#endif
}

/**
 * dfput_file_skips_list() - is this file freed at once whatever the context?
 * @file: the file that is about to lose its last reference
 *
 * Since 6.7 a file that was never opened is freed directly in fput(), without
 * the list and without __fput(). Up to 6.6 it goes on the list like any other.
 * get_file_active() came in the same release and tells the two apart.
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
