// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files in debugfs that are tables.
 *
 * Process context throughout. Nothing shown holds up a handler for longer than
 * it takes to copy one row. No pointer of the kernel's is shown: a mount, which
 * has no number that we could see, is told from others by a keyed hash of its
 * address.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mount.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <dfput/abi.h>

#include "exit/exit.h"
#include "list/list.h"
#include "core/fault.h"
#include "core/stats.h"
#include "fs/fs.h"
#include "debugfs/tables.h"
#include "debugfs/text.h"
#include "umount/umount.h"

/* ---- rows: position 0 is the head, n > 0 is place n - 1 ------------------ */

static void *start(struct seq_file *m, loff_t *pos)
{
	const struct dfput_table *table = m->private;

	return *pos <= table->rows() ? (void *)(unsigned long)(*pos + 1) : NULL;
}

static void *next(struct seq_file *m, void *token, loff_t *pos)
{
	++*pos;
	return start(m, pos);
}

static void stop(struct seq_file *m, void *token)
{
}

static int show(struct seq_file *m, void *token)
{
	const struct dfput_table *table = m->private;
	unsigned long place = (unsigned long)token - 1;

	if (place)
		return table->show(m, place - 1);
	dfput_text_abi(m);
	dfput_text_columns(m, table->columns);
	return 0;
}

const struct seq_operations dfput_table_operations = {
	.start = start,
	.next = next,
	.stop = stop,
	.show = show,
};

/* ---- fields -------------------------------------------------------------- */

static void show_cause(struct seq_file *m, unsigned int cause)
{
#define CAUSE_NAME(name, meaning) #name,
	/* In the order of enum dfput_cause, because made from the same list. */
	static const char *const names[] = { DFPUT_CAUSES(CAUSE_NAME) };
#undef CAUSE_NAME

	seq_puts(m, cause < ARRAY_SIZE(names) ? names[cause] : "-");
}

/* The type of a superblock that is there, or went while we looked. */
static void show_fstype(struct seq_file *m, const struct dfput_super_ref *super)
{
	struct dfput_super_view view;

	if (super->id && dfput_super_view(super->slot, &view) &&
	    view.id == super->id)
		dfput_text_name(m, view.fstype);
	else
		seq_putc(m, '-');
}

/*
 * A key of our own: %p shows the address itself where the kernel was booted with
 * no_hash_pointers, and the same text for all of them until the kernel has random
 * numbers for it.
 */
static siphash_key_t mount_key __read_mostly;

void dfput_tables_init(void)
{
	get_random_bytes(&mount_key, sizeof(mount_key));
}

static void show_mount(struct seq_file *m, const void *mnt)
{
	if (mnt)
		seq_printf(m, "%016llx",
			   siphash_1u64((unsigned long)mnt, &mount_key));
	else
		seq_putc(m, '-');
}

static void show_blocks(struct seq_file *m, u8 blocks)
{
#define BLOCK_NAME(name, meaning) #name,
	static const char *const names[] = { DFPUT_BLOCKS(BLOCK_NAME) "?" };
#undef BLOCK_NAME

	dfput_text_bits(m, names, ARRAY_SIZE(names), blocks);
}

static void show_kind(struct seq_file *m, const struct dfput_identity *who)
{
	seq_puts(m, who->exec ? "exec" : "exit");
}

static void show_reapers(struct seq_file *m, const struct dfput_identity *who)
{
	const char *comma = "";
	unsigned int i;

	for (i = 0; i < DFPUT_REAPERS && who->reapers[i]; i++) {
		seq_printf(m, "%s%d", comma, who->reapers[i]);
		comma = ",";
	}
	if (who->more_reapers)
		seq_printf(m, "%s...", comma);
	else if (!i)
		seq_putc(m, '-');
}

static void show_identity(struct seq_file *m, const struct dfput_identity *who)
{
	seq_printf(m, "%d\t%llu\t%u\t%llu\t", who->tgid, who->start, who->uid,
		   who->cgroup);
	show_reapers(m, who);
	seq_putc(m, '\t');
	dfput_text_name(m, who->comm);
}

/* ---- pending ------------------------------------------------------------- */

static void show_owner(struct seq_file *m, bool known,
		       const struct dfput_identity *who)
{
	if (known) {
		seq_printf(m, "%d\t", who->tgid);
		dfput_text_name(m, who->comm);
		seq_printf(m, "\t%llu", who->start);
	} else {
		seq_puts(m, "0\t-\t0");
	}
}

/* The owner of another file that gets this one's address is not this one's. */
static bool copy_pending(unsigned int row, struct dfput_pending_view *view,
			 bool *known, struct dfput_identity *who)
{
	do {
		if (!dfput_list_view(row, view))
			return false;
		*known = view->started ?
				 dfput_watch_taken_owner(view->watched, who) :
				 dfput_watch_owner_of(view->file, who);
	} while (!dfput_list_is_unchanged(row, view));
	return true;
}

static int show_pending(struct seq_file *m, unsigned int row)
{
	struct dfput_deferral *deferral;
	struct dfput_pending_view view;
	struct dfput_identity who;
	bool known;
	u64 now;

	if (!copy_pending(row, &view, &known, &who))
		return SEQ_SKIP;

	deferral = &view.deferral;
	now = ktime_get_mono_fast_ns();
	deferral->comm[sizeof(deferral->comm) - 1] = '\0';
	seq_printf(m, "%llu\t%s\t", dfput_elapsed(deferral->queued, now),
		   view.started ? "started" : "queued");
	show_cause(m, deferral->cause);
	seq_putc(m, '\t');
	dfput_text_device(m, deferral->super.dev);
	seq_printf(m, "\t%llu\t", deferral->ino);
	show_fstype(m, &deferral->super);
	seq_printf(m, "\t%llu\t%u\t%d\t", deferral->super.id, deferral->cpu,
		   deferral->pid);
	dfput_text_name(m, deferral->comm);
	seq_printf(m, "\t%u\t", deferral->origin);
	show_owner(m, known, &who);
	seq_putc(m, '\t');
	show_mount(m, deferral->mount);
	seq_putc(m, '\n');
	return 0;
}

const struct dfput_table dfput_table_pending = {
	.columns = DFPUT_PENDING_COLUMNS(DFPUT_TEXT_COLUMN),
	.rows = dfput_list_records,
	.show = show_pending,
};

/* ---- superblocks --------------------------------------------------------- */

static void show_hop(struct seq_file *m, const struct dfput_hop *hop)
{
	static const char *const kinds[] = {
		[DFPUT_HOP_FILE] = "file",
		[DFPUT_HOP_MOUNT] = "mount",
		[DFPUT_HOP_SUPER] = "super",
	};

	seq_puts(m, kinds[hop->kind]);
	if (hop->dev) {
		seq_putc(m, ':');
		dfput_text_device(m, hop->dev);
	}
	if (hop->ino)
		seq_printf(m, "/%llu", hop->ino);
}

/* A shutdown that nothing was deferred for is no chain. */
static void show_chain(struct seq_file *m,
		       const struct dfput_shutdown *shutdown)
{
	unsigned int i;

	for (i = 0; i < shutdown->nr_hops && shutdown->nr_hops > 1; i++) {
		if (i)
			seq_putc(m, ';');
		show_hop(m, &shutdown->hops[i]);
		seq_printf(m, "@%llu",
			   dfput_elapsed(shutdown->hops[0].time,
					 shutdown->hops[i].time));
	}
	if (!i)
		seq_putc(m, '-');
}

static int show_superblock(struct seq_file *m, unsigned int row)
{
	static const char *const states[] = {
		[DFPUT_SUPER_ALIVE] = "alive",
		[DFPUT_SUPER_SHUTDOWN] = "shutdown",
		[DFPUT_SUPER_GONE] = "gone",
		[DFPUT_SUPER_UNKNOWN] = "unknown",
	};
	struct dfput_super_view view;

	if (!dfput_super_view(row, &view))
		return SEQ_SKIP;

	view.shutdown.comm[sizeof(view.shutdown.comm) - 1] = '\0';
	seq_printf(m, "%llu\t", view.id);
	dfput_text_name(m, view.fstype);
	seq_putc(m, '\t');
	dfput_text_device(m, view.dev);
	seq_putc(m, '\t');
	dfput_text_name(m, view.name);
	seq_printf(m, "\t%s\t%llu\t%llu\t%llu\t%u\t%llu\t%llu\t%llu\t%d\t",
		   states[view.state], view.queued, view.released, view.pending,
		   view.held, view.leftovers, view.shutdown.begun,
		   view.shutdown.took, view.shutdown.pid);
	dfput_text_name(m, view.shutdown.comm);
	seq_putc(m, '\t');
	show_chain(m, &view.shutdown);
	seq_putc(m, '\n');
	return 0;
}

const struct dfput_table dfput_table_superblocks = {
	.columns = DFPUT_SUPERBLOCKS_COLUMNS(DFPUT_TEXT_COLUMN),
	.rows = dfput_super_slots,
	.show = show_superblock,
};

/* ---- leftovers ----------------------------------------------------------- */

static int show_leftover(struct seq_file *m, unsigned int row)
{
	static const char *const routes[DFPUT_NR_ROUTES] = {
		[DFPUT_ROUTE_DEFERRED] = "deferred",
		[DFPUT_ROUTE_TASK_WORK] = "task_work",
		[DFPUT_ROUTE_SYNC] = "sync",
	};
	struct dfput_leftover_view view;

	if (!dfput_leftover_view(row, &view))
		return SEQ_SKIP;

	seq_printf(m, "%llu\t", view.id);
	show_kind(m, &view.who);
	seq_printf(m, "\t%llu\t%llu\t%s\t", view.lateness, view.visible,
		   routes[view.route]);
	show_cause(m, view.cause);
	seq_printf(m, "\t%u\t", view.origin);
	dfput_text_device(m, view.super.dev);
	seq_printf(m, "\t%llu\t", view.ino);
	dfput_text_name(m, view.fstype);
	seq_printf(m, "\t%llu\t", view.super.id);
	show_blocks(m, view.blocks);
	seq_putc(m, '\t');
	show_identity(m, &view.who);
	seq_putc(m, '\n');
	return 0;
}

const struct dfput_table dfput_table_leftovers = {
	.columns = DFPUT_LEFTOVERS_COLUMNS(DFPUT_TEXT_COLUMN),
	.rows = dfput_leftover_rows,
	.show = show_leftover,
};

/* ---- origins ------------------------------------------------------------- */

/* Its name alone: of a module that is gone there is only an address. */
static void show_function(struct seq_file *m, unsigned long address)
{
	char *text =
		dfput_try(NULL, kasprintf(GFP_KERNEL, "%ps", (void *)address));

	if (!text || !strncmp(text, "0x", 2))
		seq_putc(m, '?');
	else
		seq_printf(m, "%.*s", (int)strcspn(text, " "), text);
	kfree(text);
}

static int show_origin(struct seq_file *m, unsigned int row)
{
	struct dfput_origin_view view;
	unsigned int i;

	if (!dfput_origin_view(row + 1, &view))
		return SEQ_SKIP;

	seq_printf(m, "%u\t", row + 1);
	show_cause(m, view.cause);
	seq_printf(m, "\t%llu\t%llu\t%llu\t%llu\t", view.count, view.unwound,
		   view.wait, view.wait_max);
	for (i = 0; i < view.nr; i++) {
		if (i)
			seq_putc(m, ';');
		show_function(m, view.frames[i]);
	}
	seq_putc(m, '\n');
	return 0;
}

const struct dfput_table dfput_table_origins = {
	.columns = DFPUT_ORIGINS_COLUMNS(DFPUT_TEXT_COLUMN),
	.rows = dfput_origin_rows,
	.show = show_origin,
};

/* ---- umounts ------------------------------------------------------------- */

static unsigned int umount_rows(void)
{
	return DFPUT_UMOUNTS;
}

static void show_result(struct seq_file *m, int result)
{
	if (result)
		seq_printf(m, "%pe", ERR_PTR(result));
	else
		seq_putc(m, '0');
}

static void show_flags(struct seq_file *m, int flags)
{
	/* In the order of umount2(2)'s flags, from bit 0 on. */
	static const char *const names[] = { "force", "detach", "expire",
					     "nofollow" };

	dfput_text_bits(m, names, ARRAY_SIZE(names), flags);
}

static int show_umount(struct seq_file *m, unsigned int row)
{
	static const char *const whys[DFPUT_NR_WHYS] = {
		[DFPUT_WHY_NOT_BUSY] = "-",
		[DFPUT_WHY_DEFERRAL] = "deferral",
		[DFPUT_WHY_DEFERRAL_PERHAPS] = "deferral?",
		[DFPUT_WHY_RING] = "ring",
		[DFPUT_WHY_RING_PERHAPS] = "ring?",
		[DFPUT_WHY_HELD] = "held",
		[DFPUT_WHY_OTHER] = "other",
		[DFPUT_WHY_UNKNOWN] = "unknown",
	};
	struct dfput_umount_view view;

	if (!dfput_umount_view(row, &view))
		return SEQ_SKIP;

	seq_printf(m, "%llu\t%llu\t%llu\t", view.id, view.ended,
		   dfput_elapsed(view.begun, view.ended));
	show_result(m, view.result);
	seq_printf(m, "\t%s\t%u\t%llu\t%u\t%u\t%u\t%llu\t",
		   whys[dfput_umount_why(&view)], view.queued,
		   view.pending_super, view.held, view.rings, view.ring_files,
		   view.shutdown ? dfput_elapsed(view.ended, view.shutdown) :
				   0);
	show_flags(m, view.flags);
	seq_putc(m, '\t');
	dfput_text_device(m, view.super.dev);
	seq_putc(m, '\t');
	dfput_text_name(m, view.fstype);
	seq_putc(m, '\t');
	dfput_text_name(m, view.name);
	seq_printf(m, "\t%llu\t", view.super.id);
	show_mount(m, view.mnt);
	seq_printf(m, "\t%d\t", view.pid);
	dfput_text_name(m, view.comm);
	seq_putc(m, '\n');
	return 0;
}

const struct dfput_table dfput_table_umounts = {
	.columns = DFPUT_UMOUNTS_COLUMNS(DFPUT_TEXT_COLUMN),
	.rows = umount_rows,
	.show = show_umount,
};

/* ---- held ---------------------------------------------------------------- */

static int show_held(struct seq_file *m, unsigned int row)
{
	struct dfput_held_view view;

	/* What is on the list is in pending. */
	if (!dfput_watch_view(row, &view) || dfput_list_has(view.file))
		return SEQ_SKIP;

	seq_printf(m, "%llu\t",
		   dfput_elapsed(view.closed, ktime_get_mono_fast_ns()));
	show_kind(m, &view.who);
	seq_printf(m, "\t%llu\t", view.visible);
	dfput_text_device(m, view.super.dev);
	seq_printf(m, "\t%llu\t", view.ino);
	dfput_text_name(m, view.fstype);
	seq_printf(m, "\t%llu\t", view.super.id);
	show_mount(m, view.mount);
	seq_putc(m, '\t');
	show_blocks(m, view.blocks);
	seq_putc(m, '\t');
	show_identity(m, &view.who);
	seq_putc(m, '\n');
	return 0;
}

const struct dfput_table dfput_table_held = {
	.columns = DFPUT_HELD_COLUMNS(DFPUT_TEXT_COLUMN),
	.rows = dfput_watch_slots,
	.show = show_held,
};

/* ---- rings --------------------------------------------------------------- */

static int show_ring(struct seq_file *m, unsigned int row)
{
	struct dfput_ring_view view;

	if (!dfput_ring_view(row, &view))
		return SEQ_SKIP;

	seq_printf(m, "%u\t%llu\t%s\t", view.id,
		   dfput_elapsed(view.since, ktime_get_mono_fast_ns()),
		   view.working ? "working" : "waiting");
	show_kind(m, &view.who);
	seq_putc(m, '\t');
	show_identity(m, &view.who);
	seq_putc(m, '\n');
	return 0;
}

const struct dfput_table dfput_table_rings = {
	.columns = DFPUT_RINGS_COLUMNS(DFPUT_TEXT_COLUMN),
	.rows = dfput_ring_slots,
	.show = show_ring,
};
