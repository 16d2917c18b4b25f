/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exit statuses, the same for every command. `dfput run` passes its program's
 * own on.
 */
#ifndef DFPUT_STATUS_H
#define DFPUT_STATUS_H

enum status {
	STATUS_OK,
	STATUS_FAILED,
	STATUS_USAGE,
	/* Done, and the verdict is against. */
	STATUS_AGAINST,
	/* No verdict: the measurement cannot be trusted, or there is none. */
	STATUS_UNKNOWN,
	/* Of dfput run: its own failure, as of env(1); others are the program's. */
	STATUS_OWN = 125,
};

#endif /* DFPUT_STATUS_H */
