// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "proc/proc.h"
#include "proc/who.h"

#define TEXT 4096

static bool read_text(const char *root, pid_t pid, const char *name,
		      char text[TEXT])
{
	char *path = alloc_text("%s/proc/%d/%s", root, (int)pid, name);
	int err = proc_text(AT_FDCWD, path, text, TEXT);

	free(path);
	return !err;
}

char *who_user(const char *root, pid_t pid)
{
	const struct passwd *user;
	char text[TEXT];
	unsigned int uid;
	const char *at;

	if (!read_text(root, pid, "status", text))
		return NULL;
	at = strstr(text, "\nUid:");
	if (!at || sscanf(at, "\nUid: %u", &uid) != 1)
		return NULL;
	user = getpwuid(uid);
	return user ? alloc_copy(user->pw_name) : alloc_text("%u", uid);
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), rest = strlen(end);

	return length > rest && !strcmp(text + length - rest, end);
}

/*
 * Return: a container, if this directory is one's: the runtimes have 64 hexadecimal
 * digits in the name (docker-ID.scope, kubepods/.../ID), LXC has its own name.
 */
static char *container_of(const char *name)
{
	static const char digits[] = "0123456789abcdef";
	static const char lxc[] = "lxc.payload.";

	if (!strncmp(name, lxc, strlen(lxc)))
		return alloc_text("container %s", name + strlen(lxc));
	while (*(name += strcspn(name, digits))) {
		size_t length = strspn(name, digits);

		if (length == 64)
			return alloc_text("container %.12s", name);
		name += length;
	}
	return NULL;
}

char *who_unit_of(const char *path)
{
	char *copy = alloc_copy(path), *rest = copy, *name;
	char *container = NULL, *unit = NULL;

	while (!container && (name = strsep(&rest, "/"))) {
		container = container_of(name);
		/* init.scope is the part of a unit that has its manager. */
		if (ends_with(name, ".service") ||
		    (ends_with(name, ".scope") &&
		     (!unit || strcmp(name, "init.scope")))) {
			free(unit);
			unit = alloc_copy(name);
		}
	}
	free(copy);
	if (!container)
		return unit;
	free(unit);
	return container;
}

char *who_unit(const char *root, pid_t pid)
{
	char text[TEXT], *rest = text, *line, *unit = NULL;

	if (!read_text(root, pid, "cgroup", text))
		return NULL;
	while (!unit && (line = strsep(&rest, "\n"))) {
		line = strchr(line, '/');
		unit = line ? who_unit_of(line) : NULL;
	}
	return unit;
}
