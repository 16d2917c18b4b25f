// SPDX-License-Identifier: GPL-2.0-only
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/words.h>

#include "analysis/releases.h"
#include "debugfs/places.h"
#include "lib/alloc.h"
#include "lib/number.h"

/* A release that takes so long may never be over. */
#define STUCK_NS NUMBER_NS_PER_SEC

enum { AGE, STATE, DEVICE, INODE, FSTYPE, SUPER, STARTED, OPS };
static const char *const names[] = { "#age_ns",	    "state",  "device",
				     "inode",	    "fstype", "?super",
				     "?started_ns", "?ops",   NULL };

static int compare_texts(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void count_waiting(struct releases *releases, const char *device,
			  uint64_t age)
{
	releases->waiting++;
	if (age > releases->waiting_age)
		releases->waiting_age = age;
	if (tfind(device, &releases->devices, compare_texts))
		return;
	must(tsearch(alloc_copy(device), &releases->devices, compare_texts));
	releases->filesystems++;
}

static bool take_row(const struct rows *rows, size_t row, void *context)
{
	static const char *const states[] = { DFPUT_PENDING_STATES(
		DFPUT_WORD) };

	if (rows_is(rows, row, STATE, states[DFPUT_PENDING_STARTED]))
		return true;
	count_waiting(context, rows_text(rows, row, DEVICE),
		      rows_number(rows, row, AGE));
	return false;
}

int releases_load(struct releases *releases, struct reader *reader)
{
	struct rows *rows = &releases->rows;
	uint64_t age;
	int err;

	*releases = (struct releases){ 0 };
	err = rows_select(rows, reader, "pending", names, take_row, releases);
	if (err)
		return err;
	releases->since_queued = !rows_has(rows, STARTED);
	for (size_t row = 0; row < rows->nr; row++) {
		age = rows_number(rows, row, AGE);
		if (age > releases->queued_age)
			releases->queued_age = age;
		if (!releases->since_queued)
			age = rows_number(rows, row, STARTED);
		if (age < releases->age)
			continue;
		releases->age = age;
		releases->oldest = row;
	}
	return 0;
}

static char *name_place(const struct rows *rows, size_t row,
			struct reader *reader)
{
	const struct place *place;
	struct places places;
	char *text;

	places_load(&places, reader);
	place = places_of(&places, rows_text(rows, row, DEVICE),
			  rows_text(rows, row, SUPER));
	text = place ? alloc_text(" on %s%s", place->path,
				  place->nr > 1 ? " and elsewhere" : "") :
		       alloc_copy("");
	places_free(&places);
	return text;
}

static char *name_release(const struct releases *releases,
			  struct reader *reader)
{
	const struct rows *rows = &releases->rows;
	char *place = name_place(rows, releases->oldest, reader), *text;
	const char *ops = rows_cell(rows, releases->oldest, OPS);
	char age[NUMBER_TEXT];

	text = alloc_text("the release of inode %s%s (%s, %s%s%s), %s %s ago",
			  rows_text(rows, releases->oldest, INODE), place,
			  rows_text(rows, releases->oldest, DEVICE),
			  rows_text(rows, releases->oldest, FSTYPE),
			  *ops ? ", " : "", ops,
			  releases->since_queued ? "queued" : "begun",
			  number_ns_short(age, releases->age));
	free(place);
	return text;
}

char *releases_sentence(const struct releases *releases, struct reader *reader)
{
	char files[NUMBER_TEXT], filesystems[NUMBER_TEXT];
	char *release, *text;

	if (!releases->rows.nr)
		return alloc_copy("No file is seen in its release");
	release = name_release(releases, reader);
	text = alloc_text("The list's drain is in %s; %s of %s wait", release,
			  number_count(files, releases->waiting, "file"),
			  number_count(filesystems, releases->filesystems,
				       "filesystem"));
	free(release);
	return text;
}

char *releases_stuck(struct reader *reader)
{
	struct releases releases;
	char *release, *text = NULL;

	if (!releases_load(&releases, reader) && releases.age > STUCK_NS) {
		release = name_release(&releases, reader);
		text = alloc_text(
			"the list waits for %s: see dfput pending --stuck 1s",
			release);
		free(release);
	}
	releases_free(&releases);
	return text;
}

void releases_free(struct releases *releases)
{
	tdestroy(releases->devices, free);
	rows_free(&releases->rows);
}
