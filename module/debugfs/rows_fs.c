// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of filesystems: superblocks, and umounts.
 */
#include "debugfs/table.h"
#include "fs/fs.h"
#include "hook/hook.h"
#include "umount/umount.h"

/* ---- superblocks --------------------------------------------------------- */

static void show_hop(struct seq_file *m, const struct dfput_hop *hop, u64 since)
{
	static const char *const words[] = { DFPUT_HOPS(DFPUT_WORD) };

	seq_puts(m, words[hop->kind]);
	if (hop->dev)
		seq_printf(m, ":%u:%u", MAJOR(hop->dev), MINOR(hop->dev));
	if (hop->ino)
		seq_printf(m, "/%llu", hop->ino);
	seq_printf(m, "@%llu", dfput_elapsed(since, hop->time));
}

/* A shutdown that nothing was deferred for is no chain. */
static void show_chain(struct seq_file *m,
		       const struct dfput_shutdown *shutdown)
{
	unsigned int i;

	dfput_field(m);
	for (i = 0; i < shutdown->nr_hops && shutdown->nr_hops > 1; i++) {
		if (i)
			seq_putc(m, ';');
		show_hop(m, &shutdown->hops[i], shutdown->hops[0].time);
	}
	if (!i)
		seq_putc(m, '-');
}

static enum dfput_freeze_state
freeze_state_of(const struct dfput_super_view *view)
{
	if (view->state == DFPUT_SUPER_UNKNOWN ||
	    !dfput_hook_sees_all(DFPUT_HOOK_freeze) ||
	    !dfput_hook_sees_all(DFPUT_HOOK_super_deactivate))
		return DFPUT_FREEZE_UNKNOWN;
	return view->freeze.frozen ? DFPUT_FREEZE_FROZEN : DFPUT_FREEZE_NO;
}

static int show_superblock(struct seq_file *m, u64 slot)
{
	struct dfput_super_view view;

	if (!dfput_super_view(slot, &view))
		return SEQ_SKIP;

	view.shutdown.comm[sizeof(view.shutdown.comm) - 1] = '\0';
	view.freeze.comm[sizeof(view.freeze.comm) - 1] = '\0';
	dfput_field_number(m, view.id);
	dfput_field_text(m, view.fstype);
	dfput_field_device(m, view.dev);
	dfput_field_text(m, view.name);
	dfput_field_word(m, DFPUT_SUPER_STATES, view.state);
	dfput_field_number(m, view.queued);
	dfput_field_number(m, view.released);
	dfput_field_number(m, view.pending);
	dfput_field_number(m, view.held);
	dfput_field_number(m, view.leftovers);
	dfput_field_number(m, view.shutdown.begun);
	dfput_field_number(m, view.shutdown.took);
	dfput_field_number(m, view.shutdown.pid);
	dfput_field_text(m, view.shutdown.comm);
	show_chain(m, &view.shutdown);
	dfput_field_word(m, DFPUT_FREEZES, freeze_state_of(&view));
	dfput_field_number(m, view.freeze.since);
	dfput_field_number(m, view.freeze.pid);
	dfput_field_text(m, view.freeze.comm);
	return 0;
}

const struct dfput_table dfput_table_superblocks = {
	DFPUT_TABLE_COLUMNS(superblocks),
	.rows = dfput_super_slots,
	.show = show_superblock,
};

/* ---- umounts ------------------------------------------------------------- */

static int show_umount(struct seq_file *m, u64 id)
{
	struct dfput_umount_view view;

	if (!dfput_umount_view(id, &view))
		return SEQ_SKIP;

	dfput_field_number(m, view.id);
	dfput_field_number(m, view.ended);
	dfput_field_number(m, dfput_elapsed(view.begun, view.ended));
	dfput_field_error(m, view.result, "0");
	dfput_field_word(m, DFPUT_WHYS, dfput_umount_why(&view));
	dfput_field_number(m, view.evidence.queued);
	dfput_field_number(m, view.pending_super);
	dfput_field_number(m, view.evidence.held);
	dfput_field_number(m, view.rings);
	dfput_field_number(m, view.evidence.ring_files);
	/* 0 until then. */
	dfput_field_number(m, dfput_elapsed(view.ended, view.shutdown));
	dfput_field_bits(m, DFPUT_UMOUNT_FLAGS, view.flags);
	dfput_field_device(m, view.super.dev);
	dfput_field_text(m, view.fstype);
	dfput_field_text(m, view.name);
	dfput_field_number(m, view.super.id);
	dfput_field_mount(m, view.mnt);
	dfput_field_number(m, view.pid);
	dfput_field_text(m, view.comm);
	dfput_field_number(m, view.attempts);
	dfput_field_number(m, view.first);
	return 0;
}

const struct dfput_table dfput_table_umounts = {
	DFPUT_TABLE_COLUMNS(umounts),
	.first = dfput_umount_first,
	.last = dfput_umount_last,
	.show = show_umount,
};
