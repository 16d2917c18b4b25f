// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of our files in debugfs.
 *
 * Process context throughout. Nothing shown holds up a handler for longer than it
 * takes to copy one row. No address of the kernel's is shown.
 */
#include <linux/bits.h>
#include <linux/ctype.h>
#include <linux/kallsyms.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <dfput/abi.h>

#include "core/fault.h"
#include "core/waiters.h"
#include "debugfs/table.h"

/* Of an open file; without the sums where its table needs none. */
struct open_table {
	const struct dfput_table *table;
	/* There is one to the left. */
	bool has_field;
	/* The place behind the last, as this reading began. */
	u64 end;
	struct dfput_sums sums;
};

/* ---- lines: position 0 is the head, n > 0 is place n - 1 ----------------- */

static u64 end_of(const struct dfput_table *table)
{
	if (table->last)
		return table->last() + 1;
	return table->rows ? table->rows() : 0;
}

/* Passes over ids that were overwritten meanwhile, and no others. */
static void *find_line(const struct open_table *open, loff_t *pos)
{
	const struct dfput_table *table = open->table;
	u64 place = *pos - 1;

	if (table->first)
		place = max(place, table->first());
	*pos = place + 1;
	return place < open->end ? (void *)(unsigned long)(place + 2) : NULL;
}

static void *start_lines(struct seq_file *m, loff_t *pos)
{
	struct open_table *open = m->private;
	const struct dfput_table *table = open->table;

	if (*pos)
		return find_line(open, pos);
	if (table->sums)
		dfput_stats_read(&open->sums.stats, &open->sums.gauges);
	open->end = end_of(table);
	return (void *)1UL;
}

static void *next_line(struct seq_file *m, void *token, loff_t *pos)
{
	++*pos;
	return find_line(m->private, pos);
}

static void stop_lines(struct seq_file *m, void *token)
{
}

/* The list ends with a tab too many. */
static void show_head(struct seq_file *m, const struct dfput_table *table)
{
	int length = strlen(table->columns) - 1;

	seq_printf(m, DFPUT_ABI_PREFIX "%d\n", DFPUT_ABI);
	if (table->values)
		table->values(m);
	if (length > 0)
		seq_printf(m, "%.*s\n", length, table->columns);
}

static int show_line(struct seq_file *m, void *token)
{
	struct open_table *open = m->private;
	unsigned long line = (unsigned long)token - 1;
	int err;

	if (!line) {
		show_head(m, open->table);
		return 0;
	}
	open->has_field = false;
	err = open->table->show(m, line - 1);
	if (!err)
		seq_putc(m, '\n');
	return err;
}

static const struct seq_operations operations = {
	.start = start_lines,
	.next = next_line,
	.stop = stop_lines,
	.show = show_line,
};

int dfput_table_open(struct inode *inode, struct file *file)
{
	const struct dfput_table *table = inode->i_private;
	struct open_table *open;
	struct seq_file *m;

	open = dfput_try(
		NULL, __seq_open_private(
			      file, &operations,
			      table->sums ? sizeof(*open) :
					    offsetof(struct open_table, sums)));
	if (!open)
		return -ENOMEM;
	open->table = table;
	m = file->private_data;
	m->poll_event = atomic_read(&dfput_ended);
	return 0;
}

const struct dfput_sums *dfput_table_sums(struct seq_file *m)
{
	const struct open_table *open = m->private;

	return &open->sums;
}

/* ---- values -------------------------------------------------------------- */

void dfput_value_number(struct seq_file *m, const char *name, u64 value)
{
	seq_printf(m, "%s %llu\n", name, value);
}

void dfput_value_text(struct seq_file *m, const char *name, const char *value)
{
	seq_printf(m, "%s %s\n", name, value);
}

/* ---- fields -------------------------------------------------------------- */

/*
 * A key of our own: %p shows the address itself where the kernel was booted with
 * no_hash_pointers, and one text for all of them until the kernel has random
 * numbers for it.
 */
static siphash_key_t mount_key __read_mostly;

void dfput_table_init(void)
{
	get_random_bytes(&mount_key, sizeof(mount_key));
}

void dfput_field(struct seq_file *m)
{
	struct open_table *open = m->private;

	if (open->has_field)
		seq_putc(m, '\t');
	open->has_field = true;
}

void dfput_field_number(struct seq_file *m, u64 value)
{
	dfput_field(m);
	seq_printf(m, "%llu", value);
}

void dfput_field_device(struct seq_file *m, dev_t dev)
{
	dfput_field(m);
	seq_printf(m, "%u:%u", MAJOR(dev), MINOR(dev));
}

void dfput_field_error(struct seq_file *m, int err, const char *none)
{
	dfput_field(m);
	if (err)
		seq_printf(m, "%pe", ERR_PTR(err));
	else
		seq_puts(m, none);
}

/* Whoever shows our files on a terminal must not be at a name's mercy. */
static bool is_visible(char c)
{
	return isascii(c) && isgraph(c) && c != '\\';
}

void dfput_field_text(struct seq_file *m, const char *text)
{
	dfput_field(m);
	if (!*text)
		seq_putc(m, '-');
	else if (!strcmp(text, "-"))
		seq_puts(m, "\\055");
	else
		for (; *text; text++)
			seq_printf(m, is_visible(*text) ? "%c" : "\\%03o",
				   (u8)*text);
}

/*
 * Only a symbol that begins there, with its [module]: what is behind the end of another
 * is not of that. Such as operations that were allocated, those of a module that is
 * gone, and all where the kernel keeps only the names of functions.
 */
void dfput_field_ops(struct seq_file *m, const void *ops)
{
	char *text =
		ops ? dfput_try(NULL, kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL)) :
		      NULL;
	char *offset, *module;

	if (text)
		sprint_symbol(text, (unsigned long)ops);
	offset = text ? strstr(text, "+0x0/") : NULL;
	if (offset) {
		module = strchrnul(offset, ' ');
		memmove(offset, module, strlen(module) + 1);
	}
	dfput_field_text(m, offset ? text : ops ? "?" : "");
	kfree(text);
}

void dfput_field_mount(struct seq_file *m, const void *mnt)
{
	dfput_field(m);
	if (mnt)
		seq_printf(m, "%016llx",
			   siphash_1u64((unsigned long)mnt, &mount_key));
	else
		seq_putc(m, '-');
}

void __dfput_field_word(struct seq_file *m, const char *const *words,
			unsigned int nr, unsigned int index)
{
	dfput_field(m);
	seq_puts(m, index < nr ? words[index] : "-");
}

void __dfput_field_bits(struct seq_file *m, const char *const *words,
			unsigned int nr, unsigned long bits)
{
	const char *comma = "";
	unsigned int i;

	dfput_field(m);
	for (i = 0; i < nr; i++) {
		if (!(bits & BIT(i)))
			continue;
		seq_printf(m, "%s%s", comma, words[i]);
		comma = ",";
	}
	if (!*comma)
		seq_putc(m, '-');
}
