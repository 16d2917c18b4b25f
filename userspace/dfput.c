// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput: the reader of the module's files. This file knows which commands there
 * are, and nothing of what they do.
 */
#include <locale.h>
#include <stdio.h>

#include <dfput/abi.h>
#include <dfput/version.h>

#include "cmd/cmd.h"
#include "lib/options.h"

/* The first is the default. */
static const struct command commands[] = {
	{ "stat", "", "what was counted since load or reset", 0, false,
	  cmd_stat },
	{ "hist", "[NAME...]", "distributions of times and batch sizes", -1,
	  false, cmd_hist },
	{ "pending", "", "the files that are on the list now", 0, false,
	  cmd_pending },
	{ "leftovers", "", "the last files that outlived their process", 0,
	  false, cmd_leftovers },
	{ "origins", "", "the call paths that queued files, and their names", 0,
	  false, cmd_origins },
	{ "superblocks", "", "the same counts for each mounted filesystem", 0,
	  false, cmd_superblocks },
	{ "umounts", "", "the last umounts, and what was in their way", 0,
	  false, cmd_umounts },
	{ "held", "", "files closed by an ended process, and still held", 0,
	  false, cmd_held },
	{ "rings", "", "io_uring rings that are being torn down", 0, false,
	  cmd_rings },
	{ "hooks", "", "what is hooked in the kernel, and how", 0, false,
	  cmd_hooks },
	{ "flush", "",
	  "drain the list now; what something still holds is not on it", 0,
	  false, cmd_flush },
	{ "wait", "--mount P | --super DEV | --pid N | --all",
	  "wait until nothing of it is left", 0, false, cmd_wait },
	{ "umount", "MOUNT", "unmount, as soon as no late file is in the way",
	  1, false, cmd_umount },
	{ "run", "[--] PROGRAM [ARGUMENT...]",
	  "run a program, and tell what happened meanwhile", -1, true,
	  cmd_run },
	{ "why", "PATH|DEV", "what keeps a mount or a device busy", 1, false,
	  cmd_why },
	{ "doctor", "", "find out what is in the way of measuring", 0, false,
	  cmd_doctor },
	{ 0 },
};

static int finish_help(void)
{
	return fflush(stdout) ? STATUS_FAILED : STATUS_OK;
}

int main(int argc, char **argv)
{
	const struct command *command = commands;
	struct options options = { .timeout = UINT64_MAX, .root = "" };
	int first, rest;

	setlocale(LC_CTYPE, "");
	first = options_command(&options, argc, argv, &command);
	if (first < 0)
		return STATUS_USAGE;
	rest = options_parse(&options, argc - first, argv + first, command);
	if (rest < 0)
		return STATUS_USAGE;
	if (options.help) {
		options_help(commands, first ? command : NULL);
		return finish_help();
	}
	if (options.version) {
		printf("dfput %s (ABI %d)\n", DFPUT_VERSION, DFPUT_ABI);
		return finish_help();
	}
	return command->run(&options, argc - first - rest, argv + first + rest);
}
