// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/pending_since.h"
#include "lib/number.h"

static bool is_before(const struct rows *rows, size_t row, void *since)
{
	return rows_number(rows, row, PENDING_AGE) >= *(uint64_t *)since;
}

static bool is_after(const struct rows *rows, size_t row, void *since)
{
	return !is_before(rows, row, since);
}

int pending_since_load(struct pending_since *pending, struct reader *reader,
		       uint64_t moment)
{
	static const char *const names[] = {
		[PENDING_AGE] = "#age_ns",
		[PENDING_OWNER] = "#owner",
		[PENDING_START] = "#owner_start_ns",
		[PENDING_REAPERS] = "?reapers",
		NULL,
	};
	/* Taken first: the ages are then too big rather than too small. */
	uint64_t now = number_now();
	uint64_t since = now > moment ? now - moment : 0;
	int err;

	*pending = (struct pending_since){ 0 };
	err = rows_load(&pending->rows, reader, "pending", names);
	pending->read = number_now();
	if (err)
		return err;
	selection_make(&pending->before, &pending->rows, is_before, &since);
	selection_make(&pending->after, &pending->rows, is_after, &since);
	return 0;
}

void pending_since_free(struct pending_since *pending)
{
	selection_free(&pending->before);
	selection_free(&pending->after);
	rows_free(&pending->rows);
}
