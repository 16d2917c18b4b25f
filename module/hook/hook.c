// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks: arming, disarming, state.
 *
 * Process context throughout, serialised by control.c; handlers read nothing
 * of this but their own code. A missing function takes no other with it.
 *
 * Consecutive rows of one backend are armed and disarmed together, because
 * waiting for handlers takes long, and one wait does for all of them.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "hook/hook.h"

#define RUNGS_SITE BIT(DFPUT_RUNG_SITE)
#define RUNGS_ENTRY BIT(DFPUT_RUNG_ENTRY)
#define RUNGS_CANDIDATE BIT(DFPUT_RUNG_CANDIDATE)
#define RUNGS_ALL (RUNGS_SITE | RUNGS_ENTRY | RUNGS_CANDIDATE)

/* What is hooked for leftovers and umounts alone. */
#define ROLES_OF_EXITS                                                \
	(BIT(DFPUT_ROLE_SUPER_FREE) | BIT(DFPUT_ROLE_UMOUNT) |        \
	 BIT(DFPUT_ROLE_MOUNTS_QUEUE) | BIT(DFPUT_ROLE_MOUNTS) |      \
	 BIT(DFPUT_ROLE_MOUNT) | BIT(DFPUT_ROLE_EXIT) |               \
	 BIT(DFPUT_ROLE_CLOSE) | BIT(DFPUT_ROLE_CLOSE_SYNC) |         \
	 BIT(DFPUT_ROLE_RING) | BIT(DFPUT_ROLE_RING_EXIT) |           \
	 BIT(DFPUT_ROLE_RING_FILES) | BIT(DFPUT_ROLE_RING_FALLBACK) | \
	 BIT(DFPUT_ROLE_AIO_MAP) | BIT(DFPUT_ROLE_AIO_EXIT))

/* Each of the two loops that drain, instead of all that calls __fput. */
#define ROLES_OF_DRAINS \
	(BIT(DFPUT_ROLE_DRAIN_WORKER) | BIT(DFPUT_ROLE_DRAIN_FLUSH))

#define ROW_ftrace(handler) .on_call = dfput_on_##handler,
#define ROW_ftrace_rare(handler) ROW_ftrace(handler)
#define ROW_kretprobe(handler) \
	.on_entry = dfput_enter_##handler, .on_return = dfput_leave_##handler,
#define ROW_site(handler) .on_site = dfput_site_##handler,
#define ROW(id, symbol_, backend_, role_, rungs_, need_, handler)   \
	[DFPUT_HOOK_##id] = { .name = #id,                          \
			      .symbol = symbol_,                    \
			      .backend = &dfput_backend_##backend_, \
			      .role = DFPUT_ROLE_##role_,           \
			      .rungs = RUNGS_##rungs_,              \
			      .need = DFPUT_NEED_##need_,           \
			      ROW_##backend_(handler) },
static struct dfput_hook hooks[DFPUT_NR_HOOKS] = { DFPUT_HOOKS(ROW) };

#define for_each_hook(hook) \
	for (hook = hooks; hook < hooks + DFPUT_NR_HOOKS; hook++)
#define for_each_hook_reverse(hook) \
	for (hook = hooks + DFPUT_NR_HOOKS - 1; hook >= hooks; hook--)

static const char *const rung_names[DFPUT_NR_RUNGS] = {
	[DFPUT_RUNG_SITE] = "site",
	[DFPUT_RUNG_ENTRY] = "entry",
	[DFPUT_RUNG_CANDIDATE] = "candidate",
};

/* What is not seen while a role is empty. */
static const char *const role_losses[DFPUT_NR_ROLES] = {
	[DFPUT_ROLE_BATCH_WORKER] = "drains by the worker",
	[DFPUT_ROLE_BATCH_FLUSH] = "drains by a flush",
	[DFPUT_ROLE_FLUSH_WAIT] = "when a flush begins to wait for the worker",
	[DFPUT_ROLE_SUPER] = "superblocks' deaths, nor superblocks told apart,",
	[DFPUT_ROLE_SUPER_FREE] = "when a superblock's device is free",
	[DFPUT_ROLE_UMOUNT] = "umounts",
	[DFPUT_ROLE_MOUNTS_QUEUE] = "how long mounts wait for their cleanup",
	[DFPUT_ROLE_MOUNTS] = "which superblocks die with a deferred mount",
	[DFPUT_ROLE_MOUNT] = "mounts whose cleanup was deferred",
	[DFPUT_ROLE_RELEASE] = "releases",
	[DFPUT_ROLE_DRAIN_WORKER] = "releases",
	[DFPUT_ROLE_DRAIN_FLUSH] = "releases",
	[DFPUT_ROLE_EXIT] = "exits",
	[DFPUT_ROLE_CLOSE] = "what outlives its process",
	[DFPUT_ROLE_CLOSE_SYNC] = "what other processes close",
	[DFPUT_ROLE_RING] = "whose the files of an io_uring ring are",
	[DFPUT_ROLE_RING_EXIT] = "whose the files of an io_uring ring are",
	[DFPUT_ROLE_RING_FILES] = "whose the files of an io_uring ring are",
	[DFPUT_ROLE_RING_FALLBACK] = "whose the files of an io_uring ring are",
	[DFPUT_ROLE_AIO_MAP] = "whose the rings of aio are",
	[DFPUT_ROLE_AIO_EXIT] = "whose the rings of aio are",
};

static const char *hint(int err)
{
	switch (err) {
	case -EBUSY:
		return ": is kernel.ftrace_enabled 0? sysctl kernel.ftrace_enabled=1";
	case -ENODEV:
		return ": the kernel has shut its tracer down, until the next boot";
	case -EAGAIN:
		return ": the kernel makes no jumps of probes: is debug.kprobes-optimization 0?";
	case -EINVAL:
	case -ENOENT:
		return ": this kernel has no such function, or it can not be traced";
	default:
		return "";
	}
}

static void prepare(struct dfput_hook *hook)
{
	hook->error = hook->backend->prepare(hook);
	hook->prepared = !hook->error;
	hook->state = hook->error ? DFPUT_HOOK_FAILED : DFPUT_HOOK_OFF;
}

void dfput_hooks_init(void)
{
	struct dfput_hook *hook;

	for_each_hook(hook)
		if (hook->rungs == RUNGS_SITE)
			hook->state = DFPUT_HOOK_IDLE;
		else
			prepare(hook);
}

/* Whatever this takes, only who wants the rung pays for it. */
static void look_for_sites(void)
{
	struct dfput_hook *hook;

	dfput_site_refuse("no-place");
	for_each_hook(hook)
		if (hook->rungs == RUNGS_SITE && !hook->prepared)
			prepare(hook);
}

void dfput_hooks_exit(void)
{
	struct dfput_hook *hook;

	for_each_hook_reverse(hook)
		hook->backend->release(hook);
}

bool dfput_hooks_offer(enum dfput_rung rung)
{
	const struct dfput_hook *hook;

	if (rung == DFPUT_RUNG_SITE)
		look_for_sites();
	for_each_hook(hook)
		if (hook->role == DFPUT_ROLE_QUEUE &&
		    (hook->rungs & BIT(rung)) && hook->prepared)
			return true;
	return false;
}

/*
 * The rows in @state from @first on, up to the first of another backend; @step
 * says in which direction.
 */
static unsigned int gather(struct dfput_hook **run, struct dfput_hook *first,
			   int step, enum dfput_hook_state state)
{
	struct dfput_hook *hook;
	unsigned int nr = 0;

	for (hook = first; hook >= hooks && hook < hooks + DFPUT_NR_HOOKS;
	     hook += step) {
		if (hook->state != state)
			continue;
		if (hook->backend != first->backend)
			break;
		run[nr++] = hook;
	}
	return nr;
}

static void disarm(struct dfput_hook *last)
{
	struct dfput_hook *run[DFPUT_NR_HOOKS];
	unsigned int i, nr = gather(run, last, -1, DFPUT_HOOK_ARMED);

	last->backend->disarm(run, nr);
	for (i = 0; i < nr; i++) {
		run[i]->missed_before += run[i]->backend->missed(run[i]);
		run[i]->state = DFPUT_HOOK_OFF;
	}
}

void dfput_hooks_disarm(void)
{
	struct dfput_hook *hook;

	for_each_hook_reverse(hook)
		if (hook->state == DFPUT_HOOK_ARMED)
			disarm(hook);
}

/* Says what is lost with a hook, and returns the error if it is too much. */
static int report(const struct dfput_hook *hook)
{
	if (hook->role == DFPUT_ROLE_QUEUE || hook->rungs == RUNGS_SITE) {
		pr_err("cannot hook %s (%pe)%s: rung %s can not be used\n",
		       hook->symbol, ERR_PTR(hook->error), hint(hook->error),
		       rung_names[__ffs(hook->rungs)]);
		return hook->error;
	}
	if (hook->need == DFPUT_NEED_ALWAYS) {
		pr_err("cannot hook %s (%pe)%s: %s can not be measured\n",
		       hook->symbol, ERR_PTR(hook->error), hint(hook->error),
		       role_losses[hook->role]);
		return hook->error;
	}
	pr_notice("cannot hook %s (%pe)%s: %s will not be seen\n", hook->symbol,
		  ERR_PTR(hook->error), hint(hook->error),
		  role_losses[hook->role]);
	return 0;
}

/* This kernel does not do what the hook would see. */
static bool is_absent(const struct dfput_hook *hook)
{
	return hook->need == DFPUT_NEED_IF_THERE && hook->error == -ENOENT;
}

bool dfput_hooks_blocked(void)
{
	const struct dfput_hook *hook;

	for_each_hook(hook)
		if (hook->need == DFPUT_NEED_ALWAYS &&
		    hook->rungs == RUNGS_ALL &&
		    hook->state == DFPUT_HOOK_FAILED)
			return true;
	return false;
}

static bool has_role(const struct dfput_hook *hook, enum dfput_rung rung,
		     unsigned int roles)
{
	return (hook->rungs & BIT(rung)) && (roles & BIT(hook->role));
}

/* Before anything is armed: is there a function for each role? */
static int check_roles(enum dfput_rung rung, unsigned int roles)
{
	const struct dfput_hook *hook;
	unsigned int offered = 0;
	int err;

	for_each_hook(hook)
		if (hook->prepared && has_role(hook, rung, roles))
			offered |= BIT(hook->role);

	/* The last row of a role stands for it. */
	for_each_hook_reverse(hook) {
		if (!has_role(hook, rung, roles & ~offered) || is_absent(hook))
			continue;
		offered |= BIT(hook->role);
		err = report(hook);
		if (err)
			return err;
	}
	return 0;
}

static bool has_drains(void)
{
	const struct dfput_hook *hook;

	for_each_hook(hook)
		if ((BIT(hook->role) & ROLES_OF_DRAINS) && !hook->prepared)
			return false;
	return true;
}

/* A function that isn't there matters only while nothing else fills its role. */
static enum dfput_hook_state state_without(const struct dfput_hook *hook,
					   bool filled)
{
	if (filled)
		return DFPUT_HOOK_IDLE;
	return is_absent(hook) ? DFPUT_HOOK_ABSENT : DFPUT_HOOK_FAILED;
}

/* The first row that can fill a role does: it is off, and waits to be armed. */
static void choose(enum dfput_rung rung, unsigned int open)
{
	struct dfput_hook *hook;

	for_each_hook(hook) {
		hook->state = DFPUT_HOOK_IDLE;
		if (!hook->prepared || !has_role(hook, rung, open))
			continue;
		hook->state = DFPUT_HOOK_OFF;
		open &= ~BIT(hook->role);
	}
	for_each_hook(hook)
		if (!hook->prepared)
			hook->state = state_without(hook, !has_role(hook, rung,
								    open));
}

static int arm(struct dfput_hook *first)
{
	struct dfput_hook *run[DFPUT_NR_HOOKS];
	unsigned int i, nr = gather(run, first, 1, DFPUT_HOOK_OFF);
	int err = 0;

	first->backend->arm(run, nr);
	for (i = 0; i < nr; i++)
		run[i]->state = run[i]->error ? DFPUT_HOOK_FAILED :
						DFPUT_HOOK_ARMED;
	for (i = 0; i < nr && !err; i++)
		if (run[i]->error)
			err = report(run[i]);
	return err;
}

/* What has to be seen. What outlives an exit may be released by anybody. */
static unsigned int roles_of(enum dfput_rung rung, bool exits)
{
	unsigned int roles = BIT(DFPUT_NR_ROLES) - 1;

	if (!exits)
		roles &= ~ROLES_OF_EXITS;
	if (!exits && rung == DFPUT_RUNG_SITE && has_drains())
		roles &= ~BIT(DFPUT_ROLE_RELEASE);
	else
		roles &= ~ROLES_OF_DRAINS;
	return roles;
}

int dfput_hooks_arm(enum dfput_rung rung, bool exits)
{
	unsigned int roles = roles_of(rung, exits);
	struct dfput_hook *hook;
	int err;

	err = check_roles(rung, roles);
	if (err)
		return err;

	choose(rung, roles);
	for_each_hook(hook) {
		if (hook->state != DFPUT_HOOK_OFF)
			continue;
		err = arm(hook);
		if (err)
			goto disarm;
	}
	return 0;

disarm:
	dfput_hooks_disarm();
	return err;
}

u64 dfput_hook_missed(const struct dfput_hook *hook)
{
	u64 missed = READ_ONCE(hook->missed_before);

	if (READ_ONCE(hook->state) == DFPUT_HOOK_ARMED)
		missed += hook->backend->missed(hook);
	return missed;
}

int dfput_hook_error(const struct dfput_hook *hook)
{
	if (READ_ONCE(hook->state) == DFPUT_HOOK_ARMED &&
	    hook->backend->works && !hook->backend->works(hook))
		return -EAGAIN;
	return hook->error;
}

u64 dfput_hooks_missed(void)
{
	const struct dfput_hook *hook;
	u64 missed = 0;

	for_each_hook(hook)
		missed += dfput_hook_missed(hook);
	return missed;
}

const struct dfput_hook *dfput_hook_at(enum dfput_hook_id id)
{
	return &hooks[id];
}

const char *dfput_rung_name(enum dfput_rung rung)
{
	return rung_names[rung];
}
