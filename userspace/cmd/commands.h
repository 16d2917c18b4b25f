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

#define COMMANDS_HIST(name, unit, meaning) "  " #name "\n"
#define COMMANDS_HISTS DFPUT_HISTS(COMMANDS_HIST)

/*
 * X(name, group, function, most, arguments, words, options, help): most is how
 * many arguments it takes, or ARGUMENTS_ANY, or ARGUMENTS_PROGRAM; words are what
 * an argument can be, one a line, where that is known; options are its own, from
 * the table in options.c. The first command is the default.
 */
#define DFPUT_COMMANDS(X)                                                    \
	X(stat, "Answers", cmd_stat, 0, "", "", "all interval count input",  \
	  "what was counted since load or reset")                            \
	X(run, "Answers", cmd_run, ARGUMENTS_PROGRAM,                        \
	  "[--] PROGRAM [ARGUMENT...]", "",                                  \
	  "max-late report log-fd verdict-fd repeat tap all rules root",     \
	  "run a program and tell which files outlived it")                  \
	X(why, "Answers", cmd_why, 1, "PATH|DEV", "", "all input root",      \
	  "what keeps a mount or a device busy")                             \
	X(doctor, "Answers", cmd_doctor, 0, "", "", "input root",            \
	  "what is in the way of measuring, and how to fix it")              \
	X(record, "Answers", cmd_record, 1, "-t 0 DIR|FILE.tar", "",         \
	  "time names input root",                                           \
	  "keep all that dfput knows, for a bug report")                     \
	X(watch, "Answers", cmd_watch, 0, "", "",                            \
	  "all every count log exec root",                                   \
	  "as soon as an umount is refused, tell why")                       \
	X(wait, "Waiting", cmd_wait, 0,                                      \
	  "--mount P|--super DEV|--pid PID|--list|--all", "",                \
	  "mount super pid list all timeout rules root",                     \
	  "wait until all of it is released")                                \
	X(umount, "Waiting", cmd_umount, 1, "MOUNT", "", "all timeout root", \
	  "unmount as soon as no late file is in the way")                   \
	X(flush, "Waiting", cmd_flush, 0, "", "", "root",                    \
	  "drain the list now; files that something holds are not on it")    \
	X(pending, "Tables", cmd_list, 0, "", "", "rules input",             \
	  "files on the list now")                                           \
	X(leftovers, "Tables", cmd_list, 0, "", "", "all rules input",       \
	  "the last files that outlived their process")                      \
	X(held, "Tables", cmd_list, 0, "", "", "input",                      \
	  "files that an ended process closed and something still holds")    \
	X(rings, "Tables", cmd_list, 0, "", "", "input",                     \
	  "io_uring rings that the kernel has not freed yet")                \
	X(origins, "Tables", cmd_origins, 0, "", "", "folded rules input",   \
	  "call paths that queued files, and their names")                   \
	X(superblocks, "Tables", cmd_list, 0, "", "", "input",               \
	  "the counts of each mounted filesystem")                           \
	X(umounts, "Tables", cmd_list, 0, "", "", "input",                   \
	  "the last umounts, and what was in their way")                     \
	X(hist, "Tables", cmd_hist, ARGUMENTS_ANY, "[NAME...]",              \
	  COMMANDS_HISTS, "input", "distributions of times and batch sizes") \
	X(hooks, "Tables", cmd_hooks, 0, "", "", "input",                    \
	  "what is hooked in the kernel, and how")

/* Does it. Return: the exit status. */
#define COMMANDS_PROTOTYPE(name, group, function, ...) \
	int function(const struct options *options);
DFPUT_COMMANDS(COMMANDS_PROTOTYPE)
#undef COMMANDS_PROTOTYPE

#endif /* DFPUT_COMMANDS_H */
