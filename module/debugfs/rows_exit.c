// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of exits: files that were late, files still held, and rings.
 */
#include <linux/ktime.h>

#include "debugfs/table.h"
#include "exit/exit.h"
#include "list/list.h"

void dfput_field_reapers(struct seq_file *m, const struct dfput_identity *who)
{
	const char *comma = "";
	unsigned int i;

	dfput_field(m);
	for (i = 0; i < DFPUT_REAPERS && who->reapers[i]; i++) {
		seq_printf(m, "%s%d", comma, who->reapers[i]);
		comma = ",";
	}
	if (who->more_reapers)
		seq_printf(m, "%s...", comma);
	else if (!i)
		seq_putc(m, '-');
}

/* DFPUT_COLUMNS_OWNER */
static void show_owner(struct seq_file *m, const struct dfput_identity *who)
{
	dfput_field_number(m, who->tgid);
	dfput_field_number(m, who->start);
	/* Of a ring it may be unknown. */
	if (who->tgid)
		dfput_field_number(m, who->uid);
	else
		dfput_field_text(m, "");
	dfput_field_number(m, who->cgroup);
	dfput_field_reapers(m, who);
	dfput_field_text(m, who->comm);
}

/* ---- leftovers ----------------------------------------------------------- */

static int show_leftover(struct seq_file *m, u64 id)
{
	struct dfput_leftover_view view;

	if (!dfput_leftover_view(id, &view))
		return SEQ_SKIP;

	dfput_field_number(m, view.id);
	dfput_field_word(m, DFPUT_KINDS, view.kind);
	dfput_field_number(m, view.lateness);
	dfput_field_number(m, view.visible);
	dfput_field_word(m, DFPUT_ROUTES, view.route);
	dfput_field_word(m, DFPUT_CAUSES, view.cause);
	dfput_field_number(m, view.origin);
	dfput_field_device(m, view.super.dev);
	dfput_field_number(m, view.ino);
	dfput_field_text(m, view.fstype);
	dfput_field_number(m, view.super.id);
	dfput_field_bits(m, DFPUT_BLOCKS, view.blocks);
	show_owner(m, &view.who);
	dfput_field_ops(m, view.ops);
	return 0;
}

const struct dfput_table dfput_table_leftovers = {
	DFPUT_TABLE_COLUMNS(leftovers),
	.first = dfput_leftover_first,
	.last = dfput_leftover_last,
	.show = show_leftover,
};

/* ---- held ---------------------------------------------------------------- */

static int show_held(struct seq_file *m, u64 slot)
{
	struct dfput_held_view view;

	/* What is on the list is in pending. */
	if (!dfput_watch_view(slot, &view) || dfput_list_has(view.file))
		return SEQ_SKIP;

	dfput_field_number(m, dfput_elapsed(view.closed,
					    ktime_get_mono_fast_ns()));
	dfput_field_word(m, DFPUT_KINDS, view.kind);
	dfput_field_number(m, view.visible);
	dfput_field_device(m, view.super.dev);
	dfput_field_number(m, view.ino);
	dfput_field_text(m, view.fstype);
	dfput_field_number(m, view.super.id);
	dfput_field_mount(m, view.mount);
	dfput_field_bits(m, DFPUT_BLOCKS, view.blocks);
	show_owner(m, &view.who);
	dfput_field_ops(m, view.ops);
	return 0;
}

const struct dfput_table dfput_table_held = {
	DFPUT_TABLE_COLUMNS(held),
	.rows = dfput_watch_slots,
	.show = show_held,
};

/* ---- rings --------------------------------------------------------------- */

static int show_ring(struct seq_file *m, u64 slot)
{
	struct dfput_ring_view view;

	if (!dfput_ring_view(slot, &view))
		return SEQ_SKIP;

	dfput_field_number(m, view.id);
	dfput_field_number(m,
			   dfput_elapsed(view.since, ktime_get_mono_fast_ns()));
	dfput_field_word(m, DFPUT_RING_STATES,
			 view.working ? DFPUT_RING_WORKING :
					DFPUT_RING_WAITING);
	dfput_field_word(m, DFPUT_KINDS, view.kind);
	show_owner(m, &view.who);
	return 0;
}

const struct dfput_table dfput_table_rings = {
	DFPUT_TABLE_COLUMNS(rings),
	.rows = dfput_ring_slots,
	.show = show_ring,
};
