/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of why share, each of which looks for one kind of reasons.
 */
#ifndef DFPUT_WHY_PARTS_H
#define DFPUT_WHY_PARTS_H

#include "why/reasons.h"

/**
 * struct why_search - the search so far
 * @why: what was found
 * @query: about what
 * @holders: living holders, and the mounts of all namespaces
 * @mount: that of the target, or NULL
 * @err: the first error; nothing is added any more then
 */
struct why_search {
	struct why *why;
	const struct why_query *query;
	struct holders holders;
	const struct mounts_mount *mount;
	int err;
};

/**
 * why_add() - add a reason
 * @search: where
 * @reason: the reason, whose texts are copied; its @detail does not count
 * @format: of that, as of printf(3), or NULL
 */
void why_add(struct why_search *search, const struct why_reason *reason,
	     const char *format, ...) __attribute__((format(printf, 3, 4)));

/**
 * why_unseen() - say what could not be looked at
 * @search: where
 * @format: a sentence, as of printf(3), without the full stop
 */
void why_unseen(struct why_search *search, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * why_fail() - give up
 * @search: which
 * @err: a negative errno
 * @format: why, as of printf(3)
 */
void why_fail(struct why_search *search, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * why_is_block() - is this one of the block devices of the target?
 * @why: whose target is known
 * @device: which
 *
 * Return: it is.
 */
bool why_is_block(const struct why *why, dev_t device);

/**
 * why_keeps() - what does a reference to a mount keep?
 * @search: whose mounts are known
 * @id: of the mount, 0 if unknown
 *
 * Return: WHY_MOUNT for the target's mount and for copies of it that take it
 * along, or for any that is seen when the target is a device; or WHY_DEVICE.
 */
enum why_keeps why_keeps(const struct why_search *search, uint64_t id);

/**
 * why_target() - find out what the target is
 * @search: receives it; the mounts are read for this
 */
void why_target(struct why_search *search);

/**
 * why_super() - which superblock a device has that is mounted nowhere
 * @search: whose target is known
 *
 * On btrfs its number is not that of the device: the module knows it.
 */
void why_super(struct why_search *search);

/**
 * why_live() - the living processes
 * @search: whose holders are known
 */
void why_live(struct why_search *search);

/**
 * why_mounts() - mounts: on it, or of the same superblock elsewhere
 * @search: whose mounts are known
 */
void why_mounts(struct why_search *search);

/**
 * why_devices() - what else in the kernel uses the device, or a file
 * @search: whose target is known
 */
void why_devices(struct why_search *search);

/**
 * why_module() - what the module has seen
 * @search: whose holders are known
 */
void why_module(struct why_search *search);

#endif /* DFPUT_WHY_PARTS_H */
