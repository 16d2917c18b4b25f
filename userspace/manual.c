// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the sections of dfput(5) that include/dfput/ defines: tables, values and words.
 * Only for the build: `make manual`.
 */
#include <stdbool.h>
#include <stdio.h>

#include <dfput/counters.h>
#include <dfput/hist.h>
#include <dfput/tables.h>

#include "lib/alloc.h"

/* An entry, or the title of those below it. */
struct line {
	const char *title;
	const char *name;
	const char *meaning;
};

#define TITLE(text)             \
	{                       \
		.title = (text) \
	}
#define ENTRY(name, meaning)        \
	,                           \
	{                           \
		NULL, name, meaning \
	}

#define COLUMN(table, name, kind, who, meaning) ENTRY(#name, meaning)
#define TABLE(name, meaning, ...) \
	TITLE(#name ": " meaning) DFPUT_COLUMNS_##name(COLUMN, name),
#define HIST(name, unit, meaning) ENTRY(#name, meaning " (" #unit ")")
static const struct line tables[] = {
	DFPUT_FILES(TABLE) /* has its comma */
	TITLE("The histograms") DFPUT_HISTS(HIST),
};

#define WORD(id, word, meaning) ENTRY(word, meaning)
static const struct line words[] = {
	TITLE("cause") DFPUT_CAUSES(WORD),
	TITLE("route") DFPUT_ROUTES(WORD),
	TITLE("kind") DFPUT_KINDS(WORD),
	TITLE("blocks") DFPUT_BLOCKS(WORD),
	TITLE("state of pending") DFPUT_PENDING_STATES(WORD),
	TITLE("state of rings") DFPUT_RING_STATES(WORD),
	TITLE("state of superblocks") DFPUT_SUPER_STATES(WORD),
	TITLE("freeze") DFPUT_FREEZES(WORD),
	TITLE("chain") DFPUT_HOPS(WORD),
	TITLE("why") DFPUT_WHYS(WORD),
	TITLE("flags") DFPUT_UMOUNT_FLAGS(WORD),
	TITLE("state of hooks") DFPUT_HOOK_STATES(WORD),
	TITLE("method") DFPUT_METHODS(WORD),
	TITLE("scope") DFPUT_SCOPES(WORD),
	TITLE("selftest") DFPUT_SELFTESTS(WORD),
};

static const struct line hooks[] = {
	TITLE("hooks") DFPUT_HOOKS_VALUES(COLUMN, hooks),
};

/* The values of stats, by their group. */
static const char *const groups[] = {
#define GROUP(group, title) title,
	DFPUT_GROUPS(GROUP)
};

static const struct value {
	enum dfput_group group;
	struct line line;
} values[] = {
#define VALUE(name, group, unit, meaning) \
	{ DFPUT_GROUP_##group, { NULL, #name, meaning " (" #unit ")" } },
	DFPUT_COUNTERS(VALUE) DFPUT_GAUGES(VALUE)
};

static void begin(const char *title)
{
	printf(".Ss %s\n.Bl -tag -width pending_at_reset -compact\n", title);
}

/* \& keeps what is no macro from being one. */
static void print_entry(const struct line *line)
{
	printf(".It Va \\&%s\n\\&%s\n", line->name, line->meaning);
}

static void end(void)
{
	puts(".El");
}

/* What stands below a title; stats has no columns, and so none. */
static void print_lines(const struct line *lines, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		bool last = i + 1 == nr || lines[i + 1].title;

		if (lines[i].title && !last)
			begin(lines[i].title);
		if (lines[i].name)
			print_entry(&lines[i]);
		if (lines[i].name && last)
			end();
	}
}

static void print_values(void)
{
	for (size_t group = 0; group < NR(groups); group++) {
		begin(groups[group]);
		for (size_t i = 0; i < NR(values); i++)
			if (values[i].group == group)
				print_entry(&values[i].line);
		end();
	}
	print_lines(hooks, NR(hooks));
}

int main(void)
{
	puts(".Sh TABLES\nThe columns of each file.");
	print_lines(tables, NR(tables));
	puts(".Sh VALUES\nThe counters and gauges of stats, and the values of hooks.");
	print_values();
	puts(".Sh WORDS\nWhat the words in columns and values mean.");
	print_lines(words, NR(words));
	return ferror(stdout) || fflush(stdout);
}
