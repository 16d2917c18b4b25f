/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who among the living processes holds files of a filesystem. A single walk
 * through /proc, which is no snapshot: who comes or goes meanwhile may be missed.
 *
 * What /proc does not show is not found: which files are in flight on a socket
 * (SCM_RIGHTS), the registered files of an io_uring ring that has no descriptor,
 * references of the kernel's own. Of registered files, older kernels show nothing
 * but names.
 */
#ifndef DFPUT_HOLDERS_H
#define DFPUT_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proc/mounts.h"
#include "proc/ports.h"

/**
 * enum holder_kind - how a file is held; from @HOLDER_SCM on, it is not known which
 * @HOLDER_FD: by a file descriptor
 * @HOLDER_CWD: as the working directory
 * @HOLDER_ROOT: as the root directory
 * @HOLDER_EXE: as the program that is executed
 * @HOLDER_MMAP: mapped
 * @HOLDER_URING: registered with an io_uring ring, which is the descriptor
 * @HOLDER_SOCKET: by a socket, which is the descriptor, as its address
 * @HOLDER_SCM: perhaps: in flight to a socket, which is the descriptor
 * @HOLDER_FANOTIFY: perhaps: by unread events of a group that watches it, which is the
 *	descriptor
 * @HOLDER_EXIT: perhaps: by a task in its exit, whose descriptors are gone
 * @HOLDER_DEVICE: none: a descriptor of a block device; the device is the superblock's
 * @HOLDER_NR_KINDS: how many there are
 */
enum holder_kind {
	HOLDER_FD,
	HOLDER_CWD,
	HOLDER_ROOT,
	HOLDER_EXE,
	HOLDER_MMAP,
	HOLDER_URING,
	HOLDER_SOCKET,
	HOLDER_SCM,
	HOLDER_FANOTIFY,
	HOLDER_EXIT,
	HOLDER_DEVICE,
	HOLDER_NR_KINDS,
};

/* What users call them, by kind. */
extern const char *const holders_kinds[HOLDER_NR_KINDS];

/**
 * struct holder - a process that holds a file
 * @kind: how
 * @pid: the process
 * @tid: the thread, where not all of them do; otherwise @pid
 * @comm: the process's name
 * @fd: the descriptor, -1 if it is none
 * @mount: id of the mount that the file was reached by, 0 if unknown
 * @super: device number of the superblock; of HOLDER_DEVICE, the device itself
 * @inode: inode number, 0 if unknown
 * @device: of the file, as stat(2) has it, 0 if unknown
 * @detached: its mount is in no table: @super is a guess
 * @writes: the file is open for writing by way of this
 * @locks: on it, of this descriptor, if they are asked for: see struct fdinfo; or NULL
 * @path: its name, as the kernel has it now; of HOLDER_EXIT, where in the kernel the
 *	task is
 * @mntns: inode number of the process's mount namespace, 0 if unknown
 * @sure: that it is of @super is seen; otherwise that is likely or, where @super
 *	is 0, not known at all
 */
struct holder {
	enum holder_kind kind;
	pid_t pid;
	pid_t tid;
	char *comm;
	int fd;
	uint64_t mount;
	dev_t super;
	uint64_t inode;
	dev_t device;
	bool detached;
	bool writes;
	char *locks;
	char *path;
	uint64_t mntns;
	bool sure;
};

/**
 * struct holders_key - for holders_hold()
 * @super: as of a holder; 0: detached
 * @inode: as of a holder
 * @alone: by all that stat(2) tells, this is the superblock's only such inode
 */
struct holders_key {
	dev_t super;
	uint64_t inode;
	bool alone;
};

/**
 * struct holders - what was found
 * @holder: by process, as /proc lists them
 * @nr: how many
 * @key: superblocks and inodes of these, sorted
 * @nr_keys: how many
 * @mounts: the mounts of all namespaces, from the same scan
 * @nr_unseen: how many processes, or threads of them, could not be looked at, wholly or
 *	in part
 * @nr_mntns: descriptors of mount namespaces that no process lives in and that
 *	were not looked at
 * @nr_rings: io_uring rings with registered files that could not be listed
 */
struct holders {
	struct holder *holder;
	size_t nr;
	struct holders_key *key;
	size_t nr_keys;
	struct mounts mounts;
	size_t nr_unseen;
	size_t nr_mntns;
	size_t nr_rings;
};

/**
 * struct holders_query - whose holders to find
 * @root: prefix of /proc, "" for the running system
 * @all: of all filesystems: @super and @block do not count
 * @super: device number of the superblock, as mountinfo has it; 0 for none
 * @btrfs: first word of the filesystem id that statfs(2) has on this btrfs, or 0
 * @overlay: it is an overlay: on older kernels its mappings have the device number
 *	of a layer, so each mapping is asked which mount it is of
 * @block: block devices, whose descriptors are HOLDER_DEVICE; or NULL
 * @nr_blocks: how many
 * @ports: sockets, whose descriptors are HOLDER_FD or HOLDER_URING; or NULL
 * @locked: inode number of the file whose locks to keep, 0: of none. A process may
 *	have any number of them
 */
struct holders_query {
	const char *root;
	bool all;
	dev_t super;
	uint32_t btrfs;
	bool overlay;
	const dev_t *block;
	size_t nr_blocks;
	const struct ports *ports;
	uint64_t locked;
};

/**
 * holders_scan() - find them
 * @holders: receives them, for holders_free(), also on error
 * @query: of what
 *
 * Processes that cannot be looked at are counted. The calling process is one like
 * any other. Files whose filesystem is not known are found whatever the query.
 *
 * Return: 0, or a negative errno when /proc cannot be read.
 */
int holders_scan(struct holders *holders, const struct holders_query *query);

/**
 * enum holders_answer - does a living process hold a file?
 * @HOLDERS_NONE: none is seen to
 * @HOLDERS_PERHAPS: one holds a file of that number, and perhaps another file
 * @HOLDERS_ONE: one does
 */
enum holders_answer {
	HOLDERS_NONE,
	HOLDERS_PERHAPS,
	HOLDERS_ONE,
};

/**
 * holders_hold() - does a process that was found hold this file?
 * @holders: scanned
 * @fstype: filesystem type
 * @super: device number of the superblock, as mountinfo and the module have it
 * @inode: inode number
 *
 * The module tells a file by its superblock and inode number. Unless
 * fstype_has_unique_inodes(), these are not enough, and @holders must be of all
 * filesystems.
 */
enum holders_answer holders_hold(const struct holders *holders,
				 const char *fstype, dev_t super,
				 uint64_t inode);

void holders_free(struct holders *holders);

#endif /* DFPUT_HOLDERS_H */
