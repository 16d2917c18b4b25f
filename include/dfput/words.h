/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words that the module and the reader share: causes, routes, states ...
 *
 * Each vocabulary is one list of X(id, word, meaning), from which both sides make
 * their enum, their text and their help. No such word is spelled out elsewhere.
 *
 * The tracepoints carry the numbers of causes and routes: append new ones.
 */
#ifndef DFPUT_WORDS_H
#define DFPUT_WORDS_H

/* The words of a list, in the order of its enum. */
#define DFPUT_WORD(id, word, meaning) word,

/* Why a last put could not become task work. */
#define DFPUT_CAUSES(X)                                                    \
	X(hardirq, "hardirq", "put in a hard interrupt")                   \
	X(softirq, "softirq", "put in a soft interrupt")                   \
	X(bh, "bh", "put by a task with bottom halves off")                \
	X(kthread, "kthread", "put by a kernel thread, kworkers included") \
	X(exited, "exited", "put by a task that had run its exit task work")

#define DFPUT_CAUSE_ENUM(id, word, meaning) DFPUT_CAUSE_##id,
enum dfput_cause {
	DFPUT_CAUSES(DFPUT_CAUSE_ENUM) DFPUT_NR_CAUSES,
	/* This context would use task work: no deferral. */
	DFPUT_CAUSE_NONE = DFPUT_NR_CAUSES,
};
#undef DFPUT_CAUSE_ENUM

/* How a last put was carried out. */
#define DFPUT_ROUTES(X)                                                   \
	X(DEFERRED, "deferred", "through the kernel's delayed_fput list") \
	X(TASK_WORK, "task_work", "as task work of a worker thread")      \
	X(SYNC, "sync", "at once, by the kernel thread that put it")

#define DFPUT_ROUTE_ENUM(id, word, meaning) DFPUT_ROUTE_##id,
enum dfput_route { DFPUT_ROUTES(DFPUT_ROUTE_ENUM) DFPUT_NR_ROUTES };
#undef DFPUT_ROUTE_ENUM

/* What the owner was doing when it closed the file, or the ring that had it. */
#define DFPUT_KINDS(X)                                       \
	X(EXIT, "exit", "the process closed it as it ended") \
	X(EXEC, "exec", "an exec closed it (close-on-exec)") \
	X(RING, "ring", "the process closed the ring, and lives on")

#define DFPUT_KIND_ENUM(id, word, meaning) DFPUT_KIND_##id,
enum dfput_kind { DFPUT_KINDS(DFPUT_KIND_ENUM) DFPUT_NR_KINDS };
#undef DFPUT_KIND_ENUM

/* What an open file is in the way of: bits, in this order. */
#define DFPUT_BLOCKS(X)                                                      \
	X(flock, "flock", "others' flock(2)")                                \
	X(ofd, "ofd", "others' fcntl(2) locks")                              \
	X(lease, "lease", "others' leases")                                  \
	X(write, "write", "execution of the file, and remounting read-only") \
	X(listen, "listen", "others' bind(2) to the address it listens on")  \
	X(UNKNOWN, "?", "its locks could not be read")

#define DFPUT_BLOCK_ENUM(id, word, meaning) DFPUT_BLOCK_##id,
enum dfput_block { DFPUT_BLOCKS(DFPUT_BLOCK_ENUM) DFPUT_NR_BLOCKS };
#undef DFPUT_BLOCK_ENUM

/* A file on the list. */
#define DFPUT_PENDING_STATES(X)                       \
	X(QUEUED, "queued", "it waits for the drain") \
	X(STARTED, "started", "its release is running")

#define DFPUT_PENDING_ENUM(id, word, meaning) DFPUT_PENDING_##id,
enum dfput_pending_state { DFPUT_PENDING_STATES(DFPUT_PENDING_ENUM) };
#undef DFPUT_PENDING_ENUM

/* An io_uring ring whose last descriptor is released. */
#define DFPUT_RING_STATES(X)                                                 \
	X(WAITING, "waiting", "it waits for its requests, or for a kworker") \
	X(WORKING, "working", "a kworker is taking it down")

#define DFPUT_RING_ENUM(id, word, meaning) DFPUT_RING_##id,
enum dfput_ring_state { DFPUT_RING_STATES(DFPUT_RING_ENUM) };
#undef DFPUT_RING_ENUM

#define DFPUT_SUPER_STATES(X)                                     \
	X(ALIVE, "alive", "it is mounted, or something holds it") \
	X(SHUTDOWN, "shutdown", "the kernel is shutting it down") \
	X(GONE, "gone", "its shutdown is over")                   \
	X(UNKNOWN, "unknown", "the module does not see when it is shut down")

#define DFPUT_SUPER_ENUM(id, word, meaning) DFPUT_SUPER_##id,
enum dfput_super_state { DFPUT_SUPER_STATES(DFPUT_SUPER_ENUM) };
#undef DFPUT_SUPER_ENUM

/* Of a superblock: by freeze_super(), as fsfreeze(8) and others call it. */
#define DFPUT_FREEZES(X)                                                     \
	X(NO, "no", "it is not frozen")                                      \
	X(FROZEN, "frozen", "writers wait, and it lives until it is thawed") \
	X(UNKNOWN, "unknown", "the module does not see whether it is frozen")

#define DFPUT_FREEZE_ENUM(id, word, meaning) DFPUT_FREEZE_##id,
enum dfput_freeze_state { DFPUT_FREEZES(DFPUT_FREEZE_ENUM) };
#undef DFPUT_FREEZE_ENUM

/* What was deferred on the way to a shutdown, in the order in which it comes. */
#define DFPUT_HOPS(X)                                                   \
	X(FILE, "file", "its last file on the list was released")       \
	X(MOUNT, "mount", "delayed_mntput() cleaned up its last mount") \
	X(SUPER, "super", "its shutdown began")

#define DFPUT_HOP_ENUM(id, word, meaning) DFPUT_HOP_##id,
enum dfput_hop_kind { DFPUT_HOPS(DFPUT_HOP_ENUM) DFPUT_NR_HOPS };
#undef DFPUT_HOP_ENUM

/* What kept an umount busy, as far as the module can tell: see evidence.h. */
#define DFPUT_WHYS(X)                                                                \
	X(NOT_BUSY, "-", "it was not busy")                                          \
	X(DEFERRAL, "deferral", "files of that mount were on the list")              \
	X(DEFERRAL_PERHAPS, "deferral?",                                             \
	  "such files were, for part of the time, or others that may be in the way") \
	X(RING, "ring",                                                              \
	  "io_uring rings being taken down held files of that mount")                \
	X(RING_PERHAPS, "ring?",                                                     \
	  "io_uring rings being taken down may have held files of that mount")       \
	X(HELD, "held",                                                              \
	  "no deferral: something holds files that an ended process closed")         \
	X(OTHER, "other", "no deferral: nothing that the module sees")               \
	X(UNKNOWN, "unknown",                                                        \
	  "the module missed something, or has just begun to measure")

#define DFPUT_WHY_ENUM(id, word, meaning) DFPUT_WHY_##id,
enum dfput_why { DFPUT_WHYS(DFPUT_WHY_ENUM) DFPUT_NR_WHYS };
#undef DFPUT_WHY_ENUM

/* Flags of umount2(2): bits, in this order. */
#define DFPUT_UMOUNT_FLAGS(X)                                  \
	X(FORCE, "force", "abort requests that are under way") \
	X(DETACH, "detach", "take it out of the tree at once") \
	X(EXPIRE, "expire", "only if it was not used since")   \
	X(NOFOLLOW, "nofollow", "do not follow a symbolic link")

#define DFPUT_HOOK_STATES(X)                                  \
	X(OFF, "off", "measuring is switched off")            \
	X(ARMED, "armed", "it sees each call")                \
	X(IDLE, "idle", "not needed")                         \
	X(FAILED, "failed", "needed, and could not be armed") \
	X(ABSENT, "absent", "this kernel is built without what it looks at")

#define DFPUT_HOOK_STATE_ENUM(id, word, meaning) DFPUT_HOOK_##id,
enum dfput_hook_state { DFPUT_HOOK_STATES(DFPUT_HOOK_STATE_ENUM) };
#undef DFPUT_HOOK_STATE_ENUM

/* How queueing is seen. */
#define DFPUT_METHODS(X)                           \
	X(EXACT, "exact", "each queueing is seen") \
	X(RECONCILED, "reconciled",                \
	  "each put that may queue is seen, and checked at its release")

#define DFPUT_METHOD_ENUM(id, word, meaning) DFPUT_METHOD_##id,
enum dfput_method { DFPUT_METHODS(DFPUT_METHOD_ENUM) DFPUT_NR_METHODS };
#undef DFPUT_METHOD_ENUM

/* What the module looks at, and does unless told otherwise. */
#define DFPUT_SCOPE_DEFAULT "exits"
#define DFPUT_SCOPES(X)                              \
	X(DEFERRED, "deferred", "files on the list") \
	X(EXITS, DFPUT_SCOPE_DEFAULT,                \
	  "files on the list, and files that exits leave behind")

#define DFPUT_SCOPE_ENUM(id, word, meaning) DFPUT_SCOPE_##id,
enum dfput_scope { DFPUT_SCOPES(DFPUT_SCOPE_ENUM) };
#undef DFPUT_SCOPE_ENUM

/* Files deferred on purpose when measuring begins. */
#define DFPUT_SELFTESTS(X)                                     \
	X(OFF, "off", "it has not run")                        \
	X(WAITING, "waiting", "it waits for the list's drain") \
	X(PASSED, "passed", "the module saw its files")        \
	X(FAILED, "failed", "the module missed some of its files")

#define DFPUT_SELFTEST_ENUM(id, word, meaning) DFPUT_SELFTEST_##id,
enum dfput_selftest { DFPUT_SELFTESTS(DFPUT_SELFTEST_ENUM) };
#undef DFPUT_SELFTEST_ENUM

#endif /* DFPUT_WORDS_H */
