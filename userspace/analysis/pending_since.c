// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is on the list at some moment, and which of it was there earlier.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/error.h"
#include "analysis/pending_since.h"
#include "debugfs/table.h"
#include "lib/alloc.h"
#include "lib/number.h"

/* The ages are taken later than the time that @since was counted back from. */
static int divide(struct reader *reader, uint64_t since, struct left *left)
{
	const struct document *doc = left->pending;
	uint64_t age = 0;
	size_t column;
	int err = document_need_column(reader, doc, "age_ns", &column);

	for (size_t row = 0; !err && row < doc->nr_rows; row++) {
		err = document_cell_number(reader, doc, row, column, &age);
		left->before[row] = age >= since;
		left->after[row] = !left->before[row];
		left->nr_before += left->before[row];
		left->nr_after += left->after[row];
	}
	return err;
}

int left_look(struct reader *reader, uint64_t moment, struct left *left)
{
	uint64_t now = number_now();
	uint64_t since = now > moment ? now - moment : 0;
	int err;

	*left = (struct left){ 0 };
	err = reader_load(reader, "pending", &left->pending);
	left->looked = number_now();
	if (err)
		return err;
	left->before = alloc_array(left->pending->nr_rows, sizeof(bool));
	left->after = alloc_array(left->pending->nr_rows, sizeof(bool));
	return divide(reader, since, left);
}

int left_show_before(const struct left *left, struct reader *reader,
		     const struct origins *origins, struct view *view)
{
	if (!left->nr_before)
		return 0;
	return listing_show(&listing_pending, reader, left->pending,
			    left->after, origins, view);
}

int left_show_after(const struct left *left, struct reader *reader,
		    const struct origins *origins, struct view *view)
{
	struct listing listing = listing_pending;

	listing.file = "pending_after";
	if (!left->nr_after)
		return 0;
	return listing_show(&listing, reader, left->pending, left->before,
			    origins, view);
}

void left_free(struct left *left)
{
	document_free(left->pending);
	free(left->before);
	free(left->after);
	*left = (struct left){ 0 };
}
