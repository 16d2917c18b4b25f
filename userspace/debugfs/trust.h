/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module says of how it sees, and so of what it does not.
 */
#ifndef DFPUT_TRUST_H
#define DFPUT_TRUST_H

#include "debugfs/parse.h"
#include "debugfs/stats.h"

#define TRUST_HOW 128

/**
 * trust_caveats() - would the module see all that files of ended processes do?
 * @reader: an open one
 * @how: receives the method
 * @caveats: receives what speaks against it: its scope, a PID namespace of our own, a
 *	hook that it could not have, its self-test, files from before it measured
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int trust_caveats(struct reader *reader, char how[TRUST_HOW],
		  struct caveats *caveats);

/* The same of files from before it measured alone. */
int trust_settled(struct reader *reader, struct caveats *caveats);

#endif /* DFPUT_TRUST_H */
