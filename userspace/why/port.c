// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a port is in use: its sockets, who has each, and those that the protocol alone
 * still has. Sockets of other network namespaces are in nobody's way here, but told.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "proc/ports.h"
#include "why/search.h"

/* Closed, and without a file: the protocol has them until a timer ends. */
static const unsigned int closed_states[] = {
	PORTS_TIME_WAIT, PORTS_FIN_WAIT1, PORTS_FIN_WAIT2,
	PORTS_CLOSING,	 PORTS_LAST_ACK,
};

bool why_port_is_clear(const struct why *why)
{
	return why->port && !why->busy && !why->ports.nr_missing;
}

void why_port(struct why_search *search)
{
	struct why *why = search->why;
	const char *protocol;
	bool any = false;

	if (!ports_parse(&why->ports, search->query->port)) {
		why_fail(
			search,
			error_set(
				-EINVAL,
				"'%s' is not a port, such as tcp:80, udp:53 or 8080",
				search->query->port));
		return;
	}
	why->port = alloc_copy(search->query->port);
	why->fstype = alloc_copy("sockfs");
	ports_scan(&why->ports, search->query->root);
	if (!why->ports.own_seen)
		why_unseen(
			search,
			"sockets of this network namespace: no /proc/PID/net can be read");
	for (size_t i = 0; i < why->ports.nr; i++)
		any |= why->ports.socket[i].ours &&
		       !strcmp(why->ports.socket[i].protocol, "tcp");
	protocol = why->ports.protocol;
	/* To try a bind would for a moment be in others' way. */
	if (!any && (!protocol || !strcmp(protocol, "tcp")))
		why_unseen(
			search,
			"TCP sockets that are bound and do not listen: they are in no table of /proc");
}

static void add_closed(struct why_search *search, unsigned int state)
{
	const struct ports *ports = &search->why->ports;
	char count[NUMBER_TEXT], timer[NUMBER_TEXT];
	struct why_reason reason = {
		.kind = "protocol",
		.keeps = WHY_PORT,
		.fd = -1,
	};
	unsigned long last = 0;
	size_t nr = 0;

	for (size_t i = 0; i < ports->nr; i++) {
		const struct ports_socket *socket = &ports->socket[i];

		if (!socket->ours || socket->inode || socket->state != state)
			continue;
		nr++;
		if (socket->timer > last)
			last = socket->timer;
	}
	if (!nr)
		return;
	number_count(count, nr, "socket");
	number_ns_short(timer, last * 10000000ULL);
	reason.what = alloc_text("%s in %s", count, ports_states[state]);
	why_add(search, &reason,
		"closed, and no file: only the protocol has them, its last timer ends in %s; a bind succeeds if it and they have SO_REUSEADDR",
		timer);
	free(reason.what);
}

/* After all who may have a socket: a timer matters only if nobody else does. */
void why_port_rest(struct why_search *search)
{
	struct why *why = search->why;
	char count[NUMBER_TEXT];
	size_t nr = why->ports.nr_missing;

	if (!why->port)
		return;
	if (nr && why->found)
		why_unseen(search, "who has %s more of this port",
			   number_count(count, nr, "socket"));
	why->late |= nr;
	if (nr)
		why->busy = WHY_PORT_BUSY;
	for (size_t i = 0; !nr && i < NR(closed_states); i++)
		add_closed(search, closed_states[i]);
}
