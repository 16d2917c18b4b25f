// SPDX-License-Identifier: GPL-2.0-only
/*
 * The addresses of AF_UNIX sockets. A line of /proc/PID/net/unix:
 *
 *   Num       RefCount Protocol Flags    Type St Inode Path
 *   00000000: 00000002 00000000 00010000 0001 01 17035 /run/dbus/socket
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "proc/netns.h"
#include "proc/proc.h"
#include "proc/sockets.h"

static void add_socket(struct sockets *sockets, uint64_t inode,
		       const char *path)
{
	struct sockets_socket *socket;

	sockets->socket =
		alloc_more(sockets->socket, sockets->nr, sizeof(*socket));
	socket = &sockets->socket[sockets->nr++];
	socket->inode = inode;
	socket->path = alloc_copy(path);
}

/* Abstract addresses begin with @. */
static void parse_socket(struct sockets *sockets, char *line)
{
	unsigned long inode;
	int at = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%*x: %*x %*x %*x %*x %*x %lu %n", &inode, &at) == 1 &&
	    at && line[at] && line[at] != '@')
		add_socket(sockets, inode, line + at);
}

static bool read_net_unix(int dir, uint64_t netns, void *sockets)
{
	FILE *file = proc_file_open(dir, "net/unix");
	char *line = NULL;
	size_t room = 0;

	(void)netns;
	if (!file)
		return false;
	while (getline(&line, &room, file) > 0)
		parse_socket(sockets, line);
	free(line);
	fclose(file);
	return true;
}

static int compare_inode(const void *one, const void *other)
{
	const struct sockets_socket *a = one, *b = other;

	return (a->inode > b->inode) - (a->inode < b->inode);
}

void sockets_scan(struct sockets *sockets, const char *root)
{
	*sockets = (struct sockets){ 0 };
	netns_each(root, read_net_unix, sockets);
	if (sockets->nr)
		qsort(sockets->socket, sockets->nr, sizeof(*sockets->socket),
		      compare_inode);
}

const char *sockets_path(const struct sockets *sockets, uint64_t inode)
{
	const struct sockets_socket key = { .inode = inode }, *found;

	if (!sockets->nr)
		return NULL;
	found = bsearch(&key, sockets->socket, sockets->nr,
			sizeof(*sockets->socket), compare_inode);
	return found ? found->path : NULL;
}

void sockets_free(struct sockets *sockets)
{
	for (size_t i = 0; i < sockets->nr; i++)
		free(sockets->socket[i].path);
	free(sockets->socket);
	*sockets = (struct sockets){ 0 };
}
