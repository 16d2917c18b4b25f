// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands that show a table of the module as it is.
 */
#include "cmd/cmd.h"
#include "debugfs/listing.h"

static int show_listing(const struct options *options, struct reader *reader,
			struct view *view)
{
	const struct listing *listing = listing_find(options->command->name);
	struct origins origins = { 0 };
	struct document *doc = NULL;
	int err = 0;

	if (listing_has(listing, "origin"))
		err = origins_load_if_any(reader, options->rules, &origins);
	if (!err)
		err = reader_load(reader, listing->file, &doc);
	if (!err)
		err = listing_show(listing, doc, NULL, &origins, view);
	document_free(doc);
	origins_free(&origins);
	return err;
}

int cmd_list(const struct options *options)
{
	return cmd_display(options, show_listing);
}
