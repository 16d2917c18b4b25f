/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network namespaces: what /proc/PID/net shows is that of the process.
 */
#ifndef DFPUT_NETNS_H
#define DFPUT_NETNS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * @dir: directory of a process that is in @netns. Return: whether that could be read;
 * otherwise the process may have ended, and another one is tried.
 */
typedef bool netns_look(int dir, uint64_t netns, void *context);

/**
 * netns_each() - look at each network namespace in which a process lives, once
 * @root: prefix of /proc, "" for the running system
 * @look: called for each; what cannot be looked at is passed over
 * @context: for @look
 */
void netns_each(const char *root, netns_look *look, void *context);

#endif /* DFPUT_NETNS_H */
