/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dfput report draws, from the module's tables and from events.
 */
#ifndef DFPUT_REPORT_H
#define DFPUT_REPORT_H

#include "debugfs/origins.h"
#include "debugfs/parse.h"
#include "debugfs/recorded.h"
#include "page/timeline.h"

/**
 * report_spans() - what tables and events know of when something began and ended
 * @timeline: with from and to; receives it
 * @reader: an open one; a module of another age lacks tables
 * @origins: call paths
 * @recorded: events; those that have a row in a table are taken out
 *
 * Return: 0 or a negative errno as in parse.h.
 */
int report_spans(struct timeline *timeline, struct reader *reader,
		 const struct origins *origins, struct recorded *recorded);

/* These say of events when they were, how many, and how long things took. */
void report_when(const struct recorded *recorded, struct view *page);
int report_counts(const struct recorded *recorded, struct reader *reader,
		  const struct stats *after, struct view *page);
void report_hists(const struct recorded *recorded, struct view *page);

#endif /* DFPUT_REPORT_H */
