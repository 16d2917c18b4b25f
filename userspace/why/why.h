/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why a mount, a device, a file or a port is busy: all reasons that can be seen, the
 * most certain first.
 *
 * The kernel's EBUSY is per mount: a bind mount elsewhere does not make an umount
 * fail, but keeps the superblock, and with it the device, alive. So each reason
 * says which of the two it keeps.
 */
#ifndef DFPUT_WHY_H
#define DFPUT_WHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "debugfs/parse.h"
#include "lib/view.h"
#include "proc/ports.h"

/**
 * enum why_keeps - what a reason keeps busy
 * @WHY_LOCK: of a file: it is locked
 * @WHY_EXEC: its execution: it is a regular file, and open for writing
 * @WHY_WRITE: writing to it: it is being executed
 * @WHY_OPEN: it is in use otherwise
 * @WHY_PORT: a port: a bind to it says EADDRINUSE
 * @WHY_MOUNT: the very mount: an umount of it says EBUSY; and so the device
 * @WHY_DEVICE: the superblock or the device, not this mount
 * @WHY_PERHAPS: one of them, perhaps: its files are not known
 * @WHY_ELSEWHERE: nothing here: the port of another network namespace
 */
enum why_keeps {
	WHY_LOCK,
	WHY_EXEC,
	WHY_WRITE,
	WHY_OPEN,
	WHY_PORT,
	WHY_MOUNT,
	WHY_DEVICE,
	WHY_PERHAPS,
	WHY_ELSEWHERE,
};

/**
 * enum why_busy - what is known to be busy
 * @WHY_NOT_KNOWN: nothing
 * @WHY_DEVICE_BUSY: the device: it is mounted nowhere, but cannot be opened
 *	exclusively, or its superblock lives on
 * @WHY_PORT_BUSY: the port: it is not seen who has a socket of it
 * @WHY_WAS_BUSY: the mount was, when it was last unmounted: the reason may have gone
 * @WHY_MOUNT_BUSY: the mount: an umount said EBUSY just now
 */
enum why_busy {
	WHY_NOT_KNOWN,
	WHY_DEVICE_BUSY,
	WHY_PORT_BUSY,
	WHY_WAS_BUSY,
	WHY_MOUNT_BUSY,
};

/**
 * struct why_reason - one reason
 * @kind: of enum holder_kind, or child, mount, overlay, holder, partition, loop,
 *	swap, export, pending, held, shutdown, frozen, ring, protocol, kernel: see
 *	dfput-why(1)
 * @keeps: what
 * @living: a living process holds it
 * @pid: the process, 0 if it is none
 * @comm: its name, or NULL
 * @user: its user, or NULL
 * @unit: its container or systemd unit, or NULL
 * @fd: its descriptor, -1 if it is none
 * @what: what it is about, for people: a path, a device
 * @detail: more about it, for people, or NULL
 * @passing: of a loop device that will detach itself, because only late files keep its
 *	filesystem: its number; otherwise 0
 */
struct why_reason {
	const char *kind;
	enum why_keeps keeps;
	bool living;
	pid_t pid;
	char *comm;
	char *user;
	char *unit;
	int fd;
	char *what;
	char *detail;
	dev_t passing;
};

/**
 * struct why_query - about what
 * @target: a directory or mount point, which stands for its mount; another file; a
 *	block device; or MAJOR:MINOR
 * @port: instead of that, a port: see ports_parse(); or NULL
 * @root: prefix of /proc and /sys, "" for the running system
 * @reader: the module's directory, or NULL when it could not be opened
 * @busy: an umount has just failed with EBUSY
 * @watching: the caller goes on: what it has itself counts, and no device is opened,
 *	which could be in others' way. A device stands for its mount, if it has no
 *	other than copies of that
 */
struct why_query {
	const char *target;
	const char *port;
	const char *root;
	struct reader *reader;
	bool busy;
	bool watching;
};

/**
 * struct why_umount - the last umount of the superblock that the module has seen
 * @ended: when it returned, ns of CLOCK_MONOTONIC
 * @result: 0, or the error; NULL when none was seen
 * @why: as the module has it, see dfput/abi.h
 */
struct why_umount {
	uint64_t ended;
	char *result;
	char *why;
};

/**
 * struct why_late - the last file of this inode that was late, and is released
 * @released: when, ns of CLOCK_MONOTONIC; 0: none was seen
 * @lateness: how late
 * @pid: the process that closed it as it ended, 0 if that is not known
 * @comm: its name
 */
struct why_late {
	uint64_t released;
	uint64_t lateness;
	pid_t pid;
	char *comm;
};

/**
 * struct why - what was found
 * @mount: the mount's id, 0 when the target is a device
 * @path: where that is mounted, or NULL; of a file its own
 * @below: what was asked for, if that is not @path but on it, or NULL
 * @mounted_below: which is a mount point in another namespace, or by another mount
 * @inode: of a file; otherwise 0
 * @port: if the target is one, as it was asked for; otherwise NULL
 * @ports: its sockets
 * @late: there is something of the module's, or that it has not seen: perhaps a deferral
 * @super: device number of the superblock, 0 when none is mounted
 * @fstype: filesystem type, or NULL
 * @is_block: the target is a block device
 * @btrfs: what tells this btrfs from others, see struct holders_query
 * @block: the block devices below it; the target itself comes first
 * @nr_blocks: how many
 * @reason: most certain first
 * @nr: how many
 * @found: how many of them are more than perhaps, and here
 * @found_mount: how many of these keep the mount
 * @busy: what is known to be busy: see enum why_busy
 * @umount: the last one of the superblock
 * @before: of a file: see struct why_late
 * @stuck: what the files on the list wait for, or NULL: see releases_stuck()
 * @unseen: what could not be looked at, in sentences
 * @nr_unseen: how many sentences
 */
struct why {
	uint64_t mount;
	char *path;
	char *below;
	bool mounted_below;
	uint64_t inode;
	char *port;
	struct ports ports;
	bool late;
	dev_t super;
	char *fstype;
	bool is_block;
	uint32_t btrfs;
	dev_t *block;
	size_t nr_blocks;
	struct why_reason *reason;
	size_t nr;
	size_t found;
	size_t found_mount;
	enum why_busy busy;
	struct why_umount umount;
	struct why_late before;
	char *stuck;
	char **unseen;
	size_t nr_unseen;
};

/**
 * why_find() - look for all reasons
 * @why: receives them, for why_free(), also on error
 * @query: about what
 *
 * Without a module, only what it alone can see is missing, which is said.
 *
 * Return: 0, or a negative errno as in error.h: the target cannot be
 * found, /proc cannot be read, the module's files are no such.
 */
int why_find(struct why *why, const struct why_query *query);

/**
 * why_over() - what was in the way of the last umount, and is gone?
 * @why: found
 *
 * Return: a late file or ring, for people, if that umount was refused because of one,
 * and nothing is seen to keep the mount now; otherwise NULL.
 */
const char *why_over(const struct why *why);

/* Return: does this go without anybody's doing? */
bool why_passes(const struct why_reason *reason);

/**
 * why_passing() - does the mount wait for nothing but late files?
 * @why: found
 * @device: receives that of a loop device that has its image on the mount, if late
 *	files of its filesystem are waited for; otherwise it is left alone
 *
 * Return: whether it is kept, and all that keeps it goes without anybody's doing.
 */
bool why_passing(const struct why *why, dev_t *device);

/**
 * why_sentence() - say what to do
 * @why: found
 * @color: receives what it looks like
 *
 * Return: a sentence without the full stop, for free(3).
 */
char *why_sentence(const struct why *why, enum color *color);

/* Says it in the first line for people. */
void why_say(const struct why *why, struct view *view);

/**
 * why_show() - show them
 * @why: found
 * @all: all lines, for people
 * @view: where: in JSON DFPUT_MEMBERS_WHY of commands.h, and caveats
 */
void why_show(const struct why *why, bool all, struct view *view);

/**
 * why_status() - the exit status for what was found
 * @why: found
 *
 * A reason for a mount that is known to be busy is one that keeps that mount.
 *
 * Return: STATUS_OK when there is a reason, STATUS_AGAINST when there is none, and
 * STATUS_UNKNOWN when there is none for certain: one that is perhaps, or something
 * could not be looked at.
 */
int why_status(const struct why *why);

void why_free(struct why *why);

#endif /* DFPUT_WHY_H */
