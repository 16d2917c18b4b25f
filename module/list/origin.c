// SPDX-License-Identifier: GPL-2.0-only
/*
 * Origins: the call paths that queue files.
 *
 * Unwinding costs a hundred times what the rest of us does. So a call site's
 * stack is unwound for its first file, and then for one in so many, whether or not
 * there was room for its path. The files in between count for the path found last.
 * A put that may not be the last is not worth it.
 *
 * Sites are a small open hash that only grows: a place is claimed with a compare
 * and exchange. Paths are hashed, and added under a lock that is taken only while there
 * is room; whoever sees their number, or a chain, sees them. Counts are per CPU.
 *
 * An id is never used twice: a reset empties the table and goes on with the next
 * ids, and whoever still has an older one counts nothing.
 *
 * Context: any but NMI, unless it says otherwise.
 */
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "compat/compat.h"
#include "core/fault.h"
#include "core/stats.h"
#include "list/private.h"

#define SITE_BITS 9
#define SITE_TRIES 8
#define CHAINS 64
/* Above the put: our handler, and ftrace's trampoline. */
#define FRAMES_OURS 8

struct site {
	/* Address and cause of the put; 0: free. */
	unsigned long key;
	/* Its path, 0: none, or no room. Racy; the worst case is one extra unwind. */
	u32 origin;
	/* Files since it was looked for; 0: it never was. Racy as well. */
	u32 files;
};

struct stack {
	u32 hash;
	/* Place + 1 of the next in its chain, which is always a lower one; 0: none. */
	u16 next;
	u8 cause;
	u8 nr;
	unsigned long frames[DFPUT_ORIGIN_FRAMES];
};

struct tally {
	u64 count;
	u64 unwound;
	u64 wait;
	u64 wait_max;
};

static struct site sites[BIT(SITE_BITS)];
static struct stack *stacks;
static unsigned int max_stacks;
static unsigned int nr_stacks;
/* Place + 1 of the newest stack of some hashes; 0: none. */
static u16 chains[CHAINS];
/* The id of the first; changes before the table is emptied. */
static u32 first_id = 1;
/* The table is being emptied. */
static bool closed;
static DEFINE_RAW_SPINLOCK(add_lock);
static struct tally __percpu *tallies;
/* What is taken off the sums: everything before the last reset. */
static struct tally *base;
/* The files of a site that count for its path as it is, but one. */
static u32 sample_last;

static struct site *find_site(unsigned long key)
{
	unsigned int place = hash_long(key, SITE_BITS);
	struct site *site;
	unsigned int i;

	for (i = 0; i < SITE_TRIES; i++) {
		site = &sites[(place + i) % ARRAY_SIZE(sites)];
		if (READ_ONCE(site->key) == key)
			return site;
		if (!READ_ONCE(site->key) && !cmpxchg(&site->key, 0, key))
			return site;
		if (READ_ONCE(site->key) == key)
			return site;
	}
	return NULL;
}

static bool is_same_stack(const struct stack *stack, const struct stack *other)
{
	return stack->hash == other->hash && stack->cause == other->cause &&
	       stack->nr == other->nr &&
	       !memcmp(stack->frames, other->frames,
		       other->nr * sizeof(other->frames[0]));
}

/* Its place in the table, or max_stacks: of another generation of ids, or of none. */
static unsigned int place_of(u32 id)
{
	return min(id - READ_ONCE(first_id), max_stacks);
}

static u16 *chain_of(const struct stack *stack)
{
	return &chains[stack->hash % CHAINS];
}

static u32 find_stack(const struct stack *wanted)
{
	/* Pairs with set_closed(): never a new id with an old number. */
	u32 first = smp_load_acquire(&first_id);
	/* Pairs with add_stack(). */
	unsigned int at = smp_load_acquire(chain_of(wanted));

	while (at && !is_same_stack(&stacks[at - 1], wanted))
		at = READ_ONCE(stacks[at - 1].next);
	/* The id's first, then the stack's: pairs with set_closed(). */
	smp_rmb();
	if (!at || READ_ONCE(first_id) != first)
		return 0;
	return first + at - 1;
}

static u32 add_stack(struct stack *stack)
{
	u16 *chain = chain_of(stack);
	unsigned long flags;
	u32 id = 0;

	if (READ_ONCE(nr_stacks) == max_stacks)
		return 0;
	raw_spin_lock_irqsave(&add_lock, flags);
	if (!closed)
		id = find_stack(stack);
	if (!closed && !id && nr_stacks < max_stacks) {
		stack->next = *chain;
		stacks[nr_stacks] = *stack;
		id = first_id + nr_stacks;
		/* Whoever sees the number sees the stack. */
		smp_store_release(&nr_stacks, nr_stacks + 1);
		/* Pairs with find_stack(). */
		smp_store_release(chain, nr_stacks);
	}
	raw_spin_unlock_irqrestore(&add_lock, flags);
	return id;
}

/* From the put's caller on: what is above is us. */
static void unwind_stack(struct stack *stack, unsigned long caller)
{
	unsigned long frames[DFPUT_ORIGIN_FRAMES + FRAMES_OURS];
	unsigned int nr, ours;

	/* What the interrupt has interrupted is no part of it. */
	nr = dfput_save_context_stack(frames, ARRAY_SIZE(frames));
	for (ours = 0; ours < nr; ours++)
		if (frames[ours] == caller)
			break;
	stack->nr = 0;
	/* The unwinder never came by the caller: it has lost its way. */
	if (ours == nr)
		stack->frames[stack->nr++] = caller;
	while (ours < nr && stack->nr < DFPUT_ORIGIN_FRAMES)
		stack->frames[stack->nr++] = frames[ours++];
	stack->hash = jhash2((const u32 *)stack->frames,
			     stack->nr * (sizeof(long) / sizeof(u32)),
			     stack->cause);
}

/* Not inlined: the puts that are not unwound need no room for two stacks. */
static noinline u32 unwind_and_store(unsigned long caller,
				     enum dfput_cause cause)
{
	struct stack stack = { .cause = cause };
	unsigned int place;
	u32 id;

	unwind_stack(&stack, caller);
	dfput_count(DFPUT_COUNT_unwound);
	id = find_stack(&stack);
	if (!id)
		id = add_stack(&stack);
	if (!id)
		dfput_count(DFPUT_COUNT_lost_stacks);

	preempt_disable();
	place = place_of(id);
	if (place < max_stacks)
		this_cpu_inc(tallies[place].unwound);
	preempt_enable();
	return id;
}

/*
 * Is it time to look for the path of this site? It is at 0 files, at more than the
 * sample allows, and when a reset has taken the path away.
 */
static bool is_due(u32 id, u32 files)
{
	if (files - 1 >= sample_last)
		return true;
	return id && place_of(id) == max_stacks;
}

u32 dfput_origin_of(unsigned long caller, enum dfput_cause cause, bool last)
{
	/* All text has the same top bits, so the cause fits in there. */
	struct site *site = find_site(caller ^ ((unsigned long)cause << 60));
	u32 id, files;

	if (unlikely(!site)) {
		dfput_count(DFPUT_COUNT_lost_stacks);
		return 0;
	}
	id = READ_ONCE(site->origin);
	files = READ_ONCE(site->files);
	if (!last)
		return id;
	if (likely(!is_due(id, files))) {
		WRITE_ONCE(site->files, files + 1);
		return id;
	}
	WRITE_ONCE(site->files, 1);
	id = unwind_and_store(caller, cause);
	WRITE_ONCE(site->origin, id);
	return id;
}

/*
 * These two stay on their CPU, so that dfput_origin_reset() can wait for those that
 * still have an id of before.
 */
void dfput_origin_queued(u32 id)
{
	unsigned int place;

	preempt_disable();
	place = place_of(id);
	if (place < max_stacks)
		this_cpu_inc(tallies[place].count);
	preempt_enable();
}

void dfput_origin_waited(u32 id, u64 wait)
{
	unsigned int place;
	u64 max, seen;

	preempt_disable();
	place = place_of(id);
	if (place < max_stacks) {
		this_cpu_add(tallies[place].wait, wait);
		/* An interrupt may come in between, with a longer one. */
		max = this_cpu_read(tallies[place].wait_max);
		while (wait > max) {
			seen = this_cpu_cmpxchg(tallies[place].wait_max, max,
						wait);
			if (seen == max)
				break;
			max = seen;
		}
	}
	preempt_enable();
}

unsigned int dfput_origin_rows(void)
{
	return max_stacks;
}

static void sum_tally(unsigned int place, struct tally *to)
{
	const struct tally *from;
	int cpu;

	memset(to, 0, sizeof(*to));
	for_each_possible_cpu(cpu) {
		from = &per_cpu_ptr(tallies, cpu)[place];
		to->count += READ_ONCE(from->count);
		to->unwound += READ_ONCE(from->unwound);
		to->wait += READ_ONCE(from->wait);
		to->wait_max = max(to->wait_max, READ_ONCE(from->wait_max));
	}
}

bool dfput_origin_view(unsigned int row, struct dfput_origin_view *view)
{
	/* Pairs with set_closed(): never a new id with an old number. */
	u32 first = smp_load_acquire(&first_id);
	const struct stack *stack = &stacks[row];
	const struct tally *off = &base[row];
	struct tally tally;

	/* Pairs with add_stack(). */
	if (row >= smp_load_acquire(&nr_stacks))
		return false;
	sum_tally(row, &tally);
	view->id = first + row;
	view->count = tally.count - off->count;
	view->unwound = tally.unwound - off->unwound;
	view->wait = tally.wait - off->wait;
	view->wait_max = tally.wait_max;
	view->cause = stack->cause;
	view->nr = stack->nr;
	memcpy(view->frames, stack->frames, sizeof(view->frames));
	/* The id's first, then the rest: pairs with set_closed(). */
	smp_rmb();
	return READ_ONCE(first_id) == first;
}

static void set_closed(bool value)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&add_lock, flags);
	closed = value;
	if (value) {
		WRITE_ONCE(nr_stacks, 0);
		memset(chains, 0, sizeof(chains));
		/* From here on no id has a place. 0 never has. */
		smp_store_release(&first_id, first_id + max_stacks ?: 1);
	}
	raw_spin_unlock_irqrestore(&add_lock, flags);
}

void dfput_origin_reset(void)
{
	unsigned int i;
	int cpu;

	set_closed(true);
	/* For those who found a place before, and count there. */
	synchronize_rcu();
	for (i = 0; i < max_stacks; i++) {
		sum_tally(i, &base[i]);
		for_each_possible_cpu(cpu)
			WRITE_ONCE(per_cpu_ptr(tallies, cpu)[i].wait_max, 0);
	}
	set_closed(false);
	for (i = 0; i < ARRAY_SIZE(sites); i++)
		WRITE_ONCE(sites[i].files, 0);
}

int dfput_origin_init(unsigned int wanted, unsigned int sample)
{
	sample_last = sample ? sample - 1 : U32_MAX;
	max_stacks = wanted;
	stacks = dfput_try(NULL, vzalloc(array_size(wanted, sizeof(*stacks))));
	base = dfput_try(NULL, vzalloc(array_size(wanted, sizeof(*base))));
	tallies = dfput_try(NULL,
			    __alloc_percpu(array_size(wanted, sizeof(*tallies)),
					   __alignof__(struct tally)));
	if (stacks && base && tallies)
		return 0;
	dfput_origin_exit();
	return -ENOMEM;
}

void dfput_origin_exit(void)
{
	free_percpu(tallies);
	vfree(base);
	vfree(stacks);
}

size_t dfput_origin_memory(void)
{
	return max_stacks * (sizeof(*stacks) + sizeof(*base) +
			     num_possible_cpus() * sizeof(*tallies));
}
