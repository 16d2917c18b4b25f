// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts: how many files in flight pin each.
 *
 * A mount is here only while a file is counted that pins it, so its address is
 * nobody else's meanwhile, and it goes with its last file: nothing has to be
 * known of the mount's own end. Buckets have a raw spinlock each, held with
 * interrupts off, and no other lock is taken inside it.
 *
 * When there is no room, the bucket counts that it lacks some, until as many
 * have gone.
 */
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#include "fs/mount.h"
#include "core/pool.h"
#include "core/stats.h"

#define MOUNTS 1024
#define BUCKET_BITS 8

struct mount {
	struct dfput_pooled pooled;
	u32 files[DFPUT_NR_STAGES];
	struct hlist_node node;
	const void *mnt;
};

struct bucket {
	raw_spinlock_t lock;
	/* Files that are counted nowhere. */
	u32 lost;
	struct hlist_head mounts;
};

bool dfput_mounts_followed __read_mostly;

static struct dfput_pool pool;
static struct bucket buckets[BIT(BUCKET_BITS)];

/*
 * Changes under the lock of the bucket that is looked at: so a file that moves
 * knows which looks at its mount have seen it.
 */
static atomic_t looks = ATOMIC_INIT(0);

static struct bucket *bucket_of(const void *mnt)
{
	return &buckets[hash_ptr(mnt, BUCKET_BITS)];
}

static struct mount *find(struct bucket *bucket, const void *mnt)
{
	struct mount *mount;

	hlist_for_each_entry(mount, &bucket->mounts, node)
		if (mount->mnt == mnt)
			return mount;
	return NULL;
}

static struct mount *add(struct bucket *bucket, const void *mnt)
{
	struct mount *mount = dfput_pool_get(&pool);

	if (!mount)
		return NULL;
	memset(mount->files, 0, sizeof(mount->files));
	mount->mnt = mnt;
	hlist_add_head(&mount->node, &bucket->mounts);
	return mount;
}

static bool is_unused(const struct mount *mount)
{
	unsigned int stage;

	for (stage = 0; stage < DFPUT_NR_STAGES; stage++)
		if (mount->files[stage])
			return false;
	return true;
}

static struct mount *leave(struct bucket *bucket, struct mount *mount,
			   enum dfput_stage from)
{
	if (mount && mount->files[from])
		mount->files[from]--;
	else if (bucket->lost)
		bucket->lost--;
	return mount;
}

static struct mount *enter(struct bucket *bucket, struct mount *mount,
			   const void *mnt, enum dfput_stage to)
{
	if (!mount)
		mount = add(bucket, mnt);
	if (mount) {
		mount->files[to]++;
	} else {
		bucket->lost++;
		dfput_count(DFPUT_COUNT_lost_mounts);
	}
	return mount;
}

u32 __dfput_mount_move(const void *mnt, enum dfput_stage from,
		       enum dfput_stage to)
{
	struct bucket *bucket = bucket_of(mnt);
	struct mount *mount;
	unsigned long flags;
	bool unused;
	u32 seen;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	mount = find(bucket, mnt);
	if (from != DFPUT_STAGE_NONE)
		mount = leave(bucket, mount, from);
	if (to != DFPUT_STAGE_NONE)
		mount = enter(bucket, mount, mnt, to);
	unused = mount && is_unused(mount);
	if (unused)
		hlist_del(&mount->node);
	seen = atomic_read(&looks);
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	if (unused)
		dfput_pool_put(&pool, mount);
	return seen;
}

struct dfput_mount_view dfput_mount_look(const void *mnt)
{
	struct bucket *bucket = bucket_of(mnt);
	struct dfput_mount_view view = {};
	struct mount *mount;
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	mount = find(bucket, mnt);
	if (mount)
		memcpy(view.files, mount->files, sizeof(view.files));
	view.unsure = bucket->lost;
	view.look = atomic_inc_return(&looks);
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return view;
}

void dfput_mount_follow(bool follow)
{
	WRITE_ONCE(dfput_mounts_followed, follow);
}

static void abandon(struct bucket *bucket)
{
	struct hlist_node *next;
	struct mount *mount;

	hlist_for_each_entry_safe(mount, next, &bucket->mounts, node) {
		hlist_del(&mount->node);
		dfput_pool_put(&pool, mount);
	}
	bucket->lost = 0;
}

void dfput_mount_abandon(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(buckets); i++)
		abandon(&buckets[i]);
}

int dfput_mount_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(buckets); i++)
		raw_spin_lock_init(&buckets[i].lock);
	return dfput_pool_init(&pool, MOUNTS, sizeof(struct mount));
}

void dfput_mount_exit(void)
{
	dfput_pool_exit(&pool);
}

size_t dfput_mount_memory(void)
{
	return dfput_pool_memory(&pool);
}
