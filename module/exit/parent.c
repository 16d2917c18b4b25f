// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that an ending process shares with its parent.
 *
 * fork() copies the table of files. What the parent still has in its own, it closes
 * later, at its end at the latest, and filp_close() shows that to us. So such a file
 * cannot outlive the child alone, and takes no room in the table of watched files,
 * however many files the parent has and however often it forks.
 *
 * exit_files() takes a table from its task under the lock of that task. Under the same
 * lock the table stays. It is only tried for, as in blocks.c.
 */
#include <linux/bitops.h>
#include <linux/fdtable.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>

#include "exit/internal.h"

/* How many open files are compared, and how many places looked at, in one search. */
#define TRIES 64
#define REACH 1024

/* How often the lock is tried for: its holders, other children mostly, are quick. */
#define LOCK_TRIES 100
#define PLACES_BITS 8

/*
 * A process closes its files in the order of its table, a copy of its parent's. So each
 * is just behind the one before; if not, it is looked for further behind, each time.
 * Processes that share a place spoil it for each other: some are not found until it fits
 * again. What is found is true all the same.
 */
static struct place {
	unsigned int next;
	unsigned int further;
} places[1 << PLACES_BITS];

/* From @fd on, which is then behind what was looked at. */
static bool search_files(const struct fdtable *fdt, const struct file *file,
			 unsigned int *fd)
{
	unsigned int at = *fd < fdt->max_fds ? *fd : 0;
	unsigned int end = min(at + REACH, fdt->max_fds), tries = 0;
	bool found = false;

	for_each_set_bit_from(at, fdt->open_fds, end) {
		found = rcu_access_pointer(fdt->fd[at]) == file;
		if (found || ++tries == TRIES)
			break;
	}
	*fd = min(at + 1, end);
	return found;
}

static bool holds_file(const struct files_struct *files,
		       const struct file *file)
{
	const struct fdtable *fdt = rcu_dereference(files->fdt);
	struct place *place = &places[hash_ptr(current, PLACES_BITS)];
	unsigned int fd = READ_ONCE(place->next);
	bool found = search_files(fdt, file, &fd);

	if (!found) {
		fd = max(fd, READ_ONCE(place->further));
		found = search_files(fdt, file, &fd);
	}
	WRITE_ONCE(place->further, fd);
	if (found)
		WRITE_ONCE(place->next, fd);
	return found;
}

bool dfput_parent_has(const struct file *file)
{
	struct task_struct *parent;
	unsigned int try;
	bool found = false;

	rcu_read_lock();
	parent = rcu_dereference(current->real_parent);
	for (try = 0; try < LOCK_TRIES; try++) {
		if (spin_trylock(&parent->alloc_lock)) {
			found = parent->files &&
				holds_file(parent->files, file);
			spin_unlock(&parent->alloc_lock);
			break;
		}
		cpu_relax();
	}
	rcu_read_unlock();
	return found;
}
