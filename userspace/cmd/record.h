/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dfput record writes, and how it records events.
 */
#ifndef DFPUT_RECORD_H
#define DFPUT_RECORD_H

#include <stdint.h>
#include <stdio.h>

#include "cmd/follow.h"
#include "cmd/options.h"
#include "debugfs/parse.h"
#include "debugfs/recorded.h"
#include "lib/view.h"
#include "proc/supervise.h"

/**
 * struct record - what is written to
 * @path: as the user has it
 * @dir: a directory, or -1
 * @tar: an archive, or NULL
 * @nr: files so far
 */
struct record {
	const char *path;
	int dir;
	FILE *tar;
	uint64_t nr;
};

/* Adds a file. Return: 0 or a negative errno, with a sentence as in error.h. */
int record_add(struct record *record, const char *name, const char *text,
	       size_t size);

/* Return: @err, with that sentence. */
int record_fail(const struct record *record, int err);

/**
 * struct recording - events that are recorded
 * @options: of the command
 * @record: where they are kept
 * @follow: where they come from
 * @tree: the processes of the program, if there is one
 * @view: writes a document into @text
 * @text: a document
 * @size: its size
 * @file: for documents
 * @written: bytes of it
 * @kept: events, and losses
 * @left_out: events without room in it
 * @error: of writing it
 * @from: when this began, in ns of CLOCK_MONOTONIC; 0: it did not
 * @to: when it was over
 */
struct recording {
	const struct options *options;
	struct record *record;
	struct follow follow;
	struct supervise tree;
	struct view view;
	char *text;
	size_t size;
	int file;
	uint64_t written;
	uint64_t kept;
	uint64_t left_out;
	int error;
	uint64_t from;
	uint64_t to;
};

/**
 * record_events() - record them until it is time to end
 * @recording: with options and record
 * @reader: an open one
 *
 * Return: 0; the exit status if the program could not be run, which was said; or a
 * negative errno, as above.
 */
int record_events(struct recording *recording, struct reader *reader);

/* What the file `record` says of them. Return: its lines, for free(3). */
char *record_events_text(const struct recording *recording);

/* Says what came of it. */
void record_events_tell(const struct recording *recording, struct view *view);

/* Waits for the program, if it still runs. Return: @result, or if that is 0, the status. */
int record_events_end(struct recording *recording, int result);

#endif /* DFPUT_RECORD_H */
