// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "analysis/selection.h"
#include "lib/alloc.h"

void selection_make(struct selection *selection, const struct rows *rows,
		    selection_filter *filter, void *context)
{
	selection->skip = alloc_array(rows->nr, sizeof(bool));
	selection->nr = 0;
	for (size_t row = 0; row < rows->nr; row++) {
		selection->skip[row] = !filter(rows, row, context);
		selection->nr += !selection->skip[row];
	}
}

int selection_show(const struct selection *selection, const struct rows *rows,
		   const struct listing *listing, const char *name,
		   const struct origins *origins, struct view *view)
{
	struct listing shown = *listing;

	shown.file = name;
	shown.empty = NULL;
	return listing_show(&shown, rows->doc, selection->skip, origins, view);
}

void selection_free(struct selection *selection)
{
	free(selection->skip);
	*selection = (struct selection){ 0 };
}
