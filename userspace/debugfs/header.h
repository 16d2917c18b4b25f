/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands in every JSON document: docs/json.md.
 */
#ifndef DFPUT_HEADER_H
#define DFPUT_HEADER_H

#include "debugfs/parse.h"
#include "lib/view.h"

/* Grows when a name or a type in JSON changes; new names may come at any time. */
#define HEADER_SCHEMA 1

/**
 * header_show() - begin a JSON document; for people, only learn what time it is
 * @reader: the directory, opened or not
 * @command: whose output it is
 * @view: where
 *
 * What cannot be read is null.
 */
void header_show(struct reader *reader, const char *command, struct view *view);

/**
 * header_end() - end a JSON document, or a table for people
 * @reader: as above
 * @view: where
 *
 * Where the command has not said so, this says whether the module's numbers can be
 * trusted; to people only if not.
 */
void header_end(struct reader *reader, struct view *view);

#endif /* DFPUT_HEADER_H */
