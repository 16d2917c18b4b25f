/* SPDX-License-Identifier: GPL-2.0-only */
/* Pools: things that handlers need, allocated at load, handed out without locks. */
#ifndef DFPUT_POOL_H
#define DFPUT_POOL_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/types.h>

#define DFPUT_POOL_SHARDS 16

/**
 * struct dfput_pooled - the head of each thing in a pool: its first member
 * @next: the next free one, as the pool counts
 * @generation: how often it was handed out
 */
struct dfput_pooled {
	u32 next;
	u32 generation;
};

/**
 * struct dfput_pool - things of one kind
 * @shards: stacks of those that are free
 * @items: all of them
 * @item_size: bytes of one
 * @size: how many there are
 */
struct dfput_pool {
	struct {
		atomic64_t head;
	} ____cacheline_aligned_in_smp shards[DFPUT_POOL_SHARDS];
	void *items;
	size_t item_size;
	unsigned int size;
};

/**
 * dfput_pool_init() - allocate, all free and otherwise zero
 * @pool: zero
 * @size: how many things
 * @item_size: bytes of one, which begins with a struct dfput_pooled
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int dfput_pool_init(struct dfput_pool *pool, unsigned int size,
		    size_t item_size);

/* Nobody may hold one any more; perhaps it was never allocated. */
void dfput_pool_exit(struct dfput_pool *pool);

/* A free one, or NULL. Any context but NMI, without locks. */
void *dfput_pool_get(struct dfput_pool *pool);

/* Give it back, known to nobody else any more. Same context. */
void dfput_pool_put(struct dfput_pool *pool, void *item);

/* One by its place, free or not. */
static __always_inline void *dfput_pool_at(const struct dfput_pool *pool,
					   unsigned int index)
{
	return pool->items + index * pool->item_size;
}

/* The place of one. */
static inline u32 dfput_pool_index(const struct dfput_pool *pool,
				   const struct dfput_pooled *item)
{
	/* A division of 32 bits is less dear than a place in each thing. */
	return (u32)((const void *)item - pool->items) / (u32)pool->item_size;
}

/* A number that no other use of any thing of the pool has had since load. */
static inline u64 dfput_pool_id(const struct dfput_pool *pool,
				const struct dfput_pooled *item)
{
	return (u64)item->generation * pool->size +
	       dfput_pool_index(pool, item);
}

/* Bytes that it allocated. */
size_t dfput_pool_memory(const struct dfput_pool *pool);

#endif /* DFPUT_POOL_H */
