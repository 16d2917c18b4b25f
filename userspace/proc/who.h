/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose a process is. Texts are for free(3), NULL where nothing is known.
 */
#ifndef DFPUT_WHO_H
#define DFPUT_WHO_H

#include <sys/types.h>

/* Return: the name of its user, or the number of one without a name. */
char *who_user(const char *root, pid_t pid);

/* Return: its container or systemd unit. */
char *who_unit(const char *root, pid_t pid);

/* Return: what the path of a cgroup tells of that. */
char *who_unit_of(const char *path);

#endif /* DFPUT_WHO_H */
