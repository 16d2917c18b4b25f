/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The column reapers: is a process below a child subreaper?
 */
#ifndef DFPUT_REAPERS_H
#define DFPUT_REAPERS_H

#include <stdint.h>

enum reapers_result {
	REAPERS_BELOW,
	REAPERS_NOT_BELOW,
	/* The list was cut, or is none. */
	REAPERS_UNKNOWN,
};

/**
 * reapers_find() - find a process in a list of subreapers
 * @list: pids with commas between them, - for none, ... where it was cut
 * @pid: which
 */
enum reapers_result reapers_find(const char *list, uint64_t pid);

#endif /* DFPUT_REAPERS_H */
