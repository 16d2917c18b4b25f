/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files in debugfs, their columns and values. From these lists come the
 * module's entries and header lines, and the reader's tables and help.
 *
 * To add a table, add a line to DFPUT_FILES and its columns. To add a column,
 * append it. A reader goes by name: it ignores what it does not know, and shows -
 * for what an older module does not have.
 */
#ifndef DFPUT_TABLES_H
#define DFPUT_TABLES_H

/*
 * Statistics, mode 0400: X(file, meaning, what to say of an empty table, the value of
 * stats that must be 0 to say so)
 */
#define DFPUT_FILES(X)                                                         \
	X(stats, "counters and gauges, as values", "", "")                     \
	X(histograms, "log2 buckets that are not empty", "Nothing was timed.", \
	  "released")                                                          \
	X(hooks, "what is hooked in the kernel, how, and at what cost",        \
	  "There are no hooks.", "")                                           \
	X(pending, "files on the list now", "Nothing is pending.", "pending")  \
	X(leftovers, "the last files that outlived their process or ring",     \
	  "No file has outlived its process.", "leftover")                     \
	X(held,                                                                \
	  "files that an ended process closed and something still holds",      \
	  "No file is held that a process closed as it ended.", "watched")     \
	X(rings, "io_uring rings that the kernel is taking down",              \
	  "No ring is being taken down.", "rings")                             \
	X(origins, "call paths that queued files", "No file has been queued.", \
	  "queued")                                                            \
	X(superblocks, "mounted filesystems, one row a generation",            \
	  "No superblock has been seen.", "queued")                            \
	X(umounts, "the last umounts, and what was in their way",              \
	  "No umount has been seen.", "umounts")

/* Controls, mode 0200: X(file, meaning) */
#define DFPUT_CONTROLS(X)                                   \
	X(enable, "0 stops measuring, 1 starts it")         \
	X(reset, "1 starts counters and histograms from 0") \
	X(flush, "1 drains the list now, for debugging")

/*
 * Columns: X(T, name, kind, who, meaning), where T is what the caller wants.
 *
 * kind  num; id: a number, 0 for none; origin: the same, an id in origins, beside
 *       which the reader shows a name; ns: how long; took: the same, 0 while there
 *       is none; time: when, ns of CLOCK_MONOTONIC, 0 for never; word: of
 *       words.h; text; name: text that is cut where the screen is narrow. Lists:
 *       words: with commas; pids: the same, ... at the end for more; stack and
 *       chain: with ;
 * who   all: shown to people too; more: only on request, and in JSON
 *
 * What people are shown by default fits on 80 columns.
 */
#define DFPUT_COLUMNS_stats(X, T)

#define DFPUT_COLUMNS_histograms(X, T)                             \
	X(T, histogram, text, all, "which of them")                \
	X(T, unit, text, all, "unit of the bucket's bound")        \
	X(T, from, num, all, "the bucket's inclusive lower bound") \
	X(T, count, num, all, "values in the bucket")

#define DFPUT_COLUMNS_hooks(X, T)                                    \
	X(T, hook, name, all, "what it is for")                      \
	X(T, symbol, name, all, "kernel function")                   \
	X(T, backend, text, all, "ftrace or kretprobe")              \
	X(T, state, word, all, "armed, idle, off, failed or absent") \
	X(T, hits, num, all, "calls that had something to do")       \
	X(T, misses, num, all, "calls that the kernel skipped")      \
	X(T, error, text, all, "why it failed")

#define DFPUT_COLUMNS_pending(X, T)                                          \
	X(T, age_ns, ns, all, "time since it was queued")                    \
	X(T, state, word, all, "queued, or started: its release is running") \
	X(T, cause, word, all, "why it could not be task work")              \
	X(T, device, text, all, "major:minor of its superblock")             \
	X(T, inode, num, all, "inode number")                                \
	X(T, fstype, name, all, "filesystem type")                           \
	X(T, super, id, more, "its superblock: an id in superblocks")        \
	X(T, cpu, num, more, "CPU that queued it")                           \
	X(T, pid, num, more, "thread that queued it, or was interrupted")    \
	X(T, comm, name, more, "that thread's name")                         \
	X(T, origin, origin, all, "its call path: an id in origins")         \
	X(T, owner, id, all, "process that closed it, or its ring, last")    \
	X(T, owner_comm, name, all, "that process's name")                   \
	X(T, owner_start_ns, time, more, "when that process was started")    \
	X(T, mount, text, more, "its mount: equal for files of one mount")   \
	X(T, reapers, pids, more,                                            \
	  "child subreapers above the owner, nearest first")                 \
	X(T, started_ns, took, more, "time since its release began")         \
	X(T, ops, name, more, "its operations, and [their module]")

/* The process that closed a file or ring. */
#define DFPUT_COLUMNS_OWNER(X, T)                                             \
	X(T, pid, id, all, "process that closed it, if that is known")        \
	X(T, start_ns, time, more, "when that process was started")           \
	X(T, uid, num, more, "its user")                                      \
	X(T, cgroup, num, more, "id of its cgroup")                           \
	X(T, reapers, pids, more, "child subreapers above it, nearest first") \
	X(T, comm, name, all, "its name")

#define DFPUT_COLUMNS_leftovers(X, T)                                         \
	X(T, id, num, more, "its number: missing ones have been overwritten") \
	X(T, kind, word, more, "closed by an exit, an exec or a ring")        \
	X(T, lateness_ns, ns, all, "from exit_ns to its release")             \
	X(T, exit_ns, time, all,                                              \
	  "when the exit became visible, or the ring was closed")             \
	X(T, route, word, all, "released as deferred, task_work or sync")     \
	X(T, cause, word, more, "why it was deferred")                        \
	X(T, origin, origin, all, "its call path: an id in origins")          \
	X(T, device, text, all, "major:minor of its superblock")              \
	X(T, inode, num, all, "inode number")                                 \
	X(T, fstype, name, all, "filesystem type")                            \
	X(T, super, id, more, "its superblock: an id in superblocks")         \
	X(T, blocks, words, all, "what it was in the way of")                 \
	DFPUT_COLUMNS_OWNER(X, T)                                             \
	X(T, ops, name, more, "its operations, and [their module]")

#define DFPUT_COLUMNS_held(X, T)                                           \
	X(T, age_ns, ns, all, "time since it was closed")                  \
	X(T, kind, word, all, "closed by an exit, an exec or a ring")      \
	X(T, exit_ns, time, more, "when the exit became visible")          \
	X(T, device, text, all, "major:minor of its superblock")           \
	X(T, inode, num, all, "inode number")                              \
	X(T, fstype, name, all, "filesystem type")                         \
	X(T, super, id, more, "its superblock: an id in superblocks")      \
	X(T, mount, text, more, "its mount: equal for files of one mount") \
	X(T, blocks, words, all, "what it is in the way of")               \
	DFPUT_COLUMNS_OWNER(X, T)                                          \
	X(T, ops, name, more, "its operations, and [their module]")

#define DFPUT_COLUMNS_rings(X, T)                                              \
	X(T, id, num, all, "its number")                                       \
	X(T, age_ns, ns, all, "time since its last descriptor was released")   \
	X(T, state, word, all, "working: a kworker takes it down; or waiting") \
	X(T, kind, word, all,                                                  \
	  "closed by an exit, an exec or a living process (ring)")             \
	DFPUT_COLUMNS_OWNER(X, T)

#define DFPUT_COLUMNS_origins(X, T)                                        \
	X(T, id, origin, all, "as in pending and leftovers")               \
	X(T, cause, word, all, "why its files could not be task work")     \
	X(T, count, num, all, "files queued from this call site")          \
	X(T, unwound, num, more, "of these, whose call path was recorded") \
	X(T, wait_ns, ns, all, "their time on the list, added up")         \
	X(T, wait_max_ns, ns, all, "the longest of these")                 \
	X(T, stack, stack, all, "functions, innermost first, ; between them")

/*
 * A chain is hops with ; between them, each KIND@NS: nanoseconds since the first
 * of them. A file's hop has its device and inode: file:MAJOR:MINOR/INODE@NS.
 */
#define DFPUT_COLUMNS_superblocks(X, T)                                       \
	X(T, id, num, all, "its number: a later mount has another")           \
	X(T, fstype, name, all, "filesystem type")                            \
	X(T, device, text, all, "major:minor")                                \
	X(T, name, name, all, "the filesystem's own name for it (s_id)")      \
	X(T, state, word, all, "alive, shutdown, gone or unknown")            \
	X(T, queued, num, all,                                                \
	  "files queued, also those only seen when released")                 \
	X(T, released, num, more, "files that a drain loop released")         \
	X(T, pending, num, all, "files on the list now")                      \
	X(T, held, num, all, "files that ended processes closed, still held") \
	X(T, leftovers, num, all, "files that outlived their process")        \
	X(T, shutdown_ns, time, all, "when its shutdown began")               \
	X(T, shutdown_took_ns, took, more, "how long its shutdown took")      \
	X(T, shutdown_pid, id, more, "thread that shut it down")              \
	X(T, shutdown_comm, name, more, "that thread's name")                 \
	X(T, chain, chain, more,                                              \
	  "what was deferred on the way to its shutdown")                     \
	X(T, freeze, word, more, "no, frozen or unknown")                     \
	X(T, frozen_ns, time, more,                                           \
	  "since when; 0: since before the module knew it")                   \
	X(T, frozen_pid, id, more, "thread that froze it first")              \
	X(T, frozen_comm, name, more, "that thread's name")

#define DFPUT_COLUMNS_umounts(X, T)                                           \
	X(T, id, num, more, "its number: missing ones have been overwritten") \
	X(T, ended_ns, time, all, "when it returned")                         \
	X(T, took_ns, ns, all, "how long it took")                            \
	X(T, result, text, all, "0, or the error")                            \
	X(T, why, word, all, "what kept it busy")                             \
	X(T, pending_mount, num, more,                                        \
	  "files of that mount on the list when it returned")                 \
	X(T, pending_super, num, more,                                        \
	  "files of that superblock on the list then")                        \
	X(T, held_mount, num, more, "files of that mount held then")          \
	X(T, rings, num, more, "rings that were being taken down then")       \
	X(T, ring_files, num, more,                                           \
	  "files of that mount that these put since")                         \
	X(T, shutdown_took_ns, took, more,                                    \
	  "from its return to the end of the shutdown")                       \
	X(T, flags, words, more, "of umount2(2)")                             \
	X(T, device, text, all, "major:minor of its superblock")              \
	X(T, fstype, name, all, "filesystem type")                            \
	X(T, name, name, all, "the filesystem's own name for it (s_id)")      \
	X(T, super, id, more, "its superblock: an id in superblocks")         \
	X(T, mount, text, more, "its mount: equal for files of one mount")    \
	X(T, pid, num, all, "process that asked for it")                      \
	X(T, comm, name, all, "its name")                                     \
	X(T, attempts, num, all,                                              \
	  "how often it asked, with the same result and reason")              \
	X(T, first_ns, time, more, "when the first of these returned")

/* Values of the hooks file: X(T, name, kind, who, meaning), as columns */
#define DFPUT_HOOKS_VALUES(X, T)                                               \
	X(T, version, text, all, "of the module")                              \
	X(T, method, word, all, "how queueing is seen: exact or reconciled")   \
	X(T, scope, word, all, "what is looked at: deferred or exits")         \
	X(T, selftest, word, all, "passed, failed, waiting or off")            \
	X(T, settled, num, all,                                                \
	  "1: no file is left that was queued before measuring began")         \
	X(T, records, num, all, "files on the list that can be timed at once") \
	X(T, memory_bytes, num, all,                                           \
	  "what the module allocated, its text aside")                         \
	X(T, load_ns, ns, all, "from the start of loading to measuring")

#endif /* DFPUT_TABLES_H */
