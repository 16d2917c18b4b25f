/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module says of how it sees, and so of what it does not.
 */
#ifndef DFPUT_HOOKS_H
#define DFPUT_HOOKS_H

#include "debugfs/parse.h"
#include "debugfs/stats.h"

#define HOOKS_HOW 128

/**
 * hooks_doubt() - would the module see all that files of ended processes do?
 * @reader: an open one
 * @how: receives the method
 * @doubts: receives what speaks against it: its scope, a PID namespace of our own, a
 *	hook that it could not have, its self-test, files from before it measured
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int hooks_doubt(struct reader *reader, char how[HOOKS_HOW],
		struct doubts *doubts);

#endif /* DFPUT_HOOKS_H */
