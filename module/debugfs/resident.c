// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must outlive the module while somebody keeps one of our files open, or a
 * drain that we began is stuck.
 *
 * A debugfs file pins the module that owns its operations until it is closed,
 * and a reader in poll(2) could so keep us from being unloaded for ever. Ours
 * have no owner. debugfs itself sees to it that no read, write or poll is
 * under way, or begins, once a file is removed. What is left is what the
 * kernel touches when a file that was removed is closed:
 *
 * - the file_operations, for their release (a function of the kernel's own)
 *   and their owner (none);
 * - the wait queue, from which a poller takes itself away.
 *
 * Both are in one allocation apart from the module. We hold each file's dentry,
 * and as an open file holds it as well, its count says whether anybody is left.
 * If so, they get a moment to notice the hangup and to close; if they don't,
 * this one allocation stays behind until the next boot, and we say so.
 *
 * The same goes for the work item of a flush, which runs the kernel's own text:
 * a release that it waits for may take as long as it likes. It is not touched
 * any more once it is over.
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include "core/fault.h"
#include "debugfs/resident.h"
#include "debugfs/waiters.h"

/* How long they get to come to an end: tries, and ms between them. */
#define CLOSE_TRIES 20
#define CLOSE_MS 10

struct dfput_resident *dfput_resident;

const struct file_operations *
dfput_resident_fops(const struct file_operations *model)
{
	if (dfput_resident->nr == DFPUT_RESIDENT_FILES)
		return NULL;
	dfput_resident->fops[dfput_resident->nr] = *model;
	return &dfput_resident->fops[dfput_resident->nr];
}

void dfput_resident_hold(struct dentry *dentry)
{
	dfput_resident->dentry[dfput_resident->nr++] = dget(dentry);
}

static unsigned int open_files(void)
{
	unsigned int i, open = 0;

	for (i = 0; i < dfput_resident->nr; i++)
		open += d_count(dfput_resident->dentry[i]) > 1;
	return open;
}

static bool is_needed(void)
{
	return open_files() || work_busy(&dfput_resident->flush);
}

/* After this nobody can know of the memory any more, unless it is needed. */
static bool stays_needed(void)
{
	unsigned int try;

	for (try = 0; is_needed() && try < CLOSE_TRIES; try++)
		msleep(CLOSE_MS);
	return is_needed();
}

static void say_why(void)
{
	if (open_files())
		pr_notice(
			"%u of our files are still open: %zu bytes stay behind for them\n",
			open_files(), sizeof(*dfput_resident));
	else
		pr_notice(
			"a flush is still waiting for a release: %zu bytes stay behind for it\n",
			sizeof(*dfput_resident));
}

int dfput_resident_init(void)
{
	dfput_resident =
		dfput_try(NULL, kzalloc(sizeof(*dfput_resident), GFP_KERNEL));
	if (!dfput_resident)
		return -ENOMEM;
	lockdep_register_key(&dfput_resident->key);
	lockdep_register_key(&dfput_resident->flush_key);
	__init_waitqueue_head(&dfput_resident->drained, "dfput",
			      &dfput_resident->key);
	return 0;
}

void dfput_resident_exit(void)
{
	unsigned int i;
	bool needed;

	dfput_waiters_wake();
	needed = stays_needed();
	if (needed)
		say_why();
	for (i = 0; i < dfput_resident->nr; i++)
		dput(dfput_resident->dentry[i]);
	if (needed)
		return;
	lockdep_unregister_key(&dfput_resident->key);
	lockdep_unregister_key(&dfput_resident->flush_key);
	kfree(dfput_resident);
}
