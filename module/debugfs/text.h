/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words of the grammar in <dfput/abi.h>, for the files in debugfs.
 */
#ifndef DFPUT_TEXT_H
#define DFPUT_TEXT_H

#include <linux/kdev_t.h>
#include <linux/seq_file.h>

/* All columns of a table in one string, for dfput_text_columns(). */
#define DFPUT_TEXT_COLUMN(name, kind, meaning) #name "\t"

/**
 * dfput_text_abi() - the first line of a file
 * @m: where to
 *
 * Context: process context.
 */
void dfput_text_abi(struct seq_file *m);

/**
 * dfput_text_value() - a line with a value
 * @m: where to
 * @name: of the value
 * @value: the value
 *
 * Context: process context.
 */
void dfput_text_value(struct seq_file *m, const char *name, u64 value);

/**
 * dfput_text_columns() - the header line of a table
 * @m: where to
 * @columns: made with DFPUT_TEXT_COLUMN
 *
 * Context: process context.
 */
void dfput_text_columns(struct seq_file *m, const char *columns);

/**
 * dfput_text_name() - text that users can choose, escaped
 * @m: where to
 * @name: the text; - for an empty one
 *
 * Context: process context.
 */
void dfput_text_name(struct seq_file *m, const char *name);

/**
 * dfput_text_device() - a device number
 * @m: where to
 * @dev: the number
 *
 * Context: process context.
 */
void dfput_text_device(struct seq_file *m, dev_t dev);

/**
 * dfput_text_bits() - words with commas between them
 * @m: where to
 * @names: one for each bit, the lowest first
 * @nr: how many
 * @bits: which of them; - for none
 *
 * Context: process context.
 */
void dfput_text_bits(struct seq_file *m, const char *const *names,
		     unsigned int nr, unsigned long bits);

#endif /* DFPUT_TEXT_H */
