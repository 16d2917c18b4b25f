// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "debugfs/operations.h"

static char plain(char c)
{
	return c == '-' ? '_' : c;
}

enum operations_whose operations_of(const char *ops, const char *module)
{
	const char *name = strchr(ops, '[');

	if (!*ops || !strcmp(ops, "?"))
		return OPERATIONS_UNKNOWN;
	if (!name++)
		return OPERATIONS_OTHERS;
	for (; *module && plain(*module) == plain(*name); module++)
		name++;
	return *module || *name != ']' ? OPERATIONS_OTHERS :
					 OPERATIONS_OF_MODULE;
}
