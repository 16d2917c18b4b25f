/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files in debugfs that are tables: one row a call, so that they may be long.
 */
#ifndef DFPUT_TABLES_H
#define DFPUT_TABLES_H

#include <linux/seq_file.h>

/**
 * struct dfput_table - one of them
 * @columns: its header line
 * @rows: how many places it has
 * @show: the row of a place, 0 to @rows - 1; returns SEQ_SKIP if there is none
 */
struct dfput_table {
	const char *columns;
	unsigned int (*rows)(void);
	int (*show)(struct seq_file *m, unsigned int row);
};

extern const struct dfput_table dfput_table_pending;
extern const struct dfput_table dfput_table_superblocks;
extern const struct dfput_table dfput_table_leftovers;
extern const struct dfput_table dfput_table_origins;
extern const struct dfput_table dfput_table_umounts;
extern const struct dfput_table dfput_table_held;
extern const struct dfput_table dfput_table_rings;

/**
 * dfput_tables_init() - draw the key by which mounts are told apart
 *
 * Context: process context, before any table is shown.
 */
void dfput_tables_init(void);

/* For seq_open(); the private of the seq_file is then to be the table. */
extern const struct seq_operations dfput_table_operations;

#endif /* DFPUT_TABLES_H */
