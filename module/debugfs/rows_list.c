// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of the list: the files on it, and the call paths that queued them.
 */
#include <linux/kallsyms.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/fault.h"
#include "debugfs/table.h"
#include "exit/exit.h"
#include "fs/fs.h"
#include "list/list.h"

/* ---- pending ------------------------------------------------------------- */

/* The type of a superblock that is there, or went while we looked. */
static void show_fstype(struct seq_file *m, const struct dfput_super_ref *super)
{
	struct dfput_super_view view;

	if (super->id && dfput_super_view(super->slot, &view) &&
	    view.id == super->id)
		dfput_field_text(m, view.fstype);
	else
		dfput_field_text(m, "");
}

/* The owner of another file that gets this one's address is not this one's. */
static bool copy_pending(unsigned int slot, struct dfput_pending_view *view,
			 struct dfput_identity *who)
{
	bool known;

	do {
		if (!dfput_list_view(slot, view))
			return false;
		known = view->started ?
				dfput_watch_taken_owner(view->watched, who) :
				dfput_watch_owner_of(view->file, who);
	} while (!dfput_list_is_unchanged(slot, view));
	if (!known)
		memset(who, 0, sizeof(*who));
	return true;
}

static int show_pending(struct seq_file *m, u64 slot)
{
	struct dfput_deferral *deferral;
	struct dfput_pending_view view;
	struct dfput_identity who;
	u64 now;

	if (!copy_pending(slot, &view, &who))
		return SEQ_SKIP;

	now = ktime_get_mono_fast_ns();
	deferral = &view.deferral;
	deferral->comm[sizeof(deferral->comm) - 1] = '\0';
	dfput_field_number(m, dfput_elapsed(deferral->queued, now));
	dfput_field_word(m, DFPUT_PENDING_STATES,
			 view.started ? DFPUT_PENDING_STARTED :
					DFPUT_PENDING_QUEUED);
	dfput_field_word(m, DFPUT_CAUSES, deferral->cause);
	dfput_field_device(m, deferral->super.dev);
	dfput_field_number(m, deferral->ino);
	show_fstype(m, &deferral->super);
	dfput_field_number(m, deferral->super.id);
	dfput_field_number(m, deferral->cpu);
	dfput_field_number(m, deferral->pid);
	dfput_field_text(m, deferral->comm);
	dfput_field_number(m, deferral->origin);
	dfput_field_number(m, who.tgid);
	dfput_field_text(m, who.comm);
	dfput_field_number(m, who.start);
	dfput_field_mount(m, deferral->mount);
	dfput_field_reapers(m, &who);
	dfput_field_number(m,
			   view.started ? dfput_elapsed(view.started, now) : 0);
	dfput_field_ops(m, deferral->ops);
	return 0;
}

const struct dfput_table dfput_table_pending = {
	DFPUT_TABLE_COLUMNS(pending),
	.rows = dfput_list_records,
	.show = show_pending,
};

/* ---- origins ------------------------------------------------------------- */

/*
 * Its name alone: of a module that is gone there is only an address. B: of the call,
 * because behind one that never returns another function may begin. Not by
 * kasprintf(): that writes twice, and warns if the module has gone in between.
 */
static void show_function(struct seq_file *m, unsigned long address)
{
	char *text = dfput_try(NULL, kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL));

	if (text)
		snprintf(text, KSYM_SYMBOL_LEN, "%pB", (void *)address);
	if (!text || !strncmp(text, "0x", 2))
		seq_putc(m, '?');
	else
		seq_printf(m, "%.*s", (int)strcspn(text, "+ "), text);
	kfree(text);
}

static void show_stack(struct seq_file *m, const struct dfput_origin_view *view)
{
	unsigned int i;

	dfput_field(m);
	for (i = 0; i < view->nr; i++) {
		if (i)
			seq_putc(m, ';');
		show_function(m, view->frames[i]);
	}
}

static int show_origin(struct seq_file *m, u64 row)
{
	struct dfput_origin_view view;

	if (!dfput_origin_view(row, &view))
		return SEQ_SKIP;

	dfput_field_number(m, view.id);
	dfput_field_word(m, DFPUT_CAUSES, view.cause);
	dfput_field_number(m, view.count);
	dfput_field_number(m, view.unwound);
	dfput_field_number(m, view.wait);
	dfput_field_number(m, view.wait_max);
	show_stack(m, &view);
	return 0;
}

const struct dfput_table dfput_table_origins = {
	DFPUT_TABLE_COLUMNS(origins),
	.rows = dfput_origin_rows,
	.show = show_origin,
};
