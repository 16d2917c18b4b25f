/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks, one row each: everything else about them is an expansion of this list.
 *
 * X(id, symbol, backend, role, methods, scope, need, handler, loss)
 *
 * id       name in the hooks file
 * symbol   kernel function
 * backend  ftrace: an ftrace_ops of its own, for functions that are called often;
 *          ftrace_rare: one ftrace_ops for all such rows, quick to arm;
 *          kretprobe: entry and return
 * role     the row's own id; or that of an earlier row that it stands in for: the
 *          first row of a role that can be armed is, and the others are idle
 * methods  ALL, or the only method that needs it
 * scope    ALWAYS, or EXITS: not armed with scope=deferred
 * need     REQUIRED: loading fails without it; USEFUL: a message says what is lost;
 *          IO_URING and others: USEFUL in a kernel that is built with that, else
 *          there is nothing to see, and no function of that name is hooked
 * handler  in the backend's file
 * loss     what is not seen without it
 *
 * Rows are armed from first to last, and disarmed from last to first. That
 * order matters twice:
 *
 * - Drains are hooked before queueings: a file that was recorded can then not
 *   leave unseen.
 * - ftrace's rows come before kretprobe's. A kretprobe rides on ftrace as well,
 *   but does not notice when kernel.ftrace_enabled is 0, and taking it away
 *   again in that state leaves the kernel's ftrace records in disorder (it warns
 *   later). Our own ftrace_ops do notice, and keep the switch from being turned
 *   while they are there; so they go first, and leave last.
 */
#ifndef DFPUT_HOOK_LIST_H
#define DFPUT_HOOK_LIST_H

#include <dfput/words.h>

#define DFPUT_LOSS_RING "the owners of an io_uring ring's files"
#define DFPUT_LOSS_OLD_RING \
	"io_uring rings that were released before measuring began"
#define DFPUT_LOSS_AIO "the owners of aio's rings"

/* clang-format off */
#define DFPUT_HOOKS(X)                                                         \
	X(release, "__fput", ftrace, release, ALL, ALWAYS, REQUIRED, __fput,   \
	  "releases")                                                          \
	X(close, "filp_close", ftrace, close, ALL, EXITS, USEFUL, filp_close,  \
	  "what outlives its process")                                         \
	X(close_sync, "fput_close_sync", ftrace, close_sync, ALL, EXITS,       \
	  USEFUL, __fput_sync, "what other processes close")                   \
	X(close_sync_old, "__fput_sync", ftrace, close_sync, ALL, EXITS,       \
	  USEFUL, __fput_sync, "what other processes close")                   \
	X(exit, "do_notify_parent", ftrace_rare, exit, ALL, EXITS, USEFUL,     \
	  do_notify_parent, "process exits")                                   \
	X(mounts_queue, "queue_delayed_work_on", ftrace_rare, mounts_queue,    \
	  ALL, EXITS, USEFUL, queue_delayed_work_on,                           \
	  "how long mounts wait for their cleanup")                            \
	X(mount, "cleanup_mnt", ftrace_rare, mount, ALL, EXITS, USEFUL,        \
	  cleanup_mnt, "mounts whose cleanup was deferred")                    \
	X(super_shutdown, "generic_shutdown_super", ftrace_rare,               \
	  super_shutdown, ALL, ALWAYS, USEFUL, generic_shutdown_super,         \
	  "superblocks")                                                       \
	X(flush_wait, "flush_delayed_work", ftrace_rare, flush_wait, ALL,      \
	  ALWAYS, USEFUL, flush_delayed_work,                                  \
	  "when a flush begins to wait for the worker")                        \
	X(ring, "io_uring_release", ftrace_rare, ring, ALL, EXITS, IO_URING,   \
	  io_uring_release, DFPUT_LOSS_RING)                                   \
	X(ring_wait, "wait_for_completion_interruptible_timeout", ftrace_rare, \
	  ring_wait, ALL, EXITS, IO_URING, ring_wait, DFPUT_LOSS_OLD_RING)     \
	X(ring_wait_old, "wait_for_completion_timeout", ftrace_rare,           \
	  ring_wait_old, ALL, EXITS, IO_URING, ring_wait, DFPUT_LOSS_OLD_RING) \
	X(aio_map, "aio_ring_mmap", ftrace_rare, aio_map, ALL, EXITS,          \
	  AIO, aio_ring_mmap, DFPUT_LOSS_AIO)                                  \
	X(aio_map_prepare, "aio_ring_mmap_prepare", ftrace_rare, aio_map, ALL, \
	  EXITS, AIO, aio_ring_mmap_prepare, DFPUT_LOSS_AIO)                   \
	X(aio_exit, "exit_aio", ftrace_rare, aio_exit, ALL, EXITS, AIO,        \
	  exit_aio, DFPUT_LOSS_AIO)                                            \
	X(batch_worker, "delayed_fput", kretprobe, batch_worker, ALL, ALWAYS,  \
	  REQUIRED, worker, "drains by the worker")                            \
	X(batch_flush, "flush_delayed_fput", kretprobe, batch_flush, ALL,      \
	  ALWAYS, REQUIRED, flush, "drains by a flush")                        \
	X(umount, "path_umount", kretprobe, umount, ALL, EXITS, USEFUL,        \
	  umount, "umounts")                                                   \
	X(super_deactivate, "deactivate_locked_super", kretprobe,              \
	  super_deactivate, ALL, EXITS, USEFUL, super_deactivate,              \
	  "when a superblock's shutdown is over")                              \
	X(freeze, "freeze_super.part.0", kretprobe, freeze, ALL, EXITS,        \
	  USEFUL, freeze, "which superblocks are frozen")                      \
	X(freeze_whole, "freeze_super", kretprobe, freeze, ALL, EXITS,         \
	  USEFUL, freeze, "which superblocks are frozen")                      \
	X(mounts, "delayed_mntput", kretprobe, mounts, ALL, EXITS, USEFUL,     \
	  mounts, "shutdowns by a deferred mount")                             \
	X(ring_exit, "io_ring_exit_work", kretprobe, ring_exit, ALL, EXITS,    \
	  IO_URING, ring_exit, DFPUT_LOSS_RING)                                \
	X(ring_files, "io_rsrc_put_work", kretprobe, ring_files, ALL, EXITS,   \
	  RING_FILES, ring_files, DFPUT_LOSS_RING)                             \
	X(ring_fallback, "io_fallback_req_func", kretprobe, ring_fallback,     \
	  ALL, EXITS, IO_URING, ring_fallback, DFPUT_LOSS_RING)                \
	X(task_fallback, "io_tctx_fallback_work", kretprobe, ring_fallback,    \
	  ALL, EXITS, IO_URING, task_fallback, DFPUT_LOSS_RING)                \
	X(queue_exact, "__fput_deferred", ftrace, queue_exact, EXACT, ALWAYS,  \
	  REQUIRED, __fput_deferred, "queueing")                               \
	X(queue_many, "fput_many", ftrace, queue_many, RECONCILED, ALWAYS,     \
	  REQUIRED, fput_many, "queueing")                                     \
	X(queue_fput, "fput", ftrace, queue_many, RECONCILED, ALWAYS,          \
	  REQUIRED, fput, "queueing")
/* clang-format on */

#define DFPUT_HOOK_ENUM(id, ...) DFPUT_HOOK_##id,
enum dfput_hook_id {
	DFPUT_HOOKS(DFPUT_HOOK_ENUM) DFPUT_NR_HOOKS,
};
#undef DFPUT_HOOK_ENUM

#endif /* DFPUT_HOOK_LIST_H */
