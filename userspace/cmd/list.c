// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands that show a table of the module as it is: all that there is to
 * say of each is said in listing.c.
 */
#include "cmd/cmd.h"
#include "debugfs/table.h"

static int show_list(const struct listing *listing, struct reader *reader,
		     const struct origins *origins, struct view *view)
{
	struct document *doc;
	int err = reader_load(reader, listing->file, &doc);

	if (!err)
		err = listing_show(listing, reader, doc, NULL, origins, view);
	document_free(doc);
	return err;
}

static int show_with_origins(const struct listing *listing,
			     const struct options *options,
			     struct reader *reader, struct view *view)
{
	struct origins origins;
	int err = origins_load_if_any(reader, options->rules, &origins);

	if (!err)
		err = show_list(listing, reader, &origins, view);
	origins_free(&origins);
	return err;
}

static int show_leftovers(const struct options *options, struct reader *reader,
			  struct view *view)
{
	return show_with_origins(&listing_leftovers, options, reader, view);
}

int cmd_leftovers(const struct options *options, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cmd_display(options, show_leftovers);
}

/* Those in which no call path stands. */
#define LISTS(X) X(superblocks) X(umounts) X(held) X(rings)

#define LIST(name)                                                           \
	static int show_##name(const struct options *options,                \
			       struct reader *reader, struct view *view)     \
	{                                                                    \
		(void)options;                                               \
		return show_list(&listing_##name, reader, NULL, view);       \
	}                                                                    \
	int cmd_##name(const struct options *options, int argc, char **argv) \
	{                                                                    \
		(void)argc;                                                  \
		(void)argv;                                                  \
		return cmd_display(options, show_##name);                    \
	}
LISTS(LIST)
