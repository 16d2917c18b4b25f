// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fields of tracepoints: formats as the kernel has them, and what is made of records.
 */
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <dfput/words.h>

#include "cmocka_main.h"
#include "debugfs/events.h"

#define COMMON      \
	"format:\n" \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"

static struct tep_handle *tep;

static int begin(void **state)
{
	static const char umount[] =
		"name: dfput_umount\nID: 1\n" COMMON
		"\n\tfield:u64 super;\toffset:8;\tsize:8;\tsigned:0;\n"
		"\tfield:dev_t dev;\toffset:16;\tsize:4;\tsigned:0;\n"
		"\tfield:int result;\toffset:20;\tsize:4;\tsigned:1;\n"
		"\tfield:int flags;\toffset:24;\tsize:4;\tsigned:1;\n"
		"\nprint fmt: \"super=%llu\", REC->super\n";
	static const char leftover[] =
		"name: dfput_leftover\nID: 2\n" COMMON
		"\n\tfield:u64 lateness_ns;\toffset:8;\tsize:8;\tsigned:0;\n"
		"\tfield:u32 cause;\toffset:16;\tsize:4;\tsigned:0;\n"
		"\tfield:u32 route;\toffset:20;\tsize:4;\tsigned:0;\n"
		"\tfield:u32 kind;\toffset:24;\tsize:4;\tsigned:0;\n"
		"\tfield:char comm[16];\toffset:28;\tsize:16;\tsigned:0;\n"
		"\nprint fmt: \"%llu\", REC->lateness_ns\n";

	(void)state;
	tep = tep_alloc();
	if (!tep ||
	    tep_parse_event(tep, umount, sizeof(umount) - 1, EVENTS_SYSTEM) ||
	    tep_parse_event(tep, leftover, sizeof(leftover) - 1, EVENTS_SYSTEM))
		return -1;
	return 0;
}

static int end(void **state)
{
	(void)state;
	tep_free(tep);
	return 0;
}

/* What one of the columns is. */
static const char *cell(const char *tracepoint, void *data, const char *column)
{
	static struct events_cells cells;
	const struct events_kind *kind = events_kind(tracepoint);
	struct tep_record record = { .data = data };
	const struct tracing_event event = {
		.event = tep_find_event_by_name(tep, EVENTS_SYSTEM, tracepoint),
		.record = &record,
	};

	assert_non_null(kind);
	assert_non_null(event.event);
	events_read(kind, &event, &cells);
	return cells.cell[view_find_column(kind->columns, kind->nr, column,
					   strlen(column))];
}

static void umounts(void **state)
{
	struct {
		uint64_t common;
		uint64_t super;
		uint32_t dev;
		int32_t result;
		int32_t flags;
	} data = { 1, UINT64_MAX, 253U << 20 | 17, -EBUSY, 1 | 2 };

	(void)state;
	assert_string_equal(cell("dfput_umount", &data, "super"),
			    "18446744073709551615");
	assert_string_equal(cell("dfput_umount", &data, "device"), "253:17");
	assert_string_equal(cell("dfput_umount", &data, "result"), "-EBUSY");
	assert_string_equal(cell("dfput_umount", &data, "flags"),
			    "force,detach");
	assert_null(cell("dfput_umount", &data, "pid"));
	data.result = -ENOMEM;
	data.flags = 0;
	assert_string_equal(cell("dfput_umount", &data, "result"), "-12");
	assert_string_equal(cell("dfput_umount", &data, "flags"), "");
	data.result = 0;
	assert_string_equal(cell("dfput_umount", &data, "result"), "0");
}

static void leftovers(void **state)
{
	struct __attribute__((packed)) {
		uint64_t common;
		uint64_t lateness_ns;
		uint32_t cause;
		uint32_t route;
		uint32_t kind;
		char comm[16];
	} data = { 2,
		   7,
		   DFPUT_CAUSE_kthread,
		   DFPUT_ROUTE_DEFERRED,
		   DFPUT_KIND_RING,
		   "0123456789abcdef" };

	(void)state;
	assert_string_equal(cell("dfput_leftover", &data, "lateness_ns"), "7");
	assert_string_equal(cell("dfput_leftover", &data, "cause"), "kthread");
	assert_string_equal(cell("dfput_leftover", &data, "route"), "deferred");
	assert_string_equal(cell("dfput_leftover", &data, "kind"), "ring");
	assert_string_equal(cell("dfput_leftover", &data, "comm"),
			    "0123456789abcdef");
	data.cause = DFPUT_CAUSE_NONE;
	assert_string_equal(cell("dfput_leftover", &data, "cause"), "");
}

static void names(void **state)
{
	(void)state;
	assert_null(events_kind("dfput_newer"));
	assert_null(events_kind("umount"));
	assert_string_equal(events_source(events_kind("dfput_exit"), "pid"),
			    "tgid");
	assert_null(events_source(events_kind("dfput_exit"), "device"));
	assert_int_equal(events_device(makedev(253, 17)), 253U << 20 | 17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(umounts),
		cmocka_unit_test(leftovers),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
