/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module promises to readers of its debugfs directory.
 *
 * Grammar of a statistics file, line by line:
 *
 *   # dfput <abi>                     always first
 *   <name> <value>                    none or more; <value> runs to the line's
 *                                     end and holds no tab
 *   <column>\t<column>...             at most one header line ...
 *   <field>\t<field>...               ... and its rows, as many fields each
 *
 * A line with a tab in it belongs to the table, one without is a value. Every
 * table has two columns or more. Text that users can choose (comm, names of
 * superblocks) is escaped: the backslash, and each byte that is no visible character
 * of ASCII, as backslash and three octal digits. An empty field is "-", so a text
 * that is just that is \055.
 *
 * leftovers and umounts go by id, the oldest first. A reader gets the rows that were
 * there when it began, however long it reads; what was overwritten before it came
 * to it is missing, which the ids show.
 *
 * poll(2): every table but pending says POLLPRI when a file was released, a ring
 * was gone, an umount was over or a superblock was gone since that open file was
 * last polled; so poll, look, and poll again. pending says it while it is empty.
 *
 * Rules: lines and columns are only ever appended; a reader goes by name, and
 * ignores names it does not know. DFPUT_ABI grows when that promise is broken,
 * and a reader refuses a number it does not know.
 */
#ifndef DFPUT_ABI_H
#define DFPUT_ABI_H

#define DFPUT_ABI 2
#define DFPUT_ABI_PREFIX "# dfput "

/* The directory, under debugfs (mode 0700), and where that is mostly mounted. */
#define DFPUT_DIRECTORY "dfput"
#define DFPUT_DEBUGFS "/sys/kernel/debug"

#endif /* DFPUT_ABI_H */
