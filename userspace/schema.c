// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the JSON Schema of what `dfput --json` prints, made from <dfput/tables.h>,
 * <dfput/counters.h> and debugfs/members.h. Only for the build: `make schema`.
 */
#include <json.h>
#include <stdio.h>
#include <string.h>

#include <dfput/counters.h>
#include <dfput/tables.h>

#include "debugfs/members.h"
#include "lib/alloc.h"

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
	{ "clock",
	  "{'anyOf': [{'type': 'null'}, {'$ref': '#/definitions/clock'}]}" },
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

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
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
#define COLUMN(table, name, kind, who, meaning) \
	add_column(definition(root, #table), #name, #kind, meaning);
#define TABLE_COLUMN(table, name, kind, who, meaning) \
	add_table_column(definition(root, #table), #name, #kind, meaning);
#define TABLE(name, ...) DFPUT_COLUMNS_##name(TABLE_COLUMN, name)
#define OBJECT(name) MEMBERS_COLUMNS_##name(COLUMN, name)
	DFPUT_FILES(TABLE)
	DFPUT_HOOKS_VALUES(COLUMN, module)
	MEMBERS_OBJECTS(OBJECT)
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
#define ROWS(name, meaning, ...) \
	add_document(root, #name, #name, #name, meaning);
	MEMBERS(MEMBER)
	DFPUT_FILES(ROWS)
	puts(json_object_to_json_string_ext(
		root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
			      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
	return ferror(stdout) || fflush(stdout);
}
