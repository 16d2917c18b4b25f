/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owners: the processes that closed, as they ended or executed another program,
 * files that somebody else still held; and when their end became visible.
 *
 * An owner is known by its thread group's id and start time, never by a
 * pointer. It stays for as long as a file or a ring of its is followed.
 */
#ifndef DFPUT_OWNER_H
#define DFPUT_OWNER_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "core/pool.h"

#define DFPUT_REAPERS 4

enum dfput_kind {
	DFPUT_KIND_EXIT,
	DFPUT_KIND_EXEC,
};

/**
 * struct dfput_identity - who
 * @start: when its leader was started, ns of ktime_get_ns()
 * @exec: tells executions of one process apart; 0: its exit
 * @cgroup: id of its cgroup
 * @tgid: its process id
 * @uid: its user
 * @reapers: child subreapers above it, nearest first; 0 ends them
 * @more_reapers: there may be more
 * @comm: its leader's name
 */
struct dfput_identity {
	u64 start;
	u64 exec;
	u64 cgroup;
	pid_t tgid;
	uid_t uid;
	pid_t reapers[DFPUT_REAPERS];
	bool more_reapers;
	char comm[TASK_COMM_LEN];
};

/**
 * struct dfput_owner - one exit, or one execution
 * @pooled: for the pool
 * @refs: who follows something of it, under its bucket's lock
 * @node: its place in the table
 * @visible: when its end was visible to a waiter, ns; 0: not yet
 * @who: its identity
 */
struct dfput_owner {
	struct dfput_pooled pooled;
	u32 refs;
	struct hlist_node node;
	u64 visible;
	struct dfput_identity who;
};

/**
 * dfput_owner_get() - the owner that current's process is, or becomes
 * @kind: what it is doing
 *
 * Context: process context of that process, any lock but owner.c's.
 * Return: the owner, to be given back; NULL if there is no room.
 */
struct dfput_owner *dfput_owner_get(enum dfput_kind kind);

/**
 * dfput_owner_get_task() - the owner that a task's process is
 * @task: a task that can't be freed meanwhile, dead perhaps
 *
 * Context: any but NMI.
 * Return: the owner, to be given back; NULL if it is too late to tell.
 */
struct dfput_owner *dfput_owner_get_task(struct task_struct *task);

/**
 * dfput_owner_hold() - one more follows it
 * @owner: which, of which the caller has a reference; or NULL
 *
 * Context: any but NMI.
 * Return: @owner.
 */
struct dfput_owner *dfput_owner_hold(struct dfput_owner *owner);

/**
 * dfput_owner_put() - one less does
 * @owner: from one of the above, or NULL
 *
 * Context: any but NMI.
 */
void dfput_owner_put(struct dfput_owner *owner);

/**
 * dfput_owner_ended() - the end of a process has become visible
 * @leader: its leader
 * @now: ns of ktime_get_mono_fast_ns()
 *
 * Context: handler, under tasklist_lock.
 */
void dfput_owner_ended(const struct task_struct *leader, u64 now);

/**
 * dfput_owner_is_current() - is it the process that runs here?
 * @owner: which
 *
 * Context: any.
 * Return: it is.
 */
static inline bool dfput_owner_is_current(const struct dfput_owner *owner)
{
	return owner->who.tgid == current->tgid &&
	       owner->who.start == current->group_leader->start_time;
}

/**
 * dfput_owner_visible() - when was its end visible?
 * @owner: which
 *
 * Context: any.
 * Return: ns of ktime_get_mono_fast_ns(), 0 if it has not ended yet.
 */
static inline u64 dfput_owner_visible(const struct dfput_owner *owner)
{
	return READ_ONCE(owner->visible);
}

/**
 * dfput_owner_init() - allocate the table
 * @owners: how many at once
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int dfput_owner_init(unsigned int owners);

/**
 * dfput_owner_exit() - free it; no handler may run any more
 *
 * Context: process context.
 */
void dfput_owner_exit(void);

/**
 * dfput_owner_memory() - what the table allocated
 *
 * Context: any.
 * Return: bytes.
 */
size_t dfput_owner_memory(void);

#endif /* DFPUT_OWNER_H */
