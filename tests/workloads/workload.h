/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a workload is: a row of the table in workload.c, its options, and what
 * it counts.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How a step, a round or the whole run ended; also the exit status. */
enum verdict {
	DONE = 0,
	FAILED = 1,
	MISUSED = 2,
	SKIPPED = 77,
};

/* Which requests the O_DIRECT workloads make. */
enum op {
	OP_BOTH,
	OP_READ,
	OP_WRITE,
};

/* 0 is "not given": the workload's own default goes there. */
struct options {
	unsigned int rounds;
	unsigned int files;
	unsigned int depth;
	unsigned int size;
	unsigned int cycles;
	unsigned int extra;
	unsigned int procs;
	unsigned int ops;
	enum op op;
	const char *dir;
	const char *device;
	const char *taskrun;
	const char *backing;
	bool same;
	bool live;
	bool closed;
	bool detach;
	bool aio;
	bool uring;
	bool watched;
	bool umount;
	bool clean;
	bool kept;
};

/* Which options a workload takes; all of them take --rounds. */
enum option_bit {
	USES_FILES = 1 << 0,
	USES_DEPTH = 1 << 1,
	USES_SIZE = 1 << 2,
	USES_OP = 1 << 3,
	USES_CYCLES = 1 << 4,
	USES_EXTRA = 1 << 5,
	USES_PROCS = 1 << 6,
	USES_DIR = 1 << 7,
	USES_SAME = 1 << 8,
	USES_LIVE = 1 << 9,
	USES_CLOSED = 1 << 10,
	USES_CLEAN = 1 << 11,
	USES_DEVICE = 1 << 12,
	USES_DETACH = 1 << 13,
	USES_OPS = 1 << 14,
	USES_AIO = 1 << 15,
	USES_URING = 1 << 16,
	USES_WATCHED = 1 << 17,
	USES_UMOUNT = 1 << 18,
	USES_TASKRUN = 1 << 19,
	USES_BACKING = 1 << 20,
	USES_KEPT = 1 << 21,
};

/*
 * What is counted, over all rounds. X(name, meaning): the names are the keys
 * of the output. Each is exact, or it is not printed.
 */
#define COUNTS(X)                                                              \
	X(kills, "processes killed by SIGKILL and reaped")                     \
	X(exits, "processes forked and reaped, killed or not")                 \
	X(operations, "file operations that were over before the kills")       \
	X(answered, "of these, requests, whose completion was seen")           \
	X(requests, "requests submitted")                                      \
	X(completed, "of these, completions seen once the fds were closed")    \
	X(in_flight, "of these, completions not seen by then")                 \
	X(last_puts, "files whose last put is certainly not the fd table's")   \
	X(last_puts_min, "at least so many of them")                           \
	X(ring_files, "aio rings, each a file that the kernel opens and puts") \
	X(triggers, "AF_UNIX closes made to wake the collector")               \
	X(umounts, "umounts asked for")                                        \
	X(busy, "of these, refused with EBUSY")

#define COUNT_MEMBER(name, meaning) unsigned long long name;
struct counts {
	COUNTS(COUNT_MEMBER)
};
#undef COUNT_MEMBER

#define COUNT_INDEX(name, meaning) COUNT_INDEX_##name,
enum count_index { COUNTS(COUNT_INDEX) NR_COUNTS };
#undef COUNT_INDEX

#define COUNT_BIT(name, meaning) SHOWS_##name = 1 << COUNT_INDEX_##name,
enum count_bit { COUNTS(COUNT_BIT) };
#undef COUNT_BIT

/*
 * Of single processes, one line each: X(name, meaning). Two stamps, ns of
 * CLOCK_MONOTONIC, follow the pid where there is a moment to tell: it came
 * between the two.
 */
#define SPANS(X)                                                               \
	X(victim, "pid; its end became visible between two stamps")            \
	X(exec, "pid of a victim; close-on-exec came between two stamps")      \
	X(locked, "pid of who waited for a victim's flock, and got it")        \
	X(tracer, "pid of a victim's tracer")                                  \
	X(reaper, "pid of a child subreaper above the victims, nearest first") \
	X(heir, "pid of a victim's child, which lives on with its files")      \
	X(closer, "pid of who closes a ring at SIGUSR1, and lives on")         \
	X(umount, "pid of who asked for an umount; it was between two stamps") \
	X(unmounted, "pid of who watched: IN_UNMOUNT came between two stamps") \
	X(detached, "the same of FAN_MNT_DETACH, where the kernel has it")     \
	X(free, "the same: the device could be opened exclusively")

struct span {
	const char *name;
	pid_t pid;
	unsigned long long from_ns;
	unsigned long long to_ns;
};

struct result {
	/* Struct files that one round is about. */
	unsigned long long files;
	struct counts sum;
	struct span *spans;
	size_t nr_spans;
};

struct report;

/**
 * struct workload - one row of the table
 * @name: what it is called on the command line
 * @summary: one line for --help
 * @defaults: values of the options that are not given
 * @uses: option_bit of each option that it takes, --rounds excepted
 * @shows: count_bit of each count that it knows, kills and exits excepted
 * @prepare: makes the files, once, in the parent; optional
 * @setup: runs in each victim, up to the moment when it may be killed;
 *	see victim_setup
 * @run: does all rounds by itself, in place of @setup
 * @clean: removes what @prepare and @setup left in --dir; optional
 */
struct workload {
	const char *name;
	const char *summary;
	struct options defaults;
	unsigned int uses;
	unsigned int shows;
	enum verdict (*prepare)(const struct options *opt);
	enum verdict (*setup)(const struct options *opt, struct report *report);
	enum verdict (*run)(const struct options *opt, struct result *result);
	void (*clean)(const struct options *opt);
};

extern const struct workload workload_plain;
extern const struct workload workload_aio_rw;
extern const struct workload workload_aio_poll;
extern const struct workload workload_uring_files;
extern const struct workload workload_uring_closed;
extern const struct workload workload_uring_direct;
extern const struct workload workload_uring_sqpoll;
extern const struct workload workload_uring_inherited;
extern const struct workload workload_uring_opened;
extern const struct workload workload_uring_poll;
extern const struct workload workload_uring_listen;
extern const struct workload workload_uring_read;
extern const struct workload workload_uring_sent;
extern const struct workload workload_uring_unpolled;
extern const struct workload workload_uring_wait;
extern const struct workload workload_uring_zombie;
extern const struct workload workload_unix_gc;
extern const struct workload workload_shared;
extern const struct workload workload_forks;
extern const struct workload workload_vforks;
extern const struct workload workload_flock;
extern const struct workload workload_leader_first;
extern const struct workload workload_last_thread;
extern const struct workload workload_exec_ring;
extern const struct workload workload_exec_kept;
extern const struct workload workload_exec_parent;
extern const struct workload workload_exec_registered;
extern const struct workload workload_traced;
extern const struct workload workload_orphan;
extern const struct workload workload_umount;
extern const struct workload workload_watch;
extern const struct workload workload_frozen;
extern const struct workload workload_crowd;
extern const struct workload workload_fsload;
extern const struct workload workload_fuse;

#endif /* WORKLOAD_H */
