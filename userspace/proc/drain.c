// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proc/drain.h"
#include "proc/proc.h"

/* flush_delayed_fput() has it in its name too, where the compiler inlines this one. */
#define FUNCTION "delayed_fput"

int drain_find(struct drain *drain, const char *root)
{
	int err, result = -ENOENT;
	char name[32];
	DIR *list;

	err = proc_list_root(root, &list);
	if (err)
		return err;
	while (result && (drain->pid = proc_next(list)) >= 0) {
		snprintf(name, sizeof(name), "%d/stack", (int)drain->pid);
		err = proc_text(dirfd(list), name, drain->stack,
				sizeof(drain->stack));
		if (strstr(drain->stack, FUNCTION))
			result = 0;
		else if (err && !proc_is_gone(err))
			result = err;
	}
	snprintf(name, sizeof(name), "%d/comm", (int)drain->pid);
	if (!result)
		proc_text(dirfd(list), name, drain->comm, sizeof(drain->comm));
	closedir(list);
	return result;
}
