/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What commands have in common.
 */
#ifndef DFPUT_CMD_H
#define DFPUT_CMD_H

#include "cmd/commands.h"
#include "cmd/options.h"
#include "debugfs/parse.h"
#include "lib/status.h"
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
 * cmd_refuse_off() - say that there is no verdict, as measuring is switched off
 * @view: where
 *
 * Return: STATUS_UNKNOWN.
 */
int cmd_refuse_off(struct view *view);

#endif /* DFPUT_CMD_H */
