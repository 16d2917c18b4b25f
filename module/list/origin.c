// SPDX-License-Identifier: GPL-2.0-only
/*
 * Origins: the call paths that queue files.
 *
 * Unwinding costs a hundred times what the rest of us does. So a call site's
 * stack is unwound for its first file, and then for one in so many. The files in
 * between count for the path found last.
 *
 * Sites are a small open hash that only grows: a place is claimed with a compare
 * and exchange. Paths are added under a lock that is taken for new ones only;
 * whoever sees their number sees them. Counts are per CPU.
 *
 * Context: any but NMI, unless it says otherwise.
 */
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "core/fault.h"
#include "core/stats.h"
#include "list/private.h"

#define SITE_BITS 9
#define SITE_TRIES 8
/* Above the put: our handler, and ftrace's trampoline. */
#define FRAMES_OURS 8

struct site {
	/* Address and cause of the put; 0: free. */
	unsigned long key;
	/* Its path, 0: none yet. Racy; the worst case is one extra unwind. */
	u16 origin;
	/* Files since then. Racy as well. */
	u32 files;
};

struct stack {
	u32 hash;
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
static DEFINE_RAW_SPINLOCK(add_lock);
static struct tally __percpu *tallies;
/* What is taken off the sums: everything before the last reset. */
static struct tally *base;
static unsigned int sample_every;

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

static u16 find_stack(const struct stack *wanted)
{
	/* Pairs with add_stack(). */
	unsigned int i, nr = smp_load_acquire(&nr_stacks);

	for (i = 0; i < nr; i++)
		if (is_same_stack(&stacks[i], wanted))
			return i + 1;
	return 0;
}

static u16 add_stack(const struct stack *stack)
{
	unsigned long flags;
	u16 id;

	raw_spin_lock_irqsave(&add_lock, flags);
	id = find_stack(stack);
	if (!id && nr_stacks < max_stacks) {
		stacks[nr_stacks] = *stack;
		/* Whoever sees the number sees the stack. */
		smp_store_release(&nr_stacks, nr_stacks + 1);
		id = nr_stacks;
	}
	raw_spin_unlock_irqrestore(&add_lock, flags);
	return id;
}

/* From the put's caller on: what is above is us. */
static void unwind_stack(struct stack *stack, unsigned long caller)
{
	unsigned long frames[DFPUT_ORIGIN_FRAMES + FRAMES_OURS];
	unsigned int nr, ours;

	nr = stack_trace_save(frames, ARRAY_SIZE(frames), 0);
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

static u16 unwind_and_store(unsigned long caller, enum dfput_cause cause)
{
	struct stack stack = { .cause = cause };
	u16 id;

	unwind_stack(&stack, caller);
	dfput_count(DFPUT_COUNT_unwound);
	id = find_stack(&stack);
	if (!id)
		id = add_stack(&stack);
	if (id)
		this_cpu_inc(tallies[id - 1].unwound);
	else
		dfput_count(DFPUT_COUNT_lost_stacks);
	return id;
}

u16 dfput_origin_of(unsigned long caller, enum dfput_cause cause)
{
	/* All text has the same top bits, so the cause fits in there. */
	struct site *site = find_site(caller ^ ((unsigned long)cause << 60));
	u16 id;

	if (unlikely(!site)) {
		dfput_count(DFPUT_COUNT_lost_stacks);
		return 0;
	}
	id = READ_ONCE(site->origin);
	if (likely(id && (!sample_every || ++site->files < sample_every)))
		return id;
	site->files = 0;
	id = unwind_and_store(caller, cause);
	WRITE_ONCE(site->origin, id);
	return id;
}

void dfput_origin_queued(u16 id)
{
	if (id)
		this_cpu_inc(tallies[id - 1].count);
}

void dfput_origin_waited(u16 id, u64 wait)
{
	if (!id)
		return;
	this_cpu_add(tallies[id - 1].wait, wait);
	/* An interrupt in between may lose a maximum to a larger one, or its own. */
	if (wait > this_cpu_read(tallies[id - 1].wait_max))
		this_cpu_write(tallies[id - 1].wait_max, wait);
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

bool dfput_origin_view(unsigned int id, struct dfput_origin_view *view)
{
	const struct stack *stack = &stacks[id - 1];
	const struct tally *off = &base[id - 1];
	struct tally tally;

	/* Pairs with add_stack(). */
	if (id > smp_load_acquire(&nr_stacks))
		return false;
	sum_tally(id - 1, &tally);
	view->count = tally.count - off->count;
	view->unwound = tally.unwound - off->unwound;
	view->wait = tally.wait - off->wait;
	view->wait_max = tally.wait_max;
	view->cause = stack->cause;
	view->nr = stack->nr;
	memcpy(view->frames, stack->frames, sizeof(view->frames));
	return true;
}

void dfput_origin_reset(void)
{
	unsigned int i;
	int cpu;

	for (i = 0; i < max_stacks; i++) {
		sum_tally(i, &base[i]);
		for_each_possible_cpu(cpu)
			WRITE_ONCE(per_cpu_ptr(tallies, cpu)[i].wait_max, 0);
	}
}

int dfput_origin_init(unsigned int wanted, unsigned int sample)
{
	sample_every = sample;
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
