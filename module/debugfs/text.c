// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words of the grammar in <dfput/abi.h>.
 *
 * Process context throughout.
 */
#include <linux/bits.h>
#include <linux/string.h>

#include <dfput/abi.h>

#include "debugfs/text.h"

void dfput_text_abi(struct seq_file *m)
{
	seq_printf(m, DFPUT_ABI_PREFIX "%d\n", DFPUT_ABI);
}

void dfput_text_value(struct seq_file *m, const char *name, u64 value)
{
	seq_printf(m, "%s %llu\n", name, value);
}

/* The list ends with a tab too many. */
void dfput_text_columns(struct seq_file *m, const char *columns)
{
	seq_printf(m, "%.*s\n", (int)strlen(columns) - 1, columns);
}

void dfput_text_name(struct seq_file *m, const char *name)
{
	/* Whoever shows our files on a terminal must not be at a name's mercy. */
	static const char escaped[] =
		" \\\177\001\002\003\004\005\006\007\010\011\012\013\014"
		"\015\016\017\020\021\022\023\024\025\026\027\030\031\032\033"
		"\034\035\036\037";

	if (*name)
		seq_escape(m, name, escaped);
	else
		seq_putc(m, '-');
}

void dfput_text_device(struct seq_file *m, dev_t dev)
{
	seq_printf(m, "%u:%u", MAJOR(dev), MINOR(dev));
}

void dfput_text_bits(struct seq_file *m, const char *const *names,
		     unsigned int nr, unsigned long bits)
{
	const char *comma = "";
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!(bits & BIT(i)))
			continue;
		seq_printf(m, "%s%s", comma, names[i]);
		comma = ",";
	}
	if (!*comma)
		seq_putc(m, '-');
}
