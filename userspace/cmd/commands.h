/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of commands, and what each prints as JSON. Prototypes, usage, --help and,
 * by way of that, the completion are made from it.
 */
#ifndef DFPUT_COMMANDS_H
#define DFPUT_COMMANDS_H

#include <dfput/hist.h>

#include "debugfs/events.h"

/* See options.h. */
struct options;

#define COMMANDS_HIST(name, unit, meaning) "  " #name "\n"
#define COMMANDS_HISTS DFPUT_HISTS(COMMANDS_HIST)

#define COMMANDS_EVENT(C, name, ...) "  " #name "\n"
#define COMMANDS_EVENTS DFPUT_EVENTS(COMMANDS_EVENT, all)

/*
 * X(name, group, function, most, arguments, words, options, help): most is how
 * many arguments it takes, or ARGUMENTS_ANY, or ARGUMENTS_PROGRAM; words are what
 * an argument can be, one a line, where that is known; options are its own, from
 * the table in options.c. The first command is the default.
 */
#define DFPUT_COMMANDS(X)                                                      \
	X(stat, "Answers", cmd_stat, 0, "", "", "all interval count input",    \
	  "what was counted since load or reset")                              \
	X(run, "Answers", cmd_run, ARGUMENTS_PROGRAM,                          \
	  "[--] PROGRAM [ARGUMENT...]", "",                                    \
	  "max-late report log-fd verdict-fd repeat tap all rules root",       \
	  "run a program and tell which files outlived it")                    \
	X(why, "Answers", cmd_why, 1, "PATH|DEV|--port N", "",                 \
	  "port all input root",                                               \
	  "what keeps a mount, a device, a file or a port busy")               \
	X(doctor, "Answers", cmd_doctor, 0, "", "", "input root",              \
	  "what is in the way of measuring, and how to fix it")                \
	X(record, "Answers", cmd_record, ARGUMENTS_ANY,                        \
	  "DIR [-- PROGRAM [ARGUMENT...]]|-t 0 FILE.tar", "",                  \
	  "time count names input root",                                       \
	  "keep events and all that dfput knows, for a bug report")            \
	X(metrics, "Answers", cmd_metrics, 0, "", "",                          \
	  "textfile openmetrics input root", "all numbers, for Prometheus")    \
	X(report, "Answers", cmd_report, 1, "DIR|FILE.tar -o FILE.html", "",   \
	  "output", "draw what was recorded, as a page for a browser")         \
	X(top, "Answers", cmd_top, 0, "", "", "interval rules root",           \
	  "what happens now, on the whole terminal")                           \
	X(watch, "Answers", cmd_watch, 0, "", "",                              \
	  "all every count log exec root",                                     \
	  "as soon as an umount is refused, tell why")                         \
	X(events, "Answers", cmd_events, ARGUMENTS_ANY, "[NAME...]",           \
	  COMMANDS_EVENTS, "mount super pid comm time count",                  \
	  "follow the module's tracepoints")                                   \
	X(wait, "Waiting", cmd_wait, 0,                                        \
	  "--file FILE|--module M|--mount P|--super DEV|\n"                    \
	  "       --pid PID|--rings [--pid PID]|--list|--all",                 \
	  "", "file module mount super pid rings list all timeout rules root", \
	  "wait until late files and rings are gone")                          \
	X(umount, "Waiting", cmd_umount, 1, "MOUNT", "", "all timeout root",   \
	  "unmount as soon as no late file is in the way")                     \
	X(flush, "Waiting", cmd_flush, 0, "", "", "root",                      \
	  "drain the list now; files that something holds are not on it")      \
	X(pending, "Tables", cmd_pending, 0, "", "", "stuck rules input root", \
	  "files on the list now")                                             \
	X(leftovers, "Tables", cmd_list, 0, "", "", "all rules input",         \
	  "the last files that outlived their process")                        \
	X(held, "Tables", cmd_list, 0, "", "", "input",                        \
	  "files that an ended process closed and something still holds")      \
	X(rings, "Tables", cmd_list, 0, "", "", "input",                       \
	  "io_uring rings that the kernel has not freed yet")                  \
	X(origins, "Tables", cmd_origins, 0, "", "", "folded rules input",     \
	  "call paths that queued files, and their names")                     \
	X(superblocks, "Tables", cmd_list, 0, "", "", "input",                 \
	  "the counts of each mounted filesystem")                             \
	X(umounts, "Tables", cmd_list, 0, "", "", "input",                     \
	  "the last umounts, and what was in their way")                       \
	X(hist, "Tables", cmd_hist, ARGUMENTS_ANY, "[NAME...]",                \
	  COMMANDS_HISTS, "input", "distributions of times and batch sizes")   \
	X(hooks, "Tables", cmd_hooks, 0, "", "", "input",                      \
	  "what is hooked in the kernel, and how")

/* Does it. Return: the exit status. */
#define COMMANDS_PROTOTYPE(name, group, function, ...) \
	int function(const struct options *options);
DFPUT_COMMANDS(COMMANDS_PROTOTYPE)
#undef COMMANDS_PROTOTYPE

#define DFPUT_MEMBERS_WHY(X, C)                                         \
	X(C, path, text, "the mount point, or the file")                \
	X(C, inode, number, "of the file, if it is of one")             \
	X(C, port, text, "instead: the port, as it was asked for")      \
	X(C, device, text, "major:minor of the superblock")             \
	X(C, fstype, text, "filesystem type")                           \
	X(C, block_devices, texts, "major:minor of those below it")     \
	X(C, reasons, reasons, "the most certain first")                \
	X(C, list_waits_for, text, "if a file on the list is stuck")    \
	X(C, last_late, late, "of this inode, and released")            \
	X(C, busy, text,                                                \
	  "known to be: mount, device, port; was: at its last umount")  \
	X(C, last_umount_result, text, "of the mount: 0, or the error") \
	X(C, last_umount_why, text, "as why in umounts")                \
	X(C, verdict, text, "found, nothing or unknown")

/*
 * The members of each command's JSON documents: X(command, name, type, meaning).
 * From this list come the JSON Schema and the nulls: a member that a command did not
 * set is null, rather than not there. Never change one without HEADER_SCHEMA. The
 * type is number, boolean, text, texts, or a definition of schema.c: a table's name
 * for its rows, or stats, for counters and gauges. The rows of a table's own command
 * need no line: they follow from DFPUT_FILES.
 */
#define DFPUT_MEMBERS(X)                                                       \
	X(stat, stats, stats, "since load or reset; null with --interval")     \
	X(stat, interval_ns, number, "between two readings, with --interval")  \
	X(stat, differences, stats, "of these; null if counting began anew")   \
	X(hist, histograms, bars, "those asked for")                           \
	X(pending, stuck, boolean,                                             \
	  "with --stuck: so it is; null if nobody can tell")                   \
	X(pending, drain_pid, number, "thread that drains the list")           \
	X(pending, drain_comm, text, "its name")                               \
	X(pending, drain_stack, texts, "its kernel stack, innermost first")    \
	X(pending, waiting, number, "files whose release has not begun")       \
	X(pending, waiting_filesystems, number, "devices that these are of")   \
	X(pending, releasing, pending, "files that are being released")        \
	X(pending, not_in_rows, number, "that are counted, but not recorded")  \
	X(pending, unnamed_origins, unnamed_origins,                           \
	  "call paths without a name")                                         \
	X(leftovers, unnamed_origins, unnamed_origins,                         \
	  "call paths without a name")                                         \
	X(leftovers, overwritten, number, "older rows, since load or reset")   \
	X(umounts, overwritten, number, "older rows, since load or reset")     \
	X(held, not_in_rows, number, "that are counted, but not recorded")     \
	X(rings, not_in_rows, number, "that are counted, but not recorded")    \
	X(hooks, module, module, "values of the hooks file")                   \
	DFPUT_MEMBERS_WHY(X, why)                                              \
	X(doctor, doctor, checks, "one row a check")                           \
	X(doctor, healthy, boolean, "none failed")                             \
	X(watch, event, text, "umount, superblock, ring, worker or missed")    \
	X(watch, answer, text, "what people are told")                         \
	X(watch, asked_after_ns, number, "so long after the umount returned")  \
	X(watch, umounts, umounts, "the umount")                               \
	X(watch, rings, rings, "the ring")                                     \
	X(watch, pending, pending, "the file that the worker is stuck in")     \
	DFPUT_MEMBERS_WHY(X, watch)                                            \
	X(events, event, text, "one of the following, or lost")                \
	X(events, at_ns, number, "when it was, of CLOCK_MONOTONIC")            \
	X(events, at_time, text, "the same as ISO 8601 has it")                \
	X(events, cpu, number, "the processor")                                \
	DFPUT_EVENTS(X, events)                                                \
	X(events, lost, number, "events for which its buffer had no room")     \
	X(wait, waited_ns, number, "how long")                                 \
	X(wait, counted_ns, number, "before that, since load or reset")        \
	X(wait, lives, boolean,                                                \
	  "the process does; null with --super and --rings")                   \
	X(wait, left, number, "files and rings that are left")                 \
	X(wait, left_perhaps, number, "of these, what only may be part of it") \
	X(wait, not_in_rows, number, "of these, files without a row")          \
	X(wait, held_by_living, number, "files not waited for")                \
	X(wait, held_perhaps, number, "files that a living process may hold")  \
	X(wait, use_count, number, "of the module, with --module")             \
	X(wait, pending, pending, "files left on the list")                    \
	X(wait, held, held, "files left that something holds")                 \
	X(wait, rings, rings, "rings left")                                    \
	X(wait, unnamed_origins, unnamed_origins, "call paths without a name") \
	X(wait, superblocks, superblocks, "with --super: its generations")     \
	X(wait, block_path, text, "with --super: its block device")            \
	X(wait, lasts, text, "with --super: what keeps it, if that is seen")   \
	X(wait, exclusive, boolean, "that could be opened exclusively")        \
	X(umount, target, text, "what was to be unmounted")                    \
	X(umount, unmounted, boolean, "it was")                                \
	X(umount, attempts, number, "how many")                                \
	X(umount, waited_ns, number, "between the first and the last")         \
	X(umount, why, text, "what kept it busy, as why in umounts")           \
	X(umount, waited_for, texts, "such reasons that went away")            \
	DFPUT_MEMBERS_WHY(X, umount)                                           \
	X(record, target, text, "what was written")                            \
	X(record, files, number, "how many it has")                            \
	X(record, events, number, "that it has; null: a snapshot")             \
	X(record, lost, number, "events for which a buffer had no room")       \
	X(record, left_out, number, "events for which its file had no room")   \
	X(report, target, text, "the page that was written")                   \
	X(report, bytes, number, "its size")                                   \
	X(flush, pending_before, number, "files on the list before")           \
	X(flush, pending_after, number, "and after")                           \
	X(flush, released_flush, number,                                       \
	  "files that flushes released meanwhile")                             \
	X(flush, released_worker, number, "files that the kworker did")        \
	X(flush, took_ns, number, "how long")                                  \
	X(run, program, text, "its name")                                      \
	X(run, status, number,                                                 \
	  "its exit status, 128 and the signal if killed")                     \
	X(run, elapsed_ns, number, "from its start to the end of its tree")    \
	X(run, method, text, "how queueing was seen")                          \
	X(run, outlived, number, "files that outlived its processes")          \
	X(run, lateness_max_ns, number, "of these")                            \
	X(run, outlived_ring, number,                                          \
	  "others that outlived a ring, closed by a living process")           \
	X(run, late, number, "later than --max-late, or not released")         \
	X(run, max_late_ns, number, "the limit")                               \
	X(run, waited_ns, number, "watched after its end")                     \
	X(run, runs, runs, "with --repeat: each of them")                      \
	X(run, spread, spread, "with --repeat: of their times")                \
	X(run, tree_leftovers, leftovers,                                      \
	  "its processes' files, released late")                               \
	X(run, tree_pending, pending, "its processes' files on the list now")  \
	X(run, tree_held, held, "its processes' files that something holds")   \
	X(run, tree_rings, rings, "its processes' rings")                      \
	X(run, pending_unknown, number,                                        \
	  "files queued meanwhile, owner unknown")                             \
	X(run, mounts, mounts, "where the files' filesystems are mounted")     \
	X(run, unnamed_origins, unnamed_origins, "call paths without a name")  \
	X(run, differences, stats, "of the whole machine, until its end")      \
	X(run, after, stats, "of the whole machine, after its end")            \
	X(run, left, number,                                                   \
	  "files of anybody, queued before its end, pending")                  \
	X(run, pending, pending, "each of these")                              \
	X(run, left_after, number, "files queued after its end, pending")      \
	X(run, pending_after, pending, "each of these")

#endif /* DFPUT_COMMANDS_H */
