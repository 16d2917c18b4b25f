/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Children that end by themselves: forked all, then reaped all.
 */
#ifndef CHILDREN_H
#define CHILDREN_H

#include "victim.h"

/**
 * children_run() - one round of children
 * @opt: the options of this run: how many
 * @result: counts the exits
 * @be_child: what each does before it leaves with status 0; optional
 *
 * Return: DONE, or FAILED after having said why; all are reaped either way.
 */
enum verdict children_run(const struct options *opt, struct result *result,
			  void (*be_child)(void));

#endif /* CHILDREN_H */
