// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench: what the operations that dfput's hooks lie on take, one line each:
 *
 *   name, commonest, its share in 1000, median, least, rounds
 *
 * with tabs between. Meant for a clock that counts instructions, under which nearly
 * all rounds take the same; those that do not were interrupted, or found a cache of
 * the kernel empty.
 *
 * usage: bench [NAME]...
 *        bench --watched FILES NAME...
 *        bench -- COMMAND [ARGUMENT]...
 *
 * The second form has dfput watch that many files meanwhile. The third runs a program,
 * see command.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "loop.h"
#include "watched.h"

#define LOOPS (sizeof(loops) / sizeof(loops[0]))

/* A first few rounds fill the kernel's caches. */
#define WARM_UP 5

static const struct loop *const loops[] = {
	&loop_open_close, &loop_read_shared, &loop_munmap,    &loop_fork_exit,
	&loop_exit_100,	  &loop_exit_1000,   &loop_leftovers, &loop_stats_read,
};

void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left;
	uint64_t b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Of sorted values: the commonest, and how common it is. */
static uint64_t mode_of(const uint64_t *value, unsigned int nr,
			unsigned int *times)
{
	unsigned int first = 0;
	uint64_t mode = 0;
	unsigned int i;

	*times = 0;
	for (i = 0; i < nr; i++) {
		if (value[i] != value[first])
			first = i;
		if (i - first + 1 > *times) {
			*times = i - first + 1;
			mode = value[i];
		}
	}
	return mode;
}

static void print(const char *name, uint64_t *value, unsigned int nr)
{
	unsigned int times;
	uint64_t mode;

	qsort(value, nr, sizeof(*value), compare);
	mode = mode_of(value, nr, &times);
	printf("%s\t%" PRIu64 "\t%u\t%" PRIu64 "\t%" PRIu64 "\t%u\n", name,
	       mode, times * 1000 / nr, value[nr / 2], value[0], nr);
	fflush(stdout);
}

static void run(const struct loop *loop)
{
	uint64_t *value = calloc(loop->rounds, sizeof(*value));
	unsigned int i;

	if (!value)
		die("memory");
	/* What is not there, as dfput's files without dfput, has no figure. */
	if (loop->prepare && !loop->prepare()) {
		free(value);
		return;
	}
	for (i = 0; i < WARM_UP; i++)
		loop->once();
	for (i = 0; i < loop->rounds; i++)
		value[i] = loop->once();
	if (loop->clean)
		loop->clean();
	print(loop->name, value, loop->rounds);
	free(value);
}

static const struct loop *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < LOOPS; i++)
		if (!strcmp(loops[i]->name, name))
			return loops[i];
	fprintf(stderr, "bench: nothing is called %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	bool watched = argc > 3 && !strcmp(argv[1], "--watched");
	unsigned int i;
	int at;

	if (argc > 2 && !strcmp(argv[1], "--"))
		return command_measure(argv + 2);
	if (watched)
		watched_begin(strtoul(argv[2], NULL, 10));
	for (at = watched ? 3 : 1; at < argc; at++)
		run(find(argv[at]));
	for (i = 0; argc == 1 && i < LOOPS; i++)
		run(loops[i]);
	if (watched)
		watched_end();
	return EXIT_SUCCESS;
}
