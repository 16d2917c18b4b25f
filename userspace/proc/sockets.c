// SPDX-License-Identifier: GPL-2.0-only
/*
 * The addresses of AF_UNIX sockets. A line of /proc/PID/net/unix:
 *
 *   Num       RefCount Protocol Flags    Type St Inode Path
 *   00000000: 00000002 00000000 00010000 0001 01 17035 /run/dbus/socket
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc/proc.h"
#include "proc/sockets.h"

static int add(struct sockets *sockets, uint64_t inode, const char *path)
{
	struct sockets_socket *bigger;

	bigger = proc_grow(sockets->socket, &sockets->room, sockets->nr,
			   sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	sockets->socket = bigger;
	bigger += sockets->nr;
	bigger->inode = inode;
	bigger->path = strdup(path);
	sockets->nr += !!bigger->path;
	return bigger->path ? 0 : -ENOMEM;
}

/* Abstract addresses begin with @. */
static int parse_line(struct sockets *sockets, char *line)
{
	unsigned long inode;
	int at = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%*x: %*x %*x %*x %*x %*x %lu %n", &inode, &at) != 1 ||
	    !at || !line[at] || line[at] == '@')
		return 0;
	return add(sockets, inode, line + at);
}

static int read_file(struct sockets *sockets, int dir)
{
	int fd = openat(dir, "net/unix", O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;
	int err = 0;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (!err && getline(&line, &room, file) > 0)
		err = parse_line(sockets, line);
	free(line);
	fclose(file);
	return err;
}

static int scan_process(struct sockets *sockets, int dir)
{
	uint64_t space, *bigger;

	if (proc_space(dir, "ns/net", &space))
		return 0;
	for (size_t i = 0; i < sockets->nr_spaces; i++)
		if (sockets->space[i] == space)
			return 0;
	bigger = realloc(sockets->space,
			 (sockets->nr_spaces + 1) * sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	sockets->space = bigger;
	bigger[sockets->nr_spaces++] = space;
	return read_file(sockets, dir);
}

static int compare(const void *one, const void *other)
{
	const struct sockets_socket *a = one, *b = other;

	return (a->inode > b->inode) - (a->inode < b->inode);
}

int sockets_scan(struct sockets *sockets, const char *root)
{
	int err, pid, dir;
	char *proc, name[32];
	DIR *list;

	*sockets = (struct sockets){ 0 };
	if (asprintf(&proc, "%s/proc", root) < 0)
		return -ENOMEM;
	err = proc_list(AT_FDCWD, proc, &list);
	free(proc);
	if (err)
		return err;
	while (!err && (pid = proc_next(list)) >= 0) {
		snprintf(name, sizeof(name), "%d", pid);
		dir = proc_open(dirfd(list), name);
		if (dir < 0)
			continue;
		err = scan_process(sockets, dir);
		close(dir);
	}
	closedir(list);
	if (sockets->nr)
		qsort(sockets->socket, sockets->nr, sizeof(*sockets->socket),
		      compare);
	return err;
}

const char *sockets_path(const struct sockets *sockets, uint64_t inode)
{
	const struct sockets_socket key = { .inode = inode }, *found;

	if (!sockets->nr)
		return NULL;
	found = bsearch(&key, sockets->socket, sockets->nr,
			sizeof(*sockets->socket), compare);
	return found ? found->path : NULL;
}

void sockets_free(struct sockets *sockets)
{
	for (size_t i = 0; i < sockets->nr; i++)
		free(sockets->socket[i].path);
	free(sockets->socket);
	free(sockets->space);
	*sockets = (struct sockets){ 0 };
}
