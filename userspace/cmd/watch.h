/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dfput watch tells, cmd/watch_kinds.c, and where, cmd/watch_tell.c.
 */
#ifndef DFPUT_WATCH_H
#define DFPUT_WATCH_H

#include <signal.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "debugfs/rows.h"
#include "why/why.h"

/**
 * struct event - what is told
 * @name: in a word
 * @listing: the table that shows it, or NULL
 * @rows: that table
 * @row: of it
 * @answer: what people are told, a sentence without the full stop
 * @err: of asking why
 * @asked: there is an answer: also if it is not mounted any more
 * @after: so many ns after the umount that was
 * @why: the answer to that, if there was one
 */
struct event {
	const char *name;
	const struct listing *listing;
	const struct rows *rows;
	size_t row;
	char *answer;
	int err;
	bool asked;
	uint64_t after;
	struct why why;
};

/**
 * struct watch_kind - rows that are told of
 * @name: of the events
 * @listing: the table
 * @names: columns of it
 * @is_one: is this row one?
 * @describe: sets the answer, if there is something to tell
 * @key: those up to that column tell which row is the same
 * @news: those up to that tell what is new; if it is @key, nothing does
 *
 * Those with news are told of at once, and again when it is new; others once they have
 * lasted, and not again.
 */
struct watch_kind {
	const char *name;
	const struct listing *listing;
	const char *const *names;
	bool (*is_one)(const struct rows *rows, size_t row);
	void (*describe)(struct event *event);
	int key;
	int news;
};

/* The first is of umounts, and has their ids in its first column. */
#define WATCH_NR_KINDS 4
#define WATCH_ID 0
extern const struct watch_kind watch_kinds[WATCH_NR_KINDS];

/**
 * struct teller - where it is told
 * @options: of the command
 * @reader: an open one
 * @view: where output goes
 * @log: the file that the options name, or NULL
 * @journal: stdout is the journal's
 * @mask: signals that were blocked when we were started
 * @running: programs that were started and are not over
 */
struct teller {
	const struct options *options;
	struct reader *reader;
	struct view *view;
	FILE *log;
	bool journal;
	sigset_t mask;
	unsigned int running;
};

/* Asks why an umount was refused, or has not ended a superblock. */
void watch_ask(const struct teller *teller, struct event *event);

/* Return: 0, or STATUS_FAILED if there is no way to tell, which it has complained of. */
int teller_begin(struct teller *teller);

/* The same. @ran: the options' program runs, if there is one. */
int teller_tell(struct teller *teller, const struct event *event, bool *ran);

/* Reaps the programs that are over. */
void teller_reap(struct teller *teller);

void teller_end(struct teller *teller);

#endif /* DFPUT_WATCH_H */
