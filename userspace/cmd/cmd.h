/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands: each is called with the options, and with what is left of the
 * command line behind them, and returns the exit status.
 */
#ifndef DFPUT_CMD_H
#define DFPUT_CMD_H

#include "lib/options.h"
#include "debugfs/parse.h"
#include "lib/view.h"

/**
 * typedef cmd_show - what a command does with an open directory
 * @options: of the command
 * @reader: the directory
 * @view: where output goes
 *
 * Return: enum status, or a negative errno as in reader.h.
 */
typedef int cmd_show(const struct options *options, struct reader *reader,
		     struct view *view);

/**
 * cmd_display() - all that commands have in common which show something
 * @options: of the command
 * @show: what is special
 *
 * From the moment at which the directory is open they can only read.
 *
 * Return: enum status.
 */
int cmd_display(const struct options *options, cmd_show *show);

/**
 * cmd_change() - the same, for commands which change something
 * @options: of the command
 * @show: what is special
 *
 * They keep the rights that they were called with.
 *
 * Return: enum status.
 */
int cmd_change(const struct options *options, cmd_show *show);

/**
 * cmd_judge() - the same, for commands whose exit status is a verdict
 * @options: of the command
 * @show: what is special
 *
 * Where the module's files cannot be read, there is none.
 *
 * Return: enum status.
 */
int cmd_judge(const struct options *options, cmd_show *show);

/**
 * cmd_stat() - counters and gauges, or their differences every interval
 * @options: --interval, --count
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_stat(const struct options *options, int argc, char **argv);

/**
 * cmd_hist() - histograms as bars
 * @options: the global ones
 * @argc: how many names
 * @argv: names of histograms; none: all
 *
 * Return: enum status.
 */
int cmd_hist(const struct options *options, int argc, char **argv);

/**
 * cmd_pending() - the files on the list, or wait until there are none
 * @options: --wait, --timeout, --rules
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_pending(const struct options *options, int argc, char **argv);

/**
 * cmd_leftovers() - the last files that outlived their process
 * @options: --rules
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_leftovers(const struct options *options, int argc, char **argv);

/**
 * cmd_origins() - the call paths that queued files
 * @options: --folded, --rules
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_origins(const struct options *options, int argc, char **argv);

/**
 * cmd_superblocks() - the table of superblocks
 * @options: the global ones
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_superblocks(const struct options *options, int argc, char **argv);

/**
 * cmd_umounts() - the last umounts, and what was in their way
 * @options: the global ones
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_umounts(const struct options *options, int argc, char **argv);

/**
 * cmd_held() - files that ended processes closed, and that are still held
 * @options: the global ones
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_held(const struct options *options, int argc, char **argv);

/**
 * cmd_rings() - io_uring rings that are being torn down
 * @options: the global ones
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_rings(const struct options *options, int argc, char **argv);

/**
 * cmd_hooks() - the table of hooks
 * @options: the global ones
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_hooks(const struct options *options, int argc, char **argv);

/**
 * cmd_flush() - drain the list now, and say what that did
 * @options: the global ones
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_flush(const struct options *options, int argc, char **argv);

/**
 * cmd_wait() - wait until nothing of something is left
 * @options: --all, --mount, --super, --pid, --timeout
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_wait(const struct options *options, int argc, char **argv);

/**
 * cmd_umount() - unmount, and wait where that will help
 * @options: --timeout
 * @argc: 1
 * @argv: what to unmount
 *
 * Return: enum status.
 */
int cmd_umount(const struct options *options, int argc, char **argv);

/**
 * cmd_run() - run a program, and say what outlived it
 * @options: --max-late, --report, --rules
 * @argc: length of @argv
 * @argv: the program and its arguments
 *
 * Return: the program's exit status, or enum status.
 */
int cmd_run(const struct options *options, int argc, char **argv);

/**
 * cmd_why() - what keeps a mount or a device busy
 * @options: --root
 * @argc: 1
 * @argv: a path, a block device, or MAJOR:MINOR
 *
 * Return: enum status.
 */
int cmd_why(const struct options *options, int argc, char **argv);

/**
 * cmd_doctor() - find out what is in the way of measuring
 * @options: --root
 * @argc: 0
 * @argv: unused
 *
 * Return: enum status.
 */
int cmd_doctor(const struct options *options, int argc, char **argv);

#endif /* DFPUT_CMD_H */
