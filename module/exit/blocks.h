/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an open file is in the way of, as long as it is not released.
 */
#ifndef DFPUT_BLOCKS_H
#define DFPUT_BLOCKS_H

#include <linux/fs.h>
#include <linux/types.h>

/* X(name, meaning): bits, in this order, and the words of the leftovers file. */
#define DFPUT_BLOCKS(X)                                             \
	X(flock, "others' flock(2)")                                \
	X(ofd, "others' fcntl(2) locks")                            \
	X(lease, "others' leases")                                  \
	X(write, "execution of the file, and remounting read-only") \
	X(listen, "others' bind(2) to the address that it listens on")

enum dfput_block {
#define DFPUT_BLOCK_ENUM(name, meaning) DFPUT_BLOCK_##name,
	DFPUT_BLOCKS(DFPUT_BLOCK_ENUM)
#undef DFPUT_BLOCK_ENUM
	/* Its locks could not be looked at. */
	DFPUT_BLOCK_UNKNOWN,
};

/**
 * dfput_blocks_of() - look at a file
 * @file: the file, which somebody holds
 *
 * Context: any but NMI; locks are only looked at in task context, and when
 * nobody else does.
 * Return: bits of enum dfput_block.
 */
u8 dfput_blocks_of(const struct file *file);

#endif /* DFPUT_BLOCKS_H */
