// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network namespaces, by the processes that are in them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "proc/netns.h"
#include "proc/proc.h"

/* Those that were looked at. */
struct known {
	uint64_t *netns;
	size_t nr;
};

static bool is_new(const struct known *known, uint64_t netns)
{
	for (size_t i = 0; i < known->nr; i++)
		if (known->netns[i] == netns)
			return false;
	return true;
}

static void add_known(struct known *known, uint64_t netns)
{
	known->netns = alloc_more(known->netns, known->nr, sizeof(netns));
	known->netns[known->nr++] = netns;
}

static void look_through(DIR *list, const char *name, struct known *known,
			 netns_look *look, void *context)
{
	int dir = proc_open(dirfd(list), name);
	uint64_t netns;

	if (dir < 0)
		return;
	if (!proc_namespace(dir, "ns/net", &netns) && is_new(known, netns) &&
	    look(dir, netns, context))
		add_known(known, netns);
	close(dir);
}

void netns_each(const char *root, netns_look *look, void *context)
{
	struct known known = { 0 };
	char name[32];
	DIR *list;
	int pid;

	if (proc_list_root(root, &list))
		return;
	/* Others may leave a namespace after its number was read: we do not leave ours. */
	look_through(list, "self", &known, look, context);
	while ((pid = proc_next(list)) >= 0) {
		snprintf(name, sizeof(name), "%d", pid);
		look_through(list, name, &known, look, context);
	}
	closedir(list);
	free(known.netns);
}
