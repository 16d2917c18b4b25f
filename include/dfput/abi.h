/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module promises to readers of its debugfs directory.
 *
 * Grammar of a statistics file, line by line:
 *
 *   # dfput <abi>                     always first
 *   <name> <value>                    none or more; <value> runs to the line's
 *                                     end and holds no tab
 *   <column>\t<column>...             at most one header line ...
 *   <field>\t<field>...               ... and its rows, as many fields each
 *
 * A line with a tab in it belongs to the table, one without is a value. Every
 * table has two columns or more. Text that users can choose (comm, names of
 * superblocks) is escaped as the kernel's seq_escape does: blank, backslash and
 * ASCII's control characters as backslash and three octal digits. An empty field
 * is "-".
 *
 * poll(2): every table but pending says POLLPRI when a file was released, a ring
 * was gone, an umount was over or a superblock was gone since that open file was
 * last polled; so poll, look, and poll again. pending says it while it is empty.
 *
 * Rules: lines and columns are only ever appended; a reader goes by name, and
 * ignores names it does not know. DFPUT_ABI grows when that promise is broken,
 * and a reader refuses a number it does not know.
 */
#ifndef DFPUT_ABI_H
#define DFPUT_ABI_H

#define DFPUT_ABI 2
#define DFPUT_ABI_PREFIX "# dfput "

/* The directory, under debugfs (mode 0700), and where that is mostly mounted. */
#define DFPUT_DIRECTORY "dfput"
#define DFPUT_DEBUGFS "/sys/kernel/debug"

/* Statistics, mode 0400: X(file, meaning) */
#define DFPUT_FILES(X)                                                         \
	X(stats, "counters and gauges, as values")                             \
	X(histograms, "log2 buckets that are not empty")                       \
	X(pending, "files on the list now; poll(2) says POLLPRI when none is") \
	X(superblocks, "generations of mounted filesystems, and their files")  \
	X(hooks, "what is hooked, how exactly, and what it costs in memory")   \
	X(leftovers, "the last files that outlived the exit of their process") \
	X(origins, "the call paths that queued files")                         \
	X(umounts, "the last umounts, and what was in their way")              \
	X(held, "files closed by a process as it ended, and still held")       \
	X(rings, "io_uring rings that are being torn down")

/* Controls, mode 0200: X(file, meaning) */
#define DFPUT_CONTROLS(X)                                     \
	X(enable, "0 stops measuring, 1 starts it")           \
	X(reset, "1 begins the counters and histograms anew") \
	X(flush, "1 drains the list now: a debugging aid")

/*
 * Columns: X(name, kind, meaning). Kinds: num, ns, text.
 */
#define DFPUT_HISTOGRAMS_COLUMNS(X)                              \
	X(histogram, text, "which")                              \
	X(unit, text, "unit of the bucket's bound: ns or files") \
	X(from, num, "the bucket's inclusive lower bound")       \
	X(count, num, "values in the bucket")

#define DFPUT_PENDING_COLUMNS(X)                                             \
	X(age_ns, ns, "time since it was queued")                            \
	X(state, text, "queued, or started: its release is running")         \
	X(cause, text, "why it could not be task work")                      \
	X(device, text, "major:minor of its superblock")                     \
	X(inode, num, "inode number")                                        \
	X(fstype, text, "filesystem type")                                   \
	X(super, num, "id of its superblock's generation, 0 if unknown")     \
	X(cpu, num, "CPU that queued it")                                    \
	X(pid, num, "thread that queued it, or that the interrupt stopped")  \
	X(comm, text, "that thread's name")                                  \
	X(origin, num, "its call path: an id in origins, 0 if unknown")      \
	X(owner, num, "process that closed it as it ended, 0 if unknown")    \
	X(owner_comm, text, "that process's name, or -")                     \
	X(owner_start_ns, num, "when it was started, ns of CLOCK_MONOTONIC") \
	X(mount, text, "tells mounts apart that live at the same time")

/* Routes of a leftover: deferred, task_work, sync. */
#define DFPUT_LEFTOVERS_COLUMNS(X)                                             \
	X(id, num, "counts them; what is missing has been overwritten")        \
	X(kind, text, "closed by an exit, or by an exec (close-on-exec)")      \
	X(lateness_ns, ns, "from when the exit was visible to its release")    \
	X(exit_ns, num, "when the exit was visible, ns of CLOCK_MONOTONIC")    \
	X(route, text, "deferred, task_work (of a worker thread), or sync")    \
	X(cause, text, "why it was deferred, or -")                            \
	X(origin, num, "its call path: an id in origins, 0 if unknown")        \
	X(device, text, "major:minor of its superblock")                       \
	X(inode, num, "inode number")                                          \
	X(fstype, text, "filesystem type")                                     \
	X(super, num, "id of its superblock's generation, 0 if unknown")       \
	X(blocks, text, "flock, ofd, lease, write, listen; ? not known; or -") \
	X(pid, num, "process that closed it")                                  \
	X(start_ns, num, "when that was started, ns of CLOCK_MONOTONIC")       \
	X(uid, num, "its user")                                                \
	X(cgroup, num, "id of its cgroup")                                     \
	X(reapers, text,                                                       \
	  "pids of the child subreapers above it, nearest first")              \
	X(comm, text, "its name")

/* A stack has its functions from the innermost on, with ; between them. */
#define DFPUT_ORIGINS_COLUMNS(X)                                         \
	X(id, num, "as leftovers and pending have it")                   \
	X(cause, text, "why the files could not be task work")           \
	X(count, num, "files that were queued from this call site")      \
	X(unwound, num, "of these, whose whole call path was looked at") \
	X(wait_ns, num, "their time on the list, added up")              \
	X(wait_max_ns, num, "the longest of these")                      \
	X(stack, text, "functions, innermost first")

#define DFPUT_SUPERBLOCKS_COLUMNS(X)                                                \
	X(id, num, "the generation's own number")                                   \
	X(fstype, text, "filesystem type")                                          \
	X(device, text, "major:minor")                                              \
	X(name, text, "the filesystem's own name for it (s_id)")                    \
	X(state, text,                                                              \
	  "alive, shutdown (it is being shut down), gone, or unknown: not watched") \
	X(queued, num, "files queued, also those only seen when released")          \
	X(released, num, "files released, all that passed a drain loop")            \
	X(pending, num, "files on the list now")                                    \
	X(held, num,                                                                \
	  "files still held, of those that a process closed as it ended")           \
	X(leftovers, num, "files that outlived their process")                      \
	X(shutdown_ns, num,                                                         \
	  "when its shutdown began, ns of CLOCK_MONOTONIC, or 0")                   \
	X(shutdown_took_ns, ns,                                                     \
	  "from then until its device was free, 0: not yet")                        \
	X(shutdown_pid, num, "thread that shut it down")                            \
	X(shutdown_comm, text, "that thread's name, or -")                          \
	X(chain, text, "what was deferred on its way to death: see below, or -")

/*
 * A chain is hops with ; between them, each KIND@NS: nanoseconds since the first
 * of them began. Kinds, in the order in which they may come:
 *
 *   file:MAJOR:MINOR/INODE  the last of its files that went through the list was
 *                           released
 *   mount                   its last mount was cleaned up by delayed_mntput
 *   super                   its shutdown began
 */

/*
 * Why an umount was busy, as far as this can be told: deferral (files of that
 * mount were on the list), deferral? (they were when it began), ring (a ring of
 * io_uring that was being torn down then has put files of that mount since),
 * ring? (it still may), held (files of that mount, closed by a process that
 * has ended, are held by something; a living process perhaps), other (nothing
 * that dfput sees: not a deferral), unknown (something was lost), - (not busy).
 */
#define DFPUT_UMOUNTS_COLUMNS(X)                                            \
	X(id, num, "counts them; what is missing has been overwritten")     \
	X(ended_ns, num, "when it returned, ns of CLOCK_MONOTONIC")         \
	X(took_ns, ns, "how long it took")                                  \
	X(result, text, "0, or the error: -EBUSY")                          \
	X(why, text, "what kept it busy: see above")                        \
	X(pending_mount, num,                                               \
	  "files of that mount on the list when it returned")               \
	X(pending_super, num, "files of that superblock on the list then")  \
	X(held_mount, num, "files of that mount held then, as in held")     \
	X(rings, num, "rings that were being torn down then")               \
	X(ring_files, num, "files of that mount that these have put since") \
	X(shutdown_took_ns, ns,                                             \
	  "until its superblock's device was free, 0: not yet")             \
	X(flags, text, "force, detach, expire, nofollow, or -")             \
	X(device, text, "major:minor of its superblock")                    \
	X(fstype, text, "filesystem type")                                  \
	X(name, text, "the filesystem's own name for it (s_id)")            \
	X(super, num, "id of its superblock's generation, 0 if unknown")    \
	X(mount, text, "as in pending and held")                            \
	X(pid, num, "process that asked for it")                            \
	X(comm, text, "its name")

#define DFPUT_HELD_COLUMNS(X)                                                  \
	X(age_ns, ns, "since it was closed")                                   \
	X(kind, text, "closed by an exit, or by an exec (close-on-exec)")      \
	X(exit_ns, num,                                                        \
	  "when the exit was visible, ns of CLOCK_MONOTONIC, or 0")            \
	X(device, text, "major:minor of its superblock")                       \
	X(inode, num, "inode number")                                          \
	X(fstype, text, "filesystem type")                                     \
	X(super, num, "id of its superblock's generation, 0 if unknown")       \
	X(mount, text, "tells mounts apart that live at the same time")        \
	X(blocks, text, "flock, ofd, lease, write, listen; ? not known; or -") \
	X(pid, num, "process that closed it")                                  \
	X(start_ns, num, "when that was started, ns of CLOCK_MONOTONIC")       \
	X(uid, num, "its user")                                                \
	X(cgroup, num, "id of its cgroup")                                     \
	X(reapers, text,                                                       \
	  "pids of the child subreapers above it, nearest first")              \
	X(comm, text, "its name")

#define DFPUT_RINGS_COLUMNS(X)                                            \
	X(id, num, "counts them")                                         \
	X(age_ns, ns, "since its last descriptor was released")           \
	X(state, text, "working: a kworker is at it; or waiting")         \
	X(kind, text, "closed by an exit, or by an exec (close-on-exec)") \
	X(pid, num, "process that closed it")                             \
	X(start_ns, num, "when that was started, ns of CLOCK_MONOTONIC")  \
	X(uid, num, "its user")                                           \
	X(cgroup, num, "id of its cgroup")                                \
	X(reapers, text,                                                  \
	  "pids of the child subreapers above it, nearest first")         \
	X(comm, text, "its name")

#define DFPUT_HOOKS_COLUMNS(X)                                                 \
	X(hook, text, "what it is for")                                        \
	X(symbol, text, "kernel function")                                     \
	X(backend, text, "ftrace or kretprobe")                                \
	X(state, text,                                                         \
	  "armed, idle (not needed), absent (as is its subject), off, failed") \
	X(hits, num, "calls that had something to do")                         \
	X(misses, num, "calls that the kernel skipped")                        \
	X(error, text, "why it failed, or -")

/* Values of the hooks file: X(name, meaning) */
#define DFPUT_HOOKS_VALUES(X)                                                \
	X(version, "of the module")                                          \
	X(method, "how queueing is seen: exact or reconciled")               \
	X(scope, "deferred, or exits")                                       \
	X(selftest, "passed, failed, or waiting for the list's drain")       \
	X(settled, "no file queued before measuring began is left: 1")       \
	X(records, "size of the table of deferrals")                         \
	X(memory_bytes, "all that the module allocated, its own text aside") \
	X(load_ns, "from the start of loading to measuring")

#endif /* DFPUT_ABI_H */
