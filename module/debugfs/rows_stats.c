// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was counted: the files stats, histograms and hooks.
 */
#include <linux/ktime.h>

#include <dfput/version.h>

#include "control.h"
#include "debugfs/table.h"
#include "exit/exit.h"
#include "hook/hook.h"
#include "list/list.h"
#include "parts.h"

/* ---- stats --------------------------------------------------------------- */

#define NAME(name, group, unit, meaning) #name,
static const char *const counter_names[] = { DFPUT_COUNTERS(NAME) };
static const char *const gauge_names[] = { DFPUT_GAUGES(NAME) };
#undef NAME

/* What the kernel has skipped, it counts itself. */
static u64 count_missed(enum dfput_counter counter)
{
	switch (counter) {
	case DFPUT_COUNT_missed_probes:
		return dfput_hooks_missed();
	case DFPUT_COUNT_lost_umounts:
		return dfput_hook_missed(DFPUT_HOOK_umount);
	default:
		return 0;
	}
}

static void show_stats(struct seq_file *m)
{
	const struct dfput_sums *sums = dfput_table_sums(m);
	const u64 *count = sums->stats.count;
	u64 since = sums->gauges.since;
	struct dfput_ring_census rings = dfput_ring_census();
	bool enabled = dfput_control_status().enabled;
	/* One moment on three clocks: a reader turns our times into the wall's. */
	ktime_t now = ktime_get();
	const u64 gauges[DFPUT_NR_GAUGES] = {
		[DFPUT_GAUGE_pending] = sums->gauges.pending,
		[DFPUT_GAUGE_unrecorded] = dfput_list_unrecorded(),
		[DFPUT_GAUGE_pending_max] = sums->gauges.pending_max,
		[DFPUT_GAUGE_pending_at_reset] = sums->gauges.pending_at_reset,
		[DFPUT_GAUGE_measuring_ns] =
			enabled ? dfput_elapsed(since, ktime_to_ns(now)) : 0,
		[DFPUT_GAUGE_enabled] = enabled,
		[DFPUT_GAUGE_watched] = atomic_read(&dfput_watched),
		[DFPUT_GAUGE_rings] = rings.now,
		[DFPUT_GAUGE_rings_unfollowed] = rings.strange || rings.blind,
		[DFPUT_GAUGE_clock_monotonic_ns] = ktime_to_ns(now),
		[DFPUT_GAUGE_clock_boottime_ns] =
			ktime_to_ns(ktime_mono_to_any(now, TK_OFFS_BOOT)),
		[DFPUT_GAUGE_clock_realtime_ns] =
			ktime_to_ns(ktime_mono_to_real(now)),
	};
	unsigned int i;

	for (i = 0; i < DFPUT_NR_COUNTERS; i++)
		dfput_value_number(m, counter_names[i],
				   count[i] + count_missed(i));
	for (i = 0; i < DFPUT_NR_GAUGES; i++)
		dfput_value_number(m, gauge_names[i], gauges[i]);
}

const struct dfput_table dfput_table_stats = {
	DFPUT_TABLE_COLUMNS(stats),
	.sums = true,
	.values = show_stats,
};

/* ---- histograms ---------------------------------------------------------- */

static unsigned int histogram_rows(void)
{
	return DFPUT_NR_HISTS * DFPUT_HIST_BUCKETS;
}

static int show_bucket(struct seq_file *m, u64 row)
{
#define HIST_NAME(name, unit, meaning) { #name, #unit },
	static const struct {
		const char *name, *unit;
	} hists[] = { DFPUT_HISTS(HIST_NAME) };
#undef HIST_NAME
	unsigned int hist = row / DFPUT_HIST_BUCKETS;
	unsigned int bucket = row % DFPUT_HIST_BUCKETS;
	u64 count = dfput_table_sums(m)->stats.hist[hist][bucket];

	if (!count)
		return SEQ_SKIP;

	dfput_field_text(m, hists[hist].name);
	dfput_field_text(m, hists[hist].unit);
	dfput_field_number(m, dfput_hist_floor(bucket));
	dfput_field_number(m, count);
	return 0;
}

const struct dfput_table dfput_table_histograms = {
	DFPUT_TABLE_COLUMNS(histograms),
	.sums = true,
	.rows = histogram_rows,
	.show = show_bucket,
};

/* ---- hooks --------------------------------------------------------------- */

static void show_hook_values(struct seq_file *m)
{
	static const char *const methods[] = { DFPUT_METHODS(DFPUT_WORD) };
	static const char *const scopes[] = { DFPUT_SCOPES(DFPUT_WORD) };
	static const char *const selftests[] = { DFPUT_SELFTESTS(DFPUT_WORD) };
	struct dfput_status status = dfput_control_status();

	dfput_value_text(m, "version", DFPUT_VERSION);
	dfput_value_text(m, "method", methods[status.method]);
	dfput_value_text(
		m, "scope",
		scopes[status.exits ? DFPUT_SCOPE_EXITS : DFPUT_SCOPE_DEFERRED]);
	dfput_value_text(m, "selftest", selftests[dfput_selftest_result()]);
	dfput_value_number(m, "settled", dfput_batch_is_preload_over());
	dfput_value_number(m, "records", dfput_list_records());
	dfput_value_number(m, "memory_bytes", dfput_parts_memory());
	dfput_value_number(m, "load_ns", status.load_ns);
}

static unsigned int hook_rows(void)
{
	return DFPUT_NR_HOOKS;
}

static int show_hook(struct seq_file *m, u64 id)
{
	struct dfput_hook_view hook;

	dfput_hook_view(id, &hook);
	dfput_field_text(m, hook.name);
	dfput_field_text(m, hook.symbol);
	dfput_field_text(m, hook.backend);
	dfput_field_word(m, DFPUT_HOOK_STATES, hook.state);
	dfput_field_number(m, hook.hits);
	dfput_field_number(m, hook.misses);
	dfput_field_error(m, hook.error, "-");
	return 0;
}

const struct dfput_table dfput_table_hooks = {
	DFPUT_TABLE_COLUMNS(hooks), .sums = true,
	.values = show_hook_values, .rows = hook_rows,
	.show = show_hook,
};
