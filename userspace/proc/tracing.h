/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Following tracepoints, in a trace instance of our own: nobody else's settings and
 * buffers are touched, and it is removed at the end. Needs root.
 *
 * libtracefs finds and makes instances, libtraceevent knows pages and formats.
 */
#ifndef DFPUT_TRACING_H
#define DFPUT_TRACING_H

#include <stdbool.h>
#include <stdint.h>
#include <tracefs.h>

struct tracing;

/**
 * struct tracing_event - what a processor's buffer had
 * @ns: when it was, of CLOCK_MONOTONIC
 * @cpu: the processor
 * @event: its format; NULL: that is not known, as the event was lost
 * @record: its fields; with @event
 * @lost: without @event: so many for which the buffer had no room
 */
struct tracing_event {
	uint64_t ns;
	int cpu;
	struct tep_event *event;
	struct tep_record *record;
	uint64_t lost;
};

/* What to do with it. Return: 0 to go on, or what tracing_drain() shall return. */
typedef int tracing_each(const struct tracing_event *event, void *context);

/**
 * tracing_begin() - make an instance
 * @system: the system of the tracepoints
 * @tracing: receives it, for tracing_end(), also on error; NULL if there is none
 *
 * Instances that were left by one of us who was killed are removed.
 *
 * Return: 0 or a negative errno, with a sentence as in error.h.
 */
int tracing_begin(const char *system, struct tracing **tracing);

/**
 * tracing_enable() - follow a tracepoint
 * @tracing: begun
 * @name: of the tracepoint
 * @filter: which of them, as the kernel's filters have it; "": each
 *
 * Return: 0 or a negative errno, as above.
 */
int tracing_enable(struct tracing *tracing, const char *name,
		   const char *filter);

/* From now on nothing comes. Return: the same. */
int tracing_disable(struct tracing *tracing);

/**
 * tracing_drain() - take what has come
 * @tracing: begun
 * @all: nothing comes any more: tell all that is left
 * @each: called for each event, the oldest first
 * @context: for it
 *
 * What comes meanwhile is left for the next time, for the sake of the order.
 *
 * Return: 0, a negative errno as above, or what @each returned to end it.
 */
int tracing_drain(struct tracing *tracing, bool all, tracing_each *each,
		  void *context);

/* Return: the fields of an event as its format prints them, for free(3). */
char *tracing_text(struct tracing *tracing, const struct tracing_event *event);

/* Removes the instance. @tracing may be NULL. Return: 0 or a negative errno, as above. */
int tracing_end(struct tracing *tracing);

#endif /* DFPUT_TRACING_H */
