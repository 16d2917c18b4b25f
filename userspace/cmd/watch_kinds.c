// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which rows of the module's tables dfput watch tells of, and what it says.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/words.h>

#include "cmd/watch.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"

/* Of each table, first the columns that tell which row is the same. */
enum {
	ID = WATCH_ID,
	WHY,
	ATTEMPTS,
	RESULT,
	ENDED,
	SHUTDOWN,
	DEVICE,
	FSTYPE,
	SUPER,
	PID,
	COMM
};
static const char *const umounts_names[] = { "#id",	  "why",
					     "?attempts", "result",
					     "#ended_ns", "?shutdown_took_ns",
					     "device",	  "fstype",
					     "super",	  "pid",
					     "comm",	  NULL };

enum { RING_ID, RING_AGE, RING_STATE, RING_PID, RING_COMM };
static const char *const rings_names[] = { "#id", "#age_ns", "state",
					   "pid", "comm",    NULL };

enum {
	LIST_DEVICE,
	LIST_INODE,
	LIST_OWNER,
	LIST_AGE,
	LIST_STATE,
	LIST_FSTYPE,
	LIST_STARTED,
	LIST_OPS
};
static const char *const pending_names[] = { "device",	    "inode", "owner",
					     "#age_ns",	    "state", "fstype",
					     "?started_ns", "?ops",  NULL };

static const char *cell(const struct event *event, int column)
{
	return rows_text(event->rows, event->row, column);
}

/* Return: the time in a column, for people. */
static const char *age(const struct event *event, int column,
		       char text[NUMBER_TEXT])
{
	return number_ns_short(text,
			       rows_number(event->rows, event->row, column));
}

void watch_ask(const struct teller *teller, struct event *event)
{
	const struct why_query query = {
		.target = cell(event, DEVICE),
		.root = teller->options->root,
		.reader = teller->reader,
		.watching = true,
	};
	uint64_t ended = rows_number(event->rows, event->row, ENDED);
	uint64_t now = number_now();

	event->after = now > ended ? now - ended : 0;
	event->err = why_find(&event->why, &query);
	event->asked = !event->err || event->err == -ENODEV;
}

/* What the module is certain of, it has seen when the umount was refused. */
static const char *find_certain(const char *why)
{
#define MEANING(id, word, meaning) meaning,
	static const char *const meanings[] = { DFPUT_WHYS(MEANING) };
#undef MEANING
	static const char *const words[] = { DFPUT_WHYS(DFPUT_WORD) };
	static const enum dfput_why certain[] = { DFPUT_WHY_DEFERRAL,
						  DFPUT_WHY_RING };

	for (size_t i = 0; i < NR(certain); i++)
		if (!strcmp(words[certain[i]], why))
			return meanings[certain[i]];
	return NULL;
}

static char *say_refused(const struct event *event)
{
	const char *certain = find_certain(cell(event, WHY));
	const struct why *why = &event->why;
	enum color color;

	if (!event->asked)
		return alloc_copy(error_text());
	if (!event->err && (why->found_mount ||
			    (!certain && why_status(why) != STATUS_AGAINST)))
		return why_sentence(why, &color);
	return alloc_text(
		"%s was busy: %s%s",
		why->path ? why->path : cell(event, DEVICE),
		certain ?
			certain :
			"what kept it is gone, or is a kernel reference that dfput can't see",
		event->err ? "; it is not mounted any more" : "");
}

static void describe_refused(struct event *event)
{
	char *sentence = say_refused(event), after[NUMBER_TEXT];

	event->answer = alloc_text(
		"%s[%s] was refused: %s (%s, attempt %s, asked %s later)",
		cell(event, COMM), cell(event, PID), sentence, cell(event, WHY),
		cell(event, ATTEMPTS), number_ns_short(after, event->after));
	free(sentence);
}

/* If it is mounted elsewhere, that was not the last umount. */
static void describe_alive(struct event *event)
{
	char after[NUMBER_TEXT], *sentence;
	enum color color;

	if (event->err || event->why.busy != WHY_DEVICE_BUSY)
		return;
	sentence = why_sentence(&event->why, &color);
	event->answer = alloc_text(
		"%s on %s lives on, %s after %s[%s] unmounted it: %s",
		cell(event, FSTYPE), cell(event, DEVICE),
		number_ns_short(after, event->after), cell(event, COMM),
		cell(event, PID), sentence);
	free(sentence);
}

static void describe_ring(struct event *event)
{
	char text[NUMBER_TEXT];

	event->answer = alloc_text(
		"a ring of io_uring, closed by %s[%s], is not freed after %s (%s)",
		cell(event, RING_COMM), cell(event, RING_PID),
		age(event, RING_AGE, text), cell(event, RING_STATE));
}

static void describe_worker(struct event *event)
{
	const char *ops = rows_cell(event->rows, event->row, LIST_OPS);
	bool begun = rows_has(event->rows, LIST_STARTED);
	char text[NUMBER_TEXT], others[NUMBER_TEXT];

	event->answer = alloc_text(
		"the list's worker is stuck in the release of inode %s of %s (%s%s%s), %s %s ago; %s on the list with it",
		cell(event, LIST_INODE), cell(event, LIST_DEVICE),
		cell(event, LIST_FSTYPE), *ops ? ", " : "", ops,
		begun ? "begun" : "queued",
		age(event, begun ? LIST_STARTED : LIST_AGE, text),
		number_count(others, event->rows->nr - 1, "file"));
}

/* ---- of which rows ------------------------------------------------------- */

static bool is_refused(const struct rows *rows, size_t row)
{
	return rows_is(rows, row, RESULT, "-EBUSY");
}

/* Of a superblock that was unmounted several times, the last one. */
static bool is_alive(const struct rows *rows, size_t row)
{
	if (!rows_is(rows, row, RESULT, "0") ||
	    rows_number(rows, row, SHUTDOWN))
		return false;
	for (size_t later = row + 1; later < rows->nr; later++)
		if (rows_is(rows, later, RESULT, "0") &&
		    rows_is(rows, later, SUPER, rows_text(rows, row, SUPER)))
			return false;
	return true;
}

static bool is_started(const struct rows *rows, size_t row)
{
	static const char *const states[] = { DFPUT_PENDING_STATES(
		DFPUT_WORD) };

	return rows_is(rows, row, LIST_STATE, states[DFPUT_PENDING_STARTED]);
}

static bool is_any(const struct rows *rows, size_t row)
{
	return row < rows->nr;
}

const struct watch_kind watch_kinds[WATCH_NR_KINDS] = {
	{ "umount", &listing_umounts, umounts_names, is_refused,
	  describe_refused, ID, ATTEMPTS },
	{ "superblock", &listing_umounts, umounts_names, is_alive,
	  describe_alive, ID, ID },
	{ "ring", &listing_rings, rings_names, is_any, describe_ring, RING_ID,
	  RING_ID },
	{ "worker", &listing_pending, pending_names, is_started,
	  describe_worker, LIST_OWNER, LIST_OWNER },
};
