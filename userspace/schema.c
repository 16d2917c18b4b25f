// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the JSON Schema of what `dfput --json` prints, made from <dfput/tables.h>,
 * <dfput/counters.h>, debugfs/events.h and cmd/commands.h. Only for the build: `make schema`.
 */
#include <json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <dfput/counters.h>
#include <dfput/tables.h>

#include "cmd/commands.h"
#include "cmd/options.h"
#include "lib/alloc.h"

/* In every document. */
#define MEMBERS_HEADER(X, C)                                            \
	X(C, schema, number, "version of this contract")                \
	X(C, command, text, "whose output it is")                       \
	X(C, version, text, "of dfput")                                 \
	X(C, abi, number, "of the module's files")                      \
	X(C, module_version, text, "of the module")                     \
	X(C, kernel, text, "its release")                               \
	X(C, boot_id, text, "of the machine")                           \
	X(C, time, text, "when the module's files were read, ISO 8601") \
	X(C, clock, clock, "the clocks at that moment")                 \
	X(C, trustworthy, boolean, "nothing was lost or left out")      \
	X(C, caveats, texts, "what was, each in a sentence")

/* Objects that are no rows of the module. */
#define MEMBERS_OBJECTS(X) \
	X(reasons)         \
	X(late)            \
	X(checks)          \
	X(mounts)          \
	X(unnamed_origins) X(clock) X(hop) X(buckets) X(bars) X(runs) X(spread)

/* Their members: X(T, name, kind, who, meaning) */
#define MEMBERS_COLUMNS_reasons(X, T)                                          \
	X(T, kind, text, all, "fd, cwd, mount, pending ...: see dfput-why(1)") \
	X(T, keeps, text, all, "mount, device, lock ...: see dfput-why(1)")    \
	X(T, pid, num, all, "of the process")                                  \
	X(T, comm, text, all, "its name")                                      \
	X(T, user, text, all, "its user")                                      \
	X(T, unit, text, all, "its unit or container")                         \
	X(T, fd, num, all, "its file descriptor")                              \
	X(T, what, text, all, "file, device, mount point ...")                 \
	X(T, detail, text, all, "a sentence")

#define MEMBERS_COLUMNS_late(X, T)                                       \
	X(T, released_ns, time, all, "when it was released")             \
	X(T, lateness_ns, ns, all, "how late")                           \
	X(T, pid, num, all, "of the process that closed it as it ended") \
	X(T, comm, text, all, "its name")

#define MEMBERS_COLUMNS_checks(X, T)                \
	X(T, check, text, all, "what was checked")  \
	X(T, status, text, all, "ok, warn or fail") \
	X(T, meaning, text, all, "a sentence")      \
	X(T, fix, text, all, "the command that mends it")

#define MEMBERS_COLUMNS_mounts(X, T)                             \
	X(T, device, text, all, "major:minor of its superblock") \
	X(T, path, text, all, "where it is mounted")

#define MEMBERS_COLUMNS_unnamed_origins(X, T)        \
	X(T, origin, id, all, "id of the call path") \
	X(T, stack, stack, all, "functions, innermost first")

#define MEMBERS_COLUMNS_runs(X, T)                                         \
	X(T, run, num, all, "which")                                       \
	X(T, status, num, all, "exit status of the program")               \
	X(T, elapsed_ns, ns, all, "from its start to the end of its tree") \
	X(T, outlived, num, all, "files that outlived its processes")      \
	X(T, lateness_max_ns, ns, all, "of these")                         \
	X(T, late, num, all, "later than --max-late, or not released")     \
	X(T, verdict, word, all, "none, in_time, late or unknown")

#define MEMBERS_COLUMNS_spread(X, T)                       \
	X(T, spread, word, all, "elapsed or lateness_max") \
	X(T, least_ns, ns, all, "of all runs")             \
	X(T, median_ns, ns, all, "of all runs")            \
	X(T, most_ns, ns, all, "of all runs")

#define MEMBERS_COLUMNS_clock(X, T)                        \
	X(T, monotonic_ns, num, all, "of CLOCK_MONOTONIC") \
	X(T, boottime_ns, num, all, "of CLOCK_BOOTTIME")   \
	X(T, realtime_ns, num, all, "of CLOCK_REALTIME")

#define MEMBERS_COLUMNS_hop(X, T)                                     \
	X(T, kind, word, all, "file, mount or super")                 \
	X(T, device, text, all, "major:minor of a file's superblock") \
	X(T, inode, num, all, "of a file")                            \
	X(T, after_ns, ns, all, "since the first hop")

#define MEMBERS_COLUMNS_buckets(X, T)                           \
	X(T, from, num, all, "inclusive lower bound")           \
	X(T, to, num, all, "inclusive upper bound; null: none") \
	X(T, count, num, all, "values in the bucket")

#define MEMBERS_COLUMNS_bars(X, T)                  \
	X(T, name, text, all, "see dfput(5)")       \
	X(T, unit, text, all, "of the bounds")      \
	X(T, meaning, text, all, "what is counted") \
	X(T, buckets, buckets, all,                 \
	  "without those before the first that holds something")

/* What a type is in JSON Schema. Nearly all may be null: not known, or none. */
static const struct type {
	const char *name;
	const char *schema;
} types[] = {
	{ "num", "{'type': ['integer', 'null'], 'minimum': 0}" },
	{ "id", "{'type': ['integer', 'null'], 'minimum': 1}" },
	{ "origin", "{'type': ['integer', 'null'], 'minimum': 1}" },
	{ "name", "{'type': ['string', 'null']}" },
	{ "ns", "{'type': ['integer', 'null'], 'minimum': 0}" },
	{ "took", "{'type': ['integer', 'null'], 'minimum': 1}" },
	{ "time", "{'type': ['integer', 'null'], 'minimum': 1}" },
	{ "word", "{'type': ['string', 'null']}" },
	{ "text", "{'type': ['string', 'null']}" },
	{ "words", "{'type': ['array', 'null'], 'items': {'type': 'string'}}" },
	{ "pids",
	  "{'type': ['array', 'null'], 'items': {'type': ['integer', 'null']}}" },
	{ "stack", "{'type': ['array', 'null'], 'items': {'type': 'string'}}" },
	{ "chain",
	  "{'type': ['array', 'null'], 'items': {'$ref': '#/definitions/hop'}}" },
	{ "buckets",
	  "{'type': 'array', 'items': {'$ref': '#/definitions/buckets'}}" },
	{ "number", "{'type': ['integer', 'null'], 'minimum': 0}" },
	{ "boolean", "{'type': ['boolean', 'null']}" },
	{ "texts", "{'type': ['array', 'null'], 'items': {'type': 'string'}}" },
	{ "stats",
	  "{'anyOf': [{'type': 'null'}, {'$ref': '#/definitions/stats'}]}" },
	{ "module", "{'$ref': '#/definitions/module'}" },
#define OBJECT_TYPE(C, name, ...)                                              \
	{ #name, "{'anyOf': [{'type': 'null'}, {'$ref': '#/definitions/" #name \
		 "'}]}" },
	OBJECT_TYPE(all, clock) OBJECT_TYPE(why, late)
		DFPUT_EVENTS(OBJECT_TYPE, all)
};

static struct json_object *parse(const char *text)
{
	char *json = alloc_copy(text), *at;
	struct json_object *object;

	for (at = json; (at = strchr(at, '\''));)
		*at = '"';
	object = must(json_tokener_parse(json));
	free(json);
	return object;
}

/* What is no type is a table: the schema of its rows. */
static struct json_object *type_schema(const char *name)
{
	struct json_object *schema;
	char *text;

	for (size_t i = 0; i < NR(types); i++)
		if (!strcmp(types[i].name, name))
			return parse(types[i].schema);
	text = alloc_text(
		"{'type': ['array', 'null'], 'items': {'$ref': '#/definitions/%s'}}",
		name);
	schema = parse(text);
	free(text);
	return schema;
}

static void set(struct json_object *object, const char *name,
		struct json_object *value)
{
	if (json_object_object_add(object, name, value))
		must(NULL);
}

static struct json_object *get(struct json_object *object, const char *name)
{
	return must(json_object_object_get(object, name));
}

static void add_member(struct json_object *schema, const char *name,
		       const char *type, const char *meaning)
{
	struct json_object *member = type_schema(type);

	set(member, "description", json_object_new_string(meaning));
	set(get(schema, "properties"), name, member);
	json_object_array_add(get(schema, "required"),
			      json_object_new_string(name));
}

/*
 * Beside a time's ns of CLOCK_MONOTONIC stands the time of day, beside the id of an
 * origin its name.
 */
static void add_column(struct json_object *schema, const char *name,
		       const char *kind, const char *meaning)
{
	char *time = alloc_text("%.*s_time", (int)strlen(name) - 3, name);

	add_member(schema, name, kind, meaning);
	if (!strcmp(kind, "time"))
		add_member(schema, time, "text", "the same as ISO 8601 has it");
	if (!strcmp(kind, "origin"))
		add_member(schema, "origin_name", "text",
			   "what the rules call it");
	free(time);
}

/* Of a table of the module: beside a device stands where it is mounted. */
static void add_table_column(struct json_object *schema, const char *name,
			     const char *kind, const char *meaning)
{
	add_column(schema, name, kind, meaning);
	if (!strcmp(name, "device"))
		add_member(schema, "mountpoint", "text",
			   "where its device is mounted now, if at one place");
}

/* An object of the definitions, made as it is asked for. */
static struct json_object *definition(struct json_object *root,
				      const char *name)
{
	struct json_object *definitions = get(root, "definitions"), *schema;

	if (json_object_object_get_ex(definitions, name, &schema))
		return schema;
	schema = parse("{'type': 'object', 'properties': {}, 'required': []}");
	set(definitions, name, schema);
	return schema;
}

static void add_tables(struct json_object *root)
{
#define COLUMN(table, name, kind, who, meaning, ...) \
	add_column(definition(root, #table), #name, #kind, meaning);
#define TABLE_COLUMN(table, name, kind, who, meaning) \
	add_table_column(definition(root, #table), #name, #kind, meaning);
#define TABLE(name, ...) DFPUT_COLUMNS_##name(TABLE_COLUMN, name)
#define OBJECT(name) MEMBERS_COLUMNS_##name(COLUMN, name)
	DFPUT_FILES(TABLE)
	DFPUT_HOOKS_VALUES(COLUMN, module)
	MEMBERS_OBJECTS(OBJECT)
#define EVENT(C, name, ...) DFPUT_EVENT_##name(COLUMN, name)
	DFPUT_EVENTS(EVENT, all)
}

/* Not required: a difference has no gauges of time, a newer module has more. */
static void add_stats(struct json_object *root)
{
	struct json_object *stats = definition(root, "stats");

#define COUNT(name, group, unit, meaning) \
	add_member(stats, #name, "num", meaning " (" #unit ")");
	DFPUT_COUNTERS(COUNT)
	DFPUT_GAUGES(COUNT)
	json_object_object_del(stats, "required");
}

static void add_command(struct json_object *root, const char *name)
{
	char *text = alloc_text(
		"{'if': {'properties': {'command': {'const': '%s'}}},"
		" 'then': {'$ref': '#/definitions/%s_document'}}",
		name, name);

	json_object_array_add(get(root, "allOf"), parse(text));
	free(text);
}

static void add_document(struct json_object *root, const char *command,
			 const char *name, const char *type,
			 const char *meaning)
{
	char *document = alloc_text("%s_document", command);

	if (!json_object_object_get_ex(get(root, "definitions"), document,
				       NULL))
		add_command(root, command);
	add_member(definition(root, document), name, type, meaning);
	free(document);
}

/* stats and histograms are the tables of no command of their name. */
static void add_rows(struct json_object *root, const char *table,
		     const char *meaning)
{
	if (options_command(table))
		add_document(root, table, table, table, meaning);
}

int main(void)
{
	struct json_object *root =
		parse("{'$schema': 'http://json-schema.org/draft-07/schema#',"
		      " 'title': 'What dfput --json prints',"
		      " 'type': 'object', 'properties': {}, 'required': [],"
		      " 'allOf': [], 'definitions': {}}");

#define HEADER(command, name, type, meaning) \
	add_member(root, #name, #type, meaning);
	MEMBERS_HEADER(HEADER, all)
	add_tables(root);
	add_stats(root);
#define MEMBER(command, name, type, meaning) \
	add_document(root, #command, #name, #type, meaning);
#define ROWS(name, meaning, ...) add_rows(root, #name, meaning);
	DFPUT_MEMBERS(MEMBER)
	DFPUT_FILES(ROWS)
	puts(json_object_to_json_string_ext(
		root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
			      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
	return ferror(stdout) || fflush(stdout);
}
