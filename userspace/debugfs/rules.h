/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules that name call paths: which kernel functions are whose. The format is
 * told at the top of origins.rules.
 */
#ifndef DFPUT_RULES_H
#define DFPUT_RULES_H

#include <stddef.h>

#include "debugfs/parse.h"

#define RULES_MAX_SIZE (256 << 10)
#define RULES_MAX_NAME 32

/* The text of origins.rules, as it was when this was built. */
extern const char rules_builtin[];

/**
 * struct rule - one line
 * @origin: the name that it gives
 * @glob: which functions it fits, as of fnmatch(3)
 */
struct rule {
	const char *origin;
	const char *glob;
};

/**
 * struct rules - all of them
 * @text: what they point into
 * @rule: in the order of their lines
 * @nr: how many
 */
struct rules {
	char *text;
	struct rule *rule;
	size_t nr;
};

/**
 * rules_load() - read the rules that are to be used
 * @path: a file; NULL for the installed one, share/dfput/origins.rules beside
 *	the directory that our program is in, or, where there is none, those
 *	that were built in
 * @rules: receives them, for rules_free(), also on error
 *
 * Return: 0, -EPROTO for a line that is none, or what reading it said.
 */
int rules_load(const char *path, struct rules *rules);

/**
 * rules_parse() - take rules out of a text
 * @file: the text's name, for errors
 * @text: any text
 * @rules: receives them, for rules_free(), also on error
 *
 * Return: 0, or -EPROTO for a line that is none.
 */
int rules_parse(const char *file, const char *text, struct rules *rules);

/**
 * rules_name() - name a call path
 * @rules: by which rules
 * @stack: its functions, innermost first, with ; between them
 *
 * The innermost function that any rule fits decides, by the first such rule.
 *
 * Return: the origin, or NULL when no rule fits.
 */
const char *rules_name(const struct rules *rules, const char *stack);

/**
 * rules_free() - free what was received
 * @rules: received, or zeroed
 */
void rules_free(struct rules *rules);

#endif /* DFPUT_RULES_H */
