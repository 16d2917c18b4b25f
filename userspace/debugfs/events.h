/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's tracepoints: what each is for, and its fields under the names that the
 * tables have for the same. From these lists come the help, the JSON and its schema.
 */
#ifndef DFPUT_EVENTS_H
#define DFPUT_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/view.h"
#include "proc/tracing.h"

#define EVENTS_SYSTEM "dfput"

/* X(C, name, name, meaning), where C is what the caller wants. */
#define DFPUT_EVENTS(X, C) DFPUT_EVENTS_MOST(X, C) DFPUT_EVENTS_ON_REQUEST(X, C)

#define DFPUT_EVENTS_MOST(X, C)                                             \
	X(C, queue, queue, "a file went on the list")                       \
	X(C, release, release, "a drain loop has released a file")          \
	X(C, batch, batch, "a drain of the list is over")                   \
	X(C, exit, exit, "the end of a process became visible")             \
	X(C, leftover, leftover, "a file has outlived its process or ring") \
	X(C, umount, umount, "an umount returned")                          \
	X(C, super_shutdown, super_shutdown, "a superblock is shut down")

/* There are many, and as long as somebody follows them, each __fput() costs more. */
#define DFPUT_EVENTS_ON_REQUEST(X, C) \
	X(C, put, put, "an exiting task released a file by its task work")

/*
 * Fields: X(T, name, kind, who, meaning, as, of): name, kind and meaning are those of a
 * column: see <dfput/tables.h>. as: what the number in the field `of` stands for.
 */
#define DFPUT_EVENT_queue(X, T)                                                \
	X(T, id, id, all, "as in the release; 0: no record was free", num, id) \
	X(T, cause, word, all, "why it could not be task work", cause, cause)  \
	X(T, device, text, all, "major:minor of its superblock", device, dev)  \
	X(T, inode, num, all, "inode number", num, ino)                        \
	X(T, super, id, all, "an id in superblocks", num, super)               \
	X(T, queued_ns, time, all, "when it was put", num, queued_ns)

#define DFPUT_EVENT_release(X, T)                                             \
	X(T, id, id, all, "as in the queue; 0: no record was free", num, id)  \
	X(T, cause, word, all, "why it could not be task work", cause, cause) \
	X(T, device, text, all, "major:minor of its superblock", device, dev) \
	X(T, inode, num, all, "inode number", num, ino)                       \
	X(T, super, id, all, "an id in superblocks", num, super)              \
	X(T, wait_ns, ns, all, "how long it was on the list", num, wait_ns)   \
	X(T, release_ns, ns, all, "how long its release took", num,           \
	  release_ns)                                                         \
	X(T, flush, boolean, all, "by flush_delayed_fput(), not the worker",  \
	  num, flush)

#define DFPUT_EVENT_batch(X, T)                                              \
	X(T, files, num, all, "files that it released", num, files)          \
	X(T, took_ns, ns, all, "how long it took", num, time_ns)             \
	X(T, flush, boolean, all, "by flush_delayed_fput(), not the worker", \
	  num, flush)

#define DFPUT_EVENT_exit(X, T)                       \
	X(T, pid, id, all, "the process", num, tgid) \
	X(T, comm, name, all, "its name", text, comm)

#define DFPUT_EVENT_put(X, T)                                                 \
	X(T, device, text, all, "major:minor of its superblock", device, dev) \
	X(T, inode, num, all, "inode number", num, ino)                       \
	X(T, pid, id, all, "the process", num, tgid)

#define DFPUT_EVENT_leftover(X, T)                                            \
	X(T, id, num, all, "an id in leftovers", num, id)                     \
	X(T, kind, word, all, "closed by an exit, an exec or a ring", kind,   \
	  kind)                                                               \
	X(T, lateness_ns, ns, all, "from exit_ns to its release", num,        \
	  lateness_ns)                                                        \
	X(T, exit_ns, time, all,                                              \
	  "when the exit became visible, or the ring was closed", num,        \
	  exit_ns)                                                            \
	X(T, route, word, all, "released as deferred, task_work or sync",     \
	  route, route)                                                       \
	X(T, cause, word, all, "why it was deferred", cause, cause)           \
	X(T, device, text, all, "major:minor of its superblock", device, dev) \
	X(T, inode, num, all, "inode number", num, ino)                       \
	X(T, pid, id, all, "process that closed it", num, tgid)               \
	X(T, comm, name, all, "its name", text, comm)

#define DFPUT_EVENT_umount(X, T)                                              \
	X(T, id, num, all, "an id in umounts", num, id)                       \
	X(T, took_ns, ns, all, "how long it took", num, took_ns)              \
	X(T, result, text, all, "0, or the error", error, result)             \
	X(T, pending_mount, num, all,                                         \
	  "files of that mount on the list when it returned", num,            \
	  pending_mount)                                                      \
	X(T, pending_super, num, all,                                         \
	  "files of that superblock on the list then", num, pending_super)    \
	X(T, held_mount, num, all, "files of that mount held then", num,      \
	  held_mount)                                                         \
	X(T, rings, num, all, "rings that were being taken down then", num,   \
	  rings)                                                              \
	X(T, flags, words, all, "of umount2(2)", umount_flags, flags)         \
	X(T, device, text, all, "major:minor of its superblock", device, dev) \
	X(T, super, id, all, "an id in superblocks", num, super)              \
	X(T, pid, num, all, "process that asked for it", num, tgid)

#define DFPUT_EVENT_super_shutdown(X, T)                                       \
	X(T, super, id, all, "an id in superblocks", num, id)                  \
	X(T, fstype, name, all, "filesystem type", text, fstype)               \
	X(T, device, text, all, "major:minor", device, dev)                    \
	X(T, name, name, all, "the filesystem's own name for it (s_id)", text, \
	  name)                                                                \
	X(T, shutdown_ns, time, all, "when its shutdown began", num,           \
	  shutdown_ns)                                                         \
	X(T, shutdown_took_ns, took, all, "how long its shutdown took", num,   \
	  took_ns)                                                             \
	X(T, kthread, boolean, all, "a kernel thread shut it down", num,       \
	  kthread)

#define EVENTS_MAX_FIELDS 16
#define EVENTS_TEXT 64

struct events_field;

/**
 * struct events_kind - a tracepoint
 * @name: for users
 * @tracepoint: the module's
 * @on_request: only followed if it is named
 * @columns: its fields as they are shown
 * @fields: where these come from
 * @nr: how many
 */
struct events_kind {
	const char *name;
	const char *tracepoint;
	bool on_request;
	const struct view_column *columns;
	const struct events_field *fields;
	size_t nr;
};

extern const struct events_kind events_kinds[];
extern const size_t events_nr;

/* Return: the one of that tracepoint, or NULL: a newer module has it. */
const struct events_kind *events_kind(const char *tracepoint);

/* Return: the name that the tracepoint has for a field, or NULL: it has none. */
const char *events_source(const struct events_kind *kind, const char *column);

/* Return: a device's number as the tracepoints have it. */
uint32_t events_device(dev_t device);

/* What a record's fields are, in words. */
struct events_cells {
	char text[EVENTS_MAX_FIELDS][EVENTS_TEXT];
	const char *cell[EVENTS_MAX_FIELDS];
};

/* Reads them, as a table of the module would have them; NULL: an older one has none. */
void events_read(const struct events_kind *kind,
		 const struct tracing_event *event, struct events_cells *cells);

#endif /* DFPUT_EVENTS_H */
