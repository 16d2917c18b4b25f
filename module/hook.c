// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks: arming, disarming, state.
 *
 * Process context throughout, serialised by control.c; handlers read nothing
 * of this but their own code. Each hooked function has an ftrace_ops or a
 * kretprobe of its own, so that a missing one takes no other with it.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "hook.h"

#define RUNGS_ENTRY BIT(DFPUT_RUNG_ENTRY)
#define RUNGS_CANDIDATE BIT(DFPUT_RUNG_CANDIDATE)
#define RUNGS_ALL (RUNGS_ENTRY | RUNGS_CANDIDATE)

#define ROW_ftrace(handler) .on_call = dfput_on_##handler,
#define ROW_kretprobe(handler) \
	.on_entry = dfput_enter_##handler, .on_return = dfput_leave_##handler,
#define ROW(id, symbol_, backend_, role_, rungs_, required_, handler) \
	[DFPUT_HOOK_##id] = { .name = #id,                            \
			      .symbol = symbol_,                      \
			      .backend = &dfput_backend_##backend_,   \
			      .role = DFPUT_ROLE_##role_,             \
			      .rungs = RUNGS_##rungs_,                \
			      .required = required_,                  \
			      ROW_##backend_(handler) },
static struct dfput_hook hooks[DFPUT_NR_HOOKS] = { DFPUT_HOOKS(ROW) };

#define for_each_hook(hook) \
	for (hook = hooks; hook < hooks + DFPUT_NR_HOOKS; hook++)
#define for_each_hook_reverse(hook) \
	for (hook = hooks + DFPUT_NR_HOOKS - 1; hook >= hooks; hook--)

static const char *const rung_names[DFPUT_NR_RUNGS] = {
	[DFPUT_RUNG_ENTRY] = "entry",
	[DFPUT_RUNG_CANDIDATE] = "candidate",
};

/* What is not seen while a role is empty. */
static const char *const role_losses[DFPUT_NR_ROLES] = {
	[DFPUT_ROLE_BATCH_WORKER] = "drains by the worker",
	[DFPUT_ROLE_BATCH_FLUSH] = "drains by a flush",
	[DFPUT_ROLE_FLUSH_WAIT] = "when a flush begins to wait for the worker",
	[DFPUT_ROLE_SUPER] = "superblocks' deaths, nor superblocks told apart,",
	[DFPUT_ROLE_RELEASE] = "releases",
	[DFPUT_ROLE_EXIT] = "exits",
	[DFPUT_ROLE_QUEUE] = "queueing",
};

static const char *hint(int err)
{
	switch (err) {
	case -EBUSY:
		return ": is kernel.ftrace_enabled 0? sysctl kernel.ftrace_enabled=1";
	case -ENODEV:
		return ": the kernel has shut its tracer down, until the next boot";
	case -EINVAL:
	case -ENOENT:
		return ": this kernel has no such function, or it can not be traced";
	default:
		return "";
	}
}

void dfput_hooks_init(void)
{
	struct dfput_hook *hook;

	for_each_hook(hook) {
		hook->error = hook->backend->prepare(hook);
		hook->prepared = !hook->error;
		hook->state = hook->error ? DFPUT_HOOK_FAILED : DFPUT_HOOK_OFF;
	}
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

	for_each_hook(hook)
		if (hook->role == DFPUT_ROLE_QUEUE &&
		    (hook->rungs & BIT(rung)) && hook->prepared)
			return true;
	return false;
}

static void disarm(struct dfput_hook *hook)
{
	if (hook->state != DFPUT_HOOK_ARMED)
		return;
	hook->backend->disarm(hook);
	hook->missed_before += hook->backend->missed(hook);
	hook->state = DFPUT_HOOK_OFF;
}

void dfput_hooks_disarm(void)
{
	struct dfput_hook *hook;

	for_each_hook_reverse(hook)
		disarm(hook);
}

/* Says what is lost with a hook, and returns the error if it is too much. */
static int report(const struct dfput_hook *hook)
{
	if (hook->required) {
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
		if (!has_role(hook, rung, roles & ~offered))
			continue;
		offered |= BIT(hook->role);
		err = report(hook);
		if (err)
			return err;
	}
	return 0;
}

/* A function that isn't there matters only while nothing else fills its role. */
static void mark_absent(enum dfput_rung rung, unsigned int open)
{
	struct dfput_hook *hook;

	for_each_hook(hook)
		if (!hook->prepared)
			hook->state = has_role(hook, rung, open) ?
					      DFPUT_HOOK_FAILED :
					      DFPUT_HOOK_IDLE;
}

static int arm(struct dfput_hook *hook)
{
	hook->error = hook->backend->arm(hook);
	hook->state = hook->error ? DFPUT_HOOK_FAILED : DFPUT_HOOK_ARMED;
	return hook->error ? report(hook) : 0;
}

int dfput_hooks_arm(enum dfput_rung rung, bool exits)
{
	unsigned int open = BIT(DFPUT_NR_ROLES) - 1;
	struct dfput_hook *hook;
	int err;

	if (!exits)
		open &= ~BIT(DFPUT_ROLE_EXIT);
	err = check_roles(rung, open);
	if (err)
		return err;

	for_each_hook(hook) {
		if (!hook->prepared)
			continue;
		hook->state = DFPUT_HOOK_IDLE;
		if (!has_role(hook, rung, open))
			continue;
		err = arm(hook);
		if (err)
			goto disarm;
		open &= ~BIT(hook->role);
	}
	mark_absent(rung, open);
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
