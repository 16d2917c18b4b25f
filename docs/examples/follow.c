// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the rows of a table of dfput, and each new one: see ../programs.md.
 *
 * usage: follow leftovers|umounts COLUMN...
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COLUMNS 64

static char *read_all(const char *path)
{
	FILE *table = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	/* There is no NUL in it. */
	if (!table || getdelim(&text, &size, '\0', table) < 0 || ferror(table))
		err(1, "%s", path);
	fclose(table);
	return text;
}

/* The next line of the table. What has no tab is a value, and not of it. */
static int next_line(char **text, char *fields[MAX_COLUMNS])
{
	char *line;
	int nr = 0;

	do {
		line = strsep(text, "\n");
	} while (line && !strchr(line, '\t'));
	while (line && nr < MAX_COLUMNS)
		fields[nr++] = strsep(&line, "\t");
	return nr;
}

/* Where the module has it. */
static int find(char *header[], int nr, const char *column)
{
	for (int i = 0; i < nr; i++)
		if (!strcmp(header[i], column))
			return i;
	errx(1, "this module has no column '%s'", column);
}

/* Return: the newest row's id. */
static unsigned long long print_new(char *text, char *columns[],
				    unsigned long long last)
{
	char *fields[MAX_COLUMNS], *abi = strsep(&text, "\n");
	int id_at, at[MAX_COLUMNS], nr;

	if (strcmp(abi, "# dfput 2"))
		errx(1, "this program cannot read '%s'", abi);
	nr = next_line(&text, fields);
	id_at = find(fields, nr, "id");
	for (int i = 0; columns[i]; i++)
		at[i] = find(fields, nr, columns[i]);
	while (next_line(&text, fields)) {
		unsigned long long id = strtoull(fields[id_at], NULL, 10);

		if (id > last + 1)
			fprintf(stderr, "%llu rows are lost\n", id - last - 1);
		for (int i = 0; id > last && columns[i]; i++)
			printf("%s%c", fields[at[i]],
			       columns[i + 1] ? '\t' : '\n');
		last = id > last ? id : last;
	}
	fflush(stdout);
	return last;
}

int main(int argc, char *argv[])
{
	struct pollfd table = { .events = POLLPRI };
	unsigned long long last = 0;
	char path[64], *text;

	if (argc < 3 || argc > MAX_COLUMNS)
		errx(1, "usage: follow leftovers|umounts COLUMN...");
	snprintf(path, sizeof(path), "/sys/kernel/debug/dfput/%s", argv[1]);
	table.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (table.fd < 0)
		err(1, "%s: is dfput loaded, and are you root?", path);
	do {
		text = read_all(path);
		last = print_new(text, argv + 2, last);
		free(text);
		if (poll(&table, 1, -1) < 0)
			err(1, "poll");
	} while (!(table.revents & (POLLERR | POLLHUP)));
	errx(1, "%s: the module is gone", path);
}
