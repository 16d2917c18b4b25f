/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The members of each command's JSON documents. From this list come the JSON Schema
 * and the nulls: a member that a command did not set is null, rather than not there.
 *
 * To add one, add a line: X(command, name, type, meaning), and never change one
 * without HEADER_SCHEMA. The type is number, boolean, text, texts, or a definition
 * of schema.c: a table's name for its rows, or stats, for counters and gauges. The
 * rows of a table's own command need no line: they follow from DFPUT_FILES.
 */
#ifndef DFPUT_MEMBERS_H
#define DFPUT_MEMBERS_H

/* In every document. */
#define MEMBERS_HEADER(X, C)                                            \
	X(C, schema, number, "version of this contract")                \
	X(C, command, text, "whose output it is")                       \
	X(C, version, text, "of dfput")                                 \
	X(C, abi, number, "of the module's files")                      \
	X(C, module_version, text, "of the module")                     \
	X(C, kernel, text, "its release")                               \
	X(C, boot_id, text, "of the machine")                           \
	X(C, time, text, "when the module's files were read, ISO 8601") \
	X(C, clock, clock, "the clocks at that moment")                 \
	X(C, trustworthy, boolean, "nothing was lost or left out")      \
	X(C, caveats, texts, "what was, each in a sentence")

#define MEMBERS_WHY(X, C)                                               \
	X(C, path, text, "the mount point")                             \
	X(C, device, text, "major:minor of the superblock")             \
	X(C, fstype, text, "filesystem type")                           \
	X(C, block_devices, texts, "major:minor of those below it")     \
	X(C, reasons, reasons, "the most certain first")                \
	X(C, busy, text,                                                \
	  "known to be: mount, device, or was at its last umount")      \
	X(C, last_umount_result, text, "of the mount: 0, or the error") \
	X(C, last_umount_why, text, "as why in umounts")                \
	X(C, verdict, text, "found, nothing or unknown")

#define MEMBERS(X)                                                             \
	X(stat, stats, stats, "since load or reset; null with --interval")     \
	X(stat, interval_ns, number, "between two readings, with --interval")  \
	X(stat, differences, stats, "of these; null if counting began anew")   \
	X(hist, histograms, bars, "those asked for")                           \
	X(pending, not_in_rows, number, "that are counted, but not recorded")  \
	X(pending, unnamed_origins, unnamed_origins,                           \
	  "call paths without a name")                                         \
	X(leftovers, unnamed_origins, unnamed_origins,                         \
	  "call paths without a name")                                         \
	X(held, not_in_rows, number, "that are counted, but not recorded")     \
	X(rings, not_in_rows, number, "that are counted, but not recorded")    \
	X(hooks, module, module, "values of the hooks file")                   \
	MEMBERS_WHY(X, why)                                                    \
	X(doctor, doctor, checks, "one row a check")                           \
	X(doctor, healthy, boolean, "none failed")                             \
	X(watch, event, text, "umount, superblock, ring, worker or missed")    \
	X(watch, answer, text, "what people are told")                         \
	X(watch, asked_after_ns, number, "so long after the umount returned")  \
	X(watch, umounts, umounts, "the umount")                               \
	X(watch, rings, rings, "the ring")                                     \
	X(watch, pending, pending, "the file that the worker is stuck in")     \
	MEMBERS_WHY(X, watch)                                                  \
	X(wait, waited_ns, number, "how long")                                 \
	X(wait, lives, boolean, "the process does; null with --super")         \
	X(wait, left, number, "files and rings that are left")                 \
	X(wait, not_in_rows, number, "of these, files without a row")          \
	X(wait, held_by_living, number, "files not waited for")                \
	X(wait, held_perhaps, number, "files that a living process may hold")  \
	X(wait, pending, pending, "files left on the list")                    \
	X(wait, held, held, "files left that something holds")                 \
	X(wait, rings, rings, "rings left")                                    \
	X(wait, unnamed_origins, unnamed_origins, "call paths without a name") \
	X(wait, superblocks, superblocks, "with --super: its generations")     \
	X(wait, block_path, text, "with --super: its block device")            \
	X(wait, exclusive, boolean, "that could be opened exclusively")        \
	X(umount, target, text, "what was to be unmounted")                    \
	X(umount, unmounted, boolean, "it was")                                \
	X(umount, attempts, number, "how many")                                \
	X(umount, waited_ns, number, "between the first and the last")         \
	X(umount, why, text, "what kept it busy, as why in umounts")           \
	X(umount, waited_for, texts, "such reasons that went away")            \
	MEMBERS_WHY(X, umount)                                                 \
	X(record, target, text, "what was written")                            \
	X(record, files, number, "how many it has")                            \
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

/* Objects that are no rows of the module. */
#define MEMBERS_OBJECTS(X) \
	X(reasons)         \
	X(checks)          \
	X(mounts)          \
	X(unnamed_origins) X(clock) X(hop) X(buckets) X(bars) X(runs) X(spread)

/* Their members: X(T, name, kind, who, meaning) */
#define MEMBERS_COLUMNS_reasons(X, T)                                      \
	X(T, kind, text, all, "fd, cwd, mount, pending ...: see dfput(8)") \
	X(T, keeps, text, all, "mount, device or perhaps")                 \
	X(T, pid, num, all, "of the process")                              \
	X(T, comm, text, all, "its name")                                  \
	X(T, user, text, all, "its user")                                  \
	X(T, unit, text, all, "its unit or container")                     \
	X(T, fd, num, all, "its file descriptor")                          \
	X(T, what, text, all, "file, device, mount point ...")             \
	X(T, detail, text, all, "a sentence")

#define MEMBERS_COLUMNS_checks(X, T)                \
	X(T, check, text, all, "what was checked")  \
	X(T, status, text, all, "ok, warn or fail") \
	X(T, meaning, text, all, "a sentence")      \
	X(T, fix, text, all, "the command that mends it")

#define MEMBERS_COLUMNS_mounts(X, T)                             \
	X(T, device, text, all, "major:minor of its superblock") \
	X(T, path, text, all, "where it is mounted")

#define MEMBERS_COLUMNS_unnamed_origins(X, T)        \
	X(T, origin, id, all, "id of the call path") \
	X(T, stack, stack, all, "functions, innermost first")

#define MEMBERS_COLUMNS_runs(X, T)                                         \
	X(T, run, num, all, "which")                                       \
	X(T, status, num, all, "exit status of the program")               \
	X(T, elapsed_ns, ns, all, "from its start to the end of its tree") \
	X(T, outlived, num, all, "files that outlived its processes")      \
	X(T, lateness_max_ns, ns, all, "of these")                         \
	X(T, late, num, all, "later than --max-late, or not released")     \
	X(T, verdict, word, all, "none, in_time, late or unknown")

#define MEMBERS_COLUMNS_spread(X, T)                       \
	X(T, spread, word, all, "elapsed or lateness_max") \
	X(T, least_ns, ns, all, "of all runs")             \
	X(T, median_ns, ns, all, "of all runs")            \
	X(T, most_ns, ns, all, "of all runs")

#define MEMBERS_COLUMNS_clock(X, T)                        \
	X(T, monotonic_ns, num, all, "of CLOCK_MONOTONIC") \
	X(T, boottime_ns, num, all, "of CLOCK_BOOTTIME")   \
	X(T, realtime_ns, num, all, "of CLOCK_REALTIME")

#define MEMBERS_COLUMNS_hop(X, T)                                     \
	X(T, kind, word, all, "file, mount or super")                 \
	X(T, device, text, all, "major:minor of a file's superblock") \
	X(T, inode, num, all, "of a file")                            \
	X(T, after_ns, ns, all, "since the first hop")

#define MEMBERS_COLUMNS_buckets(X, T)                           \
	X(T, from, num, all, "inclusive lower bound")           \
	X(T, to, num, all, "inclusive upper bound; null: none") \
	X(T, count, num, all, "values in the bucket")

#define MEMBERS_COLUMNS_bars(X, T)                  \
	X(T, name, text, all, "see dfput(8)")       \
	X(T, unit, text, all, "of the bounds")      \
	X(T, meaning, text, all, "what is counted") \
	X(T, buckets, buckets, all,                 \
	  "without those before the first that holds something")

#endif /* DFPUT_MEMBERS_H */
