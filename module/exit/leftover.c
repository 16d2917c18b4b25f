// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leftovers: the last watched files that were late, in a ring of rows.
 *
 * One raw spinlock, taken with interrupts off for as long as it takes to copy a
 * row. No other is taken inside it.
 */
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "core/fault.h"
#include "core/stats.h"
#include "core/trace.h"
#include "exit/internal.h"

static DEFINE_RAW_SPINLOCK(rows_lock);
static struct dfput_leftover_view *rows;
static unsigned int nr_rows;
/* The oldest and the newest. */
static u64 first_id = 1;
static u64 last_id;

/* What a process left while it lived is none of the deaths' sums. */
static void count_leftover(const struct dfput_leftover_view *view)
{
	if (view->kind == DFPUT_KIND_RING) {
		dfput_count(DFPUT_COUNT_outlived_ring);
		return;
	}
	dfput_count(DFPUT_COUNT_leftover);
	dfput_count(DFPUT_COUNT_leftover_deferred + view->route);
	if (view->kind == DFPUT_KIND_EXEC)
		dfput_count(DFPUT_COUNT_leftover_exec);
	dfput_super_leftover(&view->super);
	dfput_hist_add(DFPUT_HIST_lateness, view->lateness);
}

void dfput_leftover_add(struct dfput_leftover_view *view)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&rows_lock, flags);
	view->id = ++last_id;
	if (last_id - first_id == nr_rows)
		first_id++;
	rows[last_id % nr_rows] = *view;
	raw_spin_unlock_irqrestore(&rows_lock, flags);
	count_leftover(view);
	trace_dfput_leftover(view);
}

u64 dfput_leftover_first(void)
{
	return READ_ONCE(first_id);
}

u64 dfput_leftover_last(void)
{
	return READ_ONCE(last_id);
}

bool dfput_leftover_view(u64 id, struct dfput_leftover_view *view)
{
	unsigned long flags;
	bool there;

	raw_spin_lock_irqsave(&rows_lock, flags);
	there = id >= first_id && id <= last_id;
	*view = rows[id % nr_rows];
	raw_spin_unlock_irqrestore(&rows_lock, flags);
	return there;
}

void dfput_leftover_reset(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&rows_lock, flags);
	first_id = last_id + 1;
	raw_spin_unlock_irqrestore(&rows_lock, flags);
}

int dfput_leftover_init(unsigned int nr)
{
	rows = dfput_try(NULL, vzalloc(array_size(nr, sizeof(*rows))));
	if (!rows)
		return -ENOMEM;
	nr_rows = nr;
	return 0;
}

void dfput_leftover_exit(void)
{
	vfree(rows);
}

size_t dfput_leftover_memory(void)
{
	return PAGE_ALIGN(nr_rows * sizeof(*rows));
}
