/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of commands. Prototypes, usage, --help and, by way of that, the
 * completion are made from it.
 */
#ifndef DFPUT_COMMANDS_H
#define DFPUT_COMMANDS_H

#include <dfput/hist.h>

/* See options.h. */
struct options;

#define COMMANDS_HIST(name, unit, meaning) #name " "
#define COMMANDS_HISTS DFPUT_HISTS(COMMANDS_HIST)

/*
 * X(name, group, function, most, arguments, words, options, help): most is how
 * many arguments it takes, or ARGUMENTS_ANY, or ARGUMENTS_PROGRAM; words are what
 * an argument can be, where that is known; options are its own, from the table in
 * options.c. The first command is the default.
 */
#define DFPUT_COMMANDS(X)                                                 \
	X(stat, "Numbers", cmd_stat, 0, "", "", "all interval count",     \
	  "what was counted since load or reset")                         \
	X(hist, "Numbers", cmd_hist, ARGUMENTS_ANY, "[NAME...]",          \
	  COMMANDS_HISTS, "", "distributions of times and batch sizes")   \
	X(pending, "Tables", cmd_list, 0, "", "", "rules",                \
	  "files on the list now")                                        \
	X(leftovers, "Tables", cmd_list, 0, "", "", "all rules",          \
	  "the last files that outlived their process")                   \
	X(held, "Tables", cmd_list, 0, "", "", "",                        \
	  "files that an ended process closed and something still holds") \
	X(rings, "Tables", cmd_list, 0, "", "", "",                       \
	  "io_uring rings that the kernel has not freed yet")             \
	X(origins, "Tables", cmd_origins, 0, "", "", "folded rules",      \
	  "call paths that queued files, and their names")                \
	X(superblocks, "Tables", cmd_list, 0, "", "", "",                 \
	  "the counts of each mounted filesystem")                        \
	X(umounts, "Tables", cmd_list, 0, "", "", "",                     \
	  "the last umounts, and what was in their way")                  \
	X(hooks, "Tables", cmd_hooks, 0, "", "", "",                      \
	  "what is hooked in the kernel, and how")                        \
	X(why, "Reasons", cmd_why, 1, "PATH|DEV", "", "all root",         \
	  "what keeps a mount or a device busy")                          \
	X(doctor, "Reasons", cmd_doctor, 0, "", "", "root",               \
	  "what is in the way of measuring, and how to fix it")           \
	X(wait, "Actions", cmd_wait, 0,                                   \
	  "--mount P|--super DEV|--pid N|--list|--all", "",               \
	  "mount super pid list all timeout rules",                       \
	  "wait until all of it is released")                             \
	X(umount, "Actions", cmd_umount, 1, "MOUNT", "", "all timeout",   \
	  "unmount as soon as no late file is in the way")                \
	X(flush, "Actions", cmd_flush, 0, "", "", "",                     \
	  "drain the list now; files that something holds are not on it") \
	X(run, "Actions", cmd_run, ARGUMENTS_PROGRAM,                     \
	  "[--] PROGRAM [ARGUMENT...]", "",                               \
	  "max-late report log-fd verdict-fd repeat tap all rules",       \
	  "run a program and tell which files outlived it")

/* Does it. Return: the exit status. */
#define COMMANDS_PROTOTYPE(name, group, function, ...) \
	int function(const struct options *options);
DFPUT_COMMANDS(COMMANDS_PROTOTYPE)
#undef COMMANDS_PROTOTYPE

#endif /* DFPUT_COMMANDS_H */
