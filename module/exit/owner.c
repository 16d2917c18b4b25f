// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners: the processes that closed, as they ended or executed another program,
 * files that somebody else still held; and when their end became visible.
 *
 * An owner is known by its thread group's id and start time, never by a pointer.
 * It stays for as long as a file or a ring of its is followed.
 *
 * They are in a hash by process id and execution. A bucket's lock is taken with
 * interrupts off: do_notify_parent() runs under tasklist_lock, and files are
 * released anywhere. It is taken inside the locks of watch.c and ring.c; no lock
 * is taken inside it.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "exit/internal.h"

/* How many generations of parents are looked at. */
#define ANCESTORS 64

/*
 * One more in a bucket is lost. Only exits with one process id come together in such
 * numbers, after as many rounds through all of them, and tasklist_lock is held.
 */
#define CROWD 512

static struct dfput_hash owners;

/*
 * One process may execute as often as it likes: its executions share no bucket.
 * What shares one by its key is exits with the same process id.
 */
static unsigned long key_of(pid_t tgid, u64 exec)
{
	return (unsigned long)tgid | exec << 32;
}

static struct dfput_owner *find_owner(struct dfput_bucket *bucket, pid_t tgid,
				      u64 start, u64 exec)
{
	struct dfput_owner *owner;

	hlist_for_each_entry(owner, &bucket->entries, entry.node)
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

static void identify_task(struct dfput_identity *who,
			  const struct task_struct *task, u64 exec)
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

static bool is_crowded(const struct dfput_bucket *bucket)
{
	const struct hlist_node *node;
	unsigned int nr = 0;

	hlist_for_each(node, &bucket->entries)
		if (++nr == CROWD)
			return true;
	return false;
}

static struct dfput_owner *add_owner(struct dfput_bucket *bucket,
				     const struct task_struct *task, u64 exec)
{
	struct dfput_owner *owner;

	if (is_crowded(bucket))
		return NULL;
	owner = dfput_pool_get(&owners.pool);
	if (!owner)
		return NULL;
	identify_task(&owner->who, task, exec);
	owner->refs = 0;
	/* An execution is its own end: what it closes is meant to be gone. */
	WRITE_ONCE(owner->visible, exec ? ktime_get_mono_fast_ns() : 0);
	owner->entry.key = key_of(task->tgid, exec);
	dfput_hash_add(bucket, &owner->entry);
	return owner;
}

/* Under rcu_read_lock(), of a task that has not been released. */
static struct dfput_owner *get_owner(const struct task_struct *task, u64 exec)
{
	struct dfput_bucket *bucket =
		dfput_hash_bucket(&owners, key_of(task->tgid, exec));
	struct dfput_owner *owner;
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	owner = find_owner(bucket, task->tgid, task->group_leader->start_time,
			   exec);
	if (!owner)
		owner = add_owner(bucket, task, exec);
	if (owner)
		owner->refs++;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return owner;
}

struct dfput_owner *dfput_owner_get(enum dfput_kind kind)
{
	u64 exec = 0;
	struct dfput_owner *owner;

	/* That counts up during the execution. */
	if (kind == DFPUT_KIND_EXEC)
		exec = READ_ONCE(current->self_exec_id) + current->in_execve;
	rcu_read_lock();
	owner = get_owner(current, exec);
	rcu_read_unlock();
	return owner;
}

/*
 * Of a task that has been released nothing but its own fields may be read. A
 * thread that was started between the start and the end of an owner with the
 * same id belongs to it, because nobody else had that id then.
 */
static struct dfput_owner *get_known_owner(const struct task_struct *task)
{
	struct dfput_bucket *bucket =
		dfput_hash_bucket(&owners, key_of(task->tgid, 0));
	struct dfput_owner *owner, *found = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	hlist_for_each_entry(owner, &bucket->entries, entry.node)
		if (owner->who.tgid == task->tgid && !owner->who.exec &&
		    owner->who.start <= task->start_time &&
		    (!owner->visible || task->start_time <= owner->visible))
			found = owner;
	if (found)
		found->refs++;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return found;
}

/* Its parent has been told, or is about to be: a zombie has its pid still. */
static bool has_ended(const struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;

	return READ_ONCE(leader->exit_state) && thread_group_empty(leader);
}

/* Whose end was visible before it was an owner: nobody knows since when. */
static struct dfput_owner *get_new_owner(const struct task_struct *task)
{
	struct dfput_owner *owner = get_owner(task, 0);

	/* Pairs with dfput_owner_ended(): that finds the owner, or we see the end. */
	smp_mb();
	if (!owner || !has_ended(task) || dfput_owner_visible(owner))
		return owner;
	dfput_owner_put(owner);
	return NULL;
}

struct dfput_owner *dfput_owner_get_task(struct task_struct *task)
{
	struct dfput_owner *owner;

	rcu_read_lock();
	owner = get_known_owner(task);
	if (!owner && pid_alive(task))
		owner = get_new_owner(task);
	rcu_read_unlock();
	return owner;
}

static struct dfput_bucket *bucket_of(const struct dfput_owner *owner)
{
	return dfput_hash_bucket(&owners, owner->entry.key);
}

struct dfput_owner *dfput_owner_hold(struct dfput_owner *owner)
{
	struct dfput_bucket *bucket;
	unsigned long flags;

	if (!owner)
		return NULL;
	bucket = bucket_of(owner);
	raw_spin_lock_irqsave(&bucket->lock, flags);
	owner->refs++;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return owner;
}

void dfput_owner_put(struct dfput_owner *owner)
{
	struct dfput_bucket *bucket;
	unsigned long flags;
	bool last;

	if (!owner)
		return;
	bucket = bucket_of(owner);
	raw_spin_lock_irqsave(&bucket->lock, flags);
	last = !--owner->refs;
	if (last)
		dfput_hash_remove(&owner->entry);
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	if (last)
		dfput_pool_put(&owners.pool, owner);
}

void dfput_owner_ended(const struct task_struct *leader, u64 now)
{
	struct dfput_bucket *bucket =
		dfput_hash_bucket(&owners, key_of(leader->tgid, 0));
	struct dfput_owner *owner;
	unsigned long flags;

	/* Pairs with get_new_owner(): its exit_state is set. */
	smp_mb();
	if (hlist_empty(&bucket->entries))
		return;
	raw_spin_lock_irqsave(&bucket->lock, flags);
	owner = find_owner(bucket, leader->tgid, leader->start_time, 0);
	if (owner)
		WRITE_ONCE(owner->visible, now);
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
}

int dfput_owner_init(unsigned int nr)
{
	return dfput_hash_init(&owners, nr, sizeof(struct dfput_owner));
}

void dfput_owner_exit(void)
{
	dfput_hash_exit(&owners);
}

size_t dfput_owner_memory(void)
{
	return dfput_hash_memory(&owners);
}
