/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What commands have in common.
 */
#ifndef DFPUT_CMD_H
#define DFPUT_CMD_H

#include <dfput/hist.h>

#include "cmd/commands.h"
#include "cmd/options.h"
#include "debugfs/listing.h"
#include "debugfs/parse.h"
#include "debugfs/stats.h"
#include "lib/status.h"
#include "lib/view.h"

/**
 * typedef cmd_show - what a command does with an open directory
 * @options: of the command
 * @reader: the directory
 * @view: where output goes
 *
 * Return: enum status, or a negative errno as in parse.h.
 */
typedef int cmd_show(const struct options *options, struct reader *reader,
		     struct view *view);

/*
 * These run a command: they open the directory, call @show, print, and return the
 * exit status. For commands that only show something, which give up all rights but
 * that to read once the directory is open.
 */
int cmd_display(const struct options *options, cmd_show *show);

/* For commands that change something, or look further, and so keep their rights. */
int cmd_change(const struct options *options, cmd_show *show);

/* For commands whose status is a verdict: none where the files cannot be read. */
int cmd_judge(const struct options *options, cmd_show *show);

/* For commands that run a program: stdout is its own, and so are most exit statuses. */
int cmd_supervise(const struct options *options, cmd_show *show);

/* For a command that begins its output itself: as the options want it. */
void cmd_begin_view(struct view *view, FILE *out,
		    const struct options *options);

/* Ends a JSON document: what the command has not set is null. */
void cmd_end_document(const char *command, struct reader *reader,
		      struct view *view);

/* And for the end of it. Return: 0 or a negative errno. */
int cmd_end(const struct options *options, struct reader *reader,
	    struct view *view);

/**
 * cmd_say() - begin the output of a verdict for people
 * @view: where
 * @status: the verdict
 * @caveats: the first of them is said too, if the verdict is STATUS_UNKNOWN
 * @format: as of printf(3): a sentence without the full stop
 */
void cmd_say(struct view *view, int status, const struct caveats *caveats,
	     const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * cmd_show_table() - show those rows of a table that the options want
 * @options: of the command
 * @listing: the table
 * @reader: an open one
 * @view: where
 *
 * Return: as cmd_show.
 */
int cmd_show_table(const struct options *options, const struct listing *listing,
		   struct reader *reader, struct view *view);

/*
 * What the page of report has of other commands: the summary and all of stat, the
 * histograms of hist, named or, with an empty list, all. Return: as cmd_show.
 */
int stat_show_summary(const struct document *doc, const struct stats *stats,
		      struct reader *reader, struct view *view);
void stat_show_all(const struct document *doc, struct view *view);
int hist_show(char **wanted, struct reader *reader, struct view *view);

/* A histogram that was counted elsewhere. */
void hist_show_counts(const struct stats_word *word,
		      const uint64_t counts[DFPUT_HIST_BUCKETS],
		      struct view *view);

/* Return: a call path, for free(3), the other way round: outermost function first. */
char *origins_fold(const char *stack);

/* Says that there is no verdict, as measuring is off. Return: STATUS_UNKNOWN. */
int cmd_refuse_off(struct view *view);

#endif /* DFPUT_CMD_H */
