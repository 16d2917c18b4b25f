/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line: one table of options, from which it is parsed, and from
 * which the help is written.
 */
#ifndef DFPUT_OPTIONS_H
#define DFPUT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum status - exit statuses
 * @STATUS_OK: fine
 * @STATUS_FAILED: it could not be done
 * @STATUS_USAGE: not how it is called
 * @STATUS_AGAINST: done, and the verdict is against
 * @STATUS_UNKNOWN: no verdict: the measurement cannot be trusted
 */
enum status {
	STATUS_OK,
	STATUS_FAILED,
	STATUS_USAGE,
	STATUS_AGAINST,
	STATUS_UNKNOWN,
};

/**
 * struct options - what the user asked for; times in ns, 0 if not given
 * @json: --json
 * @help: --help
 * @version: --version
 * @input: --input, or NULL
 * @interval: stat --interval
 * @count: stat --count
 * @wait: pending --wait
 * @timeout: --timeout, UINT64_MAX if not given
 * @all: wait --all
 * @mount: wait --mount, or NULL
 * @super: wait --super, or NULL
 * @pid: wait --pid, or 0
 * @late: run --max-late was given
 * @max_late: its value
 * @report: run --report, or NULL
 * @folded: origins --folded
 * @rules: --rules, or NULL
 * @root: --root, or ""
 */
struct options {
	bool json;
	bool help;
	bool version;
	const char *input;
	uint64_t interval;
	uint64_t count;
	bool wait;
	uint64_t timeout;
	bool all;
	const char *mount;
	const char *super;
	uint64_t pid;
	bool late;
	uint64_t max_late;
	const char *report;
	bool folded;
	const char *rules;
	const char *root;
};

/**
 * struct command - one row of the command table
 * @name: as typed
 * @arguments: behind the options, for the help
 * @help: one line
 * @max_arguments: how many at most, -1 for any number
 * @program: all behind the first argument belongs to another program
 * @run: does it with what is left of the command line; returns the exit status
 */
struct command {
	const char *name;
	const char *arguments;
	const char *help;
	int max_arguments;
	bool program;
	int (*run)(const struct options *options, int argc, char **argv);
};

/**
 * options_command() - find the command, and take the options before it
 * @options: filled in
 * @argc: of main()
 * @argv: of main()
 * @commands: the table, ended by a row without name; the first is the default
 *
 * Return: the index in @argv from which options_parse() goes on, less than 0
 * for bad usage, which has been complained of; @commands is advanced to it.
 */
int options_command(struct options *options, int argc, char **argv,
		    const struct command **commands);

/**
 * options_parse() - take the options behind the command
 * @options: filled in
 * @argc: how many arguments, the command's name being the first
 * @argv: these
 * @command: the command
 *
 * Return: the index in @argv of the first argument that is no option, less
 * than 0 for bad usage, which has been complained of.
 */
int options_parse(struct options *options, int argc, char **argv,
		  const struct command *command);

/**
 * options_usage() - complain of bad usage, with a hint to the help
 * @format: as of printf(3)
 *
 * Return: STATUS_USAGE.
 */
int options_usage(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/**
 * options_help() - print the help
 * @commands: the table
 * @command: a row, for its help alone; NULL for that of all
 */
void options_help(const struct command *commands,
		  const struct command *command);

#endif /* DFPUT_OPTIONS_H */
