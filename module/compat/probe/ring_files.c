// SPDX-License-Identifier: GPL-2.0-only
/*
 * Up to 6.3 a ring of io_uring has a work item that puts its files. Before 6.0 no header
 * has the structure.
 */
#if __has_include(<linux/io_uring_types.h>)
#include <linux/io_uring_types.h>

const struct delayed_work *probe(const struct io_ring_ctx *ring);
const struct delayed_work *probe(const struct io_ring_ctx *ring)
{
	return &ring->rsrc_put_work;
}
#endif
