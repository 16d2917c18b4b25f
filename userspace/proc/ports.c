// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that have a port. A line of /proc/PID/net/tcp, tcp6, udp or udp6:
 *
 *   sl local_address rem_address st tx_queue:rx_queue tr:when retrnsmt uid timeout inode
 *   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12345
 *
 * Addresses are words in the order of the machine, of bytes in that of the network.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/number.h"
#include "proc/netns.h"
#include "proc/ports.h"
#include "proc/proc.h"

const char *const ports_states[PORTS_NR_STATES] = {
	"?",	     "ESTABLISHED", "SYN_SENT",	   "SYN_RECV",	 "FIN_WAIT1",
	"FIN_WAIT2", "TIME_WAIT",   "unconnected", "CLOSE_WAIT", "LAST_ACK",
	"LISTEN",    "CLOSING",	    "SYN_RECV",
};

static const struct table {
	const char *protocol;
	const char *file;
	int family;
} tables[] = {
	{ "tcp", "net/tcp", AF_INET },
	{ "tcp", "net/tcp6", AF_INET6 },
	{ "udp", "net/udp", AF_INET },
	{ "udp", "net/udp6", AF_INET6 },
};

bool ports_parse(struct ports *ports, const char *text)
{
	uint64_t port;

	*ports = (struct ports){ 0 };
	for (size_t i = 0; !ports->protocol && i < NR(tables); i++) {
		size_t length = strlen(tables[i].protocol);

		if (strncmp(text, tables[i].protocol, length) ||
		    text[length] != ':')
			continue;
		ports->protocol = tables[i].protocol;
		text += length + 1;
	}
	if (number_parse(text, &port) || !port || port > UINT16_MAX)
		return false;
	ports->port = (unsigned int)port;
	return true;
}

/* @hex: with zeroes behind it */
static char *name_socket(const struct table *table, const char *hex,
			 unsigned int port)
{
	char address[INET6_ADDRSTRLEN] = "?";
	uint32_t word[4] = { 0 };

	for (size_t i = 0; i < NR(word); i++)
		if (sscanf(hex + 8 * i, "%8" SCNx32, &word[i]) != 1)
			break;
	inet_ntop(table->family, word, address, sizeof(address));
	return alloc_text(table->family == AF_INET6 ? "%s:[%s]:%u" : "%s:%s:%u",
			  table->protocol, address, port);
}

static bool parse_line(const struct ports *ports, const struct table *table,
		       const char *line, struct ports_socket *socket)
{
	unsigned int port;
	char address[33] = "";

	if (sscanf(line,
		   "%*d: %32[0-9A-F]:%x %*[0-9A-F]:%*x %x %*x:%*x %*x:%lx %*x %*u %*d %" SCNu64,
		   address, &port, &socket->state, &socket->timer,
		   &socket->inode) != 5 ||
	    port != ports->port || socket->state >= PORTS_NR_STATES)
		return false;
	socket->name = name_socket(table, address, port);
	return true;
}

static void read_table(struct ports *ports, const struct table *table,
		       FILE *file, uint64_t netns)
{
	struct ports_socket socket = {
		.protocol = table->protocol,
		.netns = netns,
		.ours = netns == ports->own,
	};
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, file) > 0) {
		if (!parse_line(ports, table, line, &socket))
			continue;
		ports->socket =
			alloc_more(ports->socket, ports->nr, sizeof(socket));
		ports->socket[ports->nr++] = socket;
		ports->nr_missing += socket.ours && socket.inode;
	}
	free(line);
}

static bool look_at_netns(int dir, uint64_t netns, void *context)
{
	struct ports *ports = context;
	bool seen = false;
	FILE *file;

	for (size_t i = 0; i < NR(tables); i++) {
		if (ports->protocol &&
		    strcmp(ports->protocol, tables[i].protocol))
			continue;
		file = proc_file_open(dir, tables[i].file);
		if (!file)
			continue;
		read_table(ports, &tables[i], file, netns);
		fclose(file);
		seen = true;
	}
	ports->nr_netns += seen;
	ports->own_seen |= seen && netns == ports->own;
	return seen;
}

static int compare_inode(const void *one, const void *other)
{
	const struct ports_socket *a = one, *b = other;

	return (a->inode > b->inode) - (a->inode < b->inode);
}

void ports_scan(struct ports *ports, const char *root)
{
	char *self = alloc_text("%s/proc/self/ns/net", root);

	proc_namespace(AT_FDCWD, self, &ports->own);
	free(self);
	netns_each(root, look_at_netns, ports);
	if (ports->nr)
		qsort(ports->socket, ports->nr, sizeof(*ports->socket),
		      compare_inode);
}

struct ports_socket *ports_find(const struct ports *ports, uint64_t inode)
{
	const struct ports_socket key = { .inode = inode };

	if (!inode || !ports->nr)
		return NULL;
	return bsearch(&key, ports->socket, ports->nr, sizeof(key),
		       compare_inode);
}

void ports_found(struct ports *ports, const struct ports_socket *socket)
{
	size_t at = (size_t)(socket - ports->socket);

	if (socket->found)
		return;
	while (at && ports->socket[at - 1].inode == socket->inode)
		at--;
	for (; at < ports->nr && ports->socket[at].inode == socket->inode;
	     at++) {
		ports->socket[at].found = true;
		ports->nr_missing -= ports->socket[at].ours;
	}
}

void ports_free(struct ports *ports)
{
	for (size_t i = 0; i < ports->nr; i++)
		free(ports->socket[i].name);
	free(ports->socket);
	*ports = (struct ports){ 0 };
}
