/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices: their numbers, and what sysfs knows of block devices.
 */
#ifndef DFPUT_DEVICES_H
#define DFPUT_DEVICES_H

#include <sys/types.h>

/* Holds every MAJOR:MINOR. */
#define DEVICES_TEXT 32

/* Reads MAJOR:MINOR. Return: 0, or -EINVAL when @text is no such. */
int devices_parse(const char *text, dev_t *device);

/* Writes MAJOR:MINOR. Return: @text. */
const char *devices_text(char text[DEVICES_TEXT], dev_t device);

/*
 * Opens the directory of a block device in sysfs below @root. Return: a descriptor,
 * or a negative errno; -ENOENT: there is no such device.
 */
int devices_open(const char *root, dev_t device);

/* Return: the kernel's name of a block device, such as sda1, for free(3); or NULL. */
char *devices_name(const char *root, dev_t device);

/**
 * devices_find() - which block device is this?
 * @root: prefix of /sys, "" for the running system
 * @path: of its special file, which need not be there if it is /dev and the kernel's
 *	name
 * @device: receives it
 *
 * Return: 0 or a negative errno: -ENOTBLK when it is something else.
 */
int devices_find(const char *root, const char *path, dev_t *device);

#endif /* DFPUT_DEVICES_H */
