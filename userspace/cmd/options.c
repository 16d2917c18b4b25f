// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/options.h"
#include "debugfs/listing.h"
#include "lib/alloc.h"
#include "lib/color.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/status.h"
#include "lib/text.h"
#include "lib/view.h"

const struct command option_commands[] = {
#define COMMAND(name, group, function, ...) \
	{ #name, group, function, __VA_ARGS__ },
	DFPUT_COMMANDS(COMMAND)
#undef COMMAND
};

const size_t options_nr_commands = NR(option_commands);

enum kind { FLAG, TEXT, COLOR, TIME, TIME_NOT_0, NUMBER_NOT_0, MOMENT, WHERE };

/* What people are told of a wrong argument, or of none; NULL: see the row. */
static const char *const wanted[] = {
	[COLOR] = "always, never or auto",
	[TIME] = "a time, such as 2, 0.5, 10ms or 1h30m",
	[TIME_NOT_0] = "a time, such as 2, 0.5, 10ms or 1h30m",
	[NUMBER_NOT_0] = "a number of 1 or more",
	[MOMENT] = "a time, such as 10m, 07:30 or '2026-01-31 07:30'",
	[WHERE] = "COLUMN=GLOB",
};

/* May stand before the command, but not before one that acts on this machine. */
#define INPUT "input"

/* Whose an option is: NULL: of commands that name it; or of tables with one of these. */
#define EVERY ""
#define TABLES "*"
#define OWNERS "pid owner"
#define LISTS "id device hook"

const struct option_row option_rows[] = {
#define ROW(name, letter, argument, kind, field, of, help)                     \
	{                                                                      \
		name, letter, argument, kind, offsetof(struct options, field), \
			of, help                                               \
	}
	ROW("interval", 'i', "SECS", TIME_NOT_0, interval, NULL,
	    "print differences every SECS"),
	ROW("count", 'c', "N", NUMBER_NOT_0, count, NULL, "stop after N lines"),
	ROW("every", 0, "T", TIME, every, NULL,
	    "once in T if it repeats, after T if it lasts"),
	ROW("log", 0, "FILE", TEXT, log, NULL,
	    "append to FILE, which may be renamed"),
	ROW("exec", 0, "FILE", TEXT, exec, NULL,
	    "run FILE each time, DFPUT_* in its environment"),
	ROW("rings", 0, NULL, FLAG, rings, NULL,
	    "until the rings being taken down now are gone"),
	ROW("list", 0, NULL, FLAG, list, NULL, "until nothing is on the list"),
	ROW("stuck", 0, "T", TIME, stuck, NULL,
	    "exit with 3 if a file's release takes longer than T"),
	ROW("all", 0, NULL, FLAG, all, NULL, "leave nothing out"),
	ROW("port", 0, "N", TEXT, port, NULL,
	    "a port here, tcp:N or udp:N, instead: who has it?"),
	ROW("file", 0, "FILE", TEXT, file, NULL,
	    "until FILE has no late file and no ring may have it"),
	ROW("module", 0, "M", TEXT, module, NULL,
	    "until M has no late file and no ring may have one"),
	ROW("mount", 0, "P", TEXT, mount, NULL,
	    "until P has no late file and no ring may have one"),
	ROW("super", 0, "DEV", TEXT, super, NULL,
	    "until the superblock is gone and its device free"),
	ROW("pid", 0, "PID", NUMBER_NOT_0, pid, NULL,
	    "until process PID, its files and rings are gone"),
	ROW("comm", 0, "NAME", TEXT, comm, NULL,
	    "events of processes of that name, a glob"),
	ROW("timeout", 0, "T", TIME, timeout, NULL, "wait for T at most"),
	ROW("max-late", 0, "T", TIME, max_late, NULL,
	    "watch for T after the end, fail when files are late"),
	ROW("report", 'o', "FILE", TEXT, report, NULL,
	    "write the report to FILE"),
	ROW("log-fd", 0, "N", NUMBER_NOT_0, log_fd, NULL,
	    "write the report to descriptor N"),
	ROW("verdict-fd", 0, "N", NUMBER_NOT_0, verdict_fd, NULL,
	    "write the verdict to descriptor N, exit as the program"),
	ROW("repeat", 'r', "N", NUMBER_NOT_0, repeat, NULL,
	    "run it N times, and show the spread"),
	ROW("tap", 0, NULL, FLAG, tap, NULL, "report as KTAP"),
	ROW("time", 't', "T", TIME, duration, NULL,
	    "events for T at most; 0: a snapshot"),
	ROW("names", 0, NULL, FLAG, names, NULL,
	    "with mount points and sources, which name users' files"),
	ROW("output", 'o', "FILE", TEXT, output, NULL,
	    "write the page to FILE"),
	ROW("folded", 0, NULL, FLAG, folded, NULL,
	    "print folded stacks, for flame graphs"),
	ROW("textfile", 0, "FILE", TEXT, textfile, NULL,
	    "replace FILE at once, as node_exporter wants it"),
	ROW("openmetrics", 0, NULL, FLAG, openmetrics, NULL,
	    "OpenMetrics 1.0, which node_exporter does not read"),
	ROW("rules", 0, "FILE", TEXT, rules, NULL,
	    "name origins by the rules in FILE"),
	ROW(INPUT, 0, "DIR", TEXT, input, NULL,
	    "read DIR, a copy of the module's files, or FILE.tar"),
	ROW("root", 0, "DIR", TEXT, root, NULL, "look at DIR/proc and DIR/sys"),
	ROW("columns", 'o', "LIST", TEXT, columns, TABLES,
	    "show these columns; +LIST: these too; all"),
	ROW("sort", 0, "COL", TEXT, sort, LISTS,
	    "sort by a column; -COL: the greatest first"),
	ROW("no-headings", 'n', NULL, FLAG, headless, TABLES,
	    "print no headings"),
	ROW("raw", 0, NULL, FLAG, raw, TABLES,
	    "for scripts: plain numbers, blanks as \\x20"),
	ROW("mount", 0, "P", TEXT, mount, "device",
	    "rows of the superblock that is mounted on P now"),
	ROW("super", 0, "DEV", TEXT, super, "device",
	    "rows of a block device, MAJOR:MINOR or #ID"),
	ROW("pid", 0, "PID", NUMBER_NOT_0, pid, OWNERS, "rows of process PID"),
	ROW("comm", 0, "NAME", TEXT, comm, OWNERS,
	    "rows of processes of that name, a glob"),
	ROW("module", 0, "M", TEXT, module, "ops",
	    "rows of files with operations of module M"),
	ROW("since", 0, "T", MOMENT, since,
	    "age_ns exit_ns ended_ns shutdown_ns",
	    "rows since T: 10m ago, 07:30, '2026-01-31 07:30'"),
	ROW("where", 0, "COL=GLOB", WHERE, where, LISTS,
	    "rows whose column is like GLOB; COL!=GLOB: is not"),
	ROW("limit", 0, "N", NUMBER_NOT_0, limit, LISTS,
	    "N rows at most: of what is over, the newest"),
	ROW("color", 0, "WHEN", COLOR, color, EVERY,
	    "colour: always, never, or auto: on a terminal"),
	ROW("json", 0, NULL, FLAG, json, EVERY, "print JSON"),
	ROW("help", 'h', NULL, FLAG, help, EVERY, "print this help"),
	ROW("version", 'V', NULL, FLAG, version, EVERY,
	    "print version and ABI"),
#undef ROW
};

const size_t options_nr_rows = NR(option_rows);

/* getopt(3) returns a row's index, moved out of the way of letters. */
#define KEY(i) (0x100 + (int)(i))

/* What getopt(3) wants: for each letter a colon and, at the ends, ":+" and NUL. */
struct getopt {
	char letters[2 * NR(option_rows) + 3];
	struct option names[NR(option_rows) + 1];
};

int options_check_columns(const struct options *options,
			  const struct view_column *columns, size_t nr)
{
	const struct options_where *where = &options->where;
	const char *sort = options->sort, *bad = NULL;
	char list[512] = "";

	if (options->columns)
		bad = view_check_columns(columns, nr, options->columns);
	if (!bad && where->column &&
	    view_find_column(columns, nr, where->column, where->length) == nr)
		bad = where->column;
	if (!bad && sort) {
		sort += *sort == '-';
		if (view_find_column(columns, nr, sort, strlen(sort)) == nr)
			bad = sort;
	}
	if (!bad)
		return 0;
	for (size_t i = 0; i < nr; i++)
		text_append(list, sizeof(list), "%s%s", text_comma(list),
			    columns[i].name);
	return options_usage("%s: no such column: '%.*s'; there are %s",
			     options->command->name, (int)strcspn(bad, ",!="),
			     bad, list);
}

/* The command whose help knows more. */
static const char *usage_of;

int options_usage(const char *format, ...)
{
	va_list args;
	char text[512];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	complain("%s; try 'dfput %s%s--help'", text, usage_of ? usage_of : "",
		 usage_of ? " " : "");
	return STATUS_USAGE;
}

/* Is a word in a list, with blanks between? */
static bool list_has(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ' ') &&
		    (!at[length] || at[length] == ' '))
			return true;
	return false;
}

/* What an option is to one command; NULL: it has none of it. */
static const char *find_help(const struct command *command,
			     const struct option_row *row)
{
	static const struct {
		const char *command;
		const char *option;
		const char *help;
	} helps[] = {
		{ "stat", "all", "each counter, with its meaning" },
		{ "stat", "count", "stop after N of them; with -i" },
		{ "run", "all", "each of alike rows" },
		{ "leftovers", "all", "each of alike rows" },
		{ "why", "all", "each line, not the first 20 alone" },
		{ "umount", "all", "if busy: each line, as of 'dfput why'" },
		{ "metrics", "json", NULL },
		{ "top", "json", NULL },
		{ "top", "interval",
		  "look every SECS, at least 0.1; 2 by default" },
		{ "watch", "all",
		  "also rings, workers, superblocks that last" },
		{ "wait", "all", "until the machine has no late file or ring" },
		{ "events", "mount", "events of what is mounted on P now" },
		{ "events", "super",
		  "events of a block device, MAJOR:MINOR or #ID" },
		{ "events", "pid", "events of process PID" },
		{ "events", "time", "stop after T" },
		{ "record", "count", "keep N events at most" },
	};

	for (size_t i = 0; command && i < NR(helps); i++)
		if (!strcmp(helps[i].command, command->name) &&
		    !strcmp(helps[i].option, row->name))
			return helps[i].help;
	return row->help;
}

bool options_take(const struct command *command, const struct option_row *row)
{
	const struct listing *listing;

	if (!row->of && !command)
		return !strcmp(row->name, INPUT);
	if (!row->of)
		return list_has(command->options, row->name);
	if (!*row->of)
		return find_help(command, row);
	listing = command ? listing_find(command->name) : NULL;
	if (!listing || !strcmp(row->of, TABLES))
		return listing;
	for (size_t i = 0; i < listing->nr; i++)
		if (list_has(row->of, listing->columns[i].name))
			return true;
	return false;
}

/* "+" stops getopt(3) at the first argument that is no option. */
static void prepare_getopt(struct getopt *getopt, const struct command *command)
{
	char *letter;
	size_t nr = 0;

	*getopt = (struct getopt){ 0 };
	letter = getopt->letters;
	if (!command || command->most == ARGUMENTS_PROGRAM)
		*letter++ = '+';
	*letter++ = ':';
	for (size_t i = 0; i < NR(option_rows); i++) {
		const struct option_row *row = &option_rows[i];

		if (!options_take(command, row))
			continue;
		if (row->letter)
			*letter++ = row->letter;
		if (row->letter && row->argument)
			*letter++ = ':';
		getopt->names[nr++] = (struct option){
			.name = row->name,
			.has_arg = row->argument ? required_argument :
						   no_argument,
			.val = KEY(i),
		};
	}
}

static int complain_value(const struct option_row *row, const char *text)
{
	return options_usage("--%s: '%s' is not %s", row->name, text,
			     wanted[row->kind]);
}

static int parse_time(const struct option_row *row, const char *text,
		      uint64_t *ns)
{
	int err = number_duration(text, ns);

	if (err == -ERANGE)
		return options_usage("--%s: '%s' is too long a time", row->name,
				     text);
	if (err)
		return complain_value(row, text);
	if (row->kind == TIME_NOT_0 && !*ns)
		return options_usage("--%s: must not be 0", row->name);
	return 0;
}

static int parse_number(const struct option_row *row, const char *text,
			uint64_t *number)
{
	if (!number_parse(text, number) && *number)
		return 0;
	return complain_value(row, text);
}

static int parse_moment(const struct option_row *row, const char *text,
			struct options_moment *moment)
{
	if (!number_duration(text, &moment->ns))
		return 0;
	moment->by_clock = true;
	if (!number_time(text, &moment->ns))
		return 0;
	return complain_value(row, text);
}

const struct option_row *options_find(const struct command *command, int key)
{
	for (size_t i = 0; i < NR(option_rows); i++)
		if (options_take(command, &option_rows[i]) &&
		    (key == KEY(i) || (key && key == option_rows[i].letter)))
			return &option_rows[i];
	return NULL;
}

static int parse_where(const struct option_row *row, const char *text,
		       struct options_where *where)
{
	size_t length = strcspn(text, "!=");
	bool unlike = text[length] == '!';
	const char *equal = text + length + unlike;

	if (*equal != '=')
		return complain_value(row, text);
	*where = (struct options_where){ text, length, unlike, equal + 1 };
	return 0;
}

static int parse_option(struct options *options, const struct option_row *row,
			char *text)
{
	void *field = (char *)options + row->offset;

	switch (row->kind) {
	case FLAG:
		*(bool *)field = true;
		return 0;
	case TEXT:
		*(const char **)field = text;
		return 0;
	case COLOR:
		*(const char **)field = text;
		return color_choose(text) ? 0 : complain_value(row, text);
	case NUMBER_NOT_0:
		return parse_number(row, text, field);
	case MOMENT:
		return parse_moment(row, text, field);
	case WHERE:
		return parse_where(row, text, field);
	default:
		return parse_time(row, text, field);
	}
}

static int complain_missing(const struct command *command, const char *word)
{
	const struct option_row *row = options_find(command, optopt);
	const char *what = wanted[row->kind];

	return options_usage("%s: '%s' needs an argument: %s", command->name,
			     word, what ? what : row->argument);
}

static int complain_option(int key, char **argv, const struct command *command)
{
	const char *word = argv[optind - 1];
	char letter[] = { '-', (char)optopt, '\0' };

	/* optopt is 0 for an unknown long option, its key for a known one. */
	if (optopt && optopt < KEY(0) && strncmp(word, "--", 2))
		word = letter;
	if (key == ':')
		return complain_missing(command, word);
	/* A long option that is known has an argument that it does not take. */
	return options_usage(optopt >= KEY(0) ? "%s: '%.*s' takes no argument" :
						"%s: no such option: '%.*s'",
			     command->name,
			     optopt >= KEY(0) ? (int)strcspn(word, "=") :
						(int)strlen(word),
			     word);
}

/* Elsewhere, a path is an argument. */
static int complain_argument(const char *argument,
			     const struct command *command)
{
	bool mount = *argument == '/' && list_has(command->options, "mount");

	return options_usage("%s: no argument expected: '%s'%s%s",
			     command->name, argument,
			     mount ? "; try --mount " : "",
			     mount ? argument : "");
}

static int parse_rest(struct options *options, int argc, char **argv)
{
	const struct command *command = options->command;
	struct getopt getopt;
	int key, err = 0;

	usage_of = options->named ? command->name : NULL;
	prepare_getopt(&getopt, command);
	optind = 0;
	while (!err && (key = getopt_long(argc, argv, getopt.letters,
					  getopt.names, NULL)) != -1) {
		if (key == '?' || key == ':')
			return complain_option(key, argv, command);
		err = parse_option(options, options_find(command, key), optarg);
	}
	if (err)
		return err;
	options->argc = argc - optind;
	options->argv = argv + optind;
	if (command->most >= 0 && !options->help &&
	    options->argc > command->most)
		return complain_argument(options->argv[command->most], command);
	return 0;
}

const struct command *options_command(const char *name)
{
	for (size_t i = 0; i < options_nr_commands; i++)
		if (!strcmp(option_commands[i].name, name))
			return &option_commands[i];
	return NULL;
}

/*
 * Options before the command are global ones, which the command must have too. Others,
 * and no command, mean the default command, which then gets all that there is.
 */
int options_parse(struct options *options, int argc, char **argv)
{
	struct getopt getopt;
	int key, nr, err = 0;

	*options = (struct options){
		.command = &option_commands[0],
		.timeout = UINT64_MAX,
		.every = UINT64_MAX,
		.stuck = UINT64_MAX,
		.max_late = UINT64_MAX,
		.duration = UINT64_MAX,
		.since = { .ns = UINT64_MAX },
		.root = "",
	};
	prepare_getopt(&getopt, NULL);
	opterr = 0;
	optind = 0;
	while (!err && (key = getopt_long(argc, argv, getopt.letters,
					  getopt.names, NULL)) != -1) {
		if (key == '?' || key == ':')
			return parse_rest(options, argc, argv);
		err = parse_option(options, options_find(NULL, key), optarg);
	}
	if (err || optind == argc)
		return err ? err : parse_rest(options, argc, argv);
	while (!strcmp(argv[optind], "help")) {
		options->help = true;
		if (++optind == argc)
			return 0;
	}
	options->command = options_command(argv[optind]);
	if (!options->command)
		return options_usage("no such command: '%s'", argv[optind]);
	options->named = true;
	nr = optind;
	err = parse_rest(options, nr, argv);
	return err ? err : parse_rest(options, argc - nr, argv + nr);
}

static void print_row(const struct command *command,
		      const struct option_row *row)
{
	char left[40], letter[] = "    ";

	if (row->letter)
		snprintf(letter, sizeof(letter), "-%c, ", row->letter);
	snprintf(left, sizeof(left), "%s--%s%s%s", letter, row->name,
		 row->argument ? " " : "", row->argument ? row->argument : "");
	printf("  %-22s %s\n", left, find_help(command, row));
}

enum whose { OWN, OF_TABLES, OF_ALL };

static enum whose whose_is(const struct option_row *row)
{
	return !row->of ? OWN : *row->of ? OF_TABLES : OF_ALL;
}

static void print_rows(const char *title, const struct command *command,
		       enum whose whose)
{
	bool any = false;

	for (size_t i = 0; i < NR(option_rows); i++) {
		if (whose_is(&option_rows[i]) != whose ||
		    !options_take(command, &option_rows[i]))
			continue;
		if (!any)
			printf("\n%s:\n", title);
		any = true;
		print_row(command, &option_rows[i]);
	}
}

/* Of the commands that show a table of the module. */
static void print_columns(const struct command *command)
{
	const struct listing *listing = listing_find(command->name);

	if (listing)
		puts("\nColumns; + those shown on request only, and in JSON:");
	for (size_t i = 0; listing && i < listing->nr; i++)
		printf("%c %-18s %s\n",
		       listing->columns[i].kind & VIEW_MORE ? '+' : ' ',
		       listing->columns[i].name, listing->of[i].meaning);
	if (listing && listing_is(listing, &listing_leftovers))
		puts("\nRows that differ in times and inode alone are one, without inode; FILES\n"
		     "says how many. --all, --columns and --sort show each.");
}

static void print_command(const struct command *command)
{
	printf("Usage: dfput %s [OPTION...]%s%s\n\n%s\n", command->name,
	       *command->arguments ? " " : "", command->arguments,
	       command->help);
	if (*command->words)
		printf("\nNames:\n%s", command->words);
	print_columns(command);
	print_rows("Options", command, OWN);
	print_rows("Options of tables", command, OF_TABLES);
}

static void print_commands(void)
{
	const char *group = "";

	puts("Usage: dfput [OPTION...] [COMMAND [OPTION...] [ARGUMENT...]]\n\n"
	     "Counts and times files whose last reference the kernel drops late.");
	for (size_t i = 0; i < options_nr_commands; i++) {
		if (strcmp(group, option_commands[i].group))
			printf("\n%s:\n", option_commands[i].group);
		group = option_commands[i].group;
		printf("  %-12s %s\n", option_commands[i].name,
		       option_commands[i].help);
	}
	printf("\nWithout a command: %s. 'dfput COMMAND --help' tells more.\n",
	       option_commands[0].name);
}

/* Tables share a page of the manual. */
static const char *page_name(const struct command *command)
{
	return strcmp(command->group, "Tables") ? command->name : "tables";
}

void options_help(const struct options *options)
{
	const struct command *command = options->named ? options->command :
							 NULL;
	bool why = command && !strcmp(command->name, "why");

	if (command)
		print_command(command);
	else
		print_commands();
	print_rows("Options of every command", command, OF_ALL);
	printf("\nExit status: 0 %s, 1 failed, 2 usage, 3 %s, 4 cannot tell.\n"
	       "Manual: dfput%s%s(1).\n",
	       why ? "found" : "fine",
	       why ? "nothing keeps it" : "verdict against", command ? "-" : "",
	       command ? page_name(command) : "");
}
