// SPDX-License-Identifier: GPL-2.0-only
/*
 * The records of deferrals: allocated once, at load, and handed out without
 * locks.
 *
 * Files are queued on one CPU and released on another, so a free list for each
 * CPU would run dry on one and fill up on the other. Each record therefore
 * belongs to a shard, to which it always returns, and a CPU takes from the
 * next shard when its own is empty.
 *
 * A shard is a stack of indices. Its head holds, beside the top's index, a tag
 * that changes with every change, so that a compare-and-exchange can not take
 * a top that has meanwhile come back for the one it has read (ABA). A handler
 * that is interrupted between its read and its exchange just tries again.
 */
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>

#include "pool.h"

#define SHARDS 16

static struct {
	atomic64_t head;
} ____cacheline_aligned_in_smp shards[SHARDS];

static struct dfput_record *records;
static unsigned int nr_records;

/* Head: tag in the upper half, index + 1 in the lower; 0 ends the stack. */
static u64 next_head(u64 head, u32 top)
{
	return (((head >> 32) + 1) << 32) | top;
}

static struct dfput_record *pop(unsigned int shard)
{
	u64 head = atomic64_read(&shards[shard].head);
	u32 top, next;

	do {
		top = (u32)head;
		if (!top)
			return NULL;
		/* Stale if another CPU takes the top now: then we try again. */
		next = READ_ONCE(records[top - 1].next);
	} while (!atomic64_try_cmpxchg(&shards[shard].head, (s64 *)&head,
				       next_head(head, next)));

	return &records[top - 1];
}

struct dfput_record *dfput_pool_get(void)
{
	unsigned int shard = raw_smp_processor_id() % SHARDS;
	struct dfput_record *record;
	unsigned int i;

	for (i = 0; i < SHARDS; i++) {
		record = pop((shard + i) % SHARDS);
		if (record) {
			record->generation++;
			return record;
		}
	}
	return NULL;
}

void dfput_pool_put(struct dfput_record *record)
{
	u32 index = record - records;
	atomic64_t *shard = &shards[index % SHARDS].head;
	u64 head = atomic64_read(shard);

	do {
		WRITE_ONCE(record->next, (u32)head);
	} while (!atomic64_try_cmpxchg(shard, (s64 *)&head,
				       next_head(head, index + 1)));
}

struct dfput_record *dfput_pool_at(unsigned int index)
{
	return &records[index];
}

u64 dfput_pool_id(const struct dfput_record *record)
{
	return (u64)record->generation * nr_records + (record - records);
}

unsigned int dfput_pool_size(void)
{
	return nr_records;
}

size_t dfput_pool_memory(void)
{
	return PAGE_ALIGN(nr_records * sizeof(*records));
}

int dfput_pool_init(unsigned int size)
{
	unsigned int i;

	records = vzalloc(array_size(size, sizeof(*records)));
	if (!records)
		return -ENOMEM;

	nr_records = size;
	for (i = 0; i < SHARDS; i++)
		atomic64_set(&shards[i].head, 0);
	for (i = 0; i < size; i++) {
		seqcount_init(&records[i].seq);
		dfput_pool_put(&records[i]);
	}
	return 0;
}

void dfput_pool_exit(void)
{
	vfree(records);
}
