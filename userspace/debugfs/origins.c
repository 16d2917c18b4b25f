// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's call paths, and what the rules call them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debugfs/origins.h"
#include "debugfs/rows.h"
#include "lib/alloc.h"
#include "lib/number.h"

enum { ID, STACK };

static void forget(struct origins *origins)
{
	document_free(origins->doc);
	free(origins->origin);
	origins->doc = NULL;
	origins->origin = NULL;
	origins->nr = 0;
}

static void take_row(struct origins *origins, const struct rows *rows,
		     size_t row)
{
	struct origin *origin = &origins->origin[row];
	const char *functions = rows_text(rows, row, STACK);

	origin->id = rows_number(rows, row, ID);
	if (document_is_none(functions))
		return;
	origin->stack = functions;
	origin->name = rules_name(&origins->rules, functions);
}

int origins_update(struct reader *reader, struct origins *origins)
{
	static const char *const names[] = { "#id", "stack", NULL };
	struct rows rows;
	int err;

	forget(origins);
	err = rows_load(&rows, reader, "origins", names);
	if (err) {
		rows_free(&rows);
		return err;
	}
	origins->doc = rows.doc;
	origins->nr = rows.nr;
	origins->origin = alloc_array(rows.nr, sizeof(*origins->origin));
	for (size_t row = 0; row < rows.nr; row++)
		take_row(origins, &rows, row);
	return 0;
}

int origins_load(struct reader *reader, const char *rules,
		 struct origins *origins)
{
	int err;

	*origins = (struct origins){ 0 };
	err = rules_load(rules, &origins->rules);
	if (err)
		return err;
	err = origins_update(reader, origins);
	return err == -ENOENT ? 0 : err;
}

const struct origin *origins_find(const struct origins *origins, const char *id)
{
	uint64_t number;

	if (!origins || !id || number_parse(id, &number) || !number)
		return NULL;
	for (size_t i = 0; i < origins->nr; i++)
		if (origins->origin[i].id == number)
			return &origins->origin[i];
	return NULL;
}

const char *origins_label(const struct origins *origins, const char *id,
			  char label[ORIGINS_LABEL])
{
	const struct origin *origin = origins_find(origins, id);
	bool known = id && *id && strcmp(id, "0");

	snprintf(label, ORIGINS_LABEL, "%s%.50s",
		 known && (!origin || !origin->name) ? "#" : "",
		 !known			? "-" :
		 origin && origin->name ? origin->name :
					  id);
	return label;
}

static void explain(const struct origin *origin, struct view_table *table,
		    struct view *view)
{
	char id[NUMBER_TEXT];

	number_text(id, origin->id);
	if (table)
		view_row(table, (const char *[]){ id, origin->stack }, false);
	else
		view_note(view, "Origin #%s: %s", id,
			  origin->stack ? origin->stack : "not looked at");
}

void origins_explain(const struct origins *origins, const bool *unnamed,
		     struct view *view)
{
	static const struct view_column columns[] = {
		{ "origin", VIEW_NUMBER },
		{ "stack", VIEW_STACK },
	};
	struct view_table *table = NULL;

	if (view->json)
		table = view_table_begin(view, "unnamed_origins", columns, 2,
					 VIEW_LIST);
	for (size_t i = 0; i < origins->nr; i++) {
		if (unnamed[i] && !origins->origin[i].told)
			explain(&origins->origin[i], table, view);
		origins->origin[i].told |= unnamed[i];
	}
	if (table)
		view_table_end(table);
}

void origins_free(struct origins *origins)
{
	forget(origins);
	rules_free(&origins->rules);
}
