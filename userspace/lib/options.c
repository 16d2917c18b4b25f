// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line. Which options there are is said once, in rows[].
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/abi.h>
#include <dfput/version.h>

#include "lib/number.h"
#include "lib/options.h"
#include "lib/view.h"

/* Keys of options without a letter. */
enum {
	KEY_JSON = 0x100,
	KEY_INPUT,
	KEY_WAIT,
	KEY_TIMEOUT,
	KEY_ALL,
	KEY_MOUNT,
	KEY_SUPER,
	KEY_PID,
	KEY_MAX_LATE,
	KEY_ROOT,
	KEY_FOLDED,
	KEY_RULES,
};

/* command: those that it belongs to, with blanks between; NULL for all. */
static const struct row {
	int key;
	const char *name;
	const char *argument;
	const char *command;
	const char *help;
} rows[] = {
	{ 'i', "interval", "SECS", "stat", "print differences every SECS" },
	{ 'c', "count", "N", "stat", "with -i: stop after N of them" },
	{ KEY_WAIT, "wait", NULL, "pending", "wait until nothing is pending" },
	{ KEY_ALL, "all", NULL, "wait",
	  "for all that remains of ended processes" },
	{ KEY_MOUNT, "mount", "P", "wait",
	  "for files of what is mounted on P, and for rings" },
	{ KEY_SUPER, "super", "DEV", "wait",
	  "until the superblock is dead, and its device free" },
	{ KEY_PID, "pid", "N", "wait",
	  "for the end of process N, and what remains of it" },
	{ KEY_TIMEOUT, "timeout", "T", "pending",
	  "with --wait: for T at most" },
	{ KEY_TIMEOUT, "timeout", "T", "wait umount", "wait for T at most" },
	{ KEY_MAX_LATE, "max-late", "T", "run",
	  "watch for T after the end, fail when files are late" },
	{ 'o', "report", "FILE", "run", "write the report to FILE" },
	{ KEY_FOLDED, "folded", NULL, "origins",
	  "print folded stacks, for flame graphs" },
	{ KEY_RULES, "rules", "FILE", "pending leftovers origins run",
	  "name origins by the rules in FILE" },
	{ KEY_ROOT, "root", "DIR", "why doctor",
	  "look at DIR/proc and DIR/sys" },
	{ KEY_JSON, "json", NULL, NULL, "print JSON" },
	{ KEY_INPUT, "input", "DIR", NULL,
	  "read DIR, a copy of the debugfs directory" },
	{ 'h', "help", NULL, NULL, "print this help" },
	{ 'V', "version", NULL, NULL, "print version and ABI" },
};

#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))

/* A letter, its colon, twice; what getopt(3) wants first and last. */
struct getopt {
	char letters[2 * NR_ROWS + 3];
	struct option names[NR_ROWS + 1];
};

int options_usage(const char *format, ...)
{
	va_list args;
	char text[512];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	view_complain("%s; try 'dfput --help'", text);
	return STATUS_USAGE;
}

static bool belongs(const struct row *row, const struct command *command)
{
	const char *word = row->command;
	size_t length;

	if (!word || !command)
		return !word;
	for (; *word; word += length, word += strspn(word, " ")) {
		length = strcspn(word, " ");
		if (!strncmp(word, command->name, length) &&
		    !command->name[length])
			return true;
	}
	return false;
}

/* For getopt_long(3), into what is zeroed. "+" stops at the first argument that is no option. */
static void prepare(struct getopt *getopt, const struct command *command)
{
	char *letter = getopt->letters;
	size_t i, nr = 0;

	if (!command || command->program)
		*letter++ = '+';
	*letter++ = ':';
	for (i = 0; i < NR_ROWS; i++) {
		const struct row *row = &rows[i];

		if (!belongs(row, command))
			continue;
		if (row->key < KEY_JSON)
			*letter++ = (char)row->key;
		if (row->key < KEY_JSON && row->argument)
			*letter++ = ':';
		getopt->names[nr++] = (struct option){
			.name = row->name,
			.has_arg = row->argument ? required_argument :
						   no_argument,
			.val = row->key,
		};
	}
}

static int take_time(uint64_t *ns, const char *name, const char *text)
{
	int err = number_duration(text, ns);

	if (!err)
		return 0;
	options_usage(err == -ERANGE ?
			      "%s: '%s' is too long a time" :
			      "%s: '%s' is not a time, such as 2, 0.5 or 10ms",
		      name, text);
	return err;
}

static int take_interval(struct options *options, const char *text)
{
	int err = take_time(&options->interval, "--interval", text);

	if (err || options->interval)
		return err;
	options_usage("--interval: must not be 0");
	return -EINVAL;
}

static int take_number(uint64_t *number, const char *name, const char *text)
{
	int err = number_parse(text, number);

	if (!err && !*number)
		err = -ERANGE;
	if (err)
		options_usage("%s: '%s' is not a number of 1 or more", name,
			      text);
	return err;
}

static int take(struct options *options, int key, const char *text)
{
	switch (key) {
	case KEY_JSON:
		options->json = true;
		return 0;
	case 'h':
		options->help = true;
		return 0;
	case 'V':
		options->version = true;
		return 0;
	case KEY_INPUT:
		options->input = text;
		return 0;
	case 'i':
		return take_interval(options, text);
	case 'c':
		return take_number(&options->count, "--count", text);
	case KEY_WAIT:
		options->wait = true;
		return 0;
	case KEY_ALL:
		options->all = true;
		return 0;
	case KEY_MOUNT:
		options->mount = text;
		return 0;
	case KEY_SUPER:
		options->super = text;
		return 0;
	case KEY_PID:
		return take_number(&options->pid, "--pid", text);
	case KEY_TIMEOUT:
		return take_time(&options->timeout, "--timeout", text);
	case KEY_MAX_LATE:
		options->late = true;
		return take_time(&options->max_late, "--max-late", text);
	case 'o':
		options->report = text;
		return 0;
	case KEY_FOLDED:
		options->folded = true;
		return 0;
	case KEY_RULES:
		options->rules = text;
		return 0;
	case KEY_ROOT:
		options->root = text;
		return 0;
	default:
		return -EINVAL;
	}
}

static int bad_option(int key, char **argv, const struct command *command)
{
	const char *word = argv[optind - 1];
	char letter[] = { '-', (char)optopt, '\0' };

	/* optopt is 0 for an unknown long option, its key for a known one. */
	if (optopt && optopt < KEY_JSON && strncmp(word, "--", 2))
		word = letter;
	options_usage(key == ':' ? "%s: '%s' needs an argument" :
				   "%s: no such option: '%s'",
		      command->name, word);
	return -EINVAL;
}

int options_parse(struct options *options, int argc, char **argv,
		  const struct command *command)
{
	struct getopt getopt = { 0 };
	int key, err = 0;

	prepare(&getopt, command);
	opterr = 0;
	optind = 0;
	while (!err && (key = getopt_long(argc, argv, getopt.letters,
					  getopt.names, NULL)) != -1) {
		if (key == '?' || key == ':')
			return bad_option(key, argv, command);
		err = take(options, key, optarg);
	}
	if (err)
		return err;
	if (command->max_arguments >= 0 && !options->help &&
	    argc - optind > command->max_arguments) {
		options_usage("%s: no argument expected: '%s'", command->name,
			      argv[optind + command->max_arguments]);
		return -EINVAL;
	}
	return optind;
}

/*
 * Options that are not global ones belong to the default command, without its
 * name; then all is left to options_parse().
 */
int options_command(struct options *options, int argc, char **argv,
		    const struct command **commands)
{
	const struct command *command;
	struct getopt getopt = { 0 };
	int key;

	prepare(&getopt, NULL);
	opterr = 0;
	optind = 0;
	while ((key = getopt_long(argc, argv, getopt.letters, getopt.names,
				  NULL)) != -1) {
		if (key == '?' || key == ':')
			return 0;
		if (take(options, key, optarg))
			return -EINVAL;
	}
	if (optind == argc)
		return 0;
	for (command = *commands; command->name; command++) {
		if (!strcmp(command->name, argv[optind])) {
			*commands = command;
			return optind;
		}
	}
	options_usage("no such command: '%s'", argv[optind]);
	return -EINVAL;
}

static void print_row(const struct row *row)
{
	char left[40], letter[] = { '-', (char)row->key, ',', ' ', '\0' };

	snprintf(left, sizeof(left), "%s--%s%s%s",
		 row->key < KEY_JSON ? letter : "    ", row->name,
		 row->argument ? " " : "", row->argument ? row->argument : "");
	printf("  %-22s %s\n", left, row->help);
}

static void print_rows(const char *title, const struct command *command)
{
	bool any = false;

	for (size_t i = 0; i < NR_ROWS; i++) {
		if (command ? !rows[i].command || !belongs(&rows[i], command) :
			      !!rows[i].command)
			continue;
		if (!any)
			printf("\n%s:\n", title);
		any = true;
		print_row(&rows[i]);
	}
}

static void print_synopsis(const struct command *command)
{
	printf("Usage: dfput %s [OPTION...]%s%s\n\n%s\n", command->name,
	       *command->arguments ? " " : "", command->arguments,
	       command->help);
}

void options_help(const struct command *commands, const struct command *command)
{
	if (command) {
		print_synopsis(command);
		print_rows("Options", command);
	} else {
		puts("Usage: dfput [OPTION...] [COMMAND [OPTION...] [ARGUMENT...]]\n\n"
		     "Counts and times the files whose last reference the kernel drops late.\n\n"
		     "Commands:");
		for (; commands->name; commands++)
			printf("  %-12s %s\n", commands->name, commands->help);
		puts("\nWithout one: stat. 'dfput COMMAND --help' tells more.");
	}
	print_rows(command ? "Options of every command" : "Options", NULL);
	puts("\nExit status: 0 fine, 1 failed, 2 usage, 3 verdict against, 4 cannot tell.\n"
	     "The whole story: dfput(8).");
}
