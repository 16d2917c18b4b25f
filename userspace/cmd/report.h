/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dfput report draws, from the module's tables.
 */
#ifndef DFPUT_REPORT_H
#define DFPUT_REPORT_H

#include "debugfs/origins.h"
#include "debugfs/parse.h"
#include "page/timeline.h"

/**
 * report_spans() - what the tables know of when something began and ended
 * @timeline: with from and to; receives it
 * @reader: an open one; a module of another age lacks tables
 * @origins: call paths
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int report_spans(struct timeline *timeline, struct reader *reader,
		 const struct origins *origins);

#endif /* DFPUT_REPORT_H */
