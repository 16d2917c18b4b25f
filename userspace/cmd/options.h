/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line, parsed by the tables of commands and of options.
 */
#ifndef DFPUT_OPTIONS_H
#define DFPUT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/view.h"

struct options;

/* Any number of arguments; or those of a program, which has options of its own. */
#define ARGUMENTS_ANY (-1)
#define ARGUMENTS_PROGRAM (-2)

/* A row of the table of commands: see commands.h. */
struct command {
	const char *name;
	const char *group;
	int (*run)(const struct options *options);
	int most;
	const char *arguments;
	const char *words;
	const char *options;
	const char *help;
};

/* A row of the table of options. */
struct option_row {
	const char *name;
	char letter;
	/* What its argument is, for people and for complete(); or NULL. */
	const char *argument;
	int kind;
	size_t offset;
	/* Whose it is: see options.c. */
	const char *of;
	const char *help;
};

/* The tables. */
extern const struct command option_commands[];
extern const size_t options_nr_commands;
extern const struct option_row option_rows[];
extern const size_t options_nr_rows;

/* Return: the command of that name, or NULL. */
const struct command *options_command(const char *name);

/* Return: whether a command has that option; NULL: before the command. */
bool options_take(const struct command *command, const struct option_row *row);

/* Return: the option of a command with that letter, or of that key of getopt(3). */
const struct option_row *options_find(const struct command *command, int key);

/* A time that is so long ago, or one by the clock; UINT64_MAX if not given. */
struct options_moment {
	uint64_t ns;
	bool by_clock;
};

/* A column, how long its name is, whether it must not be like that, and like what. */
struct options_where {
	const char *column;
	size_t length;
	bool unlike;
	const char *glob;
};

/* What the user asked for. Times are in ns; texts are NULL if not given. */
struct options {
	const struct command *command;
	/* It was named, rather than the default one. */
	bool named;
	int argc;
	char **argv;
	bool json;
	bool help;
	bool version;
	const char *input;
	/* UINT64_MAX if not given. */
	uint64_t duration;
	bool names;
	uint64_t interval;
	uint64_t count;
	/* UINT64_MAX if not given. */
	uint64_t every;
	const char *log;
	const char *exec;
	bool rings;
	bool list;
	const char *color;
	/* UINT64_MAX if not given. */
	uint64_t timeout;
	bool all;
	const char *port;
	const char *file;
	const char *module;
	const char *mount;
	const char *super;
	uint64_t pid;
	const char *comm;
	struct options_moment since;
	struct options_where where;
	uint64_t limit;
	const char *columns;
	const char *sort;
	bool headless;
	bool raw;
	/* UINT64_MAX if not given. */
	uint64_t stuck;
	/* UINT64_MAX if not given. */
	uint64_t max_late;
	const char *report;
	/* Descriptors, 0 if not given. */
	uint64_t log_fd;
	uint64_t verdict_fd;
	uint64_t repeat;
	bool tap;
	const char *output;
	bool folded;
	const char *textfile;
	bool openmetrics;
	const char *rules;
	/* Prefix of /proc and /sys, "" if not given. */
	const char *root;
};

/**
 * options_parse() - parse a command line
 * @options: to be filled in
 * @argc: of main()
 * @argv: of main()
 *
 * Return: 0, or STATUS_USAGE when it has complained.
 */
int options_parse(struct options *options, int argc, char **argv);

/**
 * options_usage() - complain about usage and point to the help
 * @format: as of printf(3)
 *
 * Return: STATUS_USAGE.
 */
int options_usage(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Return: 0, or STATUS_USAGE if a table lacks a column that it has complained of. */
int options_check_columns(const struct options *options,
			  const struct view_column *columns, size_t nr);

/**
 * options_help() - print the help of the command that was named, or of all
 * @options: parsed
 */
void options_help(const struct options *options);

#endif /* DFPUT_OPTIONS_H */
