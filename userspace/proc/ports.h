/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets that have a port, in all network namespaces in which processes live.
 *
 * A TCP socket that is bound, and neither listens nor is connected, is in no table of
 * /proc.
 */
#ifndef DFPUT_PORTS_H
#define DFPUT_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As in /proc/net/tcp and udp: those of the kernel's enum. */
enum ports_state {
	PORTS_FIN_WAIT1 = 4,
	PORTS_FIN_WAIT2 = 5,
	PORTS_TIME_WAIT = 6,
	PORTS_LAST_ACK = 9,
	PORTS_CLOSING = 11,
	PORTS_NR_STATES = 13,
};

/* What users call them. */
extern const char *const ports_states[PORTS_NR_STATES];

/**
 * struct ports_socket - a socket
 * @inode: its inode number, which subflows of MPTCP share; 0: it has no file, as the
 *	protocol alone has it
 * @netns: inode number of its network namespace
 * @ours: that is the one of the caller
 * @protocol: tcp or udp
 * @state: of enum ports_state
 * @timer: hundredths of a second until the protocol does something
 * @name: protocol and local address
 * @found: it is known who has it
 */
struct ports_socket {
	uint64_t inode;
	uint64_t netns;
	bool ours;
	const char *protocol;
	unsigned int state;
	unsigned long timer;
	char *name;
	bool found;
};

/**
 * struct ports - all that have a port
 * @protocol: tcp or udp, NULL for both
 * @port: the port
 * @socket: sorted by inode
 * @nr: how many
 * @nr_missing: of the caller's namespace, with a file, and not found yet
 * @nr_netns: network namespaces that were looked at
 * @own: inode number of the caller's
 * @own_seen: which is one of them
 */
struct ports {
	const char *protocol;
	unsigned int port;
	struct ports_socket *socket;
	size_t nr;
	size_t nr_missing;
	size_t nr_netns;
	uint64_t own;
	bool own_seen;
};

/* Is @text a port, such as tcp:80, udp:53 or 8080? Then the others are 0. */
bool ports_parse(struct ports *ports, const char *text);

/**
 * ports_scan() - find its sockets; what cannot be looked at is passed over
 * @ports: parsed; for ports_free()
 * @root: prefix of /proc, "" for the running system
 */
void ports_scan(struct ports *ports, const char *root);

/* Return: the socket of that inode number, or NULL; never one without a file. */
struct ports_socket *ports_find(const struct ports *ports, uint64_t inode);

/* It is known who has this one, and so all of its inode number. */
void ports_found(struct ports *ports, const struct ports_socket *socket);

void ports_free(struct ports *ports);

#endif /* DFPUT_PORTS_H */
