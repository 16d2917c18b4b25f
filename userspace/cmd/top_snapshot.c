// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dfput top reads at one moment.
 */
#include <errno.h>
#include <stdlib.h>

#include "cmd/top.h"
#include "lib/alloc.h"
#include "lib/number.h"

/* Of the tables that count, and of pending. */
enum { ID, COUNT };
enum { AGE };

/* The file of each table, and what is looked at here. */
static const struct {
	const char *file;
	bool counts;
	const char *names[3];
} tables[TOP_NR_TABLES] = {
	[TOP_PENDING] = { "pending", false, { "#age_ns" } },
	[TOP_ORIGINS] = { "origins", true, { "#id", "#count" } },
	[TOP_SUPERBLOCKS] = { "superblocks", true, { "#id", "#queued" } },
	[TOP_LEFTOVERS] = { "leftovers" },
	[TOP_RINGS] = { "rings" },
};

static int compare_ids(const void *a, const void *b)
{
	const struct top_count *one = a, *other = b;

	return (one->id > other->id) - (one->id < other->id);
}

static void take_counts(struct top_rows *table)
{
	const struct rows *rows = &table->rows;

	table->count = alloc_array(rows->nr, sizeof(*table->count));
	for (size_t row = 0; row < rows->nr; row++)
		table->count[row] =
			(struct top_count){ rows_number(rows, row, ID),
					    rows_number(rows, row, COUNT) };
	qsort(table->count, rows->nr, sizeof(*table->count), compare_ids);
}

/* An older module may lack one. */
static int load_table(struct top_snapshot *snapshot, struct reader *reader,
		      enum top_table i)
{
	struct top_rows *table = &snapshot->table[i];
	int err;

	table->read = number_now();
	err = rows_load(&table->rows, reader, tables[i].file, tables[i].names);
	if (!err && tables[i].counts)
		take_counts(table);
	return err == -ENOENT ? 0 : err;
}

int top_snapshot_load(struct top_snapshot *snapshot, struct reader *reader,
		      const char *rules)
{
	int err;

	*snapshot = (struct top_snapshot){ 0 };
	err = stats_load(reader, &snapshot->stats);
	for (int i = 0; !err && i < TOP_NR_TABLES; i++)
		err = load_table(snapshot, reader, i);
	/* Last, so that it has the call paths of all rows. */
	return err ? err : origins_load(reader, rules, &snapshot->origins);
}

void top_snapshot_free(struct top_snapshot *snapshot)
{
	for (int i = 0; i < TOP_NR_TABLES; i++) {
		rows_free(&snapshot->table[i].rows);
		free(snapshot->table[i].count);
	}
	origins_free(&snapshot->origins);
	*snapshot = (struct top_snapshot){ 0 };
}

uint64_t top_snapshot_oldest(const struct top_snapshot *snapshot)
{
	const struct rows *rows = &snapshot->table[TOP_PENDING].rows;
	uint64_t oldest = 0, age;

	for (size_t row = 0; row < rows->nr; row++) {
		age = rows_number(rows, row, AGE);
		oldest = age > oldest ? age : oldest;
	}
	return oldest;
}

/* A row that was not there has begun from 0. */
double top_snapshot_rate(const struct top_snapshot *before,
			 const struct top_snapshot *after, enum top_table table,
			 size_t row)
{
	const struct top_rows *then = &before->table[table];
	const struct top_rows *now = &after->table[table];
	const struct top_count count = { rows_number(&now->rows, row, ID),
					 rows_number(&now->rows, row, COUNT) };
	const struct top_count *found;
	const char *why;
	uint64_t old;

	if (!then->count || then->read == now->read ||
	    !stats_continuous(&before->stats, &after->stats, &why))
		return -1;
	found = bsearch(&count, then->count, then->rows.nr, sizeof(count),
			compare_ids);
	old = found ? found->count : 0;
	if (count.count < old)
		return -1;
	return (double)(count.count - old) * NUMBER_NS_PER_SEC /
	       (double)(now->read - then->read);
}
