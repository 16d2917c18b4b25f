// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices: their numbers, and what sysfs knows of block devices.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "proc/devices.h"
#include "proc/proc.h"

int devices_parse(const char *text, dev_t *device)
{
	unsigned int major, minor;
	int length = 0;

	if (sscanf(text, "%u:%u%n", &major, &minor, &length) != 2 ||
	    text[length])
		return -EINVAL;
	*device = makedev(major, minor);
	return 0;
}

const char *devices_text(char text[DEVICES_TEXT], dev_t device)
{
	snprintf(text, DEVICES_TEXT, "%u:%u", major(device), minor(device));
	return text;
}

static char *device_path(const char *root, dev_t device)
{
	char number[DEVICES_TEXT];

	return alloc_text("%s/sys/dev/block/%s", root,
			  devices_text(number, device));
}

int devices_open(const char *root, dev_t device)
{
	char *path = device_path(root, device);
	int fd = proc_open(AT_FDCWD, path);

	free(path);
	return fd;
}

char *devices_name(const char *root, dev_t device)
{
	char *path = device_path(root, device);
	char *link = proc_link(AT_FDCWD, path);
	char *name = link ? alloc_copy(basename(link)) : NULL;

	free(link);
	free(path);
	return name;
}

/* Names in sysfs have a ! where those in /dev have a slash. */
static int find_in_sysfs(const char *root, const char *path, dev_t *device)
{
	char *file, text[DEVICES_TEXT];
	int err;

	if (strncmp(path, "/dev/", strlen("/dev/")))
		return -ENOENT;
	path += strlen("/dev/");
	file = alloc_text("%s/sys/class/block/%s/dev", root, path);
	for (char *at = file + strlen(file) - strlen(path) - strlen("/dev");
	     at < file + strlen(file) - strlen("/dev"); at++)
		*at = *at == '/' ? '!' : *at;
	err = proc_text(AT_FDCWD, file, text, sizeof(text));
	free(file);
	return err ? err : devices_parse(text, device);
}

int devices_find(const char *root, const char *path, dev_t *device)
{
	struct proc_file file;
	int err = find_in_sysfs(root, path, device);

	if (!err || *root)
		return err;
	err = proc_stat(AT_FDCWD, path, &file);
	*device = file.special;
	return err || file.special ? err : -ENOTBLK;
}
