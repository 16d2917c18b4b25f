// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include <dfput/words.h>

#include "debugfs/places.h"
#include "debugfs/rows.h"
#include "lib/number.h"
#include "proc/devices.h"

enum { ID, DEVICE, STATE };
static const char *const names[] = { "#id", "device", "state", NULL };

static bool is_living(const struct rows *rows, size_t row)
{
	static const char *const states[] = { DFPUT_SUPER_STATES(DFPUT_WORD) };

	return rows_is(rows, row, STATE, states[DFPUT_SUPER_ALIVE]);
}

/* Of two, the end of the older one was missed. */
static bool note_place(const struct rows *rows, size_t row, void *context)
{
	struct place *place =
		places_find(context, rows_text(rows, row, DEVICE));
	uint64_t id = rows_number(rows, row, ID);

	if (place && is_living(rows, row) && id > place->super)
		place->super = id;
	return false;
}

/* Without the table, nothing is known. */
static void read_supers(struct reader *reader, struct places *places)
{
	struct rows rows;

	rows_select(&rows, reader, "superblocks", names, note_place, places);
	rows_free(&rows);
}

uint64_t places_living(struct reader *reader, dev_t device)
{
	struct place place = { .device = device };
	struct places places = { .place = &place, .nr = 1 };

	read_supers(reader, &places);
	return place.super;
}

void places_load(struct places *places, struct reader *reader)
{
	size_t size;
	char *mountinfo =
		reader_host_text(reader, "proc/self/mountinfo", &size);

	/* As it is now, like the superblocks: 'run' and 'watch' go on for long. */
	places_parse(places, mountinfo);
	free(mountinfo);
	if (places->nr)
		read_supers(reader, places);
}

static struct place *find_place(const struct places *places, const char *device,
				const char *super, uint64_t *id)
{
	if (!device || !super || number_parse(super, id) || !*id)
		return NULL;
	return places_find(places, device);
}

struct place *places_of(const struct places *places, const char *device,
			const char *super)
{
	uint64_t id;
	struct place *place = find_place(places, device, super, &id);

	return place && place->super == id ? place : NULL;
}

static void note_earlier(struct place *place, uint64_t id)
{
	if (!place->earlier++ || id < place->first)
		place->first = id;
	if (id > place->newest)
		place->newest = id;
}

struct place *places_tell(const struct places *places, const char *device,
			  const char *super)
{
	uint64_t id;
	struct place *place = find_place(places, device, super, &id);

	if (!place)
		return NULL;
	if (id < place->super)
		note_earlier(place, id);
	if (place->told || place->super != id)
		return NULL;
	place->told = true;
	return place;
}
