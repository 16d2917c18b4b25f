// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pools: things that handlers need, allocated once, at load, and handed out
 * without locks.
 *
 * Files are queued on one CPU and released on another, so a free list for each
 * CPU would run dry on one and fill up on the other. Each thing therefore
 * belongs to a shard, to which it always returns, and a CPU takes from the
 * next shard when its own is empty.
 *
 * A shard is a stack of indices. Its head holds, beside the top's index, a tag
 * that changes with every change, so that a compare-and-exchange can not take
 * a top that has meanwhile come back for the one it has read (ABA). A handler
 * that is interrupted between its read and its exchange just tries again.
 */
#include <linux/mm.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>

#include "core/fault.h"
#include "core/pool.h"

/* Head: tag in the upper half, index + 1 in the lower; 0 ends the stack. */
static u64 next_head(u64 head, u32 top)
{
	return (((head >> 32) + 1) << 32) | top;
}

static struct dfput_pooled *pop_item(struct dfput_pool *pool,
				     unsigned int shard)
{
	atomic64_t *where = &pool->shards[shard].head;
	u64 head = atomic64_read(where);
	struct dfput_pooled *item;
	u32 next;

	do {
		if (!(u32)head)
			return NULL;
		item = dfput_pool_at(pool, (u32)head - 1);
		/* Stale if another CPU takes the top now: then we try again. */
		next = READ_ONCE(item->next);
	} while (!atomic64_try_cmpxchg(where, (s64 *)&head,
				       next_head(head, next)));

	return item;
}

void *dfput_pool_get(struct dfput_pool *pool)
{
	/* Unsigned, so that the remainder is a single instruction. */
	unsigned int cpu = raw_smp_processor_id();
	unsigned int shard = cpu % DFPUT_POOL_SHARDS;
	struct dfput_pooled *item;
	unsigned int i;

	for (i = 0; i < DFPUT_POOL_SHARDS; i++) {
		item = pop_item(pool, (shard + i) % DFPUT_POOL_SHARDS);
		if (item) {
			item->generation++;
			return item;
		}
	}
	return NULL;
}

void dfput_pool_put(struct dfput_pool *pool, void *put)
{
	struct dfput_pooled *item = put;
	u32 index = dfput_pool_index(pool, item);
	atomic64_t *shard = &pool->shards[index % DFPUT_POOL_SHARDS].head;
	u64 head = atomic64_read(shard);

	do {
		WRITE_ONCE(item->next, (u32)head);
	} while (!atomic64_try_cmpxchg(shard, (s64 *)&head,
				       next_head(head, index + 1)));
}

size_t dfput_pool_memory(const struct dfput_pool *pool)
{
	return PAGE_ALIGN(pool->size * pool->item_size);
}

int dfput_pool_init(struct dfput_pool *pool, unsigned int size,
		    size_t item_size)
{
	unsigned int i;

	pool->items = dfput_try(NULL, vzalloc(array_size(size, item_size)));
	if (!pool->items)
		return -ENOMEM;

	pool->size = size;
	pool->item_size = item_size;
	for (i = 0; i < size; i++)
		dfput_pool_put(pool, dfput_pool_at(pool, i));
	return 0;
}

void dfput_pool_exit(struct dfput_pool *pool)
{
	vfree(pool->items);
	pool->items = NULL;
}
