/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's call paths, and what the rules call them.
 */
#ifndef DFPUT_ORIGINS_H
#define DFPUT_ORIGINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "debugfs/parse.h"
#include "debugfs/rules.h"
#include "lib/view.h"

#define ORIGINS_LABEL 64

/**
 * struct origin - one call path
 * @id: as the other files have it
 * @name: what a rule calls it, or NULL
 * @stack: its functions, innermost first; NULL if it is not known
 * @told: see origins_explain()
 */
struct origin {
	uint64_t id;
	const char *name;
	const char *stack;
	bool told;
};

/**
 * struct origins - all call paths
 * @rules: what names them
 * @doc: the file, NULL when it could not be read
 * @origin: its rows, in their order
 * @nr: how many
 */
struct origins {
	struct rules rules;
	struct document *doc;
	struct origin *origin;
	size_t nr;
};

/**
 * origins_load() - read rules and call paths
 * @reader: an open one
 * @rules: the rules' file, or NULL, as of rules_load()
 * @origins: receives all, for origins_free(), also on error; without a doc
 *	where the module has no such file
 *
 * Return: 0 or a negative errno as in reader.h.
 */
int origins_load(struct reader *reader, const char *rules,
		 struct origins *origins);

/**
 * origins_update() - read the call paths once more
 * @reader: an open one
 * @origins: with its rules
 *
 * Return: 0 or a negative errno as in reader.h; none is known then.
 */
int origins_update(struct reader *reader, struct origins *origins);

/**
 * origins_find() - look a call path up
 * @origins: where, or NULL
 * @id: as a field has it
 *
 * Return: the call path, or NULL when there is none.
 */
const struct origin *origins_find(const struct origins *origins,
				  const char *id);

/**
 * origins_label() - what to show people for a call path
 * @origins: where to look it up, or NULL
 * @id: as a field has it
 * @label: receives it: the name, ``#ID`` where there is none, - for none
 *
 * Return: @label.
 */
const char *origins_label(const struct origins *origins, const char *id,
			  char label[ORIGINS_LABEL]);

/**
 * origins_explain() - show the call paths that have no name
 * @origins: call paths
 * @unnamed: of each, whether to show it
 * @view: where: a sentence each, or the JSON array unnamed_origins
 *
 * Several tables have such rows: each path is shown once.
 */
void origins_explain(const struct origins *origins, const bool *unnamed,
		     struct view *view);

/**
 * origins_free() - free what was received
 * @origins: received, or zeroed
 */
void origins_free(struct origins *origins);

#endif /* DFPUT_ORIGINS_H */
