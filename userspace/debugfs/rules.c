// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that name call paths.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debugfs/rules.h"
#include "lib/alloc.h"
#include "lib/error.h"

#define INSTALLED "/../share/dfput/origins.rules"
#define BLANKS " \t\r"

/* No kernel symbol is longer (KSYM_NAME_LEN). */
#define MAX_FUNCTION 512

static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char name_letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

/* What a function's name is made of; behind it come .part.0, [module] ... */
#define FUNCTION_LETTERS                                        \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_" \
	"0123456789"

static int bad_line(const char *file, size_t line, const char *what)
{
	return error_set(-EPROTO, "%s: line %zu: %s", file, line, what);
}

static const char *fault_of(const char *origin, const char *glob,
			    const char *more)
{
	if (!glob)
		return "not an origin and a function";
	if (more)
		return "more than an origin and a function";
	if (strlen(origin) > RULES_MAX_NAME ||
	    origin[strspn(origin, name_letters)] || !strchr(letters, origin[0]))
		return "an origin's name is a letter and up to 31 of letters, digits, '_' and '-'";
	if (glob[strspn(glob, FUNCTION_LETTERS "*?[]!-")])
		return "not a glob of function names";
	return NULL;
}

/* Comments and empty lines are no rules. */
static int parse_line(const char *file, size_t nr, char *line,
		      struct rules *rules)
{
	char *rest, *origin, *glob;
	const char *fault;

	line[strcspn(line, "#")] = '\0';
	origin = strtok_r(line, BLANKS, &rest);
	if (!origin)
		return 0;
	glob = strtok_r(NULL, BLANKS, &rest);
	fault = fault_of(origin, glob, strtok_r(NULL, BLANKS, &rest));
	if (fault)
		return bad_line(file, nr, fault);
	rules->rule[rules->nr++] = (struct rule){ origin, glob };
	return 0;
}

static size_t count_lines(const char *text)
{
	size_t nr = 1;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

int rules_parse(const char *file, const char *text, struct rules *rules)
{
	char *line, *next;
	size_t nr = 0;
	int err = 0;

	*rules = (struct rules){
		.text = alloc_copy(text),
		.rule = alloc_array(count_lines(text), sizeof(*rules->rule)),
	};
	next = rules->text;
	while (!err && (line = strsep(&next, "\n")))
		err = parse_line(file, ++nr, line, rules);
	return err;
}

static int parse_file(const char *path, FILE *file, struct rules *rules)
{
	char *text = alloc_array(RULES_MAX_SIZE + 1, 1);
	size_t size;
	int err;

	size = fread(text, 1, RULES_MAX_SIZE, file);
	text[size] = '\0';
	if (ferror(file))
		err = error_set(-EIO, "cannot read %s", path);
	else if (size == RULES_MAX_SIZE)
		err = error_set(-EFBIG, "%s: too big for rules", path);
	else if (strlen(text) < size)
		err = error_set(-EPROTO, "%s: not a text", path);
	else
		err = rules_parse(path, text, rules);
	free(text);
	return err;
}

static int load_file(const char *path, struct rules *rules)
{
	FILE *file = fopen(path, "re");
	int err = -errno;

	if (!file)
		return error_set(err, "cannot open the rules %s: %s", path,
				 strerror(-err));
	err = parse_file(path, file, rules);
	fclose(file);
	return err;
}

/* Found from where we are, so that it holds for every PREFIX. */
static int installed(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size);
	struct stat st;
	char *slash;

	if (length <= 0 || (size_t)length >= size)
		return -ENOENT;
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash - path) + sizeof(INSTALLED) > size)
		return -ENOENT;
	memcpy(slash, INSTALLED, sizeof(INSTALLED));
	/* access() would ask for our real user, who may be nobody. */
	return stat(path, &st) ? -ENOENT : 0;
}

int rules_load(const char *path, struct rules *rules)
{
	char found[4096];

	*rules = (struct rules){ 0 };
	if (!path && !installed(found, sizeof(found)))
		path = found;
	if (path)
		return load_file(path, rules);
	return rules_parse("the built-in rules", rules_builtin, rules);
}

static const char *name_function(const struct rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->nr; i++)
		if (!fnmatch(rules->rule[i].glob, name, 0))
			return rules->rule[i].origin;
	return NULL;
}

const char *rules_name(const struct rules *rules, const char *stack)
{
	char function[MAX_FUNCTION];
	const char *name = NULL;
	size_t length;

	while (!name && *stack) {
		length = strspn(stack, FUNCTION_LETTERS);
		if (length && length < sizeof(function)) {
			memcpy(function, stack, length);
			function[length] = '\0';
			name = name_function(rules, function);
		}
		stack += strcspn(stack, ";");
		stack += *stack == ';';
	}
	return name;
}

void rules_free(struct rules *rules)
{
	free(rules->text);
	free(rules->rule);
	*rules = (struct rules){ 0 };
}
