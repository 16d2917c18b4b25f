/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What /proc/PID/fdinfo says of a descriptor.
 */
#ifndef DFPUT_FDINFO_H
#define DFPUT_FDINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct fdinfo_mark - what an fanotify group watches
 * @mount: id of the mount, if it is one; otherwise 0
 * @super: device number of the superblock, or of the file's; otherwise 0
 */
struct fdinfo_mark {
	uint64_t mount;
	dev_t super;
};

/**
 * struct fdinfo - a descriptor
 * @mount: id of its file's mount, 0 if the kernel does not tell
 * @inode: inode number, 0 if the kernel does not tell
 * @flags: as of open(2), 0 if the kernel does not tell
 * @locks: on its file, by way of this descriptor, one a line, as /proc/locks has them
 *	behind their number; NULL: none
 * @in_flight: how many files are in flight to it: it is an AF_UNIX socket
 * @mark: of an fanotify group whose unread events hold files
 * @nr_marks: how many
 * @registered: files that are registered with it: it is a ring of io_uring. Paths
 *	or, on older kernels, names
 * @nr_registered: how many of them are listed
 * @is_busy: there are some, but the kernel lists none: it is busy at that moment
 */
struct fdinfo {
	uint64_t mount;
	uint64_t inode;
	uint64_t flags;
	char *locks;
	uint64_t in_flight;
	struct fdinfo_mark *mark;
	size_t nr_marks;
	char **registered;
	size_t nr_registered;
	bool is_busy;
};

/**
 * fdinfo_read() - read what is said
 * @dir: descriptor of a directory
 * @name: of the file, below it
 * @info: receives it, for fdinfo_free(), also on error
 *
 * Return: 0 or a negative errno.
 */
int fdinfo_read(int dir, const char *name, struct fdinfo *info);

void fdinfo_free(struct fdinfo *info);

#endif /* DFPUT_FDINFO_H */
