/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of why share, each of which looks for one kind of reasons.
 */
#ifndef DFPUT_SEARCH_H
#define DFPUT_SEARCH_H

#include "proc/holders.h"
#include "proc/proc.h"
#include "why/why.h"

/**
 * struct why_search - the search so far
 * @why: what was found
 * @query: about what
 * @holders: living holders, and the mounts of all namespaces
 * @mount: that of the target, or NULL
 * @file: the target, if it is a file, as stat(2) has it; what nobody knows is 0
 * @err: the first error, which ends the search
 */
struct why_search {
	struct why *why;
	const struct why_query *query;
	struct holders holders;
	const struct mounts_mount *mount;
	struct proc_file file;
	int err;
};

/* Adds a reason; its texts are copied, its detail is what printf(3) makes of this. */
void why_add(struct why_search *search, const struct why_reason *reason,
	     const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Says in a sentence without the full stop what could not be looked at. */
void why_unseen(struct why_search *search, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Gives up, for an error that was noted: see error.h. */
void why_fail(struct why_search *search, int err);

/* Is this one of the block devices of the target? */
bool why_is_block(const struct why *why, dev_t device);

/*
 * What does a reference to the mount of this id, 0 if unknown, keep? WHY_MOUNT for
 * the target's mount and for copies of it that take it along, or for any that is
 * seen when the target is a device; else WHY_DEVICE.
 */
enum why_keeps why_keeps(const struct why_search *search, uint64_t id);

/* Return: it is a port, and it is known who has each of its sockets here. */
bool why_port_is_clear(const struct why *why);

/* Return: locks of a holder, for people, each behind a comma; for free(3). */
char *why_describe_locks(const char *locks);

/*
 * The parts, in the order in which they run: what the target is; which superblock
 * a device has that is mounted nowhere; living processes; locks on a file; mounts on it,
 * or of the same superblock; other users in the kernel; what the module has seen; what
 * of a port nobody else has.
 */
void why_target(struct why_search *search);
void why_super(struct why_search *search);
void why_live(struct why_search *search);
void why_locks(struct why_search *search);
void why_mounts(struct why_search *search);
void why_devices(struct why_search *search);
void why_module(struct why_search *search);
void why_port_rest(struct why_search *search);

/* Instead of why_target(). */
void why_port(struct why_search *search);

#endif /* DFPUT_SEARCH_H */
