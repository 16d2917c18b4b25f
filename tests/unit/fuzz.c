// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes from elsewhere, through all that reads it, under libFuzzer, ASan and
 * UBSan. FUZZ says which target; test_fuzz.sh runs all.
 *
 * The first line of an input of `tables` and `proc` says in place of which file the rest
 * stands. Commands then read the whole tree. What they print as JSON has to be JSON, and
 * all that they print is harmless for a terminal.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dfput/tables.h>

#include "cmd/options.h"
#include "debugfs/reapers.h"
#include "debugfs/rules.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/privilege.h"
#include "proc/devices.h"

#define MAX_WORDS 12
#define MAX_FILE 4096
#define BLOCK 512

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char tree[64];

static void check(bool is_true, const char *what)
{
	if (is_true)
		return;
	fprintf(stderr, "not true: %s\n", what);
	abort();
}

/* Not in the process that goes on. */
void privilege_drop(void)
{
}

static void check_output(const char *text, size_t size, bool json)
{
	struct json_object *document;

	for (size_t i = 0; i < size; i++)
		check(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'),
		      "what is printed is harmless");
	if (!json || !size)
		return;
	document = json_tokener_parse(text);
	check(document, "what is printed as JSON is JSON");
	json_object_put(document);
}

/* Runs a command line, in which $ is the tree. */
static void run(const char *line, bool json)
{
	char *text, *copy = alloc_copy(line), *left = copy, *argv[MAX_WORDS];
	FILE *before = stdout;
	struct options options;
	size_t size;
	int argc = 0;

	for (char *word; (word = strsep(&left, " ")); argc++)
		argv[argc] = *word == '$' ? alloc_text("%s%s", tree, word + 1) :
					    alloc_copy(word);
	if (json)
		argv[argc++] = alloc_copy("--json");
	argv[argc] = NULL;
	stdout = must(open_memstream(&text, &size));
	check(!options_parse(&options, argc, argv), line);
	options.command->run(&options);
	fclose(stdout);
	stdout = before;
	check_output(text, size, json);
	free(text);
	while (argc)
		free(argv[--argc]);
	free(copy);
}

/* For people, and as JSON, which metrics are not. */
static void run_both(const char *line)
{
	run(line, false);
	if (strncmp(line, "dfput metrics ", strlen("dfput metrics ")))
		run(line, true);
}

/* A path below the tree, whose directories are there then. */
static char *path_to(const char *path)
{
	char *whole = alloc_text("%s/%s", tree, path), *at = whole;

	while ((at = strchr(at + 1, '/'))) {
		*at = '\0';
		mkdir(whole, 0700);
		*at = '/';
	}
	return whole;
}

static void put(const char *path, const void *text, size_t size)
{
	char *whole = path_to(path);
	FILE *file = fopen(whole, "w");

	check(file && fwrite(text, 1, size, file) == size, path);
	fclose(file);
	free(whole);
}

static void put_text(const char *path, const char *text)
{
	put(path, text, strlen(text));
}

static void put_link(const char *path, const char *target)
{
	char *whole = path_to(path);

	check(!symlink(target, whole), path);
	free(whole);
}

/* Return: the size of a file in a directory, which is small. */
static size_t get(const char *dir, const char *path, char text[MAX_FILE])
{
	char *whole = alloc_text("%s/%s", dir, path);
	FILE *file = fopen(whole, "r");
	size_t size;

	check(file, whole);
	size = fread(text, 1, MAX_FILE, file);
	check(size < MAX_FILE, whole);
	fclose(file);
	free(whole);
	return size;
}

/* The module's tables, and a process that has a file. */
static void make_tree(void)
{
	char text[MAX_FILE];

#define COPY(name, ...) put(#name, text, get(FIXTURES "/busy", #name, text));
	DFPUT_FILES(COPY)
#undef COPY
	put_text("proc/self/mountinfo",
		 "1 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n"
		 "2 1 254:32 / /mnt rw master:1 - ext4 /dev/vdc rw\n");
	put_link("proc/self/ns/mnt", "mnt:[1]");
	put_link("proc/self/root", "/");
	put_text("proc/7/comm", "cat\n");
	put_link("proc/7/task/7/ns/mnt", "mnt:[1]");
	put_link("proc/7/task/7/root", "/");
	put_link("proc/7/task/7/fd/3", tree);
	put_text("proc/7/task/7/fdinfo/3", "mnt_id:\t2\nino:\t7\n");
	put_text("proc/7/task/7/maps", "");
	put_text("proc/7/net/unix", "");
	put_text("proc/swaps", "");
	put_text("proc/fs/nfsd/exports", "");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *dir = getenv("TMPDIR");

	(void)argc;
	(void)argv;
	snprintf(tree, sizeof(tree), "%s/fuzz.XXXXXX", dir ? dir : "/tmp");
	check(mkdtemp(tree), tree);
	make_tree();
	return 0;
}

/* A file for which an input can stand, and what shows that file, or NULL. */
struct place {
	const char *path;
	const char *command;
};

static const struct place *find_place(const struct place *places, size_t nr,
				      const uint8_t *line, size_t length)
{
	for (size_t i = 0; i < nr; i++)
		if (length == strlen(places[i].path) &&
		    !memcmp(places[i].path, line, length))
			return &places[i];
	return &places[length % nr];
}

/* all: commands that read the whole tree, up to NULL. */
static void feed_place(const struct place *places, size_t nr,
		       const char *const *all, const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t length = end ? (size_t)(end - data) : size, was;
	const struct place *place = find_place(places, nr, data, length);
	char before[MAX_FILE];

	length += !!end;
	was = get(tree, place->path, before);
	put(place->path, data + length, size - length);
	if (place->command)
		run_both(place->command);
	for (; *all; all++)
		run_both(*all);
	put(place->path, before, was);
}

static void feed_tables(const uint8_t *data, size_t size)
{
	static const struct place places[] = {
		{ "stats", "dfput stat --all --input $" },
		{ "histograms", "dfput hist --input $" },
		{ "hooks", "dfput hooks -o all --input $" },
		{ "pending", "dfput pending -o all --sort -age --input $" },
		{ "leftovers", "dfput leftovers --input $" },
		{ "held", "dfput held -o all --input $" },
		{ "rings", "dfput rings -o all --input $" },
		{ "origins", "dfput origins -o all --input $" },
		{ "superblocks", "dfput superblocks -o all --input $" },
		{ "umounts", "dfput umounts -o all --input $" },
	};
	static const char *const all[] = {
		"dfput why --root $ --input $ 254:32",
		"dfput metrics --input $",
		"dfput report $ -o $/page",
		NULL,
	};

	feed_place(places, NR(places), all, data, size);
}

static void feed_proc(const uint8_t *data, size_t size)
{
	static const struct place places[] = {
		{ .path = "proc/self/mountinfo" },
		{ .path = "proc/7/task/7/fdinfo/3" },
		{ .path = "proc/7/task/7/maps" },
		{ .path = "proc/7/net/unix" },
		{ .path = "proc/swaps" },
		{ .path = "proc/fs/nfsd/exports" },
	};

	static const char *const all[] = { "dfput why --root $ /mnt", NULL };

	feed_place(places, NR(places), all, data, size);
}

/* Hardly any archive would be read if its sums had to be found by chance. */
static void mend_sums(uint8_t *data, size_t size)
{
	unsigned int sum;

	for (; size >= BLOCK; data += BLOCK, size -= BLOCK) {
		if (memcmp(data + 257, "ustar", 5))
			continue;
		memset(data + 148, ' ', 8);
		sum = 0;
		for (size_t i = 0; i < BLOCK; i++)
			sum += data[i];
		snprintf((char *)data + 148, 8, "%06o", sum);
	}
}

static void feed_archive(const uint8_t *data, size_t size)
{
	uint8_t *copy = alloc_array(size, 1);

	memcpy(copy, data, size);
	mend_sums(copy, size);
	put("x.tar", copy, size);
	free(copy);
	run("dfput stat --input $/x.tar", true);
	run("dfput pending --input $/x.tar", true);
	run("dfput doctor --input $/x.tar", true);
}

static char *text_of(const uint8_t *data, size_t size)
{
	char *text = alloc_array(size + 1, 1);

	memcpy(text, data, size);
	return text;
}

static void feed_rules(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	struct rules rules;

	error_set(0, "%s", "");
	if (rules_parse("fuzz", text, &rules))
		check(*error_text(), "a refusal has a reason");
	else
		rules_name(&rules, "fput;a.b;__scm_destroy;c");
	rules_free(&rules);
	free(text);
}

static void feed_words(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), written[NUMBER_TEXT];
	uint64_t ns, again;
	dev_t device;

	if (!number_duration(text, &ns)) {
		snprintf(written, sizeof(written), "%" PRIu64 "ns", ns);
		check(!number_duration(written, &again) && ns == again,
		      "a time is read as it was written");
	}
	number_time(text, &ns);
	number_parse(text, &ns);
	devices_parse(text, &device);
	reapers_find(text, 7);
	free(text);
}

static const struct {
	const char *name;
	void (*feed)(const uint8_t *data, size_t size);
} targets[] = {
	{ "tables", feed_tables },   { "proc", feed_proc },
	{ "archive", feed_archive }, { "rules", feed_rules },
	{ "words", feed_words },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*feed)(const uint8_t *data, size_t size);
	const char *name = getenv("FUZZ");

	for (size_t i = 0; !feed && i < NR(targets); i++)
		if (name && !strcmp(name, targets[i].name))
			feed = targets[i].feed;
	check(feed, "FUZZ names a target");
	feed(data, size);
	return 0;
}
