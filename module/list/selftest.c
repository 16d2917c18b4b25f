// SPDX-License-Identifier: GPL-2.0-only
/*
 * The self-test: files deferred on purpose must be seen.
 *
 * They are anonymous and have operations of the kernel's own, so that nothing
 * of ours is needed to release them, whenever that will be. They are put with
 * bottom halves off: that is a deferral in every kernel.
 *
 * The addresses of the files are kept as keys. Each is unique while its file
 * lives, that is until its __fput has begun; then it is forgotten, because the
 * next file may get the same. Handlers touch nothing but the keys and the
 * atomics.
 */
#include <linux/anon_inodes.h>
#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "core/fault.h"
#include "core/waiters.h"
#include "list/private.h"

#define FILES 4
#define WAIT (HZ / 2)

bool dfput_selftest_active __read_mostly;

static struct file *files[FILES];
/* Who puts them, and nothing else meanwhile. */
static const struct task_struct *putter;
static atomic_t queued;
static atomic_t started;
static atomic_t wrong;
static bool begun;

/* Its place among the keys, or FILES. */
static unsigned int place_of(const void *file)
{
	unsigned int i;

	for (i = 0; i < FILES; i++)
		if (READ_ONCE(files[i]) == file)
			break;
	return i;
}

void __dfput_selftest_queued(const void *file, enum dfput_cause cause)
{
	bool ours = place_of(file) < FILES;

	/* An interrupt may put others. */
	if (ours != (cause == DFPUT_CAUSE_bh && READ_ONCE(putter) == current))
		atomic_inc(&wrong);
	if (ours)
		atomic_inc(&queued);
}

void __dfput_selftest_started(const void *file, enum dfput_match match)
{
	unsigned int place = place_of(file);

	if (place == FILES)
		return;
	WRITE_ONCE(files[place], NULL);
	if (match != DFPUT_MATCH_QUEUED)
		atomic_inc(&wrong);
	dfput_batch_has_last_preload();
	if (atomic_inc_return(&started) == FILES)
		WRITE_ONCE(dfput_selftest_active, false);
}

static bool is_drained(void)
{
	return atomic_read(&started) == FILES;
}

static int open_files(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < FILES; i++) {
		files[i] = dfput_try(ERR_PTR(-ENFILE),
				     anon_inode_getfile("[dfput]",
							&generic_ro_fops, NULL,
							O_RDONLY));
		if (IS_ERR(files[i]))
			goto fail;
	}
	return 0;

fail:
	err = PTR_ERR(files[i]);
	while (i--)
		fput(files[i]);
	return err;
}

static noinline void put_files(void)
{
	unsigned int i;

	local_bh_disable();
	WRITE_ONCE(putter, current);
	for (i = 0; i < FILES; i++)
		fput(files[i]);
	WRITE_ONCE(putter, NULL);
	local_bh_enable();
}

int dfput_selftest_run(void)
{
	int err = open_files();

	if (err)
		return err;
	atomic_set(&queued, 0);
	atomic_set(&started, 0);
	atomic_set(&wrong, 0);
	begun = true;
	WRITE_ONCE(dfput_selftest_active, true);
	put_files();

	if (atomic_read(&queued) != FILES || atomic_read(&wrong))
		return -EIO;
	/* A drain may be stuck in a slow release: then it passes later. */
	wait_event_timeout(dfput_waiters,
			   is_drained() && dfput_batch_is_preload_over(), WAIT);
	return atomic_read(&wrong) ? -EIO : 0;
}

void dfput_selftest_stop(void)
{
	WRITE_ONCE(dfput_selftest_active, false);
	begun = false;
}

enum dfput_selftest dfput_selftest_result(void)
{
	if (!begun)
		return DFPUT_SELFTEST_OFF;
	if (atomic_read(&wrong))
		return DFPUT_SELFTEST_FAILED;
	return is_drained() ? DFPUT_SELFTEST_PASSED : DFPUT_SELFTEST_WAITING;
}
