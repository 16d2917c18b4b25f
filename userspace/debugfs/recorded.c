// SPDX-License-Identifier: GPL-2.0-only
/*
 * The events that dfput record kept: documents of dfput events, one a line.
 */
#include <errno.h>
#include <inttypes.h>
#include <json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debugfs/header.h"
#include "debugfs/recorded.h"
#include "lib/alloc.h"
#include "lib/number.h"
#include "lib/text.h"

/* Of a cell. */
#define TEXT 256

static const struct view_column lost_columns[] = { { "lost", VIEW_NUMBER } };

/* In all tables. */
static const char *const common[] = { "at_ns", "cpu" };

/**
 * struct kind - the columns of a table that are its own
 * @name: of its events
 * @columns: these
 * @nr: how many
 */
struct kind {
	const char *name;
	const struct view_column *columns;
	size_t nr;
};

static struct kind kind_of(size_t nr)
{
	if (nr == RECORDED_lost)
		return (struct kind){ "lost", lost_columns, NR(lost_columns) };
	return (struct kind){ events_kinds[nr].name, events_kinds[nr].columns,
			      events_kinds[nr].nr };
}

/* ---- tables -------------------------------------------------------------- */

static struct document *make_table(const struct kind *kind)
{
	struct document *table = alloc_array(1, sizeof(*table));

	table->file = RECORDED_FILE;
	for (size_t i = 0; i < NR(common); i++)
		table->columns[table->nr_columns++] = common[i];
	for (size_t i = 0; i < kind->nr; i++)
		table->columns[table->nr_columns++] = kind->columns[i].name;
	return table;
}

/* As the module writes it; "" if it is null, or was never there. */
static void write_cell(char text[TEXT], struct json_object *value)
{
	*text = '\0';
	switch (json_object_get_type(value)) {
	case json_type_boolean:
		snprintf(text, TEXT, "%d", json_object_get_boolean(value));
		break;
	case json_type_int:
	case json_type_string:
		snprintf(text, TEXT, "%s", json_object_get_string(value));
		break;
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(value); i++)
			text_append(
				text, TEXT, "%s%s", i ? "," : "",
				json_object_get_string(
					json_object_array_get_idx(value, i)));
		break;
	default:
		break;
	}
}

static struct document_row *make_row(const struct document *table,
				     struct json_object *event,
				     struct json_object *fields)
{
	size_t nr = table->nr_columns, head = sizeof(uint16_t) * nr;
	struct document_row *row;
	char text[TEXT];
	size_t size;

	row = must(malloc(sizeof(*row) + head + nr * TEXT));
	size = sizeof(*row) + head;
	for (size_t i = 0; i < nr; i++) {
		write_cell(text, json_object_object_get(i < NR(common) ? event :
									 fields,
							table->columns[i]));
		row->at[i] = *text ? (uint16_t)size : 0;
		strcpy((char *)row + size, text);
		size += strlen(text) + 1;
	}
	return must(realloc(row, size));
}

static void keep_row(struct document *table, struct document_row *row)
{
	table->nr_read++;
	row->line = (uint32_t)table->nr_read;
	table->rows =
		alloc_more(table->rows, table->nr_rows, sizeof(*table->rows));
	table->rows[table->nr_rows++] = row;
}

/* ---- distributions ------------------------------------------------------- */

/* id: who has none was not timed. */
static const struct source {
	enum recorded_kind kind;
	const char *column;
	const char *id;
} sources[DFPUT_NR_HISTS] = {
	[DFPUT_HIST_queue_wait] = { RECORDED_release, "wait_ns", "id" },
	[DFPUT_HIST_release_time] = { RECORDED_release, "release_ns", NULL },
	[DFPUT_HIST_batch_size] = { RECORDED_batch, "files", NULL },
	[DFPUT_HIST_batch_time] = { RECORDED_batch, "took_ns", NULL },
	[DFPUT_HIST_lateness] = { RECORDED_leftover, "lateness_ns", NULL },
	[DFPUT_HIST_super_shutdown] = { RECORDED_super_shutdown,
					"shutdown_took_ns", NULL },
};

bool recorded_has(enum dfput_hist hist)
{
	return sources[hist].column;
}

static void count_values(struct recorded *recorded, size_t kind,
			 struct json_object *fields)
{
	struct json_object *value;

	for (size_t i = 0; i < NR(sources); i++) {
		if (!sources[i].column || sources[i].kind != kind ||
		    (sources[i].id &&
		     !json_object_object_get(fields, sources[i].id)))
			continue;
		value = json_object_object_get(fields, sources[i].column);
		if (value)
			recorded->count[i][dfput_hist_bucket(
				json_object_get_uint64(value))]++;
	}
}

/* ---- lines --------------------------------------------------------------- */

static struct json_object *member(struct json_object *object, const char *name,
				  enum json_type type)
{
	struct json_object *found = json_object_object_get(object, name);

	return json_object_is_type(found, type) ? found : NULL;
}

static void take_row(struct recorded *recorded, size_t nr,
		     struct json_object *event, struct json_object *fields)
{
	struct kind kind = kind_of(nr);
	struct document **table = &recorded->table[nr];

	if (!*table)
		*table = make_table(&kind);
	if ((*table)->nr_rows < RECORDED_MAX_ROWS)
		keep_row(*table, make_row(*table, event, fields));
	else
		recorded->dropped++;
}

static void take_event(struct recorded *recorded, size_t nr,
		       struct json_object *event, struct json_object *fields)
{
	uint64_t at =
		json_object_get_uint64(json_object_object_get(event, "at_ns"));

	recorded->nr[nr]++;
	/* These say nothing that the others do not. */
	if (nr != RECORDED_queue && nr != RECORDED_batch && nr != RECORDED_put)
		take_row(recorded, nr, event, fields);
	if (nr == RECORDED_lost)
		recorded->lost += json_object_get_uint64(
			json_object_object_get(fields, "lost"));
	count_values(recorded, nr, fields);
	if (!recorded->from)
		recorded->from = at;
	if (at > recorded->to)
		recorded->to = at;
}

/* Return: whether it is an event. */
static bool take_document(struct recorded *recorded, struct json_object *event)
{
	struct json_object *name = member(event, "event", json_type_string);
	struct json_object *schema = member(event, "schema", json_type_int);
	struct json_object *fields;

	if (!name || json_object_get_int(schema) != HEADER_SCHEMA ||
	    !member(event, "at_ns", json_type_int))
		return false;
	for (size_t i = 0; i < RECORDED_NR; i++) {
		if (strcmp(kind_of(i).name, json_object_get_string(name)))
			continue;
		/* The number of those that were lost stands beside the others. */
		fields = i == RECORDED_lost ? event :
					      member(event, kind_of(i).name,
						     json_type_object);
		if (fields)
			take_event(recorded, i, event, fields);
		return fields;
	}
	recorded->unknown++;
	return true;
}

static void take_line(struct recorded *recorded, struct json_tokener *tokener,
		      const char *line, size_t length)
{
	struct json_object *event = NULL;

	json_tokener_reset(tokener);
	if (length < INT32_MAX)
		event = json_tokener_parse_ex(tokener, line, (int)length);
	if (!json_object_is_type(event, json_type_object) ||
	    !take_document(recorded, event))
		recorded->strange++;
	json_object_put(event);
}

static void take_lines(struct recorded *recorded, FILE *file)
{
	struct json_tokener *tokener = must(json_tokener_new());
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	while ((length = getline(&line, &room, file)) > 0)
		take_line(recorded, tokener, line, (size_t)length);
	free(line);
	json_tokener_free(tokener);
}

/* ---- all of it ----------------------------------------------------------- */

static int take_file(struct recorded *recorded, struct reader *reader)
{
	int fd = reader_file(reader, RECORDED_FILE), err;
	struct stat st;
	FILE *file;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	recorded->is_there = true;
	/* What is copied out of an archive is at its end. */
	if (!fstat(fd, &st) && st.st_size > READER_MAX_SIZE) {
		close(fd);
		return error_set(-EFBIG, RECORDED_FILE ": more than %d MiB",
				 READER_MAX_SIZE >> 20);
	}
	file = must(fdopen(fd, "r"));
	rewind(file);
	errno = 0;
	take_lines(recorded, file);
	err = ferror(file) ? -errno : 0;
	fclose(file);
	return err ? error_set(err, "cannot read " RECORDED_FILE ": %s",
			       strerror(-err)) :
		     0;
}

static uint64_t value_of(const struct document *doc, const char *name,
			 uint64_t otherwise)
{
	const char *text = document_value(doc, name);
	uint64_t number;

	return text && !number_parse(text, &number) ? number : otherwise;
}

/* What whoever recorded says of them, if it came to that. */
static void take_summary(struct recorded *recorded, const struct document *doc)
{
	uint64_t events = recorded->unknown + recorded->strange;
	uint64_t wanted = value_of(doc, "events", 0);

	for (size_t i = 0; i < RECORDED_NR; i++)
		events += recorded->nr[i];
	recorded->is_there |= !!document_value(doc, "events");
	recorded->missing = wanted > events ? wanted - events : 0;
	recorded->left_out = value_of(doc, "events_left_out", 0);
	recorded->lost = value_of(doc, "events_lost", recorded->lost);
	recorded->from = value_of(doc, "events_from_ns", recorded->from);
	recorded->to = value_of(doc, "events_to_ns", recorded->to);
}

int recorded_load(struct recorded *recorded, struct reader *reader)
{
	struct document *doc;
	int err;

	*recorded = (struct recorded){ 0 };
	err = take_file(recorded, reader);
	if (!err && !reader_load(reader, "record", &doc)) {
		take_summary(recorded, doc);
		document_free(doc);
	}
	return err;
}

void recorded_caveats(const struct recorded *recorded, struct caveats *caveats)
{
	const struct {
		uint64_t nr;
		const char *what;
	} all[] = {
		{ recorded->lost,
		  "events were lost, as a processor's buffer was full" },
		{ recorded->left_out, "events had no room in " RECORDED_FILE },
		{ recorded->missing, "events of " RECORDED_FILE " are gone" },
		{ recorded->strange,
		  "lines of " RECORDED_FILE
		  " are cut off, or no events of this dfput" },
		{ recorded->unknown,
		  "events are of a kind that only a newer dfput knows" },
	};

	for (size_t i = 0; i < NR(all); i++)
		if (all[i].nr)
			caveats_add(caveats, "%" PRIu64 " %s", all[i].nr,
				    all[i].what);
}

void recorded_free(struct recorded *recorded)
{
	for (size_t i = 0; i < RECORDED_NR; i++)
		document_free(recorded->table[i]);
	*recorded = (struct recorded){ 0 };
}
