// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands that show a table of the module as it is.
 */
#include <inttypes.h>

#include "cmd/cmd.h"
#include "debugfs/listing.h"

/* The value of stats that says what is in no row; "": none does. */
static const char *name_uncounted(const struct listing *listing,
				  const struct document *doc)
{
	if (!doc->nr_rows)
		return listing->counted;
	return listing->file == listing_pending.file ? "unrecorded" : "";
}

/* No table denies what is counted: records were lost, or the copy was cut off. */
static int check_counted(struct listing *listing, const struct document *doc,
			 struct reader *reader, struct view *view)
{
	const char *name = name_uncounted(listing, doc);
	struct document *stats;
	uint64_t nr = 0;
	int err;

	if (!*name)
		return 0;
	err = reader_load(reader, "stats", &stats);
	if (!err && document_value(stats, name))
		err = document_need_number(stats, name, &nr);
	document_free(stats);
	if (err || !nr)
		return err;
	listing->empty = NULL;
	view_number(view, "not_in_rows", nr);
	view_note(view, "Not in rows: '%s' in stats is %" PRIu64 ".", name, nr);
	return 0;
}

static int show_listing(const struct options *options, struct reader *reader,
			struct view *view)
{
	struct listing listing = *listing_find(options->command->name);
	struct origins origins = { 0 };
	struct document *doc = NULL;
	int err = 0;

	if (listing_has(&listing, "origin"))
		err = origins_load_if_any(reader, options->rules, &origins);
	if (!err)
		err = reader_load(reader, listing.file, &doc);
	if (!err)
		err = check_counted(&listing, doc, reader, view);
	if (!err)
		err = listing_show(&listing, doc, NULL, &origins, view);
	document_free(doc);
	origins_free(&origins);
	return err;
}

int cmd_list(const struct options *options)
{
	return cmd_display(options, show_listing);
}
