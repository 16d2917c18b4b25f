/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Following the module's tracepoints, for commands that tell or keep each event.
 */
#ifndef DFPUT_FOLLOW_H
#define DFPUT_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "debugfs/events.h"
#include "debugfs/parse.h"
#include "debugfs/stats.h"
#include "lib/view.h"

struct follow;

/**
 * typedef follow_each - what to do with an event
 * @follow: where it comes from
 * @event: it
 * @kind: what its fields are, or NULL: it is lost events, or a newer module's
 * @name: for users
 *
 * Return: whether that was the last one that is wanted.
 */
typedef bool follow_each(struct follow *follow,
			 const struct tracing_event *event,
			 const struct events_kind *kind, const char *name);

/* Asked ten times in a second, when all that came was told. Return: whether to end. */
typedef bool follow_ends(struct follow *follow);

/**
 * struct follow - what is followed
 * @reader: an open one
 * @view: where documents go
 * @each: told of each event
 * @ends: asked whether to end
 * @context: for these
 * @fd: that it can be read is a reason to ask; or -1
 * @duration: after so many ns it ends; UINT64_MAX: never
 * @tracing: where events come from, for tracing_enable()
 * @is_headed: what is the same for all events of a drain is known, or stands there
 * @is_over: no more events are wanted, not even those that are there
 * @told: events
 * @lost: events
 */
struct follow {
	struct reader *reader;
	struct view *view;
	follow_each *each;
	follow_ends *ends;
	void *context;
	int fd;
	uint64_t duration;
	struct tracing *tracing;
	bool is_headed;
	bool is_over;
	uint64_t told;
	uint64_t lost;
};

/*
 * These follow: begin, enable tracepoints, go on to the end, and give all back, whatever
 * failed. Return: 0 or a negative errno, with a sentence as in error.h.
 */
int follow_begin(struct follow *follow);
int follow_to_end(struct follow *follow);
int follow_finish(struct follow *follow);

/* Writes an event as a JSON document, on a line. Return: 0 or a negative errno. */
int follow_document(struct follow *follow, const struct tracing_event *event,
		    const struct events_kind *kind, const char *name);

/* Why not all may have been seen. */
void follow_caveats(const struct follow *follow, struct caveats *caveats);

#endif /* DFPUT_FOLLOW_H */
