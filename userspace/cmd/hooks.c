// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput hooks: what is hooked in the kernel, and how.
 */
#include <string.h>

#include <dfput/tables.h>

#include "cmd/cmd.h"
#include "debugfs/listing.h"

static const struct stats_word words[] = {
#define WORD(name, meaning) { #name, "", meaning, 0 },
	DFPUT_HOOKS_VALUES(WORD)
#undef WORD
};

static const struct view_column columns[] = {
	{ "name", VIEW_TEXT },
	{ "value", VIEW_TEXT },
	{ "meaning", VIEW_PROSE },
};

static const char *find_meaning(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i].name, name))
			return words[i].meaning;
	return NULL;
}

static void show_values(const struct document *doc, struct view *view)
{
	struct view_table *table;

	table = view_table_begin(view, "values", columns, 3, false);
	for (size_t i = 0; i < doc->nr_values; i++)
		view_row(table,
			 (const char *[]){ doc->values[i].name,
					   doc->values[i].value,
					   find_meaning(doc->values[i].name) },
			 false);
	view_table_end(table);
	view_note(view, "%s", "");
}

static int check_values(struct reader *reader, const struct document *doc)
{
	const char *value;
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(words) / sizeof(words[0]); i++)
		err = document_need_value(reader, doc, words[i].name, &value);
	return err;
}

static int show_hooks(const struct options *options, struct reader *reader,
		      struct view *view)
{
	struct document *doc;
	int err = reader_load(reader, "hooks", &doc);

	(void)options;
	if (!err)
		err = check_values(reader, doc);
	if (!err) {
		show_values(doc, view);
		err = listing_show(&listing_hooks, reader, doc, NULL, NULL,
				   view);
	}
	document_free(doc);
	return err;
}

int cmd_hooks(const struct options *options)
{
	return cmd_display(options, show_hooks);
}
