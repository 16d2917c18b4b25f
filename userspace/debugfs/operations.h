/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations of a file as the module names them: "tun_fops [tun]", "def_blk_fops",
 * "?" for those without a name, "-" for none.
 */
#ifndef DFPUT_OPERATIONS_H
#define DFPUT_OPERATIONS_H

enum operations_whose {
	OPERATIONS_OTHERS,
	OPERATIONS_OF_MODULE,
	/* They have no name, or the module that wrote the table is too old to tell. */
	OPERATIONS_UNKNOWN,
};

/**
 * operations_of() - are they a module's?
 * @ops: the cell, "" where there is no such column
 * @module: its name, with - or _
 *
 * Return: whose they are.
 */
enum operations_whose operations_of(const char *ops, const char *module);

#endif /* DFPUT_OPERATIONS_H */
