/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters: one list, from which the module makes its enum and its text, and
 * the reader its help. They count since load or the last reset, and only grow.
 *
 * The account that must always balance:
 *
 *   queued - retracted - pending_at_stop + pending_at_reset
 *           = released - unmatched - preload + pending
 *
 * so with nothing out of the ordinary: queued = released + pending.
 *
 * To add one, add a line to its group: never rename or reuse a name, and say in a
 * few words what it counts. A reader goes by name: it ignores what it does not
 * know, and shows - for what an older module does not count.
 */
#ifndef DFPUT_COUNTERS_H
#define DFPUT_COUNTERS_H

#include <dfput/words.h>

/*
 * X(group, title). While nothing was lost, all counters of the group loss are 0;
 * only then is a verdict clean.
 */
#define DFPUT_GROUPS(X)                       \
	X(now, "Now")                         \
	X(queued, "Queued")                   \
	X(released, "Released")               \
	X(batches, "Drains")                  \
	X(exits, "Exits and what they leave") \
	X(umounts, "Umounts")                 \
	X(supers, "Superblocks and mounts")   \
	X(origins, "Call paths")              \
	X(loss, "Losses")                     \
	X(clock, "Clocks")

#define DFPUT_GROUP_ENUM(group, title) DFPUT_GROUP_##group,
enum dfput_group { DFPUT_GROUPS(DFPUT_GROUP_ENUM) DFPUT_NR_GROUPS };
#undef DFPUT_GROUP_ENUM

/*
 * X(name, group, unit, meaning). They are summed from the last to the first, so
 * released has to stand below queued: see core/stats.c.
 */
#define DFPUT_COUNTERS(X)                                                      \
	X(queued, queued, files, "went on the kernel's delayed_fput list")     \
	X(queued_hardirq, queued, files, "queued in a hard interrupt")         \
	X(queued_softirq, queued, files, "queued in a soft interrupt")         \
	X(queued_bh, queued, files, "queued by a task with bottom halves off") \
	X(queued_kthread, queued, files, "queued by a kernel thread")          \
	X(queued_exited, queued, files,                                        \
	  "queued by a task past its exit task work")                          \
	X(retracted, queued, files,                                            \
	  "taken for queued, but released another way")                        \
	X(evicted, queued, records,                                            \
	  "puts that may queue, without room for a record")                    \
	X(released, released, files,                                           \
	  "passed through a drain loop (the ground truth)")                    \
	X(released_flush, released, files, "of these, by flush_delayed_fput")  \
	X(preload, released, files,                                            \
	  "released, but queued before measuring began")                       \
	X(batches, batches, batches, "drains that found a file")               \
	X(batches_flush, batches, batches, "of these, by flush_delayed_fput")  \
	X(batches_empty, batches, batches, "drains that found none")           \
	X(exits, exits, exits,                                                 \
	  "thread groups whose end became visible to a waiter")                \
	X(leftover, exits, files,                                              \
	  "released after the exit of the process that closed them")           \
	X(leftover_deferred, exits, files, "leftovers released by the list")   \
	X(leftover_task_work, exits, files,                                    \
	  "leftovers released by the task work of a worker thread")            \
	X(leftover_sync, exits, files,                                         \
	  "leftovers released by a kernel thread, past the list")              \
	X(leftover_exec, exits, files, "leftovers of an exec, not of an exit") \
	X(in_time, exits, files,                                               \
	  "released by the list before that exit was visible")                 \
	X(closed_by_live, exits, files,                                        \
	  "closed by an exit, and later by a live process")                    \
	X(unowned, exits, files, "released by the list, owner unknown")        \
	X(outlived_ring, exits, files,                                         \
	  "released after a living process closed the ring that had them")     \
	X(umounts, umounts, umounts, "umount attempts that returned")          \
	X(umounts_busy, umounts, umounts, "of these, refused with EBUSY")      \
	X(umounts_busy_deferred, umounts, umounts,                             \
	  "of the busy, with files of that mount on the list")                 \
	X(umounts_busy_ring, umounts, umounts,                                 \
	  "of the busy, with such files in an io_uring ring instead")          \
	X(lost_umounts, umounts, umounts,                                      \
	  "umount attempts without a row: too many at once")                   \
	X(supers_shutdown, supers, superblocks,                                \
	  "mounted superblocks whose shutdown began")                          \
	X(supers_shutdown_kthread, supers, superblocks,                        \
	  "of these, in a kernel thread")                                      \
	X(lost_shutdowns, supers, superblocks,                                 \
	  "of these, whose end was not seen: their state is unknown")          \
	X(lost_supers, supers, files,                                          \
	  "queued or held with no room for their superblock")                  \
	X(lost_mounts, supers, files, "queued with no room for their mount")   \
	X(mounts_deferred, supers, mounts,                                     \
	  "mounts cleaned up by delayed_mntput")                               \
	X(unwound, origins, stacks, "call paths recorded")                     \
	X(lost_stacks, origins, stacks,                                        \
	  "call paths that the table had no room for")                         \
	X(unmatched, loss, files,                                              \
	  "released without their queueing having been seen")                  \
	X(lost_records, loss, files,                                           \
	  "queued with no record free: counted, not timed")                    \
	X(missed_probes, loss, events,                                         \
	  "calls of hooks that the kernel skipped")                            \
	X(stale_records, loss, records,                                        \
	  "replaced: their release was not seen")                              \
	X(lost_batches, loss, files,                                           \
	  "released by drains whose begin was not seen: without a time")       \
	X(pending_at_stop, loss, files,                                        \
	  "still on the list when measuring was stopped")                      \
	X(lost_leftovers, loss, files,                                         \
	  "closed by an exit while held elsewhere, and not watched")           \
	X(lost_rings, loss, rings, "io_uring rings whose end was not watched") \
	X(foreign, loss, files,                                                \
	  "drained by other code than the kernel's loop, as by a livepatch")

/* Values of the stats file that are not counters: X(name, group, unit, meaning) */
#define DFPUT_GAUGES(X)                                                           \
	X(pending, now, files, "on the list now")                                 \
	X(unrecorded, now, files, "of these, without a record")                   \
	X(pending_max, now, files, "most that were on the list at once")          \
	X(pending_at_reset, now, files, "were on the list at the last reset")     \
	X(measuring_ns, now, ns,                                                  \
	  "time since measuring began or was reset, 0 while off")                 \
	X(enabled, now, bool, "1 while measuring")                                \
	X(watched, now, files, "closed by an exit, and still held elsewhere")     \
	X(rings, now, rings, "of io_uring, that the kernel takes down")           \
	X(rings_unfollowed, now, bool,                                            \
	  "1 while there are others, or may be, that the module does not follow") \
	X(clock_monotonic_ns, clock, ns, "CLOCK_MONOTONIC when this was read")    \
	X(clock_boottime_ns, clock, ns, "CLOCK_BOOTTIME at the same moment")      \
	X(clock_realtime_ns, clock, ns, "CLOCK_REALTIME at the same moment")

#define DFPUT_GAUGE_ENUM(name, ...) DFPUT_GAUGE_##name,
enum dfput_gauge { DFPUT_GAUGES(DFPUT_GAUGE_ENUM) DFPUT_NR_GAUGES };
#undef DFPUT_GAUGE_ENUM

#define DFPUT_COUNTER_ENUM(name, ...) DFPUT_COUNT_##name,
enum dfput_counter {
	DFPUT_COUNTERS(DFPUT_COUNTER_ENUM) DFPUT_NR_COUNTERS,
};
#undef DFPUT_COUNTER_ENUM

/*
 * queued_<cause> stand in the order of the causes, so that the counter of a
 * cause is found by adding.
 */
#define DFPUT_CAUSE_ORDER(id, word, meaning)                     \
	_Static_assert((int)DFPUT_COUNT_queued_##id ==           \
			       (int)DFPUT_COUNT_queued_hardirq + \
				       (int)DFPUT_CAUSE_##id,    \
		       "queued_" #id " is out of order");
DFPUT_CAUSES(DFPUT_CAUSE_ORDER)
#undef DFPUT_CAUSE_ORDER

#endif /* DFPUT_COUNTERS_H */
