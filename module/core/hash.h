/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashes: entries that handlers find by a key, an address or a number, in memory
 * that is allocated once, at init.
 *
 * Each bucket has a raw spinlock, taken with interrupts off, because files are
 * put everywhere. Entries are found, added and removed under it. Never hold two
 * buckets of one hash, except by a try-lock.
 *
 * A key is multiplied by a random odd number (universal multiply-shift hashing),
 * so nobody can choose keys that share a bucket.
 */
#ifndef DFPUT_HASH_H
#define DFPUT_HASH_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "core/pool.h"

/**
 * struct dfput_entry - the head of each thing in a hash: its first member
 * @pooled: for the pool
 * @node: its place in a bucket
 * @key: what it is found by; under its bucket's lock
 */
struct dfput_entry {
	struct dfput_pooled pooled;
	struct hlist_node node;
	unsigned long key;
};

/**
 * struct dfput_bucket - the entries of some keys
 * @lock: of all that is here; interrupts off
 * @lost: for its user: how many are here without an entry
 * @entries: those with one
 */
struct dfput_bucket {
	raw_spinlock_t lock;
	u32 lost;
	struct hlist_head entries;
};

/**
 * struct dfput_hash - things of one kind
 * @buckets: a power of two
 * @multiplier: odd, random
 * @shift: keeps as many bits of a product as there are buckets
 * @pool: where the entries come from
 */
struct dfput_hash {
	struct dfput_bucket *buckets;
	u64 multiplier;
	unsigned int shift;
	struct dfput_pool pool;
};

/* Where a key belongs. */
static __always_inline struct dfput_bucket *
dfput_hash_bucket(const struct dfput_hash *hash, unsigned long key)
{
	return &hash->buckets[key * hash->multiplier >> hash->shift];
}

/* The newest entry of a key, or NULL. These three: under the bucket's lock. */
static __always_inline void *dfput_hash_find(const struct dfput_bucket *bucket,
					     unsigned long key)
{
	struct dfput_entry *entry;

	hlist_for_each_entry(entry, &bucket->entries, node)
		if (entry->key == key)
			return entry;
	return NULL;
}

/* Its key is set. */
static __always_inline void dfput_hash_add(struct dfput_bucket *bucket,
					   struct dfput_entry *entry)
{
	hlist_add_head(&entry->node, &bucket->entries);
}

static __always_inline void dfput_hash_remove(struct dfput_entry *entry)
{
	hlist_del_init(&entry->node);
}

static inline size_t dfput_hash_buckets(const struct dfput_hash *hash)
{
	return 1UL << (64 - hash->shift);
}

#define dfput_hash_for_each_bucket(hash, bucket)                    \
	for ((bucket) = (hash)->buckets;                            \
	     (bucket) < (hash)->buckets + dfput_hash_buckets(hash); \
	     (bucket)++)

int __dfput_hash_init(struct dfput_hash *hash, unsigned int size,
		      size_t entry_size, struct lock_class_key *key);

/**
 * dfput_hash_init() - allocate, all entries free and otherwise zero
 * @hash: zero
 * @size: how many entries; there are about half as many buckets
 * @entry_size: bytes of one, which begins with a struct dfput_entry
 *
 * A macro, because lockdep has to tell the locks of one hash from another's.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
#define dfput_hash_init(hash, size, entry_size)                  \
	({                                                       \
		static struct lock_class_key key;                \
		__dfput_hash_init(hash, size, entry_size, &key); \
	})

/* No handler may run any more; perhaps it was never allocated. */
void dfput_hash_exit(struct dfput_hash *hash);

/* Bytes that it allocated, its pool included. */
size_t dfput_hash_memory(const struct dfput_hash *hash);

#endif /* DFPUT_HASH_H */
