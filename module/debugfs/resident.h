/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must outlive the module while somebody keeps one of our files open, or a
 * drain that we began is stuck.
 */
#ifndef DFPUT_RESIDENT_H
#define DFPUT_RESIDENT_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/lockdep.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

/* As many files as the directory may hold. */
#define DFPUT_RESIDENT_FILES 24

/**
 * struct dfput_resident - one allocation for all of it
 * @drained: the wait queue that pollers are on until they close the file
 * @key: lockdep's class of that queue
 * @flush: the drain that the flush control begins
 * @flush_key: lockdep's class of that
 * @nr: files in use
 * @fops: the operations of each file
 * @dentry: each file's name, held by us, so that who else holds it can be seen
 */
struct dfput_resident {
	wait_queue_head_t drained;
	struct lock_class_key key;
	struct work_struct flush;
	struct lock_class_key flush_key;
	unsigned int nr;
	struct file_operations fops[DFPUT_RESIDENT_FILES];
	struct dentry *dentry[DFPUT_RESIDENT_FILES];
};

extern struct dfput_resident *dfput_resident;

/**
 * dfput_resident_fops() - file operations that may outlive the module
 * @model: what they are; no owner, and its release, if any, must be a function
 * of the kernel's own
 *
 * Context: process context, at load.
 * Return: a copy, or NULL when there are more files than room.
 */
const struct file_operations *
dfput_resident_fops(const struct file_operations *model);

/**
 * dfput_resident_hold() - remember the file that got the last operations
 * @dentry: its name
 *
 * Context: process context, at load.
 */
void dfput_resident_hold(struct dentry *dentry);

/**
 * dfput_resident_init() - allocate
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int dfput_resident_init(void);

/**
 * dfput_resident_exit() - free it, unless somebody still needs it
 *
 * Context: process context, may sleep; the files have been removed.
 */
void dfput_resident_exit(void);

#endif /* DFPUT_RESIDENT_H */
