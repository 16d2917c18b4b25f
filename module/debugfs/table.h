/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text of our files in debugfs, by the grammar in <dfput/abi.h>. A file has
 * values, a table, or both; its rows are shown one a call, so that tables may be
 * long.
 *
 * The place of a row is its own while others come and go: its slot, or its id. By id
 * a reader sees the rows that were there when it began, however long it takes. Those
 * that were overwritten before it came to them are missing in the ids.
 *
 * Process context throughout.
 */
#ifndef DFPUT_TABLE_H
#define DFPUT_TABLE_H

#include <linux/kernel.h>
#include <linux/kdev_t.h>
#include <linux/seq_file.h>

#include <dfput/tables.h>
#include <dfput/words.h>

#include "core/stats.h"

struct dfput_identity;

/**
 * struct dfput_table - one file
 * @columns: names of its columns, a tab behind each; "" without a table
 * @sums: it shows what dfput_table_sums() returns
 * @values: shows what stands above the table, or NULL
 * @rows: how many slots it has; NULL: it goes by id, or has none
 * @first: its oldest id; NULL: it goes by slot, or has none
 * @last: its newest id, or NULL
 * @show: shows the row of a place; returns SEQ_SKIP if there is none
 */
struct dfput_table {
	const char *columns;
	bool sums;
	void (*values)(struct seq_file *m);
	unsigned int (*rows)(void);
	u64 (*first)(void);
	u64 (*last)(void);
	int (*show)(struct seq_file *m, u64 place);
};

#define DFPUT_TABLE_COLUMN(T, name, kind, who, meaning) #name "\t"
#define DFPUT_TABLE_COLUMNS(file) \
	.columns = "" DFPUT_COLUMNS_##file(DFPUT_TABLE_COLUMN, file)

#define DFPUT_TABLE_DECLARE(name, ...) \
	extern const struct dfput_table dfput_table_##name;
DFPUT_FILES(DFPUT_TABLE_DECLARE)
#undef DFPUT_TABLE_DECLARE

/**
 * struct dfput_sums - what was counted, read when a reader begins at the top
 * @stats: counters, hits and histograms
 * @gauges: the rest
 */
struct dfput_sums {
	struct dfput_stats stats;
	struct dfput_gauges gauges;
};

const struct dfput_sums *dfput_table_sums(struct seq_file *m);

/* Lines above the table. */
void dfput_value_number(struct seq_file *m, const char *name, u64 value);
void dfput_value_text(struct seq_file *m, const char *name, const char *value);

/*
 * Fields of a row, from left to right. dfput_field() begins one that the caller
 * fills in; the rest are whole fields.
 */
void dfput_field(struct seq_file *m);
void dfput_field_number(struct seq_file *m, u64 value);
void dfput_field_device(struct seq_file *m, dev_t dev);
/* -EBUSY for an error, @none for 0. */
void dfput_field_error(struct seq_file *m, int err, const char *none);
/* Text that users can choose, escaped; - for none. */
void dfput_field_text(struct seq_file *m, const char *text);
/* Child subreapers above a process, nearest first. */
void dfput_field_reapers(struct seq_file *m, const struct dfput_identity *who);
/* Operations of files, from dfput_file_ops(): their symbol; ? for what has none. */
void dfput_field_ops(struct seq_file *m, const void *ops);
/* A mount, which has no number that we could see: a keyed hash of its address. */
void dfput_field_mount(struct seq_file *m, const void *mnt);

void __dfput_field_word(struct seq_file *m, const char *const *words,
			unsigned int nr, unsigned int index);
void __dfput_field_bits(struct seq_file *m, const char *const *words,
			unsigned int nr, unsigned long bits);

/* A word of a list of words.h, by its number; - for a number that it has not. */
#define dfput_field_word(m, list, index)                                 \
	do {                                                             \
		static const char *const words[] = { list(DFPUT_WORD) }; \
		__dfput_field_word(m, words, ARRAY_SIZE(words), index);  \
	} while (0)

/* Words with commas between them, the lowest bit first; - for none. */
#define dfput_field_bits(m, list, bits)                                  \
	do {                                                             \
		static const char *const words[] = { list(DFPUT_WORD) }; \
		__dfput_field_bits(m, words, ARRAY_SIZE(words), bits);   \
	} while (0)

/* Before any table is read. */
void dfput_table_init(void);

int dfput_table_open(struct inode *inode, struct file *file);

#endif /* DFPUT_TABLE_H */
