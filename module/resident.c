// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must outlive the module while somebody keeps one of our files open.
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
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include "resident.h"
#include "waiters.h"

/* How long a hung-up reader gets to close: tries, and ms between them. */
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

/* After this nobody can know of the memory any more, unless the file is open. */
static unsigned int wait_for_closes(void)
{
	unsigned int try, open;

	for (try = 0; (open = open_files()) && try < CLOSE_TRIES; try++)
		msleep(CLOSE_MS);
	return open;
}

int dfput_resident_init(void)
{
	dfput_resident = kzalloc(sizeof(*dfput_resident), GFP_KERNEL);
	if (!dfput_resident)
		return -ENOMEM;
	lockdep_register_key(&dfput_resident->key);
	__init_waitqueue_head(&dfput_resident->drained, "dfput",
			      &dfput_resident->key);
	return 0;
}

void dfput_resident_exit(void)
{
	unsigned int i, open;

	dfput_waiters_wake();
	open = wait_for_closes();
	for (i = 0; i < dfput_resident->nr; i++)
		dput(dfput_resident->dentry[i]);

	if (open) {
		pr_notice(
			"%u of our files are still open: %zu bytes stay behind for them\n",
			open, sizeof(*dfput_resident));
		return;
	}
	lockdep_unregister_key(&dfput_resident->key);
	kfree(dfput_resident);
}
