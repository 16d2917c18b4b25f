/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What keeps a superblock from its end, where the module sees that: it is frozen, or its
 * shutdown does not come to an end.
 */
#ifndef DFPUT_LASTING_H
#define DFPUT_LASTING_H

#include <sys/types.h>

#include "debugfs/rows.h"

/* The columns of superblocks that are needed, for rows_load(). */
enum lasting_column {
	LASTING_DEVICE,
	LASTING_ID,
	LASTING_FSTYPE,
	LASTING_NAME,
	LASTING_STATE,
	LASTING_SHUTDOWN,
	LASTING_SHUTDOWN_PID,
	LASTING_SHUTDOWN_COMM,
	LASTING_FREEZE,
	LASTING_FROZEN,
	LASTING_FROZEN_PID,
	LASTING_FROZEN_COMM,
};

extern const char *const lasting_names[];

/**
 * struct lasting - what keeps it
 * @kind: frozen or shutdown: a word of DFPUT_FREEZES or DFPUT_SUPER_STATES
 * @pid: the thread that froze it, or shuts it down; 0 if that is not known
 * @comm: its name, of the rows
 * @text: that, since when, and where in the kernel a shutdown is; for people, and free(3)
 */
struct lasting {
	const char *kind;
	pid_t pid;
	const char *comm;
	char *text;
};

/**
 * lasting_find() - look at a superblock
 * @lasting: receives it
 * @rows: superblocks
 * @row: of these
 * @reader: of the rows
 *
 * Return: true if something is seen to keep it.
 */
bool lasting_find(struct lasting *lasting, const struct rows *rows, size_t row,
		  struct reader *reader);

/* Return: it is alive, and the module does not see whether it is frozen. */
bool lasting_unseen(const struct rows *rows, size_t row);

#endif /* DFPUT_LASTING_H */
