/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one home of differences between kernels. Each helper is named for what
 * its callers want, and says which kernels differ, so that it can go when they
 * do.
 */
#ifndef DFPUT_COMPAT_H
#define DFPUT_COMPAT_H

/*
 * Counters, stamps and keys of 64 bits are read and written as one, and the call site's
 * cause is kept in the top bits of its address.
 */
#ifndef CONFIG_64BIT
#error "dfput counts right only on 64-bit kernels"
#endif

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/mm_types.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/stackdepot.h>
#include <linux/stacktrace.h>

/* DFPUT_HAVE_...: from the probes, see probe/probe.sh. */
#include "compat/features.h"

/* Since 6.3 locks have a header of their own. */
#ifdef DFPUT_HAVE_FILELOCK_H
#include <linux/filelock.h>
#endif
#ifdef DFPUT_HAVE_TASK_FALLBACK
#include <linux/io_uring_types.h>
#endif

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

/*
 * For what is filled in wholly: where every variable is made zero first, by
 * CONFIG_INIT_STACK_ALL_ZERO, that would be done twice.
 */
#if __has_attribute(__uninitialized__)
#define DFPUT_UNINITIALIZED __attribute__((__uninitialized__))
#else
#define DFPUT_UNINITIALIZED
#endif

/* Threads that the kernel runs as part of a process; the second since 6.4. */
#ifdef PF_USER_WORKER
#define DFPUT_WORKER_FLAGS (PF_IO_WORKER | PF_USER_WORKER)
#else
#define DFPUT_WORKER_FLAGS PF_IO_WORKER
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

/**
 * dfput_file_mount() - the mount that a file pins and that somebody may unmount
 * @file: the file, opened
 *
 * A filesystem on top of another, as overlay, opens files of the lower one. Up to 6.6
 * such a file has the upper mount as its own; since 6.7 it pins that in addition.
 *
 * Context: any; somebody holds a reference, or its __fput() has just been entered.
 * Return: the mount.
 */
static __always_inline const struct vfsmount *
dfput_file_mount(const struct file *file)
{
#ifdef DFPUT_HAVE_USER_PATH
	return file_user_path((struct file *)file)->mnt;
#else
	return file->f_path.mnt;
#endif
}

#ifdef DFPUT_HAVE_FILE_LOCK_CORE
#define DFPUT_LOCK(at) list_entry(at, struct file_lock_core, flc_list)
#else
#define DFPUT_LOCK(at) list_entry(at, struct file_lock, fl_list)
#endif

/**
 * dfput_lock_file() - the open file that a lock belongs to
 * @at: its place in a list of struct file_lock_context
 *
 * Since 6.9 those are lists of struct file_lock_core.
 *
 * Context: under that context's lock.
 * Return: the file, to be compared.
 */
static inline const struct file *dfput_lock_file(const struct list_head *at)
{
#ifdef DFPUT_HAVE_FILE_LOCK_CORE
	return DFPUT_LOCK(at)->flc_file;
#else
	return DFPUT_LOCK(at)->fl_file;
#endif
}

/**
 * dfput_lock_flags() - what kind of lock it is
 * @at: its place in a list of struct file_lock_context
 *
 * Context: under that context's lock.
 * Return: FL_FLOCK, FL_OFDLCK, FL_LEASE and others.
 */
static inline unsigned int dfput_lock_flags(const struct list_head *at)
{
#ifdef DFPUT_HAVE_FILE_LOCK_CORE
	return DFPUT_LOCK(at)->flc_flags;
#else
	return DFPUT_LOCK(at)->fl_flags;
#endif
}

/**
 * dfput_mm_has_aio() - was aio ever set up in an address space?
 * @mm: the address space
 *
 * Context: any; @mm can't be freed meanwhile.
 * Return: it may have contexts; false in a kernel without aio.
 */
static __always_inline bool dfput_mm_has_aio(const struct mm_struct *mm)
{
#ifdef CONFIG_AIO
	return rcu_access_pointer(mm->ioctx_table);
#else
	return false;
#endif
}

/**
 * dfput_mmap_prepare_file() - what is being mapped
 * @desc: argument of an mmap_prepare operation
 *
 * Such operations are there since 6.16.
 *
 * Context: inside that operation.
 * Return: the file.
 */
static inline const struct file *dfput_mmap_prepare_file(unsigned long desc)
{
#ifdef DFPUT_HAVE_MMAP_PREPARE
	return ((const struct vm_area_desc *)desc)->file;
#else
	return NULL;
#endif
}

/*
 * Up to 6.3 a ring puts what is taken out of its table in io_rsrc_put_work(). Later
 * there is another function of that name, which the owner itself calls.
 */
#ifdef DFPUT_HAVE_RING_FILES
#define DFPUT_RING_FILES 1
#else
#define DFPUT_RING_FILES 0
#endif

/**
 * dfput_task_fallback() - the task that an io_uring fallback works for
 * @work: argument of io_tctx_fallback_work()
 *
 * That function is there since 7.2; before, the fallback is the ring's.
 *
 * Context: inside that function.
 * Return: the task, or NULL.
 */
static inline struct task_struct *dfput_task_fallback(unsigned long work)
{
#ifdef DFPUT_HAVE_TASK_FALLBACK
	return container_of((struct work_struct *)work, struct io_uring_task,
			    fallback_work)
		->task;
#else
	return NULL;
#endif
}

/**
 * dfput_save_context_stack() - the stack of this context, from here to its entry
 * @frames: receives return addresses, innermost first
 * @size: of the array
 *
 * In an interrupt, what that has interrupted is left out, or each stack would be new.
 * Without filter_irq_stacks() the entry is not known; nearer than this it never is.
 *
 * Context: any but NMI.
 * Return: how many there are.
 */
static __always_inline unsigned int
dfput_save_context_stack(unsigned long *frames, unsigned int size)
{
#ifdef DFPUT_HAVE_FILTER_IRQ_STACKS
	return filter_irq_stacks(frames, stack_trace_save(frames, size, 0));
#else
	unsigned int interrupt_size = 8;

	if ((hardirq_count() || in_serving_softirq()) && size > interrupt_size)
		size = interrupt_size;
	return stack_trace_save(frames, size, 0);
#endif
}

#endif /* DFPUT_COMPAT_H */
