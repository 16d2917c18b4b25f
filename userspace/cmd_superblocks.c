// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput superblocks: the counts of each mounted filesystem.
 */
#include "cmd.h"
#include "listing.h"

static int show(const struct options *options, struct reader *reader,
		struct view *view)
{
	struct document *doc;
	int err = reader_load(reader, "superblocks", &doc);

	(void)options;
	if (!err)
		err = listing_show(&listing_superblocks, reader, doc, NULL,
				   NULL, view);
	document_free(doc);
	return err;
}

int cmd_superblocks(const struct options *options, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cmd_display(options, show);
}
