/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints, so that perf, trace-cmd and bpftrace see what the statistics
 * count: one dfput_queue for each `queued`, one dfput_release for each
 * `released`, one dfput_batch for each of `batches`.
 *
 * `id` joins a file's queueing and release; it is 0 where no record was free.
 *
 * One dfput_umount for each of `umounts`, and one dfput_super_shutdown when the
 * shutdown of one of `supers_shutdown` is over.
 *
 * One dfput_exit for each of `exits`, one dfput_leftover for each `leftover`, and
 * dfput_put for each file that an exiting task releases by its own task work.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dfput

#if !defined(DFPUT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DFPUT_TRACE_H

#include <linux/kdev_t.h>
#include <linux/tracepoint.h>

#include <dfput/words.h>

struct dfput_deferral;
struct dfput_leftover_view;
struct dfput_release;
struct dfput_super_view;
struct dfput_umount_view;

#ifndef DFPUT_TRACE_CAUSE
#define DFPUT_TRACE_CAUSE(id, word, meaning) { DFPUT_CAUSE_##id, word },
#define DFPUT_TRACE_ROUTE(id, word, meaning) { DFPUT_ROUTE_##id, word },
#define DFPUT_TRACE_KIND(id, word, meaning) { DFPUT_KIND_##id, word },
#endif

/* Lets tools outside the kernel resolve the numbers. */
#undef DFPUT_TRACE_ENUM
#define DFPUT_TRACE_ENUM(id, word, meaning) TRACE_DEFINE_ENUM(DFPUT_CAUSE_##id);
DFPUT_CAUSES(DFPUT_TRACE_ENUM)
TRACE_DEFINE_ENUM(DFPUT_CAUSE_NONE);
#undef DFPUT_TRACE_ENUM
#define DFPUT_TRACE_ENUM(id, word, meaning) TRACE_DEFINE_ENUM(DFPUT_ROUTE_##id);
DFPUT_ROUTES(DFPUT_TRACE_ENUM)
#undef DFPUT_TRACE_ENUM
#define DFPUT_TRACE_ENUM(id, word, meaning) TRACE_DEFINE_ENUM(DFPUT_KIND_##id);
DFPUT_KINDS(DFPUT_TRACE_ENUM)

TRACE_EVENT(dfput_queue,
	TP_PROTO(u64 id, const struct dfput_deferral *deferral),
	TP_ARGS(id, deferral),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u64, queued_ns)
		__field(u64, ino)
		__field(u64, super)
		__field(dev_t, dev)
		__field(u32, cause)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->queued_ns = deferral->queued;
		__entry->ino = deferral->ino;
		__entry->super = deferral->super.id;
		__entry->dev = deferral->super.dev;
		__entry->cause = deferral->cause;
	),
	TP_printk("id=%llu cause=%s dev=%u:%u ino=%llu super=%llu queued_ns=%llu",
		__entry->id,
		__print_symbolic(__entry->cause,
			DFPUT_CAUSES(DFPUT_TRACE_CAUSE)
			{ DFPUT_CAUSE_NONE, "-" }),
		MAJOR(__entry->dev), MINOR(__entry->dev),
		__entry->ino, __entry->super,
		__entry->queued_ns)
);

TRACE_EVENT(dfput_release,
	TP_PROTO(const struct dfput_release *release, u64 now, bool flush),
	TP_ARGS(release, now, flush),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u64, wait_ns)
		__field(u64, release_ns)
		__field(u64, ino)
		__field(u64, super)
		__field(dev_t, dev)
		__field(u32, cause)
		__field(bool, flush)
	),
	TP_fast_assign(
		const struct dfput_deferral *deferral = release->deferral;

		__entry->id = release->id;
		__entry->wait_ns = deferral ?
			dfput_elapsed(deferral->queued, release->started) : 0;
		__entry->release_ns = dfput_elapsed(release->started, now);
		__entry->ino = release->ino;
		__entry->super = release->super.id;
		__entry->dev = release->super.dev;
		__entry->cause = deferral ? deferral->cause :
			DFPUT_CAUSE_NONE;
		__entry->flush = flush;
	),
	TP_printk("id=%llu cause=%s dev=%u:%u ino=%llu super=%llu wait_ns=%llu release_ns=%llu by=%s",
		__entry->id,
		__print_symbolic(__entry->cause,
			DFPUT_CAUSES(DFPUT_TRACE_CAUSE)
			{ DFPUT_CAUSE_NONE, "-" }),
		MAJOR(__entry->dev), MINOR(__entry->dev),
		__entry->ino, __entry->super,
		__entry->wait_ns, __entry->release_ns,
		__entry->flush ? "flush" : "worker")
);

TRACE_EVENT(dfput_batch,
	TP_PROTO(bool flush, u64 files, u64 time_ns),
	TP_ARGS(flush, files, time_ns),
	TP_STRUCT__entry(
		__field(u64, files)
		__field(u64, time_ns)
		__field(bool, flush)
	),
	TP_fast_assign(
		__entry->files = files;
		__entry->time_ns = time_ns;
		__entry->flush = flush;
	),
	TP_printk("files=%llu time_ns=%llu by=%s", __entry->files,
		__entry->time_ns, __entry->flush ? "flush" : "worker")
);

TRACE_EVENT(dfput_exit,
	TP_PROTO(const struct task_struct *leader),
	TP_ARGS(leader),
	TP_STRUCT__entry(
		__field(pid_t, tgid)
		__array(char, comm, TASK_COMM_LEN)
	),
	TP_fast_assign(
		__entry->tgid = leader->tgid;
		memcpy(__entry->comm, leader->comm, TASK_COMM_LEN);
	),
	TP_printk("tgid=%d comm=%s", __entry->tgid, __entry->comm)
);

TRACE_EVENT(dfput_put,
	TP_PROTO(const struct file *file),
	TP_ARGS(file),
	TP_STRUCT__entry(
		__field(u64, ino)
		__field(dev_t, dev)
		__field(pid_t, tgid)
	),
	TP_fast_assign(
		const struct inode *inode = file->f_mode & FMODE_OPENED ?
			file_inode(file) : NULL;

		__entry->ino = inode ? inode->i_ino : 0;
		__entry->dev = inode ? inode->i_sb->s_dev : 0;
		__entry->tgid = current->tgid;
	),
	TP_printk("tgid=%d dev=%u:%u ino=%llu", __entry->tgid,
		MAJOR(__entry->dev), MINOR(__entry->dev), __entry->ino)
);

TRACE_EVENT(dfput_leftover,
	TP_PROTO(const struct dfput_leftover_view *view),
	TP_ARGS(view),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u64, lateness_ns)
		__field(u64, exit_ns)
		__field(u64, ino)
		__field(dev_t, dev)
		__field(u32, cause)
		__field(u32, route)
		__field(pid_t, tgid)
		__field(u32, kind)
		__array(char, comm, TASK_COMM_LEN)
	),
	TP_fast_assign(
		__entry->id = view->id;
		__entry->lateness_ns = view->lateness;
		__entry->exit_ns = view->visible;
		__entry->ino = view->ino;
		__entry->dev = view->super.dev;
		__entry->cause = view->cause;
		__entry->route = view->route;
		__entry->tgid = view->who.tgid;
		__entry->kind = view->kind;
		memcpy(__entry->comm, view->who.comm, TASK_COMM_LEN);
	),
	TP_printk("id=%llu kind=%s tgid=%d comm=%s route=%s cause=%s dev=%u:%u ino=%llu lateness_ns=%llu exit_ns=%llu",
		__entry->id,
		__print_symbolic(__entry->kind, DFPUT_KINDS(DFPUT_TRACE_KIND)
			{ DFPUT_NR_KINDS, "-" }),
		__entry->tgid,
		__entry->comm,
		__print_symbolic(__entry->route,
			DFPUT_ROUTES(DFPUT_TRACE_ROUTE)
			{ DFPUT_NR_ROUTES, "-" }),
		__print_symbolic(__entry->cause,
			DFPUT_CAUSES(DFPUT_TRACE_CAUSE)
			{ DFPUT_CAUSE_NONE, "-" }),
		MAJOR(__entry->dev), MINOR(__entry->dev), __entry->ino,
		__entry->lateness_ns, __entry->exit_ns)
);

TRACE_EVENT(dfput_umount,
	TP_PROTO(const struct dfput_umount_view *view),
	TP_ARGS(view),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u64, super)
		__field(u64, took_ns)
		__field(u64, pending_super)
		__field(u32, pending_mount)
		__field(u32, held_mount)
		__field(u32, rings)
		__field(dev_t, dev)
		__field(int, result)
		__field(int, flags)
		__field(pid_t, tgid)
	),
	TP_fast_assign(
		__entry->id = view->id;
		__entry->super = view->super.id;
		__entry->took_ns = dfput_elapsed(view->begun, view->ended);
		__entry->pending_super = view->pending_super;
		__entry->pending_mount = view->evidence.queued;
		__entry->held_mount = view->evidence.held;
		__entry->rings = view->rings;
		__entry->dev = view->super.dev;
		__entry->result = view->result;
		__entry->flags = view->flags;
		__entry->tgid = view->pid;
	),
	TP_printk("id=%llu tgid=%d dev=%u:%u super=%llu flags=0x%x result=%d pending_mount=%u pending_super=%llu held_mount=%u rings=%u took_ns=%llu",
		__entry->id, __entry->tgid, MAJOR(__entry->dev),
		MINOR(__entry->dev), __entry->super, __entry->flags,
		__entry->result, __entry->pending_mount,
		__entry->pending_super, __entry->held_mount, __entry->rings,
		__entry->took_ns)
);

TRACE_EVENT(dfput_super_shutdown,
	TP_PROTO(const struct dfput_super_view *view),
	TP_ARGS(view),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u64, shutdown_ns)
		__field(u64, took_ns)
		__field(dev_t, dev)
		__field(bool, kthread)
		__array(char, fstype, DFPUT_FSTYPE_LEN)
		__array(char, name, 32)
	),
	TP_fast_assign(
		__entry->id = view->id;
		__entry->shutdown_ns = view->shutdown.begun;
		__entry->took_ns = view->shutdown.took;
		__entry->dev = view->dev;
		__entry->kthread = view->shutdown.kthread;
		memcpy(__entry->fstype, view->fstype, DFPUT_FSTYPE_LEN);
		memcpy(__entry->name, view->name, sizeof(view->name));
	),
	TP_printk("super=%llu dev=%u:%u fstype=%s name=%s shutdown_ns=%llu took_ns=%llu by=%s",
		__entry->id, MAJOR(__entry->dev), MINOR(__entry->dev),
		__entry->fstype, __entry->name, __entry->shutdown_ns,
		__entry->took_ns, __entry->kthread ? "kthread" : "task")
);

#endif /* DFPUT_TRACE_H */

/* This part must be outside the guard. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH core
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
