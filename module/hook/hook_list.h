/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks: one row each. The enum, the table in hook.c and what the hooks
 * file shows are expansions of this list.
 *
 * X(id, symbol, backend, role, rungs, need, handler)
 *
 * id       name in the hooks file
 * symbol   kernel function
 * backend  ftrace, ftrace_rare (all such rows share one ftrace_ops, which takes
 *          longer to call, but not to arm), kretprobe, or site: an
 *          instruction in the function
 * role     what it sees. A role with several rows is filled by the first that
 *          can be armed
 * rungs    under which ways of seeing a queueing it is needed
 * need     ALWAYS: load fails without the role; USEFUL: it is said what is
 *          lost; IF_THERE: a kernel without the function has nothing to see
 * handler  in the backend's file
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

/* clang-format off */
#define DFPUT_HOOKS(X)                                                        \
	X(release, "__fput", ftrace, RELEASE, ALL, ALWAYS, __fput)            \
	X(close, "filp_close", ftrace, CLOSE, ALL, USEFUL, filp_close)        \
	X(close_sync, "fput_close_sync", ftrace, CLOSE_SYNC, ALL, IF_THERE,   \
	  __fput_sync)                                                        \
	X(close_sync_old, "__fput_sync", ftrace, CLOSE_SYNC, ALL, IF_THERE,   \
	  __fput_sync)                                                        \
	X(exit, "do_notify_parent", ftrace_rare, EXIT, ALL, USEFUL,           \
	  do_notify_parent)                                                   \
	X(mounts_queue, "queue_delayed_work_on", ftrace_rare, MOUNTS_QUEUE,   \
	  ALL, USEFUL, queue_delayed_work_on)                                 \
	X(mount, "cleanup_mnt", ftrace_rare, MOUNT, ALL, USEFUL, cleanup_mnt) \
	X(super_shutdown, "generic_shutdown_super", ftrace_rare, SUPER, ALL,     \
	  USEFUL, generic_shutdown_super)                                     \
	X(flush_wait, "flush_delayed_work", ftrace_rare, FLUSH_WAIT, ALL,     \
	  USEFUL, flush_delayed_work)                                         \
	X(ring, "io_uring_release", ftrace_rare, RING, ALL, IF_THERE,         \
	  io_uring_release)                                                   \
	X(aio_map, "aio_ring_mmap", ftrace_rare, AIO_MAP, ALL, IF_THERE,      \
	  aio_ring_mmap)                                                      \
	X(aio_map_prepare, "aio_ring_mmap_prepare", ftrace_rare, AIO_MAP,     \
	  ALL, IF_THERE, aio_ring_mmap_prepare)                               \
	X(aio_exit, "exit_aio", ftrace_rare, AIO_EXIT, ALL, IF_THERE,         \
	  exit_aio)                                                           \
	X(batch_worker, "delayed_fput", kretprobe, BATCH_WORKER, ALL, ALWAYS, \
	  worker)                                                             \
	X(batch_flush, "flush_delayed_fput", kretprobe, BATCH_FLUSH, ALL,     \
	  ALWAYS, flush)                                                      \
	X(umount, "path_umount", kretprobe, UMOUNT, ALL, USEFUL, umount)      \
	X(super_free, "deactivate_locked_super", kretprobe, SUPER_FREE, ALL,  \
	  USEFUL, super_free)                                                 \
	X(mounts, "delayed_mntput", kretprobe, MOUNTS, ALL, USEFUL, mounts)   \
	X(ring_exit, "io_ring_exit_work", kretprobe, RING_EXIT, ALL,          \
	  IF_THERE, ring_exit)                                                \
	X(ring_files, "io_rsrc_put_work", kretprobe, RING_FILES, ALL,         \
	  IF_THERE, ring_work)                                                \
	X(ring_fallback, "io_fallback_req_func", kretprobe, RING_FALLBACK,    \
	  ALL, IF_THERE, ring_work)                                           \
	X(task_fallback, "io_tctx_fallback_work", kretprobe, RING_FALLBACK,   \
	  ALL, IF_THERE, task_fallback)                                       \
	X(drain_worker, "delayed_fput", site, DRAIN_WORKER, SITE, ALWAYS,     \
	  drain_worker)                                                       \
	X(drain_flush, "flush_delayed_fput", site, DRAIN_FLUSH, SITE, ALWAYS, \
	  drain_flush)                                                        \
	X(site_deferred, "__fput_deferred", site, QUEUE, SITE, ALWAYS, queue) \
	X(site_many, "fput_many", site, QUEUE, SITE, ALWAYS, queue)           \
	X(site_fput, "fput", site, QUEUE, SITE, ALWAYS, queue)                \
	X(queue_entry, "__fput_deferred", ftrace, QUEUE, ENTRY, ALWAYS,       \
	  __fput_deferred)                                                    \
	X(queue_many, "fput_many", ftrace, QUEUE, CANDIDATE, ALWAYS,          \
	  fput_many)                                                          \
	X(queue_candidate, "fput", ftrace, QUEUE, CANDIDATE, ALWAYS, fput)
/* clang-format on */

/* What becomes of the load when a hook can not be had. */
enum dfput_need {
	DFPUT_NEED_ALWAYS,
	DFPUT_NEED_USEFUL,
	DFPUT_NEED_IF_THERE,
};

/* How queueing is seen, the best first. */
enum dfput_rung {
	DFPUT_RUNG_SITE,
	DFPUT_RUNG_ENTRY,
	DFPUT_RUNG_CANDIDATE,
	DFPUT_NR_RUNGS,
};

/* What a hook sees. */
enum dfput_role {
	DFPUT_ROLE_BATCH_WORKER,
	DFPUT_ROLE_BATCH_FLUSH,
	DFPUT_ROLE_FLUSH_WAIT,
	DFPUT_ROLE_SUPER,
	DFPUT_ROLE_SUPER_FREE,
	DFPUT_ROLE_UMOUNT,
	DFPUT_ROLE_MOUNTS_QUEUE,
	DFPUT_ROLE_MOUNTS,
	DFPUT_ROLE_MOUNT,
	DFPUT_ROLE_RELEASE,
	DFPUT_ROLE_DRAIN_WORKER,
	DFPUT_ROLE_DRAIN_FLUSH,
	DFPUT_ROLE_EXIT,
	DFPUT_ROLE_CLOSE,
	DFPUT_ROLE_CLOSE_SYNC,
	DFPUT_ROLE_RING,
	DFPUT_ROLE_RING_EXIT,
	DFPUT_ROLE_RING_FILES,
	DFPUT_ROLE_RING_FALLBACK,
	DFPUT_ROLE_AIO_MAP,
	DFPUT_ROLE_AIO_EXIT,
	DFPUT_ROLE_QUEUE,
	DFPUT_NR_ROLES,
};

#define DFPUT_HOOK_ENUM(id, ...) DFPUT_HOOK_##id,
enum dfput_hook_id {
	DFPUT_HOOKS(DFPUT_HOOK_ENUM) DFPUT_NR_HOOKS,
};
#undef DFPUT_HOOK_ENUM

#endif /* DFPUT_HOOK_LIST_H */
