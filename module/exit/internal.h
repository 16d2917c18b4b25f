/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of this room have of each other.
 */
#ifndef DFPUT_EXIT_INTERNAL_H
#define DFPUT_EXIT_INTERNAL_H

#include "core/hash.h"
#include "exit/exit.h"

/**
 * struct dfput_owner - one exit, or one execution
 * @entry: its place among those of one process id
 * @refs: who has it, under its bucket's lock
 * @visible: when its end was visible to a waiter, ns; 0: not yet
 * @who: its identity
 */
struct dfput_owner {
	struct dfput_entry entry;
	u32 refs;
	u64 visible;
	struct dfput_identity who;
};

/* The owner that current's process is, or becomes. NULL: there is no room. */
struct dfput_owner *dfput_owner_get(enum dfput_kind kind);
/* That of a task, dead perhaps, but not freed. NULL also when that is not known. */
struct dfput_owner *dfput_owner_get_task(struct task_struct *task);
/* One more reference, or one less; of NULL neither. */
struct dfput_owner *dfput_owner_hold(struct dfput_owner *owner);
void dfput_owner_put(struct dfput_owner *owner);

static inline bool dfput_owner_is_current(const struct dfput_owner *owner)
{
	return owner->who.tgid == current->tgid &&
	       owner->who.start == current->group_leader->start_time;
}

static inline u64 dfput_owner_visible(const struct dfput_owner *owner)
{
	return READ_ONCE(owner->visible);
}

/* The parent of current's process has that file open as well, as far as we can tell. */
bool dfput_parent_has(const struct file *file);

/* What a file that somebody holds blocks: bits of enum dfput_block. */
u8 dfput_blocks_of(const struct file *file);

/*
 * current puts a file of a ring, on behalf of a process. @ring_closed: when that closed
 * the ring, if it lived on; or 0.
 */
void dfput_watch_put_for(const struct file *file, struct dfput_owner *owner,
			 u64 ring_closed);

static inline enum dfput_kind dfput_owner_kind(const struct dfput_owner *owner)
{
	return owner->who.exec ? DFPUT_KIND_EXEC : DFPUT_KIND_EXIT;
}

/* Keep and count one that was late; its id is given to it. */
void dfput_leftover_add(struct dfput_leftover_view *view);

#endif /* DFPUT_EXIT_INTERNAL_H */
