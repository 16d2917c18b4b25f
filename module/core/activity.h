/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Activities: what a task is in the middle of, from the entry of a function to
 * its return: a drain of the list, the work of a ring.
 *
 * Each kind is an open hash of slots, whose first member is a struct
 * dfput_activity. A slot is claimed by current with a compare and exchange,
 * found by current, and touched by nobody else until current releases it. So
 * activities of different kinds nest. Of one kind a task has one at a time:
 * look for it before you claim another.
 */
#ifndef DFPUT_ACTIVITY_H
#define DFPUT_ACTIVITY_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/sched.h>

/* How many slots are tried. When all of them are taken, the claim fails. */
#define DFPUT_ACTIVITY_TRIES 16

/**
 * struct dfput_activity - the head of a slot: its first member
 * @task: whose it is: a key; NULL: free
 */
struct dfput_activity {
	struct task_struct *task;
};

/**
 * struct dfput_activities - the slots of one kind
 * @slots: an array
 * @slot_size: bytes of one
 * @bits: log2 of their number
 */
struct dfput_activities {
	void *slots;
	size_t slot_size;
	unsigned int bits;
};

/* Of a static array, whose length is a power of two. */
#define DFPUT_ACTIVITIES(array)                                          \
	{                                                                \
		.slots = (array), .slot_size = sizeof((array)[0]),       \
		.bits = const_ilog2(sizeof(array) / sizeof((array)[0])), \
	}

static __always_inline struct dfput_activity *
dfput_activity_at(const struct dfput_activities *kind, unsigned int try)
{
	unsigned int place = hash_ptr(current, kind->bits) + try;

	return kind->slots +
	       (place & ((1U << kind->bits) - 1)) * kind->slot_size;
}

/* The slot of what current is in the middle of, or NULL. Any context. */
static __always_inline void *
dfput_activity_find(const struct dfput_activities *kind)
{
	struct dfput_activity *activity;
	unsigned int try;

	for (try = 0; try < DFPUT_ACTIVITY_TRIES; try++) {
		activity = dfput_activity_at(kind, try);
		if (READ_ONCE(activity->task) == current)
			return activity;
	}
	return NULL;
}

/* Current, which has none of this kind, begins one. NULL: it is to be counted lost. */
static inline void *dfput_activity_claim(const struct dfput_activities *kind)
{
	struct dfput_activity *activity;
	unsigned int try;

	for (try = 0; try < DFPUT_ACTIVITY_TRIES; try++) {
		activity = dfput_activity_at(kind, try);
		if (!READ_ONCE(activity->task) &&
		    !cmpxchg(&activity->task, NULL, current))
			return activity;
	}
	return NULL;
}

/* It is over; by current, or while no handler runs. */
static inline void dfput_activity_release(struct dfput_activity *activity)
{
	/* What current did in the slot is done before another task has it. */
	smp_store_release(&activity->task, NULL);
}

#endif /* DFPUT_ACTIVITY_H */
