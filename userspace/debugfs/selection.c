// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "debugfs/selection.h"
#include "lib/alloc.h"

void selection_all(struct selection *selection, size_t nr)
{
	selection->row = alloc_array(nr, sizeof(*selection->row));
	selection->nr = nr;
	for (size_t row = 0; row < nr; row++)
		selection->row[row] = row;
}

void selection_keep(struct selection *selection, const struct rows *rows,
		    selection_filter *filter, void *context)
{
	size_t nr = 0;

	for (size_t i = 0; i < selection->nr; i++)
		if (filter(rows, selection->row[i], context))
			selection->row[nr++] = selection->row[i];
	selection->nr = nr;
}

void selection_make(struct selection *selection, const struct rows *rows,
		    selection_filter *filter, void *context)
{
	selection_all(selection, rows->nr);
	selection_keep(selection, rows, filter, context);
}

void selection_free(struct selection *selection)
{
	free(selection->row);
	*selection = (struct selection){ 0 };
}
