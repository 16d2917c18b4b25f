// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <string.h>

#include "debugfs/reapers.h"
#include "lib/number.h"

enum reapers_result reapers_find(const char *list, uint64_t pid)
{
	char element[NUMBER_TEXT];
	bool found = false;
	uint64_t reaper;
	size_t length;

	if (!strcmp(list, "-"))
		return REAPERS_NOT_BELOW;
	for (;; list += length + 1) {
		length = strcspn(list, ",");
		if (!strcmp(list, "..."))
			return found ? REAPERS_BELOW : REAPERS_UNKNOWN;
		if (length >= sizeof(element))
			return REAPERS_UNKNOWN;
		memcpy(element, list, length);
		element[length] = '\0';
		if (number_parse(element, &reaper))
			return REAPERS_UNKNOWN;
		found |= reaper == pid;
		if (!list[length])
			return found ? REAPERS_BELOW : REAPERS_NOT_BELOW;
	}
}
