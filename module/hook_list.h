/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks: one row each. The enum, the table in hook.c and what the hooks
 * file shows are expansions of this list.
 *
 * X(id, symbol, backend, role, rungs, required, handler)
 *
 * id       name in the hooks file
 * symbol   kernel function
 * backend  ftrace or kretprobe: which file arms it
 * role     what it sees. A role with several rows is filled by the first that
 *          can be armed
 * rungs    under which ways of seeing a queueing it is needed
 * required load fails without the role; else it is said what is lost
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

#define DFPUT_HOOKS(X)                                                        \
	X(release, "__fput", ftrace, RELEASE, ALL, true, __fput)              \
	X(super_death, "generic_shutdown_super", ftrace, SUPER, ALL, false,   \
	  generic_shutdown_super)                                             \
	X(exit, "do_notify_parent", ftrace, EXIT, ALL, false,                 \
	  do_notify_parent)                                                   \
	X(flush_wait, "flush_delayed_work", ftrace, FLUSH_WAIT, ENTRY, false, \
	  flush_delayed_work)                                                 \
	X(batch_worker, "delayed_fput", kretprobe, BATCH_WORKER, ALL, true,   \
	  worker)                                                             \
	X(batch_flush, "flush_delayed_fput", kretprobe, BATCH_FLUSH, ALL,     \
	  true, flush)                                                        \
	X(queue_entry, "__fput_deferred", ftrace, QUEUE, ENTRY, true,         \
	  __fput_deferred)                                                    \
	X(queue_many, "fput_many", ftrace, QUEUE, CANDIDATE, true, fput_many) \
	X(queue_candidate, "fput", ftrace, QUEUE, CANDIDATE, true, fput)

/* How queueing is seen, the best first. */
enum dfput_rung {
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
	DFPUT_ROLE_RELEASE,
	DFPUT_ROLE_EXIT,
	DFPUT_ROLE_QUEUE,
	DFPUT_NR_ROLES,
};

#define DFPUT_HOOK_ENUM(id, ...) DFPUT_HOOK_##id,
enum dfput_hook_id {
	DFPUT_HOOKS(DFPUT_HOOK_ENUM) DFPUT_NR_HOOKS,
};
#undef DFPUT_HOOK_ENUM

#endif /* DFPUT_HOOK_LIST_H */
