// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time line of dfput report, from what a snapshot and recorded events have. Alike
 * rows are one span: 64 files of one exit differ in when they were released. A row of a
 * table says more than its event, but the table has the last ones alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/report.h"
#include "debugfs/rows.h"
#include "lib/alloc.h"
#include "lib/number.h"

/* The columns, by other names in each table. Rows that differ in a key are not alike. */
enum {
	COMM,
	PID,
	STATE,
	WHY,
	ORIGIN,
	FSTYPE,
	DEVICE,
	KEY,
	TIME,
	TOOK,
	MORE,
	ID
};
#define NR_KEYS (KEY + 1)

/* Events are alike if they are not further apart. */
#define APART_NS UINT64_C(50000000)

/**
 * struct group - alike rows, as a span
 * @rows: the table
 * @row: the first of them
 * @nr: how many
 * @least: the shortest time that one took, or has taken until now
 * @most: the longest
 * @span: when
 */
struct group {
	const struct rows *rows;
	size_t row;
	uint64_t nr;
	uint64_t least;
	uint64_t most;
	struct timeline_span span;
};

typedef bool place_row(const struct rows *rows, size_t row, uint64_t now,
		       struct timeline_span *span);
typedef void describe_group(struct group *group, const struct origins *origins);

/* A time of 0 is none. */
static bool place_late(const struct rows *rows, size_t row, uint64_t now,
		       struct timeline_span *span)
{
	(void)now;
	span->begin = rows_number(rows, row, TIME);
	span->end = number_after(span->begin, rows_number(rows, row, TOOK));
	return true;
}

/* The column is an age. */
static bool place_open(const struct rows *rows, size_t row, uint64_t now,
		       struct timeline_span *span)
{
	uint64_t age = rows_number(rows, row, TIME);

	span->begin = age < now ? now - age : 0;
	span->end = now;
	span->open = true;
	return true;
}

static bool place_umount(const struct rows *rows, size_t row, uint64_t now,
			 struct timeline_span *span)
{
	uint64_t took = rows_number(rows, row, TOOK);

	(void)now;
	span->end = rows_number(rows, row, TIME);
	span->begin = took < span->end ? span->end - took : 0;
	if (!rows_is(rows, row, STATE, "0"))
		span->lane = TIMELINE_REFUSED;
	return true;
}

/* Of a living one there is nothing to draw. */
static bool place_shutdown(const struct rows *rows, size_t row, uint64_t now,
			   struct timeline_span *span)
{
	if (!rows_number(rows, row, TIME))
		return false;
	place_late(rows, row, now, span);
	span->open = span->begin == span->end;
	if (span->open)
		span->end = now;
	return true;
}

/* It is told when it is over. Who has no id was not timed. */
static bool place_release(const struct rows *rows, size_t row, uint64_t now,
			  struct timeline_span *span)
{
	uint64_t took = number_after(rows_number(rows, row, TOOK),
				     rows_number(rows, row, MORE));

	(void)now;
	span->end = rows_number(rows, row, TIME);
	span->begin = took < span->end ? span->end - took : 0;
	return *rows_cell(rows, row, ID);
}

static bool place_moment(const struct rows *rows, size_t row, uint64_t now,
			 struct timeline_span *span)
{
	(void)now;
	span->begin = span->end = rows_number(rows, row, TIME);
	return true;
}

static const char *owner_text(const struct group *group,
			      char text[NUMBER_TEXT * 2])
{
	const char *comm = rows_cell(group->rows, group->row, COMM);
	const char *pid = rows_cell(group->rows, group->row, PID);

	if (!*pid || !strcmp(pid, "0"))
		return "owner unknown";
	snprintf(text, NUMBER_TEXT * 2, "%.64s %.20s", *comm ? comm : "process",
		 pid);
	return text;
}

static void describe_files(struct group *group, const struct origins *origins)
{
	char owner[NUMBER_TEXT * 2], count[NUMBER_TEXT], label[ORIGINS_LABEL];
	const struct rows *rows = group->rows;
	const char *origin = rows_cell(rows, group->row, ORIGIN);
	const char *fstype = rows_cell(rows, group->row, FSTYPE);
	bool known = *origin && strcmp(origin, "0");

	group->span.label = alloc_text(
		"%s: %s of %s%s%s%s%s", owner_text(group, owner),
		number_count(count, group->nr, "file"), fstype,
		*fstype ? " " : "", rows_text(rows, group->row, DEVICE),
		known ? " by " : "",
		known ? origins_label(origins, origin, label) : "");
}

static void note_time(struct group *group, const char *what)
{
	char range[NUMBER_TEXT];

	number_ns_range(range, group->least, group->most);
	group->span.note = alloc_text("%s %s", what, range);
}

static void describe_late(struct group *group, const struct origins *origins)
{
	describe_files(group, origins);
	note_time(group, "late by");
}

static void describe_pending(struct group *group, const struct origins *origins)
{
	bool started = !rows_is(group->rows, group->row, STATE, "queued");

	describe_files(group, origins);
	note_time(group, started ? "in release, queued for" : "queued for");
}

static void describe_held(struct group *group, const struct origins *origins)
{
	describe_files(group, origins);
	note_time(group, "held for");
}

static void describe_rings(struct group *group, const struct origins *origins)
{
	char owner[NUMBER_TEXT * 2], count[NUMBER_TEXT];

	(void)origins;
	group->span.label = alloc_text("%s: %s", owner_text(group, owner),
				       number_count(count, group->nr, "ring"));
	note_time(group, rows_cell(group->rows, group->row, STATE));
}

static void describe_super(struct group *group, const struct origins *origins)
{
	const struct rows *rows = group->rows;
	const char *fstype = rows_cell(rows, group->row, FSTYPE);
	char owner[NUMBER_TEXT * 2];

	(void)origins;
	group->span.label = alloc_text("%s%s%s, by %s", fstype,
				       *fstype ? " " : "",
				       rows_text(rows, group->row, DEVICE),
				       owner_text(group, owner));
}

static void describe_umount(struct group *group, const struct origins *origins)
{
	const struct rows *rows = group->rows;
	const char *why = rows_cell(rows, group->row, WHY);
	char took[NUMBER_TEXT];

	describe_super(group, origins);
	number_ns_short(took, group->most);
	group->span.note =
		group->span.lane == TIMELINE_UMOUNTS ?
			alloc_text("done in %s", took) :
			alloc_text("%s%s%s%s after %s",
				   rows_text(rows, group->row, STATE),
				   *why ? " (" : "", why, *why ? ")" : "",
				   took);
}

static void describe_shutdown(struct group *group,
			      const struct origins *origins)
{
	describe_super(group, origins);
	note_time(group, group->span.open ? "begun, for" : "took");
}

static void describe_released(struct group *group,
			      const struct origins *origins)
{
	const char *cause = rows_cell(group->rows, group->row, WHY);
	char count[NUMBER_TEXT];

	(void)origins;
	group->span.label = alloc_text(
		"%s of %s%s%s", number_count(count, group->nr, "file"),
		rows_text(group->rows, group->row, DEVICE),
		*cause ? " by " : "", cause);
	note_time(group, "released after");
}

static void describe_exit(struct group *group, const struct origins *origins)
{
	char count[NUMBER_TEXT];

	(void)origins;
	group->span.label =
		alloc_text("%s: %s", rows_text(group->rows, group->row, COMM),
			   number_count(count, group->nr, "process"));
	group->span.note = alloc_copy("ended");
}

static void describe_lost(struct group *group, const struct origins *origins)
{
	(void)origins;
	group->span.label = alloc_text(
		"CPU %s: %s events", rows_text(group->rows, group->row, PID),
		rows_text(group->rows, group->row, STATE));
	group->span.note = alloc_copy("lost");
}

static const struct lane {
	enum timeline_lane lane;
	const char *file;
	const char *names[ID + 2];
	place_row *place;
	describe_group *describe;
} lanes[] = {
	{ TIMELINE_LEFTOVERS,
	  "leftovers",
	  { "?comm", "?pid", "?kind", "?route", "?origin", "?fstype", "?device",
	    "?exit_ns", "?exit_ns", "?lateness_ns" },
	  place_late,
	  describe_late },
	{ TIMELINE_PENDING,
	  "pending",
	  { "?owner_comm", "?owner", "?state", "?cause", "?origin", "?fstype",
	    "?device", "", "?age_ns", "" },
	  place_open,
	  describe_pending },
	{ TIMELINE_HELD,
	  "held",
	  { "?comm", "?pid", "?kind", "?blocks", "", "?fstype", "?device",
	    "?exit_ns", "?age_ns", "" },
	  place_open,
	  describe_held },
	{ TIMELINE_RINGS,
	  "rings",
	  { "?comm", "?pid", "?state", "?kind", "", "", "", "", "?age_ns", "" },
	  place_open,
	  describe_rings },
	{ TIMELINE_UMOUNTS,
	  "umounts",
	  { "?comm", "?pid", "?result", "?why", "", "?fstype", "?device", "?id",
	    "?ended_ns", "?took_ns" },
	  place_umount,
	  describe_umount },
	{ TIMELINE_SHUTDOWNS,
	  "superblocks",
	  { "?shutdown_comm", "?shutdown_pid", "?state", "", "", "?fstype",
	    "?device", "?id", "?shutdown_ns", "?shutdown_took_ns" },
	  place_shutdown,
	  describe_shutdown },
};

/**
 * struct event_lane - the same of events
 * @kind: of these
 * @id: their id in the file of the lane, whose rows say more; "": there is none
 * @apart: those that are further apart are not alike; 0: all may be
 * @lane: how they are drawn
 */
static const struct event_lane {
	enum recorded_kind kind;
	const char *id;
	uint64_t apart;
	struct lane lane;
} event_lanes[] = {
	{ RECORDED_release,
	  "",
	  APART_NS,
	  { TIMELINE_RELEASED,
	    "",
	    { "", "", "", "?cause", "", "", "?device", "?super", "?at_ns",
	      "?wait_ns", "?release_ns", "?id" },
	    place_release,
	    describe_released } },
	{ RECORDED_exit,
	  "",
	  APART_NS,
	  { TIMELINE_EXITS,
	    "",
	    { "?comm", "", "", "", "", "", "", "", "?at_ns" },
	    place_moment,
	    describe_exit } },
	{ RECORDED_lost,
	  "",
	  0,
	  { TIMELINE_LOST,
	    "",
	    { "", "?cpu", "?lost", "", "", "", "", "?at_ns", "?at_ns" },
	    place_moment,
	    describe_lost } },
	{ RECORDED_leftover,
	  "?id",
	  0,
	  { TIMELINE_LEFTOVERS,
	    "leftovers",
	    { "?comm", "?pid", "?kind", "?route", "", "", "?device", "?exit_ns",
	      "?exit_ns", "?lateness_ns" },
	    place_late,
	    describe_late } },
	{ RECORDED_umount,
	  "?id",
	  0,
	  { TIMELINE_UMOUNTS,
	    "umounts",
	    { "", "?pid", "?result", "", "", "", "?device", "?id", "?at_ns",
	      "?took_ns" },
	    place_umount,
	    describe_umount } },
	{ RECORDED_super_shutdown,
	  "?super",
	  0,
	  { TIMELINE_SHUTDOWNS,
	    "superblocks",
	    { "", "", "", "", "", "?fstype", "?device", "?super",
	      "?shutdown_ns", "?shutdown_took_ns" },
	    place_shutdown,
	    describe_shutdown } },
};

/**
 * struct drawing - where spans go
 * @timeline: it
 * @origins: call paths
 * @since: what was over before that is left out
 */
struct drawing {
	struct timeline *timeline;
	const struct origins *origins;
	uint64_t since;
};

static int compare_keys(const void *a, const void *b, void *context)
{
	const struct rows *rows = context;
	const size_t *one = a, *other = b;
	int result = 0;

	for (int i = 0; !result && i < NR_KEYS; i++)
		result = strcmp(rows_text(rows, *one, i),
				rows_text(rows, *other, i));
	return result;
}

static void add_to_group(struct group *group, const struct timeline_span *span)
{
	uint64_t length = span->end - span->begin;
	struct timeline_span *sum = &group->span;

	if (!group->nr++) {
		*sum = *span;
		sum->first_end = span->end;
		group->least = group->most = length;
		return;
	}
	sum->begin = span->begin < sum->begin ? span->begin : sum->begin;
	sum->end = span->end > sum->end ? span->end : sum->end;
	if (span->end < sum->first_end)
		sum->first_end = span->end;
	group->least = length < group->least ? length : group->least;
	group->most = length > group->most ? length : group->most;
}

static void end_group(struct group *group, const struct lane *lane,
		      const struct drawing *drawing)
{
	if (!group->nr)
		return;
	lane->describe(group, drawing->origins);
	timeline_add(drawing->timeline, &group->span);
	group->nr = 0;
}

static int compare_rows(const void *a, const void *b, void *context)
{
	const size_t *one = a, *other = b;
	int result = compare_keys(a, b, context);

	return result ? result : (*one > *other) - (*one < *other);
}

/* @apart: as of struct event_lane. */
static bool is_alike(const struct group *group, size_t row,
		     const struct timeline_span *span, uint64_t apart)
{
	if (compare_keys(&group->row, &row, (void *)group->rows))
		return false;
	return !apart || span->begin <= number_after(group->span.end, apart);
}

static void add_rows(const struct lane *lane, const struct rows *rows,
		     uint64_t apart, const struct drawing *drawing)
{
	struct timeline *timeline = drawing->timeline;
	size_t *order = alloc_array(rows->nr, sizeof(*order));
	struct group group = { .rows = rows };
	struct timeline_span span;

	for (size_t i = 0; i < rows->nr; i++)
		order[i] = i;
	qsort_r(order, rows->nr, sizeof(*order), compare_rows, (void *)rows);
	for (size_t i = 0; i < rows->nr; i++) {
		span = (struct timeline_span){ .lane = lane->lane };
		if (!lane->place(rows, order[i], timeline->to, &span) ||
		    !timeline_check(timeline, &span) ||
		    span.end < drawing->since)
			continue;
		if (group.nr && !is_alike(&group, order[i], &span, apart))
			end_group(&group, lane, drawing);
		if (!group.nr)
			group.row = order[i];
		add_to_group(&group, &span);
	}
	end_group(&group, lane, drawing);
	free(order);
}

static int add_tables(struct reader *reader, const struct drawing *drawing)
{
	struct rows rows;
	int err = 0;

	for (size_t i = 0; !err && i < NR(lanes); i++) {
		err = rows_load(&rows, reader, lanes[i].file, lanes[i].names);
		if (!err)
			add_rows(&lanes[i], &rows, 0, drawing);
		else if (err == -ENOENT)
			err = 0;
		rows_free(&rows);
	}
	return err;
}

/* ---- events -------------------------------------------------------------- */

/* Ids, sorted. */
struct ids {
	uint64_t *id;
	size_t nr;
};

static int compare_ids(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static bool is_new(const struct rows *rows, size_t row, void *context)
{
	const struct ids *ids = context;
	uint64_t id = rows_number(rows, row, 0);

	return !bsearch(&id, ids->id, ids->nr, sizeof(id), compare_ids);
}

/* Without those that have a row in the table. */
static int take_known_out(const struct event_lane *event, struct document *doc,
			  struct reader *reader)
{
	static const char *const id[] = { "?id", NULL };
	const char *const names[] = { event->id, NULL };
	struct rows known, rows;
	struct ids ids;
	int err = rows_load(&known, reader, event->lane.file, id);

	if (err)
		return err == -ENOENT ? 0 : err;
	ids = (struct ids){ alloc_array(known.nr, sizeof(*ids.id)), known.nr };
	for (size_t i = 0; i < known.nr; i++)
		ids.id[i] = rows_number(&known, i, 0);
	qsort(ids.id, ids.nr, sizeof(*ids.id), compare_ids);
	err = rows_bind(&rows, doc, names);
	if (!err)
		rows_keep(&rows, is_new, &ids);
	free(ids.id);
	rows_free(&known);
	return err;
}

static int add_events(struct reader *reader, struct recorded *recorded,
		      const struct drawing *drawing)
{
	struct rows rows;
	int err = 0;

	for (size_t i = 0; !err && i < NR(event_lanes); i++) {
		const struct event_lane *event = &event_lanes[i];
		struct document *doc = recorded->table[event->kind];

		if (!doc)
			continue;
		if (*event->id)
			err = take_known_out(event, doc, reader);
		if (!err)
			err = rows_bind(&rows, doc, event->lane.names);
		if (!err)
			add_rows(&event->lane, &rows, event->apart, drawing);
	}
	return err;
}

int report_spans(struct timeline *timeline, struct reader *reader,
		 const struct origins *origins, struct recorded *recorded)
{
	const struct drawing drawing = {
		.timeline = timeline,
		.origins = origins,
		.since = recorded->is_there ? timeline->from : 0,
	};
	int err = add_tables(reader, &drawing);

	return err ? err : add_events(reader, recorded, &drawing);
}
