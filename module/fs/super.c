// SPDX-License-Identifier: GPL-2.0-only
/*
 * Superblock generations.
 *
 * A table of sets, each with a few ways and a raw spinlock. A file pins its
 * superblock from its queueing until well into its __fput, so a lookup by such
 * a file finds a way that can not go away meanwhile, and needs no lock. The
 * first lookup of a superblock, its shutdown, and readers take the set's lock,
 * with interrupts off.
 *
 * A generation that is gone stays for readers until its way is needed again,
 * and until its last file is released: __fput gives up the mount, and with it
 * perhaps the superblock, a little before its end.
 *
 * sb is cleared when the shutdown begins; later lookups use (slot, id).
 *
 * The counts are atomics, not per-CPU: there may be a thousand superblocks and
 * hundreds of CPUs, and memory is bounded.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "core/fault.h"
#include "core/stats.h"
#include "fs/fs.h"

#define SET_BITS 7
#define SETS BIT(SET_BITS)
#define WAYS 8

/* The account of one generation; base is what it was at the last reset. */
struct super_count {
	atomic64_t queued;
	atomic64_t retracted;
	atomic64_t released;
	atomic64_t leftovers;
	atomic_t held;
	atomic_t maybe_last;
	u64 base_queued;
	u64 base_released;
	u64 base_leftovers;
};

/* The last of its files that went through the list. */
struct last_file {
	u64 ino;
	u64 started;
};

struct way {
	/* Its place in the table, for good. */
	u32 slot;
	/* NULL: its shutdown has begun, or would not be seen. */
	const struct super_block *sb;
	/* In deactivate_locked_super(), whose return will be seen: a key. */
	const struct task_struct *deactivator;
	u64 id;
	/* Its shutdown, or the end of that, would not be seen. */
	bool unknown;
	/* Its shutdown is not over. */
	bool in_shutdown;
	dev_t dev;
	char fstype[DFPUT_FSTYPE_LEN];
	char name[32];
	struct super_count count;
	struct last_file last;
	struct dfput_freeze freeze;
	struct dfput_shutdown shutdown;
};

struct set {
	raw_spinlock_t lock;
	struct way way[WAYS];
};

static struct set *sets;

/*
 * The accounts of all superblocks that have none of their own. The first is for the
 * time when there are no generations. Each set has two: of its foreign ones, and of
 * the others.
 */
static struct super_count lost[1 + 2 * SETS];

/* Files that reach others, once more. */
static atomic_t reaching_arrived;
static atomic_t reaching_now;

static atomic64_t last_id;

/*
 * Shutdowns are seen. While they are not, the next superblock under the same
 * address and device would pass for the last, so generations are not told apart.
 */
static bool started __read_mostly;

static struct way *way_at(u32 slot)
{
	return &sets[slot / WAYS].way[slot % WAYS];
}

static u64 count_pending(const struct super_count *count)
{
	return atomic64_read(&count->queued) -
	       atomic64_read(&count->retracted) -
	       atomic64_read(&count->released);
}

static struct way *find_by_key(struct set *set, const void *sb, dev_t dev)
{
	unsigned int i;

	for (i = 0; i < WAYS; i++) {
		/* Pairs with the release in fill_way(). */
		if (smp_load_acquire(&set->way[i].sb) == sb &&
		    set->way[i].dev == dev)
			return &set->way[i];
	}
	return NULL;
}

static struct way *find_way(struct set *set, const struct super_block *sb)
{
	return find_by_key(set, sb, sb->s_dev);
}

static bool is_foreign(const struct super_block *sb)
{
	return sb->s_user_ns != &init_user_ns;
}

/*
 * In their own namespaces users without privileges can mount as many superblocks as
 * they like. Half of each set is not for these. Of their own half, half is for those
 * whose files are deferred or held: not only @touched by an umount.
 */
static unsigned int reserve_of(const struct super_block *sb, bool touched)
{
	if (!is_foreign(sb))
		return 0;
	return touched ? WAYS * 3 / 4 : WAYS / 2;
}

/*
 * A way that was never used, or else the oldest generation that is gone. NULL: there
 * are no more than @reserve of these.
 */
static struct way *find_room(struct set *set, unsigned int reserve)
{
	struct way *way, *room = NULL;
	unsigned int nr = 0;

	for (way = set->way; way < set->way + WAYS; way++) {
		if (way->sb || way->in_shutdown ||
		    (way->id && count_pending(&way->count)))
			continue;
		nr++;
		if (!room || way->id < room->id)
			room = way;
	}
	return nr > reserve ? room : NULL;
}

static void fill_way(struct way *way, const struct super_block *sb)
{
	memset(&way->count, 0, sizeof(way->count));
	memset(&way->last, 0, sizeof(way->last));
	memset(&way->shutdown, 0, sizeof(way->shutdown));
	memset(&way->freeze, 0, sizeof(way->freeze));
	/* Or about to be, by a call that perhaps began before measuring: until it fails. */
	way->freeze.frozen = READ_ONCE(sb->s_writers.frozen) != SB_UNFROZEN;
	way->unknown = false;
	way->deactivator = NULL;
	way->id = atomic64_inc_return(&last_id);
	way->dev = sb->s_dev;
	strscpy(way->fstype, sb->s_type->name, sizeof(way->fstype));
	strscpy(way->name, sb->s_id, sizeof(way->name));
	/* Whoever finds the key finds the rest. */
	smp_store_release(&way->sb, sb);
}

/* The same address with another device: the shutdown of the last was missed. */
static void drop_stale_sb(struct set *set, const struct super_block *sb)
{
	struct way *way;

	for (way = set->way; way < set->way + WAYS; way++)
		if (way->sb == sb && way->dev != sb->s_dev)
			WRITE_ONCE(way->sb, NULL);
}

static struct way *add_way(struct set *set, const struct super_block *sb,
			   bool touched)
{
	unsigned long flags;
	struct way *way;

	raw_spin_lock_irqsave(&set->lock, flags);
	way = find_way(set, sb);
	if (!way) {
		drop_stale_sb(set, sb);
		way = find_room(set, reserve_of(sb, touched));
		if (way)
			fill_way(way, sb);
	}
	raw_spin_unlock_irqrestore(&set->lock, flags);
	return way;
}

static struct set *set_of(const void *sb)
{
	return &sets[hash_ptr(sb, SET_BITS)];
}

static struct dfput_super_ref ref_to(const struct way *way)
{
	struct dfput_super_ref ref = {
		.slot = way->slot,
		.dev = way->dev,
		.id = way->id,
	};

	return ref;
}

u32 dfput_super_lost_account(const struct super_block *sb)
{
	return 1 + 2 * (set_of(sb) - sets) + is_foreign(sb);
}

/* Not inlined: lookups that find the way need not save registers for this. */
static noinline struct dfput_super_ref
add_ref(struct set *set, const struct super_block *sb, bool touched)
{
	struct dfput_super_ref none = {
		.slot = dfput_super_lost_account(sb),
		.dev = sb->s_dev,
	};
	const struct way *way = add_way(set, sb, touched);

	if (way)
		return ref_to(way);
	if (!touched)
		dfput_count(DFPUT_COUNT_lost_supers);
	return none;
}

static __always_inline struct dfput_super_ref
find_or_add(const struct super_block *sb, bool touched)
{
	struct dfput_super_ref none = { .dev = sb->s_dev };
	const struct way *way;
	struct set *set;

	if (!READ_ONCE(started))
		return none;
	set = set_of(sb);
	way = find_way(set, sb);
	return likely(way) ? ref_to(way) : add_ref(set, sb, touched);
}

/* @now: when the current thread froze it; 0 if it only looks whether it is frozen. */
static void note_freeze(struct set *set, struct way *way,
			const struct super_block *sb, u64 now)
{
	struct dfput_freeze *freeze = &way->freeze;
	unsigned long flags;
	int state;

	raw_spin_lock_irqsave(&set->lock, flags);
	state = READ_ONCE(sb->s_writers.frozen);
	if (state == SB_UNFROZEN) {
		memset(freeze, 0, sizeof(*freeze));
	} else if (state == SB_FREEZE_COMPLETE && !freeze->frozen) {
		freeze->frozen = true;
		freeze->since = now;
		if (now) {
			freeze->pid = current->pid;
			memcpy(freeze->comm, current->comm,
			       sizeof(freeze->comm));
		}
	}
	raw_spin_unlock_irqrestore(&set->lock, flags);
}

struct dfput_super_ref dfput_super_touch(const struct super_block *sb)
{
	struct dfput_super_ref ref = find_or_add(sb, true);

	/* Whoever froze it may have been seen by no hook. */
	if (ref.id)
		note_freeze(set_of(sb), way_at(ref.slot), sb, 0);
	return ref;
}

bool dfput_super_known(const struct super_block *sb)
{
	return find_way(set_of(sb), sb);
}

struct dfput_super_ref dfput_super_of(const struct file *file)
{
	struct dfput_super_ref none = {};

	if (!(file->f_mode & FMODE_OPENED))
		return none;
	return find_or_add(file_inode(file)->i_sb, false);
}

/* NULL for a file that was never opened. */
static struct super_count *count_of(const struct dfput_super_ref *super)
{
	if (likely(super->id))
		return &way_at(super->slot)->count;
	return super->dev ? &lost[super->slot] : NULL;
}

void dfput_super_queued(const struct dfput_super_ref *super)
{
	struct super_count *count = count_of(super);

	if (count)
		atomic64_inc(&count->queued);
}

void dfput_super_retracted(const struct dfput_super_ref *super)
{
	struct super_count *count = count_of(super);

	if (count)
		atomic64_inc(&count->retracted);
}

void dfput_super_released(const struct dfput_super_ref *super)
{
	struct super_count *count = count_of(super);

	if (count)
		atomic64_inc(&count->released);
}

void dfput_super_maybe_last(const struct dfput_super_ref *super, int nr)
{
	struct super_count *count = count_of(super);

	if (count)
		atomic_add(nr, &count->maybe_last);
}

/* Racy: of two files at once, either may count as the last. */
void dfput_super_started(const struct dfput_super_ref *super, u64 ino, u64 now)
{
	struct way *way = way_at(super->slot);

	if (!super->id)
		return;
	WRITE_ONCE(way->last.ino, ino);
	WRITE_ONCE(way->last.started, now);
}

void dfput_super_hold(const struct dfput_super_ref *super)
{
	if (super->id)
		atomic_inc(&way_at(super->slot)->count.held);
}

/* A file whose release was missed may be dropped long after its superblock. */
void dfput_super_unhold(const struct dfput_super_ref *super)
{
	if (super->id && READ_ONCE(way_at(super->slot)->id) == super->id)
		atomic_dec(&way_at(super->slot)->count.held);
}

void dfput_super_leftover(const struct dfput_super_ref *super)
{
	if (super->id && READ_ONCE(way_at(super->slot)->id) == super->id)
		atomic64_inc(&way_at(super->slot)->count.leftovers);
}

/* A file that comes meanwhile is pending, and queued later: never in neither. */
static struct dfput_traffic traffic_of(const struct super_count *count)
{
	struct dfput_traffic traffic = {};

	traffic.queued = atomic64_read(&count->queued);
	/* Whoever counts adds to queued before the file can be released. */
	smp_rmb();
	traffic.pending = count_pending(count);
	traffic.maybe_last = max(atomic_read(&count->maybe_last), 0);
	return traffic;
}

struct dfput_traffic dfput_super_traffic(const void *sb,
					 const struct dfput_super_ref *super)
{
	struct dfput_traffic traffic = {};
	const struct way *way = way_at(super->slot);

	if (!super->id)
		way = find_by_key(set_of(sb), sb, super->dev);
	else if (READ_ONCE(way->id) != super->id)
		way = NULL;
	if (way) {
		traffic = traffic_of(&way->count);
		traffic.id = way->id;
	}
	return traffic;
}

struct dfput_traffic dfput_super_traffic_lost(u32 account)
{
	struct dfput_traffic traffic = traffic_of(&lost[account]);
	struct dfput_traffic early = traffic_of(&lost[0]);

	traffic.queued += early.queued;
	traffic.pending += early.pending;
	traffic.maybe_last += early.maybe_last;
	return traffic;
}

void dfput_reaching_add(int nr)
{
	if (nr > 0)
		atomic_inc(&reaching_arrived);
	atomic_add(nr, &reaching_now);
}

/* A file that comes meanwhile is there now, and arrives later: never in neither. */
struct dfput_reaching dfput_reaching_count(void)
{
	struct dfput_reaching reaching;

	reaching.arrived = atomic_read(&reaching_arrived);
	/* Whoever adds one counts it as arrived before it can go. */
	smp_rmb();
	reaching.now = atomic_read(&reaching_now);
	return reaching;
}

void dfput_super_start(void)
{
	WRITE_ONCE(started, true);
}

static void stop_count(struct super_count *count)
{
	atomic64_add(count_pending(count), &count->retracted);
	atomic_set(&count->maybe_last, 0);
}

static void stop_way(struct way *way)
{
	stop_count(&way->count);
	atomic_set(&way->count.held, 0);
	if (way->sb || way->in_shutdown)
		way->unknown = true;
	way->in_shutdown = false;
	way->deactivator = NULL;
	WRITE_ONCE(way->sb, NULL);
}

void dfput_super_stop(void)
{
	unsigned long flags;
	struct super_count *count;
	struct set *set;
	struct way *way;

	WRITE_ONCE(started, false);
	atomic_set(&reaching_now, 0);
	for (count = lost; count < lost + ARRAY_SIZE(lost); count++)
		stop_count(count);
	for (set = sets; set < sets + SETS; set++) {
		raw_spin_lock_irqsave(&set->lock, flags);
		for (way = set->way; way < set->way + WAYS; way++)
			stop_way(way);
		raw_spin_unlock_irqrestore(&set->lock, flags);
	}
}

static enum dfput_super_state state_of(const struct way *way)
{
	if (way->sb)
		return DFPUT_SUPER_ALIVE;
	if (way->unknown)
		return DFPUT_SUPER_UNKNOWN;
	return way->in_shutdown ? DFPUT_SUPER_SHUTDOWN : DFPUT_SUPER_GONE;
}

/* Under the set's lock. */
static void copy_way(const struct way *way, struct dfput_super_view *view)
{
	const struct super_count *count = &way->count;

	view->id = way->id;
	view->dev = way->dev;
	view->state = state_of(way);
	memcpy(view->fstype, way->fstype, sizeof(view->fstype));
	memcpy(view->name, way->name, sizeof(view->name));
	view->pending = count_pending(count);
	view->queued = atomic64_read(&count->queued) - count->base_queued;
	view->released = atomic64_read(&count->released) - count->base_released;
	view->held = max(atomic_read(&count->held), 0);
	view->leftovers =
		atomic64_read(&count->leftovers) - count->base_leftovers;
	view->freeze = way->freeze;
	view->shutdown = way->shutdown;
}

static void add_hop(struct dfput_shutdown *shutdown,
		    const struct dfput_hop *hop)
{
	shutdown->hops[shutdown->nr_hops++] = *hop;
}

/* In a kernel thread, its last file on the list was the last of all. */
static void describe_shutdown(struct way *way, bool mount, u64 now)
{
	struct dfput_hop file = { DFPUT_HOP_FILE, way->dev, way->last.ino,
				  way->last.started };
	struct dfput_hop hop = { .time = now };
	struct dfput_shutdown *shutdown = &way->shutdown;

	shutdown->begun = now;
	shutdown->pid = current->pid;
	shutdown->kthread = current->flags & PF_KTHREAD;
	memcpy(shutdown->comm, current->comm, sizeof(shutdown->comm));
	if (mount && file.time)
		add_hop(shutdown, &file);
	hop.kind = DFPUT_HOP_MOUNT;
	if (mount)
		add_hop(shutdown, &hop);
	hop.kind = DFPUT_HOP_SUPER;
	add_hop(shutdown, &hop);
}

void dfput_super_freeze(const struct super_block *sb, u64 now)
{
	struct set *set = set_of(sb);
	struct way *way = find_way(set, sb);

	/* It may be thawed already: dfput_super_deactivate() comes later, or was there. */
	if (way)
		note_freeze(set, way, sb, now);
}

struct dfput_super_ref dfput_super_deactivate(const struct super_block *sb)
{
	struct dfput_super_ref none = {};
	struct set *set = set_of(sb);
	struct way *way;

	if (!READ_ONCE(started))
		return none;
	way = find_way(set, sb);
	/* Room for those alone that are about to go. */
	if (!way && sb->s_root && atomic_read(&sb->s_active) == 1)
		way = add_way(set, sb, false);
	if (!way)
		return none;
	/* All who freeze it share one reference, and the last thaw drops that. */
	note_freeze(set, way, sb, 0);
	/* Whoever is in there has s_umount for writing. */
	WRITE_ONCE(way->deactivator, current);
	return ref_to(way);
}

bool dfput_super_begin_shutdown(const struct super_block *sb, bool mount,
				u64 now)
{
	struct set *set = set_of(sb);
	struct way *way;
	unsigned long flags;
	bool followed;

	way = READ_ONCE(started) ?
		      find_way(set, sb) ?: add_way(set, sb, false) :
		      NULL;
	if (!way)
		return false;
	raw_spin_lock_irqsave(&set->lock, flags);
	describe_shutdown(way, mount, now);
	followed = way->deactivator == current;
	way->in_shutdown = followed;
	way->unknown = !followed;
	WRITE_ONCE(way->sb, NULL);
	raw_spin_unlock_irqrestore(&set->lock, flags);
	return followed;
}

bool dfput_super_end_shutdown(const struct dfput_super_ref *super, u64 now,
			      struct dfput_super_view *view)
{
	struct set *set = &sets[super->slot / WAYS];
	struct way *way = way_at(super->slot);
	unsigned long flags;
	bool ended;

	raw_spin_lock_irqsave(&set->lock, flags);
	if (way->deactivator == current)
		way->deactivator = NULL;
	ended = way->id == super->id && way->in_shutdown;
	if (ended) {
		way->in_shutdown = false;
		/* 0 is for what is not over. */
		way->shutdown.took =
			max_t(u64, 1, dfput_elapsed(way->shutdown.begun, now));
		copy_way(way, view);
	}
	raw_spin_unlock_irqrestore(&set->lock, flags);
	return ended;
}

unsigned int dfput_super_slots(void)
{
	return SETS * WAYS;
}

bool dfput_super_view(unsigned int slot, struct dfput_super_view *view)
{
	struct set *set = &sets[slot / WAYS];
	unsigned long flags;

	raw_spin_lock_irqsave(&set->lock, flags);
	copy_way(way_at(slot), view);
	raw_spin_unlock_irqrestore(&set->lock, flags);

	return view->id;
}

static void reset_way(struct way *way)
{
	struct super_count *count = &way->count;

	if (!way->sb && !way->in_shutdown && !count_pending(count)) {
		way->id = 0;
		return;
	}
	count->base_leftovers = atomic64_read(&count->leftovers);
	count->base_queued = atomic64_read(&count->queued);
	count->base_released = atomic64_read(&count->released);
}

void dfput_super_reset(void)
{
	unsigned long flags;
	unsigned int slot;

	for (slot = 0; slot < SETS * WAYS; slot++) {
		struct set *set = &sets[slot / WAYS];

		raw_spin_lock_irqsave(&set->lock, flags);
		reset_way(way_at(slot));
		raw_spin_unlock_irqrestore(&set->lock, flags);
	}
}

int dfput_super_init(void)
{
	unsigned int i;

	sets = dfput_try(NULL, vzalloc(SETS * sizeof(*sets)));
	if (!sets)
		return -ENOMEM;
	for (i = 0; i < SETS; i++)
		raw_spin_lock_init(&sets[i].lock);
	for (i = 0; i < SETS * WAYS; i++)
		way_at(i)->slot = i;
	return 0;
}

void dfput_super_exit(void)
{
	vfree(sets);
}

size_t dfput_super_memory(void)
{
	return PAGE_ALIGN(SETS * sizeof(*sets));
}
