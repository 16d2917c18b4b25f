// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners: the processes that closed, as they ended or executed another program,
 * files that somebody else still held; and when their end became visible.
 *
 * A hash by process id, each bucket with a raw spinlock that is held with
 * interrupts off: do_notify_parent() runs under tasklist_lock, and a file may be
 * released anywhere. Whoever holds a lock of leftover.c or teardown.c may take
 * one of these, never the other way round.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "exit/owner.h"

#define BUCKET_BITS 8
/* How many generations of parents are looked at. */
#define ANCESTORS 64

static struct {
	raw_spinlock_t lock;
	struct hlist_head owners;
} buckets[BIT(BUCKET_BITS)];

static struct dfput_pool pool;

static unsigned int bucket_of(pid_t tgid)
{
	return hash_32(tgid, BUCKET_BITS);
}

static struct dfput_owner *find(unsigned int bucket, pid_t tgid, u64 start,
				u64 exec)
{
	struct dfput_owner *owner;

	hlist_for_each_entry(owner, &buckets[bucket].owners, node)
		if (owner->who.tgid == tgid && owner->who.start == start &&
		    owner->who.exec == exec)
			return owner;
	return NULL;
}

/* Who would wait for its orphans. Under RCU parents come and go, but stay tasks. */
static void find_reapers(struct dfput_identity *who,
			 const struct task_struct *task)
{
	const struct task_struct *parent;
	unsigned int i, nr = 0;

	for (i = 0; i < ANCESTORS; i++) {
		parent = rcu_dereference(task->real_parent);
		if (parent == task || !parent->pid)
			return;
		if (parent->signal->is_child_subreaper) {
			if (nr == DFPUT_REAPERS)
				break;
			who->reapers[nr++] = parent->tgid;
		}
		task = parent;
	}
	who->more_reapers = true;
}

static void identify(struct dfput_identity *who, const struct task_struct *task,
		     u64 exec)
{
	const struct task_struct *leader = task->group_leader;

	memset(who, 0, sizeof(*who));
	who->start = leader->start_time;
	who->exec = exec;
	who->tgid = task->tgid;
	who->uid = from_kuid(&init_user_ns, task_uid(task));
#ifdef CONFIG_CGROUPS
	who->cgroup = cgroup_id(task_dfl_cgroup((struct task_struct *)task));
#endif
	memcpy(who->comm, leader->comm, sizeof(who->comm));
	who->comm[sizeof(who->comm) - 1] = '\0';
	find_reapers(who, leader);
}

static struct dfput_owner *add(unsigned int bucket,
			       const struct task_struct *task, u64 exec)
{
	struct dfput_owner *owner = dfput_pool_get(&pool);

	if (!owner)
		return NULL;
	identify(&owner->who, task, exec);
	owner->refs = 0;
	/* An execution is its own end: what it closes is meant to be gone. */
	WRITE_ONCE(owner->visible, exec ? ktime_get_mono_fast_ns() : 0);
	hlist_add_head(&owner->node, &buckets[bucket].owners);
	return owner;
}

/* Under rcu_read_lock(), of a task that has not been released. */
static struct dfput_owner *get(const struct task_struct *task, u64 exec)
{
	unsigned int bucket = bucket_of(task->tgid);
	struct dfput_owner *owner;
	unsigned long flags;

	raw_spin_lock_irqsave(&buckets[bucket].lock, flags);
	owner = find(bucket, task->tgid, task->group_leader->start_time, exec);
	if (!owner)
		owner = add(bucket, task, exec);
	if (owner)
		owner->refs++;
	raw_spin_unlock_irqrestore(&buckets[bucket].lock, flags);
	return owner;
}

struct dfput_owner *dfput_owner_get(enum dfput_kind kind)
{
	struct dfput_owner *owner;

	rcu_read_lock();
	owner = get(current, kind == DFPUT_KIND_EXEC ?
				     READ_ONCE(current->self_exec_id) + 1 :
				     0);
	rcu_read_unlock();
	return owner;
}

/*
 * Of a task that has been released nothing but its own fields may be read. A
 * thread that was started between the start and the end of an owner with the
 * same id belongs to it, because nobody else had that id then.
 */
static struct dfput_owner *find_dead(const struct task_struct *task)
{
	unsigned int bucket = bucket_of(task->tgid);
	struct dfput_owner *owner, *found = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&buckets[bucket].lock, flags);
	hlist_for_each_entry(owner, &buckets[bucket].owners, node)
		if (owner->who.tgid == task->tgid && !owner->who.exec &&
		    owner->who.start <= task->start_time &&
		    (!owner->visible || task->start_time <= owner->visible))
			found = owner;
	if (found)
		found->refs++;
	raw_spin_unlock_irqrestore(&buckets[bucket].lock, flags);
	return found;
}

struct dfput_owner *dfput_owner_get_task(struct task_struct *task)
{
	struct dfput_owner *owner;

	rcu_read_lock();
	owner = pid_alive(task) ? get(task, 0) : find_dead(task);
	rcu_read_unlock();
	return owner;
}

struct dfput_owner *dfput_owner_hold(struct dfput_owner *owner)
{
	unsigned int bucket;
	unsigned long flags;

	if (!owner)
		return NULL;
	bucket = bucket_of(owner->who.tgid);
	raw_spin_lock_irqsave(&buckets[bucket].lock, flags);
	owner->refs++;
	raw_spin_unlock_irqrestore(&buckets[bucket].lock, flags);
	return owner;
}

void dfput_owner_put(struct dfput_owner *owner)
{
	unsigned int bucket;
	unsigned long flags;
	bool last;

	if (!owner)
		return;
	bucket = bucket_of(owner->who.tgid);
	raw_spin_lock_irqsave(&buckets[bucket].lock, flags);
	last = !--owner->refs;
	if (last)
		hlist_del(&owner->node);
	raw_spin_unlock_irqrestore(&buckets[bucket].lock, flags);
	if (last)
		dfput_pool_put(&pool, owner);
}

void dfput_owner_ended(const struct task_struct *leader, u64 now)
{
	unsigned int bucket = bucket_of(leader->tgid);
	struct dfput_owner *owner;
	unsigned long flags;

	if (hlist_empty(&buckets[bucket].owners))
		return;
	raw_spin_lock_irqsave(&buckets[bucket].lock, flags);
	owner = find(bucket, leader->tgid, leader->start_time, 0);
	if (owner)
		WRITE_ONCE(owner->visible, now);
	raw_spin_unlock_irqrestore(&buckets[bucket].lock, flags);
}

int dfput_owner_init(unsigned int owners)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(buckets); i++)
		raw_spin_lock_init(&buckets[i].lock);
	return dfput_pool_init(&pool, owners, sizeof(struct dfput_owner));
}

void dfput_owner_exit(void)
{
	dfput_pool_exit(&pool);
}

size_t dfput_owner_memory(void)
{
	return dfput_pool_memory(&pool);
}
