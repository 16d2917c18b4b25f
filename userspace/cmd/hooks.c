// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput hooks: what is hooked in the kernel, and how.
 */
#include <string.h>

#include <dfput/tables.h>

#include "cmd/cmd.h"
#include "debugfs/listing.h"
#include "lib/alloc.h"

static const struct stats_word words[] = {
#define WORD(T, name, kind, who, meaning) { #name, "", meaning, 0 },
	DFPUT_HOOKS_VALUES(WORD, -)
#undef WORD
};

static const struct view_column columns[] = {
	{ "name", VIEW_TEXT },
	{ "value", VIEW_NUMBER },
	{ "meaning", VIEW_PROSE },
};

static bool is_known(const char *name)
{
	for (size_t i = 0; i < NR(words); i++)
		if (!strcmp(words[i].name, name))
			return true;
	return false;
}

static void show_values(const struct document *doc, struct view *view)
{
	struct view_table *table;

	table = view_table_begin(view, "module", columns, 3, VIEW_MAP);
	for (size_t i = 0; i < NR(words); i++)
		view_row(table,
			 (const char *[]){ words[i].name,
					   document_value(doc, words[i].name),
					   words[i].meaning },
			 false);
	for (size_t i = 0; i < doc->nr_values; i++)
		if (!is_known(doc->values[i].name))
			view_row(table,
				 (const char *[]){ doc->values[i].name,
						   doc->values[i].value, NULL },
				 false);
	view_table_end(table);
	view_note(view, "%s", "");
}

static int show_hooks(const struct options *options, struct reader *reader,
		      struct view *view)
{
	struct document *doc;
	int err = reader_load(reader, "hooks", &doc);

	if (!err && !view->format.raw)
		show_values(doc, view);
	document_free(doc);
	return err ? err :
		     cmd_show_table(options, &listing_hooks, reader, view);
}

int cmd_hooks(const struct options *options)
{
	int status = options_check_columns(options, listing_hooks.columns,
					   listing_hooks.nr);

	return status ? status : cmd_display(options, show_hooks);
}
