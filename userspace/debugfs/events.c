// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fields of the module's tracepoints: the numbers of its vocabularies, as words.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <dfput/words.h>

#include "debugfs/events.h"
#include "lib/alloc.h"
#include "lib/number.h"
#include "lib/text.h"
#include "proc/devices.h"

/* Writes what a number stands for, "" for nothing. */
typedef void write_value(char text[EVENTS_TEXT], uint64_t value);

/* A word of a list, by its number. */
#define WRITE_WORD(name, words_of)                                    \
	static void write_##name(char text[EVENTS_TEXT], uint64_t nr) \
	{                                                             \
		static const char *const words[] = { words_of };      \
		snprintf(text, EVENTS_TEXT, "%s",                     \
			 nr < NR(words) ? words[nr] : "");            \
	}
WRITE_WORD(cause, DFPUT_CAUSES(DFPUT_WORD))
WRITE_WORD(route, DFPUT_ROUTES(DFPUT_WORD))
WRITE_WORD(kind, DFPUT_KINDS(DFPUT_WORD))

static void write_num(char text[EVENTS_TEXT], uint64_t value)
{
	number_text(text, value);
}

uint32_t events_device(dev_t device)
{
	return major(device) << 20 | minor(device);
}

static void write_device(char text[EVENTS_TEXT], uint64_t value)
{
	devices_text(text, makedev(value >> 20, value & 0xfffff));
}

static void write_umount_flags(char text[EVENTS_TEXT], uint64_t value)
{
	static const char *const words[] = { DFPUT_UMOUNT_FLAGS(DFPUT_WORD) };

	*text = '\0';
	for (size_t i = 0; i < NR(words); i++)
		if (value & (1U << i))
			text_append(text, EVENTS_TEXT, "%s%s", *text ? "," : "",
				    words[i]);
}

/* As the kernel's %pe has them, those that umount2(2) can return. */
static void write_error(char text[EVENTS_TEXT], uint64_t value)
{
#define ERROR(name)             \
	{                       \
		name, "-" #name \
	}
	static const struct {
		int number;
		const char *name;
	} errors[] = { ERROR(EAGAIN), ERROR(EBUSY), ERROR(EINVAL),
		       ERROR(EPERM) };
#undef ERROR
	int result = (int)value;

	snprintf(text, EVENTS_TEXT, "%d", result);
	for (size_t i = 0; i < NR(errors); i++)
		if (result == -errors[i].number)
			snprintf(text, EVENTS_TEXT, "%s", errors[i].name);
}

/* write: NULL: it is a text. */
struct events_field {
	const char *source;
	write_value *write;
};

#define VIEW_boolean VIEW_BOOL
#define VIEW_id VIEW_ID
#define VIEW_name VIEW_NAME
#define VIEW_ns VIEW_NS
#define VIEW_num VIEW_NUMBER
#define VIEW_text VIEW_TEXT
#define VIEW_time VIEW_TIME
#define VIEW_took VIEW_TOOK
#define VIEW_word VIEW_TEXT
#define VIEW_words VIEW_WORDS
#define write_text NULL

#define COLUMN(kind_of, name, kind, who, meaning, as, of) \
	{ #name, VIEW_##kind },
#define FIELD(kind_of, name, kind, who, meaning, as, of) { #of, write_##as },
#define LISTS(C, name, same, meaning)                           \
	static const struct view_column name##_columns[] = {    \
		DFPUT_EVENT_##name(COLUMN, name)                \
	};                                                      \
	static const struct events_field name##_fields[] = {    \
		DFPUT_EVENT_##name(FIELD, name)                 \
	};                                                      \
	_Static_assert(NR(name##_columns) <= EVENTS_MAX_FIELDS, \
		       "too many fields");
DFPUT_EVENTS(LISTS, all)

#define KIND(request, name, same, meaning)         \
	{ #name,	  "dfput_" #name, request, \
	  name##_columns, name##_fields,  NR(name##_fields) },
const struct events_kind events_kinds[] = { DFPUT_EVENTS_MOST(
	KIND, false) DFPUT_EVENTS_ON_REQUEST(KIND, true) };
const size_t events_nr = NR(events_kinds);

const struct events_kind *events_kind(const char *tracepoint)
{
	for (size_t i = 0; i < events_nr; i++)
		if (!strcmp(events_kinds[i].tracepoint, tracepoint))
			return &events_kinds[i];
	return NULL;
}

const char *events_source(const struct events_kind *kind, const char *column)
{
	size_t nr = view_find_column(kind->columns, kind->nr, column,
				     strlen(column));

	return nr < kind->nr ? kind->fields[nr].source : NULL;
}

static const char *read_field(const struct events_field *of,
			      const struct tracing_event *event,
			      char text[EVENTS_TEXT])
{
	struct tep_format_field *field =
		tep_find_field(event->event, of->source);
	const char *data = event->record->data;
	unsigned long long value;

	if (!field)
		return NULL;
	if (!of->write)
		snprintf(text, EVENTS_TEXT, "%.*s", field->size,
			 data + field->offset);
	else if (!tep_read_number_field(field, data, &value))
		of->write(text, value);
	else
		return NULL;
	return text;
}

void events_read(const struct events_kind *kind,
		 const struct tracing_event *event, struct events_cells *cells)
{
	for (size_t i = 0; i < kind->nr; i++)
		cells->cell[i] =
			read_field(&kind->fields[i], event, cells->text[i]);
}
