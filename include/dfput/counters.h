/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters: one list, from which the module makes its enum and its text,
 * and the reader its help. All count since load or the last reset, and only
 * ever grow between the two.
 *
 * The account that must always balance:
 *
 *   queued - retracted - pending_at_stop + pending_at_reset
 *           = released - unmatched - preload + pending
 *
 * so with nothing out of the ordinary: queued = released + pending.
 *
 * Rules for adding one: append it, never rename or reuse a name, say in one
 * line what it counts. A reader goes by name, and an old reader ignores what
 * it does not know.
 */
#ifndef DFPUT_COUNTERS_H
#define DFPUT_COUNTERS_H

#include <dfput/causes.h>

/* X(name, unit, meaning) */
#define DFPUT_COUNTERS(X)                                                     \
	X(queued, files, "went on the kernel's delayed_fput list")            \
	X(queued_hardirq, files, "queued in a hard interrupt")                \
	X(queued_softirq, files, "queued in a soft interrupt")                \
	X(queued_bh, files, "queued by a task with bottom halves off")        \
	X(queued_kthread, files, "queued by a kernel thread")                 \
	X(queued_exited, files, "queued by a task past its exit task work")   \
	X(released, files, "passed through a drain loop (the ground truth)")  \
	X(batches, batches, "drains that found at least one file")            \
	X(batches_flush, batches, "of these, by flush_delayed_fput")          \
	X(batches_empty, batches, "drains that found none")                   \
	X(unmatched, files,                                                   \
	  "released without their queueing having been seen")                 \
	X(preload, files, "released, but queued while we did not measure")    \
	X(lost_records, files,                                                \
	  "queued with no record free: counted, not timed")                   \
	X(missed_probes, events, "handlers that the kernel skipped")          \
	X(retracted, files, "taken for queued, but released another way")     \
	X(stale_records, records,                                             \
	  "left by a release never seen, then replaced")                      \
	X(evicted, records, "candidates dropped to make room")                \
	X(lost_batches, files,                                                \
	  "released by drains that were not followed: not timed")             \
	X(lost_supers, files, "queued with no room for their superblock")     \
	X(pending_at_stop, files,                                             \
	  "still on the list when measuring was stopped")                     \
	X(exits, exits, "thread groups whose end became visible to a waiter") \
	X(leftover, files, "released after the exit of whoever closed them")  \
	X(leftover_deferred, files, "leftovers released through the list")    \
	X(leftover_task_work, files,                                          \
	  "leftovers released by the task work of a worker thread")           \
	X(leftover_sync, files,                                               \
	  "leftovers released by a kernel thread, past the list")             \
	X(leftover_exec, files, "leftovers of an exec, not of an exit")       \
	X(in_time, files,                                                     \
	  "released through the list before that exit was visible")           \
	X(closed_by_live, files,                                              \
	  "closed by an exit, and then by another process itself")            \
	X(unowned, files,                                                     \
	  "released through the list, nobody known whose they were")          \
	X(lost_leftovers, files,                                              \
	  "closed by an exit while held elsewhere, and not followed")         \
	X(lost_rings, rings, "io_uring teardowns that were not followed")     \
	X(unwound, stacks, "call paths looked at")                            \
	X(lost_stacks, stacks, "call paths that there was no room to keep")   \
	X(released_flush, files, "of those released, by flush_delayed_fput")  \
	X(umounts, umounts, "umount attempts that were over")                 \
	X(umounts_busy, umounts, "of these, refused with EBUSY")              \
	X(umounts_busy_deferred, umounts,                                     \
	  "of the busy, with files of that mount on the list")                \
	X(umounts_busy_ring, umounts,                                         \
	  "of the busy, with such files in the teardown of a ring instead")   \
	X(lost_mounts, files, "queued with no room to count by mount")        \
	X(supers_shutdown, superblocks,                                       \
	  "mounted ones whose shutdown has begun")                            \
	X(supers_shutdown_kthread, superblocks,                               \
	  "of these, in a kernel thread")                                     \
	X(lost_shutdowns, superblocks, "shutdowns not followed to their end") \
	X(mounts_deferred, mounts, "mounts cleaned up by delayed_mntput")     \
	X(foreign, files,                                                     \
	  "drained by what is not the kernel's own loop, as in a livepatch")

/*
 * The counters that are 0 as long as nothing was lost: a verdict is clean only
 * while they are.
 */
#define DFPUT_LOSS_COUNTERS(X) \
	X(unmatched)           \
	X(lost_records)        \
	X(missed_probes)       \
	X(stale_records)       \
	X(lost_batches)        \
	X(lost_supers)         \
	X(pending_at_stop)     \
	X(lost_leftovers)      \
	X(lost_rings)          \
	X(lost_mounts)         \
	X(lost_shutdowns)      \
	X(foreign)

/* Values of the stats file that are not counters: X(name, unit, meaning) */
#define DFPUT_GAUGES(X)                                                  \
	X(pending, files, "on the list now")                             \
	X(pending_max, files, "most that were ever on the list at once") \
	X(pending_at_reset, files, "were on the list at the last reset") \
	X(measuring_ns, ns,                                              \
	  "time since measuring was begun or reset, 0 while off")        \
	X(enabled, bool, "1 while measuring")                            \
	X(watched, files, "closed by an exit, and still held elsewhere") \
	X(rings, rings, "of io_uring, being torn down")                  \
	X(clock_monotonic_ns, ns, "CLOCK_MONOTONIC when this was read")  \
	X(clock_boottime_ns, ns, "CLOCK_BOOTTIME at the same moment")    \
	X(clock_realtime_ns, ns,                                         \
	  "CLOCK_REALTIME at the same moment, since 1970")

#define DFPUT_COUNTER_ENUM(name, unit, meaning) DFPUT_COUNT_##name,
enum dfput_counter {
	DFPUT_COUNTERS(DFPUT_COUNTER_ENUM) DFPUT_NR_COUNTERS,
};
#undef DFPUT_COUNTER_ENUM

/*
 * queued_<cause> stand in the order of the causes, so that the counter of a
 * cause is found by adding.
 */
#define DFPUT_CAUSE_ORDER(name, meaning)                         \
	_Static_assert((int)DFPUT_COUNT_queued_##name ==         \
			       (int)DFPUT_COUNT_queued_hardirq + \
				       (int)DFPUT_CAUSE_##name,  \
		       "queued_" #name " is out of order");
DFPUT_CAUSES(DFPUT_CAUSE_ORDER)
#undef DFPUT_CAUSE_ORDER

#endif /* DFPUT_COUNTERS_H */
