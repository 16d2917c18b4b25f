/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pools: things that handlers need, allocated once, at load, and handed out
 * without locks.
 */
#ifndef DFPUT_POOL_H
#define DFPUT_POOL_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/types.h>

#define DFPUT_POOL_SHARDS 16

/**
 * struct dfput_pooled - the head of each thing in a pool: its first member
 * @index: its place, never changed
 * @next: the next free one, as the pool counts
 * @generation: how often it was handed out
 */
struct dfput_pooled {
	u32 index;
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

/**
 * dfput_pool_exit() - free them; nobody may hold one any more
 * @pool: the pool, or one that was never allocated
 *
 * Context: process context.
 */
void dfput_pool_exit(struct dfput_pool *pool);

/**
 * dfput_pool_get() - one of the free ones
 * @pool: the pool
 *
 * Context: any but NMI; lockless.
 * Return: it, or NULL when none is free.
 */
void *dfput_pool_get(struct dfput_pool *pool);

/**
 * dfput_pool_put() - give one back
 * @pool: where it came from
 * @item: from dfput_pool_get(), and known to nobody else any more
 *
 * Context: any but NMI; lockless.
 */
void dfput_pool_put(struct dfput_pool *pool, void *item);

/**
 * dfput_pool_at() - one by its place
 * @pool: the pool
 * @index: 0 to @pool->size - 1
 *
 * Context: any.
 * Return: it, free or not.
 */
static __always_inline void *dfput_pool_at(const struct dfput_pool *pool,
					   unsigned int index)
{
	return pool->items + index * pool->item_size;
}

/**
 * dfput_pool_id() - a number for this use of a thing
 * @pool: the pool
 * @item: taken from it
 *
 * Context: whoever owns the thing.
 * Return: a number that no other use of any has had since load.
 */
static inline u64 dfput_pool_id(const struct dfput_pool *pool,
				const struct dfput_pooled *item)
{
	return (u64)item->generation * pool->size + item->index;
}

/**
 * dfput_pool_memory() - what the pool allocated
 * @pool: the pool
 *
 * Context: any.
 * Return: bytes.
 */
size_t dfput_pool_memory(const struct dfput_pool *pool);

#endif /* DFPUT_POOL_H */
