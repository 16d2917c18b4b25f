/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sums: per-CPU counters and histograms, added up only when read.
 *
 * Writers use this_cpu_inc(), which no interrupt can tear, so they need no
 * lock and may run in any context, NMI included. A reader adds up what it
 * finds; numbers that were counted together may be seen one without the other
 * while the machine is busy, and agree when it is quiet.
 */
#ifndef DFPUT_STATS_H
#define DFPUT_STATS_H

#include <linux/atomic.h>
#include <linux/percpu.h>

#include <dfput/counters.h>
#include <dfput/hist.h>

/**
 * struct dfput_stats - all that is summed
 * @count: the counters of <dfput/counters.h>
 * @hist: the buckets of <dfput/hist.h>
 */
struct dfput_stats {
	u64 count[DFPUT_NR_COUNTERS];
	u64 hist[DFPUT_NR_HISTS][DFPUT_HIST_BUCKETS];
};

extern struct dfput_stats __percpu *dfput_stats;

/*
 * How many files are on the list. One word for all CPUs, because only one word
 * can say exactly when it falls to nothing; the kernel's own list head, next to
 * which it changes, is shared in the same way.
 */
extern atomic_long_t dfput_pending;

/* Counting: any context. */
static __always_inline void dfput_count(enum dfput_counter counter)
{
	this_cpu_inc(dfput_stats->count[counter]);
}

static __always_inline void dfput_count_add(enum dfput_counter counter, u32 nr)
{
	this_cpu_add(dfput_stats->count[counter], nr);
}

/* A file was queued, with this cause. */
static __always_inline void dfput_count_queued(enum dfput_cause cause)
{
	dfput_count(DFPUT_COUNT_queued);
	dfput_count(DFPUT_COUNT_queued_hardirq + (unsigned int)cause);
}

/* One value of a histogram, in its unit. */
static __always_inline void dfput_hist_add(enum dfput_hist hist, u64 value)
{
	this_cpu_inc(dfput_stats->hist[hist][dfput_hist_bucket(value)]);
}

/*
 * Time between two values of ktime_get_mono_fast_ns(), never negative: that clock
 * may step back a little between two CPUs while it is adjusted.
 */
static __always_inline u64 dfput_elapsed(u64 from, u64 to)
{
	return to > from ? to - from : 0;
}

/* A file is on the list, or has left it. Any context. */
void dfput_pending_add(void);
void dfput_pending_sub(void);

int dfput_stats_init(void);
void dfput_stats_exit(void);
size_t dfput_stats_memory(void);

/**
 * struct dfput_gauges - values of the stats file that are not counters
 * @pending: files on the list, from the account of counters.h
 * @pending_max: the most there were at once
 * @pending_at_reset: what @pending was at the last reset
 * @since: when measuring was last begun or reset, ns
 */
struct dfput_gauges {
	u64 pending;
	u64 pending_max;
	u64 pending_at_reset;
	u64 since;
};

/* The sums since load or reset. The rest is for process context, and may sleep. */
void dfput_stats_read(struct dfput_stats *sum, struct dfput_gauges *gauges);

/*
 * Measuring begins now: the clock that is shown starts anew, so that a reader can
 * tell a pause; the counts go on.
 */
void dfput_stats_begin(void);

/*
 * Begin all counts anew. Nothing that a handler writes is touched: what has been
 * counted so far is taken off whenever the sums are read.
 */
void dfput_stats_reset(void);

#endif /* DFPUT_STATS_H */
