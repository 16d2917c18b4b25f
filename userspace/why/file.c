// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reasons: locks on a file. /proc/locks has all, but knows no process for those that are
 * of an open file (OFD); fdinfo has those of each descriptor.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "lib/alloc.h"
#include "lib/number.h"
#include "proc/fstype.h"
#include "proc/proc.h"
#include "why/search.h"

#define WORD 32

/* Of the locks of a descriptor, so many are described. */
#define MAX_LOCKS 8

/**
 * struct lock - a line of /proc/locks or fdinfo, behind its number
 * @type: POSIX, OFDLCK, FLOCK, LEASE ...
 * @mode: READ or WRITE
 * @pid: who took it, in our PID namespace; -1 of OFDLCK, and below 0 if it was another
 *	machine's
 * @super: device number of the superblock
 * @inode: inode number
 * @first: byte
 * @last: byte, or EOF
 */
struct lock {
	char type[WORD];
	char mode[WORD];
	int pid;
	dev_t super;
	uint64_t inode;
	char first[WORD];
	char last[WORD];
};

/* Who waits for a lock has an arrow before it, and does not fit. */
static bool parse_lock(const char *line, struct lock *lock)
{
	unsigned int major, minor;

	if (sscanf(line, "%31s %*s %31s %d %x:%x:%" SCNu64 " %31s %31s",
		   lock->type, lock->mode, &lock->pid, &major, &minor,
		   &lock->inode, lock->first, lock->last) != 8)
		return false;
	lock->super = makedev(major, minor);
	return true;
}

/* What the kernel calls them, and what people do. */
static const char *name_type(const char *type)
{
	static const struct {
		const char *type;
		const char *name;
	} types[] = {
		{ "FLOCK", "flock" },	   { "OFDLCK", "OFD lock" },
		{ "POSIX", "fcntl lock" }, { "LEASE", "lease" },
		{ "DELEG", "delegation" },
	};

	for (size_t i = 0; i < NR(types); i++)
		if (!strcmp(types[i].type, type))
			return types[i].name;
	return type;
}

static char *describe_lock(const struct lock *lock)
{
	bool whole = !strcmp(lock->first, "0") && !strcmp(lock->last, "EOF");

	return alloc_text("%s (%s%s%s%s%s)", name_type(lock->type), lock->mode,
			  whole ? "" : ", bytes ", whole ? "" : lock->first,
			  whole ? "" : " to ", whole ? "" : lock->last);
}

char *why_describe_locks(const char *locks)
{
	char count[NUMBER_TEXT], *text, *one;
	struct lock lock;
	size_t length, nr = 0;
	FILE *file = must(open_memstream(&text, &length));

	for (const char *at = locks; at && *at; at = strchr(at, '\n') + 1) {
		if (!parse_lock(at, &lock) || nr++ >= MAX_LOCKS)
			continue;
		one = describe_lock(&lock);
		fprintf(file, ", %s", one);
		free(one);
	}
	if (nr > MAX_LOCKS)
		fprintf(file, ", and %s more",
			number_count(count, nr - MAX_LOCKS, "lock"));
	fclose(file);
	return text;
}

/* Lines are in one text, and end with theirs. */
static int compare_lines(const void *a, const void *b)
{
	size_t length = strcspn(a, "\n");

	return strncmp(a, b, length + 1);
}

/* Return: the locks of descriptors that were found: see tsearch(3). */
static void *index_locks(const struct holders *holders)
{
	void *known = NULL;

	for (size_t i = 0; i < holders->nr; i++)
		for (const char *at = holders->holder[i].locks; at && *at;
		     at = strchr(at, '\n') + 1)
			must(tsearch(at, &known, compare_lines));
	return known;
}

static void keep_line(void *line)
{
	(void)line;
}

/* The PID is that of whoever took it, and may be another's by now. */
static const char *describe_taker(const struct why_search *search,
				  const struct lock *lock, char comm[WORD])
{
	char *name;

	*comm = '\0';
	if (!strcmp(lock->type, "OFDLCK"))
		return "PID -1 in /proc/locks is normal: such a lock is an open file's";
	if (lock->pid <= 0)
		return "another machine took it";
	name = alloc_text("%s/proc/%d/comm", search->query->root, lock->pid);
	proc_text(AT_FDCWD, name, comm, WORD);
	free(name);
	return *comm ? "that process took it, or one that had its PID before" :
		       "no process is seen that has the PID of who took it";
}

static void add_lock(struct why_search *search, const struct lock *lock)
{
	char *what = describe_lock(lock), comm[WORD];
	const char *taker = describe_taker(search, lock, comm);
	const struct why_reason reason = {
		.kind = "lock",
		.keeps = fstype_has_unique_inodes(search->why->fstype) ?
				 WHY_LOCK :
				 WHY_PERHAPS,
		.pid = lock->pid > 0 ? lock->pid : 0,
		.comm = *comm ? comm : NULL,
		.fd = -1,
		.what = what,
	};

	why_add(search, &reason, "no descriptor is seen to have it; %s", taker);
	search->why->late = true;
	free(what);
}

void why_locks(struct why_search *search)
{
	char *path = alloc_text("%s/proc/locks", search->query->root);
	FILE *file = search->why->inode ? proc_file_open(AT_FDCWD, path) : NULL;
	void *known = index_locks(&search->holders);
	char *line = NULL, *at;
	struct lock lock;
	size_t room = 0;

	if (search->why->inode && !file)
		why_unseen(search, "locks: %s cannot be read", path);
	while (file && getline(&line, &room, file) > 0) {
		at = strstr(line, ": ");
		if (at && parse_lock(at + 2, &lock) &&
		    lock.super == search->why->super &&
		    lock.inode == search->why->inode &&
		    !tfind(at + 2, &known, compare_lines))
			add_lock(search, &lock);
	}
	tdestroy(known, keep_line);
	free(line);
	if (file)
		fclose(file);
	free(path);
}
