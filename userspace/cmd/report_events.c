// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dfput report says of recorded events: when that was, how many there are of each
 * kind, beside what the module counted meanwhile, and their distributions.
 */
#include <errno.h>

#include "cmd/cmd.h"
#include "cmd/report.h"
#include "debugfs/buckets.h"
#include "lib/alloc.h"
#include "lib/number.h"

/* The counter of the same; put has none, and is not recorded. */
static const struct {
	const char *name;
	const char *meaning;
	enum recorded_kind kind;
	enum dfput_counter counter;
} kinds[] = {
#define queue_COUNTER DFPUT_COUNT_queued
#define release_COUNTER DFPUT_COUNT_released
#define batch_COUNTER DFPUT_COUNT_batches
#define exit_COUNTER DFPUT_COUNT_exits
#define leftover_COUNTER DFPUT_COUNT_leftover
#define umount_COUNTER DFPUT_COUNT_umounts
#define super_shutdown_COUNTER DFPUT_COUNT_supers_shutdown
#define KIND(C, name, same, meaning) \
	{ #name, meaning, RECORDED_##name, name##_COUNTER },
	DFPUT_EVENTS_MOST(KIND, all)
#undef KIND
};

void report_when(const struct recorded *recorded, struct view *page)
{
	char text[2 * NUMBER_TEXT], count[NUMBER_TEXT], took[NUMBER_TEXT];
	char when[VIEW_WHEN];
	uint64_t nr = 0;

	for (size_t i = 0; i < NR(kinds); i++)
		nr += recorded->nr[kinds[i].kind];
	snprintf(text, sizeof(text), "%s in %s",
		 number_count(count, nr, "event"),
		 number_ns_short(took, recorded->to - recorded->from));
	view_fact(page, "events", text);
	if (recorded->lost)
		view_fact(page, "events lost",
			  number_text(count, recorded->lost));
	if (!page->has_clock)
		return;
	view_fact(page, "from", view_when(page, recorded->from, when));
	view_fact(page, "to", view_when(page, recorded->to, when));
}

int report_counts(const struct recorded *recorded, struct reader *reader,
		  const struct stats *after, struct view *page)
{
	static const struct view_column columns[] = {
		{ "event", VIEW_TEXT },
		{ "recorded", VIEW_NUMBER },
		{ "counted", VIEW_NUMBER },
		{ "meaning", VIEW_PROSE },
	};
	char nr[NUMBER_TEXT], counted[NUMBER_TEXT];
	struct document *doc;
	struct view_table *table;
	struct stats before;
	int err = reader_load(reader, RECORDED_BEFORE, &doc);
	bool known = !err;

	if (known)
		err = stats_convert(doc, &before);
	document_free(doc);
	if (err && err != -ENOENT)
		return err;
	known = known && stats_grew(&before, after);
	table = view_table_begin(page, "events", columns, NR(columns),
				 VIEW_LIST);
	for (size_t i = 0; i < NR(kinds); i++) {
		enum dfput_counter counter = kinds[i].counter;

		number_text(nr, recorded->nr[kinds[i].kind]);
		if (known)
			number_text(counted, after->counter[counter] -
						     before.counter[counter]);
		view_row(table,
			 (const char *[]){ kinds[i].name, nr,
					   known ? counted : NULL,
					   kinds[i].meaning },
			 false);
	}
	view_table_end(table);
	return 0;
}

void report_hists(const struct recorded *recorded, struct view *page)
{
	for (int i = 0; i < DFPUT_NR_HISTS; i++)
		if (recorded_has(i))
			hist_show_counts(&buckets_known[i], recorded->count[i],
					 page);
}
