// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include <dfput/words.h>

#include "analysis/lasting.h"
#include "debugfs/stats.h"
#include "lib/alloc.h"
#include "lib/number.h"
#include "proc/stack.h"

const char *const lasting_names[] = {
	"device",  "#id",	   "fstype",	    "name",
	"state",   "?shutdown_ns", "?shutdown_pid", "?shutdown_comm",
	"?freeze", "?frozen_ns",   "?frozen_pid",   "?frozen_comm",
	NULL
};

static const char *const states[] = { DFPUT_SUPER_STATES(DFPUT_WORD) };
static const char *const freezes[] = { DFPUT_FREEZES(DFPUT_WORD) };

/* By the clock: it may have been days ago. */
static const char *since(char text[NUMBER_TEXT], uint64_t monotonic,
			 struct reader *reader)
{
	struct stats stats;

	if (!monotonic || stats_load(reader, &stats))
		return "before dfput knew it";
	return number_time_short(
		text, monotonic + stats.gauge[DFPUT_GAUGE_clock_realtime_ns] -
			      stats.gauge[DFPUT_GAUGE_clock_monotonic_ns]);
}

/* The task is in there until the shutdown is over: then it may be anywhere. */
static char *find_place(struct reader *reader, pid_t pid)
{
	char stack[STACK_TEXT];
	char *path = alloc_text("proc/%d/stack", (int)pid);

	if (reader_host(reader, path, stack, sizeof(stack)) < 0 ||
	    !strstr(stack, "generic_shutdown_super"))
		*stack = '\0';
	free(path);
	return stack_place(stack);
}

static char *describe_freeze(const struct rows *rows, size_t row,
			     struct reader *reader)
{
	uint64_t pid = rows_number(rows, row, LASTING_FROZEN_PID);
	char time[NUMBER_TEXT];
	const char *when =
		since(time, rows_number(rows, row, LASTING_FROZEN), reader);

	if (!pid)
		return alloc_text("frozen since %s", when);
	return alloc_text("frozen since %s by %s (PID %d)", when,
			  rows_text(rows, row, LASTING_FROZEN_COMM), (int)pid);
}

static char *describe_shutdown(const struct rows *rows, size_t row,
			       struct reader *reader)
{
	pid_t pid = (pid_t)rows_number(rows, row, LASTING_SHUTDOWN_PID);
	char time[NUMBER_TEXT], *place, *text;

	if (!pid)
		return alloc_copy("its superblock is being shut down");
	place = find_place(reader, pid);
	text = alloc_text("its shutdown has run since %s in %s (PID %d)%s%s",
			  since(time, rows_number(rows, row, LASTING_SHUTDOWN),
				reader),
			  rows_text(rows, row, LASTING_SHUTDOWN_COMM), (int)pid,
			  *place ? ", which is in " : "", place);
	free(place);
	return text;
}

static bool is_alive(const struct rows *rows, size_t row)
{
	return rows_is(rows, row, LASTING_STATE, states[DFPUT_SUPER_ALIVE]);
}

bool lasting_find(struct lasting *lasting, const struct rows *rows, size_t row,
		  struct reader *reader)
{
	if (rows_is(rows, row, LASTING_STATE, states[DFPUT_SUPER_SHUTDOWN]))
		*lasting = (struct lasting){
			states[DFPUT_SUPER_SHUTDOWN],
			(pid_t)rows_number(rows, row, LASTING_SHUTDOWN_PID),
			rows_text(rows, row, LASTING_SHUTDOWN_COMM),
			describe_shutdown(rows, row, reader),
		};
	else if (is_alive(rows, row) && rows_is(rows, row, LASTING_FREEZE,
						freezes[DFPUT_FREEZE_FROZEN]))
		*lasting = (struct lasting){
			freezes[DFPUT_FREEZE_FROZEN],
			(pid_t)rows_number(rows, row, LASTING_FROZEN_PID),
			rows_text(rows, row, LASTING_FROZEN_COMM),
			describe_freeze(rows, row, reader),
		};
	else
		*lasting = (struct lasting){ 0 };
	return lasting->kind;
}

bool lasting_unseen(const struct rows *rows, size_t row)
{
	return is_alive(rows, row) &&
	       !rows_is(rows, row, LASTING_FREEZE, freezes[DFPUT_FREEZE_NO]) &&
	       !rows_is(rows, row, LASTING_FREEZE,
			freezes[DFPUT_FREEZE_FROZEN]);
}
