// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sums: per-CPU counters and histograms, added up only when read.
 *
 * Handlers write their own CPU's; readers and reset take base_lock, which no
 * handler knows.
 */
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/ktime.h>

#include "core/fault.h"
#include "core/stats.h"

struct dfput_stats __percpu *dfput_stats;
atomic_long_t dfput_pending = ATOMIC_LONG_INIT(0);

static atomic_long_t pending_max = ATOMIC_LONG_INIT(0);

/* What is taken off the sums: everything before the last reset. */
static DEFINE_MUTEX(base_lock);
static struct dfput_stats *base;
static u64 base_time;

void dfput_pending_add(void)
{
	long now = atomic_long_inc_return(&dfput_pending);
	long max = atomic_long_read(&pending_max);

	while (now > max && !atomic_long_try_cmpxchg(&pending_max, &max, now))
		;
}

void dfput_pending_sub(void)
{
	atomic_long_dec(&dfput_pending);
}

static void add_cpu(u64 *sum, const u64 *cpu, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		sum[i] += READ_ONCE(cpu[i]);
}

/*
 * Releases before queueings, so that a file that goes through in between makes
 * the list look longer for a moment, but never shorter than empty.
 */
static void sum_all(struct dfput_stats *sum)
{
	int cpu, counter;

	memset(sum, 0, sizeof(*sum));
	for (counter = DFPUT_NR_COUNTERS - 1; counter >= 0; counter--) {
		for_each_possible_cpu(cpu)
			add_cpu(&sum->count[counter],
				&per_cpu_ptr(dfput_stats, cpu)->count[counter],
				1);
		smp_rmb(); /* keeps the order of the counters, see above */
	}
	for_each_possible_cpu(cpu) {
		const struct dfput_stats *from = per_cpu_ptr(dfput_stats, cpu);

		add_cpu(sum->hist[0], from->hist[0],
			DFPUT_NR_HISTS * DFPUT_HIST_BUCKETS);
	}
}

/* The account of <dfput/counters.h>, solved for what is on the list. */
static u64 solve_pending(const u64 *count)
{
	s64 left = count[DFPUT_COUNT_queued] - count[DFPUT_COUNT_retracted] -
		   count[DFPUT_COUNT_pending_at_stop] -
		   count[DFPUT_COUNT_released] + count[DFPUT_COUNT_unmatched] +
		   count[DFPUT_COUNT_preload];

	return max_t(s64, left, 0);
}

void dfput_stats_read(struct dfput_stats *sum, struct dfput_gauges *gauges)
{
	u64 *to = (u64 *)sum;
	const u64 *off;
	size_t i;

	mutex_lock(&base_lock);
	sum_all(sum);
	gauges->pending = solve_pending(sum->count);
	gauges->pending_at_reset = solve_pending(base->count);
	gauges->since = base_time;
	off = (const u64 *)base;
	for (i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] -= off[i];
	mutex_unlock(&base_lock);

	gauges->pending_max =
		max_t(u64, gauges->pending, atomic_long_read(&pending_max));
}

void dfput_stats_begin(void)
{
	mutex_lock(&base_lock);
	base_time = ktime_get_mono_fast_ns();
	mutex_unlock(&base_lock);
}

void dfput_stats_reset(void)
{
	mutex_lock(&base_lock);
	sum_all(base);
	base_time = ktime_get_mono_fast_ns();
	atomic_long_set(&pending_max, atomic_long_read(&dfput_pending));
	mutex_unlock(&base_lock);
}

int dfput_stats_init(void)
{
	base = dfput_try(NULL, kzalloc(sizeof(*base), GFP_KERNEL));
	if (!base)
		return -ENOMEM;
	dfput_stats = dfput_try(NULL, alloc_percpu(struct dfput_stats));
	if (!dfput_stats) {
		kfree(base);
		return -ENOMEM;
	}
	return 0;
}

void dfput_stats_exit(void)
{
	free_percpu(dfput_stats);
	kfree(base);
}

size_t dfput_stats_memory(void)
{
	return sizeof(*base) + num_possible_cpus() * sizeof(*dfput_stats);
}
