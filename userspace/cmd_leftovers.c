// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput leftovers: the last files that outlived their process.
 */
#include "cmd.h"
#include "listing.h"

static int show_list(struct reader *reader, const struct origins *origins,
		     struct view *view)
{
	struct document *doc;
	int err = reader_load(reader, "leftovers", &doc);

	if (!err)
		err = listing_show(&listing_leftovers, reader, doc, NULL,
				   origins, view);
	document_free(doc);
	return err;
}

static int show(const struct options *options, struct reader *reader,
		struct view *view)
{
	struct origins origins;
	int err = origins_load_if_any(reader, options->rules, &origins);

	if (!err)
		err = show_list(reader, &origins, view);
	origins_free(&origins);
	return err;
}

int cmd_leftovers(const struct options *options, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cmd_display(options, show);
}
