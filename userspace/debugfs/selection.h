/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Some rows of a table, in an order.
 */
#ifndef DFPUT_SELECTION_H
#define DFPUT_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "debugfs/rows.h"

/* row: which rows. nr: how many. */
struct selection {
	size_t *row;
	size_t nr;
};

typedef bool selection_filter(const struct rows *rows, size_t row,
			      void *context);

/* Selects all rows of a table that has @nr. */
void selection_all(struct selection *selection, size_t nr);

/**
 * selection_keep() - keep those rows that a filter lets pass
 * @selection: made
 * @rows: loaded
 * @filter: asked once for each row, in their order
 * @context: for it
 */
void selection_keep(struct selection *selection, const struct rows *rows,
		    selection_filter *filter, void *context);

/* Selects the rows that a filter lets pass. */
void selection_make(struct selection *selection, const struct rows *rows,
		    selection_filter *filter, void *context);

void selection_free(struct selection *selection);

#endif /* DFPUT_SELECTION_H */
