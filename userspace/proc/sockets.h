/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The addresses of AF_UNIX sockets, in all network namespaces in which processes
 * live. A socket whose address is a path holds that path's mount.
 */
#ifndef DFPUT_SOCKETS_H
#define DFPUT_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct sockets_socket - a socket that has a path
 * @inode: its inode number
 * @path: its address, as it was given: perhaps relative
 */
struct sockets_socket {
	uint64_t inode;
	char *path;
};

/**
 * struct sockets - all of them
 * @socket: sorted by inode
 * @nr: how many
 */
struct sockets {
	struct sockets_socket *socket;
	size_t nr;
};

/**
 * sockets_scan() - read them; what cannot be looked at is passed over
 * @sockets: receives them, for sockets_free()
 * @root: prefix of /proc, "" for the running system
 */
void sockets_scan(struct sockets *sockets, const char *root);

/**
 * sockets_path() - the address of a socket
 * @sockets: scanned
 * @inode: which
 *
 * Return: the path, or NULL when it has none.
 */
const char *sockets_path(const struct sockets *sockets, uint64_t inode);

void sockets_free(struct sockets *sockets);

#endif /* DFPUT_SOCKETS_H */
