// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts: how many files in flight pin each.
 *
 * An entry is here only while a file is counted that pins the mount, or an umount
 * is under way, so its address is nobody else's meanwhile. It goes with the last of
 * these: the end of a mount need not be seen. A bucket's lock is taken with interrupts
 * off, inside that of a table of files, and no other is taken inside it.
 *
 * Anybody may keep files held, on as many mounts as they like. So these have a hash of
 * their own, with room for as many as can be watched. What is on the list goes soon.
 * Without room for that, the bucket counts the file as lost, until as many have gone.
 */
#include "core/hash.h"
#include "core/stats.h"
#include "fs/fs.h"

/* With files on the list, or an umount under way. */
#define BUSY_MOUNTS 1024

struct mount_entry {
	struct dfput_entry entry;
	u32 files[DFPUT_NR_STAGES];
	/* How many were queued; umounts compare. */
	u32 arrived;
};

bool dfput_mounts_started __read_mostly;

struct dfput_hash dfput_busy_mounts;
struct dfput_hash dfput_held_mounts;

/*
 * Changes under the lock of the bucket that is looked at: so a file that moves
 * knows which snapshots of its mount have counted it.
 */
static atomic_t snapshot_seq = ATOMIC_INIT(0);

static struct dfput_bucket *bucket_of(struct dfput_hash *mounts,
				      const void *mnt)
{
	return dfput_hash_bucket(mounts, (unsigned long)mnt);
}

static struct mount_entry *find_mount(struct dfput_bucket *bucket,
				      const void *mnt)
{
	return dfput_hash_find(bucket, (unsigned long)mnt);
}

static struct mount_entry *add_mount(struct dfput_hash *mounts,
				     struct dfput_bucket *bucket,
				     const void *mnt)
{
	struct mount_entry *mount = dfput_pool_get(&mounts->pool);

	if (!mount)
		return NULL;
	memset(mount->files, 0, sizeof(mount->files));
	mount->arrived = 0;
	mount->entry.key = (unsigned long)mnt;
	dfput_hash_add(bucket, &mount->entry);
	return mount;
}

static bool is_unused(const struct mount_entry *mount)
{
	unsigned int stage;

	for (stage = 0; stage < DFPUT_NR_STAGES; stage++)
		if (mount->files[stage])
			return false;
	return true;
}

static void leave_stage(struct dfput_bucket *bucket, struct mount_entry *mount,
			enum dfput_stage from)
{
	if (mount && mount->files[from])
		mount->files[from]--;
	else if (bucket->lost)
		bucket->lost--;
}

static void enter_stage(struct dfput_bucket *bucket, struct mount_entry *mount,
			enum dfput_stage to)
{
	if (mount) {
		mount->files[to]++;
		mount->arrived += to == DFPUT_STAGE_QUEUED;
	} else {
		bucket->lost++;
		dfput_count(DFPUT_COUNT_lost_mounts);
	}
}

u32 __dfput_mount_move(struct dfput_hash *mounts, const void *mnt,
		       enum dfput_stage from, enum dfput_stage to)
{
	struct dfput_bucket *bucket = bucket_of(mounts, mnt);
	struct mount_entry *mount;
	unsigned long flags;
	bool unused;
	u32 seq;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	mount = find_mount(bucket, mnt);
	if (from != DFPUT_STAGE_NONE)
		leave_stage(bucket, mount, from);
	if (to != DFPUT_STAGE_NONE) {
		mount = mount ?: add_mount(mounts, bucket, mnt);
		enter_stage(bucket, mount, to);
	}
	unused = mount && is_unused(mount);
	if (unused)
		dfput_hash_remove(&mount->entry);
	seq = atomic_read(&snapshot_seq);
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	if (unused)
		dfput_pool_put(&mounts->pool, mount);
	return seq;
}

static u32 count_held(const void *mnt)
{
	struct dfput_bucket *bucket = bucket_of(&dfput_held_mounts, mnt);
	const struct mount_entry *mount;
	unsigned long flags;
	u32 nr;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	mount = find_mount(bucket, mnt);
	nr = mount ? mount->files[DFPUT_STAGE_HELD] : 0;
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return nr;
}

struct dfput_mount_view dfput_mount_snapshot(const void *mnt)
{
	struct dfput_bucket *bucket = bucket_of(&dfput_busy_mounts, mnt);
	struct dfput_mount_view view = {};
	const struct mount_entry *mount;
	unsigned long flags;

	/* First: a file is queued before it is held no longer. */
	view.held = count_held(mnt);
	raw_spin_lock_irqsave(&bucket->lock, flags);
	mount = find_mount(bucket, mnt);
	if (mount) {
		view.queued = mount->files[DFPUT_STAGE_QUEUED];
		view.arrived = mount->arrived;
	}
	view.unsure = bucket->lost;
	view.seq = atomic_inc_return(&snapshot_seq);
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return view;
}

void dfput_mount_start(void)
{
	WRITE_ONCE(dfput_mounts_started, true);
}

static void empty_bucket(struct dfput_hash *mounts, struct dfput_bucket *bucket)
{
	struct mount_entry *mount;
	struct hlist_node *next;

	hlist_for_each_entry_safe(mount, next, &bucket->entries, entry.node) {
		dfput_hash_remove(&mount->entry);
		dfput_pool_put(&mounts->pool, mount);
	}
	bucket->lost = 0;
}

void dfput_mount_stop(void)
{
	struct dfput_bucket *bucket;

	WRITE_ONCE(dfput_mounts_started, false);
	dfput_hash_for_each_bucket(&dfput_busy_mounts, bucket)
		empty_bucket(&dfput_busy_mounts, bucket);
	dfput_hash_for_each_bucket(&dfput_held_mounts, bucket)
		empty_bucket(&dfput_held_mounts, bucket);
}

int dfput_mount_init(unsigned int held)
{
	const size_t size = sizeof(struct mount_entry);
	int err = dfput_hash_init(&dfput_busy_mounts, BUSY_MOUNTS, size);

	if (err)
		return err;
	err = dfput_hash_init(&dfput_held_mounts, held, size);
	if (err)
		dfput_hash_exit(&dfput_busy_mounts);
	return err;
}

void dfput_mount_exit(void)
{
	dfput_hash_exit(&dfput_held_mounts);
	dfput_hash_exit(&dfput_busy_mounts);
}

size_t dfput_mount_memory(void)
{
	return dfput_hash_memory(&dfput_busy_mounts) +
	       dfput_hash_memory(&dfput_held_mounts);
}
