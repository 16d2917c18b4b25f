// SPDX-License-Identifier: GPL-2.0-only
/*
 * workload: provokes last puts of one known kind, and says exactly what it did.
 *
 * This file is the table of workloads and of options; help, list and checks
 * come from the tables. What each workload does is in the file of its name.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "span.h"
#include "victim.h"
#include "workload.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const struct workload *const workloads[] = {
	&workload_plain,
	&workload_aio_rw,
	&workload_aio_poll,
	&workload_uring_files,
	&workload_uring_direct,
	&workload_uring_sqpoll,
	&workload_uring_poll,
	&workload_uring_read,
	&workload_uring_wait,
	&workload_uring_zombie,
	&workload_uring_listen,
	&workload_uring_opened,
	&workload_uring_inherited,
	&workload_uring_sent,
	&workload_uring_closed,
	&workload_uring_unpolled,
	&workload_unix_gc,
	&workload_shared,
	&workload_forks,
	&workload_vforks,
	&workload_flock,
	&workload_leader_first,
	&workload_last_thread,
	&workload_exec_ring,
	&workload_exec_kept,
	&workload_exec_parent,
	&workload_exec_registered,
	&workload_traced,
	&workload_orphan,
	&workload_umount,
	&workload_watch,
	&workload_frozen,
	&workload_crowd,
	&workload_fsload,
	&workload_fuse,
};

enum kind {
	KIND_NUMBER,
	KIND_FLAG,
	KIND_TEXT,
	KIND_OP,
};

struct option_row {
	const char *name;
	const char *arg;
	enum kind kind;
	size_t offset;
	/* 0: every workload takes it. */
	unsigned int bit;
	unsigned int max;
	unsigned int step;
	const char *help;
};

#define MEMBER(name) offsetof(struct options, name)

static const struct option_row option_rows[] = {
	{ "rounds", "N", KIND_NUMBER, MEMBER(rounds), 0, 1000000, 1,
	  "do it so many times (default 1)" },
	{ "dir", "DIR", KIND_TEXT, MEMBER(dir), USES_DIR, 0, 0,
	  "where its files are (default: here)" },
	{ "device", "DEV", KIND_TEXT, MEMBER(device), USES_DEVICE, 0, 0,
	  "the block device that is mounted there" },
	{ "clean", NULL, KIND_FLAG, MEMBER(clean), USES_CLEAN, 0, 0,
	  "remove these files at the end" },
	{ "files", "N", KIND_NUMBER, MEMBER(files), USES_FILES, 1000000, 1,
	  "number of files" },
	{ "depth", "N", KIND_NUMBER, MEMBER(depth), USES_DEPTH, 4096, 1,
	  "requests in flight on each file, each on an open file of its own" },
	{ "size", "BYTES", KIND_NUMBER, MEMBER(size), USES_SIZE, 1 << 20, 4096,
	  "size of a request, or of what is written to a file: a multiple of 4096" },
	{ "op", "OP", KIND_OP, MEMBER(op), USES_OP, 0, 0,
	  "read, write or both: files in turn (default both)" },
	{ "cycles", "N", KIND_NUMBER, MEMBER(cycles), USES_CYCLES, 100000, 1,
	  "pairs of sockets that hold each other" },
	{ "extra", "N", KIND_NUMBER, MEMBER(extra), USES_EXTRA, 250, 1,
	  "ordinary files that each cycle holds, too (default none)" },
	{ "procs", "N", KIND_NUMBER, MEMBER(procs), USES_PROCS, 100000, 1,
	  "processes in a round" },
	{ "ops", "N", KIND_NUMBER, MEMBER(ops), USES_OPS, 1000000, 1,
	  "file operations, of all processes together, before the kill" },
	{ "aio", NULL, KIND_FLAG, MEMBER(aio), USES_AIO, 0, 0,
	  "aio requests, too" },
	{ "uring", NULL, KIND_FLAG, MEMBER(uring), USES_URING, 0, 0,
	  "io_uring requests, too" },
	{ "watched", NULL, KIND_FLAG, MEMBER(watched), USES_WATCHED, 0, 0,
	  "meanwhile somebody reads /proc/PID/stat, as ps does" },
	{ "umount", NULL, KIND_FLAG, MEMBER(umount), USES_UMOUNT, 0, 0,
	  "umount --dir once they are reaped" },
	{ "backing", "FILE", KIND_TEXT, MEMBER(backing), USES_BACKING, 0, 0,
	  "reads and writes are passed through to it, if the kernel can" },
	{ "taskrun", "MODE", KIND_TEXT, MEMBER(taskrun), USES_TASKRUN, 0, 0,
	  "of the ring: plain, coop or deferred (default plain)" },
	{ "same", NULL, KIND_FLAG, MEMBER(same), USES_SAME, 0, 0,
	  "open one file many times" },
	{ "live", NULL, KIND_FLAG, MEMBER(live), USES_LIVE, 0, 0,
	  "no kill: wait for the requests, then exit" },
	{ "closed", NULL, KIND_FLAG, MEMBER(closed), USES_CLOSED, 0, 0,
	  "close every descriptor before the kill" },
	{ "kept", NULL, KIND_FLAG, MEMBER(kept), USES_KEPT, 0, 0,
	  "the process has the files open as well" },
	{ "detach", NULL, KIND_FLAG, MEMBER(detach), USES_DETACH, 0, 0,
	  "umount with MNT_DETACH" },
};

/* Values that getopt_long returns, beyond any index into option_rows. */
enum {
	GETOPT_HELP = 'h',
	GETOPT_LIST = 'l',
	GETOPT_ROW = 256,
};

static enum verdict misused(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static enum verdict misused(const char *format, ...)
{
	va_list args;

	fputs("workload: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\nTry 'workload --help'.\n", stderr);
	return MISUSED;
}

static void list(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(workloads); i++)
		puts(workloads[i]->name);
}

static void help_option(const struct option_row *row)
{
	char text[32];

	snprintf(text, sizeof(text), "--%s%s%s", row->name, row->arg ? " " : "",
		 row->arg ? row->arg : "");
	printf("  %-14s  %s\n", text, row->help);
}

static void help_workload(const struct workload *workload)
{
	size_t i;

	printf("  %-14s  %s\n%17s", workload->name, workload->summary, "");
	for (i = 0; i < ARRAY_SIZE(option_rows); i++) {
		const struct option_row *row = &option_rows[i];
		const char *base = (const char *)&workload->defaults;

		if (!(workload->uses & row->bit))
			continue;
		printf(" --%s", row->name);
		if (row->kind == KIND_NUMBER &&
		    *(const unsigned int *)(base + row->offset))
			printf(" %u",
			       *(const unsigned int *)(base + row->offset));
	}
	putchar('\n');
}

static void help(void)
{
	size_t i;

	puts("Usage: workload NAME [OPTION]...\n"
	     "       workload --list | --help\n"
	     "Provoke last puts of open files, and say what was done.\n"
	     "\nWorkloads, each with the options it takes and their defaults:");
	for (i = 0; i < ARRAY_SIZE(workloads); i++)
		help_workload(workloads[i]);
	puts("\nOptions:");
	for (i = 0; i < ARRAY_SIZE(option_rows); i++)
		help_option(&option_rows[i]);
	puts("\nOutput, \"name value\" lines; what is not known is not printed:\n"
	     "  workload        its name\n"
	     "  rounds          as asked for\n"
	     "  files           struct files that one round is about");
#define HELP(name, meaning) printf("  %-14s  %s\n", #name, meaning);
	COUNTS(HELP)
	SPANS(HELP)
#undef HELP
	puts("  skip            why this machine cannot do it\n"
	     "\nExit status: 0 done, 1 failed, 2 usage, 77 skipped.");
}

static bool parse_number(const struct option_row *row, const char *text,
			 unsigned int *value)
{
	unsigned long parsed;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	parsed = strtoul(text, &end, 10);
	if (errno || *end || !parsed || parsed > row->max || parsed % row->step)
		return false;
	*value = (unsigned int)parsed;
	return true;
}

static bool parse_op(const char *text, enum op *op)
{
	static const char *const names[] = {
		[OP_BOTH] = "both",
		[OP_READ] = "read",
		[OP_WRITE] = "write",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(text, names[i])) {
			*op = (enum op)i;
			return true;
		}
	return false;
}

static bool set_option(struct options *opt, const struct option_row *row,
		       const char *text)
{
	void *member = (char *)opt + row->offset;

	switch (row->kind) {
	case KIND_NUMBER:
		return parse_number(row, text, member);
	case KIND_FLAG:
		*(bool *)member = true;
		return true;
	case KIND_TEXT:
		*(const char **)member = text;
		/* Room for a file's name behind it. */
		return *text && strlen(text) < PATH_MAX - NAME_MAX;
	case KIND_OP:
		return parse_op(text, member);
	}
	return false;
}

static void fill_getopt(struct option *longopts)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(option_rows); i++)
		longopts[i] = (struct option){
			.name = option_rows[i].name,
			.has_arg = option_rows[i].arg ? required_argument :
							no_argument,
			.val = GETOPT_ROW + (int)i,
		};
	longopts[i++] =
		(struct option){ "help", no_argument, NULL, GETOPT_HELP };
	longopts[i++] =
		(struct option){ "list", no_argument, NULL, GETOPT_LIST };
	longopts[i] = (struct option){ NULL, 0, NULL, 0 };
}

static enum verdict misused_value(const struct option_row *row,
				  const char *text)
{
	if (row->kind != KIND_NUMBER)
		return misused("bad value for --%s: '%s'", row->name, text);
	return misused("--%s %s: '%s' is none of %u to %u%s", row->name,
		       row->arg, text, row->step, row->max,
		       row->step > 1 ? ", in such steps" : "");
}

/* Parse up to the name; *@given gets the bits of the options seen. */
static enum verdict parse(int argc, char **argv, struct options *opt,
			  unsigned int *given)
{
	struct option longopts[ARRAY_SIZE(option_rows) + 3];
	const struct option_row *row;
	int value;

	fill_getopt(longopts);
	while ((value = getopt_long(argc, argv, "hl", longopts, NULL)) != -1) {
		if (value == GETOPT_HELP) {
			help();
			exit(DONE);
		}
		if (value == GETOPT_LIST) {
			list();
			exit(DONE);
		}
		if (value < GETOPT_ROW)
			return misused("bad option");
		row = &option_rows[value - GETOPT_ROW];
		if (!set_option(opt, row, optarg))
			return misused_value(row, optarg);
		*given |= row->bit;
	}
	if (argc - optind != 1)
		return misused("give one workload's name");
	return DONE;
}

static const struct workload *find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(workloads); i++)
		if (!strcmp(workloads[i]->name, name))
			return workloads[i];
	return NULL;
}

static enum verdict check_given(const struct workload *workload,
				unsigned int given)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(option_rows); i++)
		if (option_rows[i].bit & given & ~workload->uses)
			return misused("%s takes no --%s", workload->name,
				       option_rows[i].name);
	return DONE;
}

static void fill_defaults(struct options *opt, const struct options *defaults)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(option_rows); i++) {
		size_t offset = option_rows[i].offset;
		unsigned int *value = (unsigned int *)((char *)opt + offset);

		if (option_rows[i].kind == KIND_NUMBER && !*value)
			*value =
				*(const unsigned int *)((const char *)defaults +
							offset);
	}
	if (!opt->rounds)
		opt->rounds = 1;
	if (!opt->dir)
		opt->dir = ".";
}

/*
 * What was inherited beyond the standard three would be shared with whoever
 * started us by every process that we fork.
 */
static enum verdict close_inherited(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	if (!dir)
		return say_fail("cannot open /proc/self/fd: %s",
				strerror(errno));
	while ((entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (fd > STDERR_FILENO && fd != dirfd(dir))
			close(fd);
	}
	closedir(dir);
	return DONE;
}

static enum verdict run(const struct workload *workload,
			const struct options *opt, struct result *result)
{
	enum verdict verdict = close_inherited();

	if (verdict == DONE && workload->prepare)
		verdict = workload->prepare(opt);
	if (verdict != DONE)
		return verdict;
	if (workload->run)
		return workload->run(opt, result);
	return victim_rounds(workload->setup, opt, result);
}

static void print(const struct workload *workload, const struct options *opt,
		  const struct result *result)
{
	unsigned int shows = workload->shows | SHOWS_kills | SHOWS_exits;

	printf("workload %s\nrounds %u\nfiles %llu\n", workload->name,
	       opt->rounds, result->files);
#define PRINT(name, meaning)      \
	if (shows & SHOWS_##name) \
		printf("%s %llu\n", #name, result->sum.name);
	COUNTS(PRINT)
#undef PRINT
	span_print(result);
}

/* The point of such a workload is what is in flight: was there anything? */
static enum verdict judge(const struct workload *workload,
			  const struct result *result)
{
	if ((workload->shows & SHOWS_in_flight) && !result->sum.in_flight)
		return say_skip(
			"every request had completed before its kill: the disk is too fast for this --depth");
	return DONE;
}

int main(int argc, char **argv)
{
	const struct workload *workload;
	struct options opt = { 0 };
	struct result result = { 0 };
	enum verdict verdict;
	unsigned int given = 0;

	verdict = parse(argc, argv, &opt, &given);
	if (verdict != DONE)
		return verdict;
	workload = find(argv[optind]);
	if (!workload)
		return misused("no workload '%s'", argv[optind]);
	verdict = check_given(workload, given);
	if (verdict != DONE)
		return verdict;
	fill_defaults(&opt, &workload->defaults);

	verdict = run(workload, &opt, &result);
	if (verdict == DONE) {
		print(workload, &opt, &result);
		verdict = judge(workload, &result);
	}
	/* Nobody waits for the removal to hear what was done. */
	if (fflush(stdout))
		verdict = say_fail("cannot write: %s", strerror(errno));
	if (opt.clean && workload->clean)
		workload->clean(&opt);
	return verdict;
}
