// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the last word of a command line may become, by the tables of commands and
 * options: the shells' scripts ask for that, and know nothing themselves.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/complete.h"
#include "cmd/options.h"
#include "debugfs/listing.h"
#include "debugfs/parse.h"
#include "lib/alloc.h"
#include "lib/number.h"
#include "lib/sanitize.h"
#include "lib/status.h"
#include "proc/mountpoint.h"
#include "proc/proc.h"

/**
 * struct completion - a word that is completed
 * @word: as far as it is typed
 * @kept: how many bytes of it stand before what is completed, such as --mount=
 * @command: whose argument or option it is, or NULL
 */
struct completion {
	const char *word;
	size_t kept;
	const struct command *command;
};

static void offer(const struct completion *completion, const char *candidate,
		  const char *meaning)
{
	const char *typed = completion->word + completion->kept;
	char *safe;

	/* Lines are what the shell reads. */
	if (strncmp(candidate, typed, strlen(typed)) ||
	    strpbrk(candidate, "\t\n"))
		return;
	safe = safe_text(meaning);
	printf("%.*s%s\t%s\n", (int)completion->kept, completion->word,
	       candidate, safe);
	free(safe);
}

static void offer_mount(const char *path, const char *fstype, void *completion)
{
	offer(completion, path, fstype);
}

static void offer_mounts(struct completion *completion)
{
	struct reader self = { .fd = -1, .root = "" };
	size_t size;
	char *text = reader_host_text(&self, "proc/self/mountinfo", &size);

	locate_targets(text, offer_mount, completion);
	free(text);
}

static void offer_devices(struct completion *completion)
{
	DIR *list = opendir("/sys/class/block");
	struct dirent *entry;
	char *path;

	while (list && (entry = readdir(list))) {
		if (*entry->d_name == '.')
			continue;
		path = alloc_text("/dev/%s", entry->d_name);
		for (char *at = path; *at; at++)
			*at = *at == '!' ? '/' : *at;
		offer(completion, path, "block device");
		free(path);
	}
	if (list)
		closedir(list);
}

static void offer_modules(struct completion *completion)
{
	struct reader self = { .fd = -1, .root = "" };
	size_t size;
	char *text = reader_host_text(&self, "proc/modules", &size);
	char *rest = text, *line;

	while (rest && (line = strsep(&rest, "\n"))) {
		line[strcspn(line, " ")] = '\0';
		if (*line)
			offer(completion, line, "module");
	}
	free(text);
}

static void offer_processes(struct completion *completion)
{
	char name[NUMBER_TEXT + 8], pid[NUMBER_TEXT], comm[64];
	DIR *list;
	int nr;

	if (proc_list_root("", &list))
		return;
	while ((nr = proc_next(list)) >= 0) {
		snprintf(name, sizeof(name), "%d/comm", nr);
		proc_text(dirfd(list), name, comm, sizeof(comm));
		offer(completion, number_text(pid, (uint64_t)nr), comm);
	}
	closedir(list);
}

static void offer_columns(struct completion *completion)
{
	const struct listing *listing =
		completion->command ? listing_find(completion->command->name) :
				      NULL;

	for (size_t i = 0; listing && i < listing->nr; i++)
		offer(completion, listing->columns[i].name,
		      listing->of[i].meaning);
}

/* One more of a list. */
static void offer_list(struct completion *completion)
{
	const char *comma = strrchr(completion->word, ',');

	if (comma)
		completion->kept = (size_t)(comma - completion->word) + 1;
	else if (completion->word[completion->kept] == '+')
		completion->kept++;
	else
		offer(completion, "all", "all columns");
	offer_columns(completion);
}

static void offer_order(struct completion *completion)
{
	completion->kept += completion->word[completion->kept] == '-';
	offer_columns(completion);
}

static void offer_colors(struct completion *completion)
{
	offer(completion, "always", "");
	offer(completion, "never", "");
	offer(completion, "auto", "on a terminal");
}

static void offer_words(struct completion *completion)
{
	const char *end;
	char *word;

	for (const char *at = completion->command->words; *at; at = end + 1) {
		at += strspn(at, " ");
		end = at + strcspn(at, "\n");
		word = alloc_text("%.*s", (int)(end - at), at);
		offer(completion, word, "");
		free(word);
	}
}

static void offer_files(struct completion *completion)
{
	(void)completion;
	puts(":files");
}

/* By the words of the help. */
static void offer_arguments(struct completion *completion, const char *argument)
{
	static const struct {
		const char *argument;
		void (*offer)(struct completion *completion);
	} kinds[] = {
		{ "P", offer_mounts },	       { "MOUNT", offer_mounts },
		{ "PATH", offer_mounts },      { "PATH", offer_files },
		{ "DEV", offer_devices },      { "PID", offer_processes },
		{ "LIST", offer_list },	       { "COL", offer_order },
		{ "COL=GLOB", offer_columns }, { "WHEN", offer_colors },
		{ "M", offer_modules },	       { "FILE", offer_files },
		{ "DIR", offer_files },	       { "[NAME...]", offer_words },
	};
	size_t length;

	for (; *argument; argument += length + (argument[length] != '\0')) {
		length = strcspn(argument, "| ");
		for (size_t i = 0; i < NR(kinds); i++)
			if (strlen(kinds[i].argument) == length &&
			    !strncmp(argument, kinds[i].argument, length))
				kinds[i].offer(completion);
	}
}

static void offer_options(const struct completion *completion)
{
	char letter[] = "--", *name;

	for (size_t i = 0; i < options_nr_rows; i++) {
		const struct option_row *row = &option_rows[i];

		if (!options_take(completion->command, row))
			continue;
		letter[1] = row->letter;
		if (row->letter)
			offer(completion, letter, row->help);
		name = alloc_text("--%s", row->name);
		offer(completion, name, row->help);
		free(name);
	}
}

static void offer_commands(const struct completion *completion)
{
	for (size_t i = 0; i < options_nr_commands; i++)
		offer(completion, option_commands[i].name,
		      option_commands[i].help);
}

static const struct option_row *find_option(const struct command *command,
					    const char *name, size_t length)
{
	for (size_t i = 0; i < options_nr_rows; i++)
		if (options_take(command, &option_rows[i]) &&
		    !strncmp(option_rows[i].name, name, length) &&
		    !option_rows[i].name[length])
			return &option_rows[i];
	return NULL;
}

/* Return: the option whose argument is the next word, or NULL. */
static const struct option_row *read_option(const struct command *command,
					    const char *word)
{
	const struct option_row *row = NULL;

	if (!strncmp(word, "--", 2)) {
		row = find_option(command, word + 2, strlen(word + 2));
		return row && row->argument ? row : NULL;
	}
	while (*++word && (row = options_find(command, *word)))
		/* The argument may stand behind its letter. */
		if (row->argument)
			return word[1] ? NULL : row;
	return NULL;
}

/* The last word, which is no argument of an option before it. */
static void complete_word(struct completion *completion)
{
	const struct command *command = completion->command;
	const char *word = completion->word, *value = strchr(word, '=');
	const struct option_row *row;

	if (!strncmp(word, "--", 2) && value) {
		row = find_option(command, word + 2,
				  (size_t)(value - word) - 2);
		completion->kept = (size_t)(value - word) + 1;
		if (row && row->argument)
			offer_arguments(completion, row->argument);
	} else if (*word == '-') {
		offer_options(completion);
	} else if (!command) {
		offer_commands(completion);
	} else if (!command->most) {
		offer_options(completion);
	} else {
		offer_arguments(completion, command->arguments);
	}
}

/* Does the command line of another program begin with this word? */
static bool begins_program(const struct completion *completion,
			   const char *word)
{
	const struct command *command = completion->command;

	return command && command->most == ARGUMENTS_PROGRAM &&
	       (*word != '-' ||
		(!strcmp(word, "--") && word != completion->word));
}

int complete(int nr, char **words)
{
	struct completion completion = { .word = nr ? words[nr - 1] : "" };
	const struct option_row *option = NULL;

	for (int i = 0; i < nr; i++) {
		if (!option && begins_program(&completion, words[i])) {
			printf(":program %d\n", i + (*words[i] == '-'));
			return STATUS_OK;
		}
		if (i == nr - 1)
			break;
		if (option || *words[i] == '-') {
			option = option ? NULL :
					  read_option(completion.command,
						      words[i]);
		} else if (!completion.command && strcmp(words[i], "help")) {
			completion.command = options_command(words[i]);
			if (!completion.command)
				return STATUS_OK;
		}
	}
	if (option)
		offer_arguments(&completion, option->argument);
	else
		complete_word(&completion);
	return STATUS_OK;
}
