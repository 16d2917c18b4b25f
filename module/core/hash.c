// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hashes: entries that handlers find by a key, in memory allocated once.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/vmalloc.h>

#include "core/fault.h"
#include "core/hash.h"

#define BITS_MIN 3

int __dfput_hash_init(struct dfput_hash *hash, unsigned int size,
		      size_t entry_size, struct lock_class_key *key)
{
	unsigned int bits = max(ilog2(size) - 1, BITS_MIN);
	struct dfput_bucket *bucket;
	int err;

	err = dfput_pool_init(&hash->pool, size, entry_size);
	if (err)
		return err;
	hash->buckets = dfput_try(
		NULL, vzalloc(array_size(1UL << bits, sizeof(*bucket))));
	if (!hash->buckets) {
		dfput_pool_exit(&hash->pool);
		return -ENOMEM;
	}
	hash->shift = 64 - bits;
	hash->multiplier = get_random_long() | 1;
	dfput_hash_for_each_bucket(hash, bucket) {
		raw_spin_lock_init(&bucket->lock);
		lockdep_set_class_and_name(&bucket->lock, key, "dfput_bucket");
	}
	return 0;
}

void dfput_hash_exit(struct dfput_hash *hash)
{
	vfree(hash->buckets);
	hash->buckets = NULL;
	dfput_pool_exit(&hash->pool);
}

size_t dfput_hash_memory(const struct dfput_hash *hash)
{
	return dfput_pool_memory(&hash->pool) +
	       PAGE_ALIGN(dfput_hash_buckets(hash) * sizeof(*hash->buckets));
}
