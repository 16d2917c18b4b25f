// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands that show a table of the module as it is.
 */
#include <string.h>

#include "cmd/cmd.h"
#include "debugfs/table.h"

static const struct listing *find_listing(const char *name)
{
	static const struct listing *const listings[] = {
		&listing_pending, &listing_leftovers,	&listing_held,
		&listing_rings,	  &listing_superblocks, &listing_umounts,
	};
	size_t i = 0;

	while (strcmp(listings[i]->file, name))
		i++;
	return listings[i];
}

static bool has_origins(const struct listing *listing)
{
	for (size_t i = 0; i < listing->nr; i++)
		if (!strcmp(listing->columns[i].name, "origin"))
			return true;
	return false;
}

static int show_listing(const struct options *options, struct reader *reader,
			struct view *view)
{
	const struct listing *listing = find_listing(options->command->name);
	struct origins origins = { 0 };
	struct document *doc = NULL;
	int err = 0;

	if (has_origins(listing))
		err = origins_load_if_any(reader, options->rules, &origins);
	if (!err)
		err = reader_load(reader, listing->file, &doc);
	if (!err)
		err = listing_show(listing, reader, doc, NULL, &origins, view);
	document_free(doc);
	origins_free(&origins);
	return err;
}

int cmd_list(const struct options *options)
{
	return cmd_display(options, show_listing);
}
