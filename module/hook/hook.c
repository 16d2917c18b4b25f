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
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "hook/internal.h"
#include "hook/symbol.h"

#define METHODS_EXACT BIT(DFPUT_METHOD_EXACT)
#define METHODS_RECONCILED BIT(DFPUT_METHOD_RECONCILED)
#define METHODS_ALL (METHODS_EXACT | METHODS_RECONCILED)

#define SCOPE_ALWAYS false
#define SCOPE_EXITS true

#define USEFUL_IF(there) ((there) ? DFPUT_NEED_USEFUL : DFPUT_NEED_ABSENT)
#define DFPUT_NEED_AIO USEFUL_IF(IS_ENABLED(CONFIG_AIO))
#define DFPUT_NEED_IO_URING USEFUL_IF(IS_ENABLED(CONFIG_IO_URING))
#define DFPUT_NEED_RING_FILES \
	USEFUL_IF(IS_ENABLED(CONFIG_IO_URING) && DFPUT_RING_FILES)

#define ROW_ftrace(handler) .on_call = dfput_on_##handler,
#define ROW_ftrace_rare(handler) ROW_ftrace(handler)
#define ROW_kretprobe(handler) \
	.on_entry = dfput_enter_##handler, .on_return = dfput_leave_##handler,
#define ROW(id, symbol_, backend_, role_, methods_, scope_, need_, handler, \
	    loss_)                                                          \
	[DFPUT_HOOK_##id] = { .name = #id,                                  \
			      .symbol = symbol_,                            \
			      .loss = loss_,                                \
			      .backend = &dfput_backend_##backend_,         \
			      .role = DFPUT_HOOK_##role_,                   \
			      .methods = METHODS_##methods_,                \
			      .exits = SCOPE_##scope_,                      \
			      .need = DFPUT_NEED_##need_,                   \
			      ROW_##backend_(handler) },
struct dfput_hook dfput_hooks[DFPUT_NR_HOOKS] = { DFPUT_HOOKS(ROW) };

DEFINE_PER_CPU(u64[DFPUT_NR_HOOKS], dfput_hits);

#define for_each_hook(hook) \
	for (hook = dfput_hooks; hook < dfput_hooks + DFPUT_NR_HOOKS; hook++)
#define for_each_hook_reverse(hook)                                        \
	for (hook = dfput_hooks + DFPUT_NR_HOOKS - 1; hook >= dfput_hooks; \
	     hook--)

/* Handlers of ours are called until the next boot. */
static bool is_kept;

const char *dfput_method_name(enum dfput_method method)
{
	static const char *const names[] = { DFPUT_METHODS(DFPUT_WORD) };

	return names[method];
}

static const char *hint_at_cause(int err)
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

static int prepare_hook(struct dfput_hook *hook)
{
	hook->address = dfput_symbol_address(hook->symbol);
	if (!hook->address)
		return -ENOENT;
	return hook->backend->prepare ? hook->backend->prepare(hook) : 0;
}

int dfput_hooks_init(void)
{
	struct dfput_hook *hook;
	int err = dfput_symbols_init();

	if (err)
		return err;
	for_each_hook(hook) {
		hook->error = prepare_hook(hook);
		hook->prepared = !hook->error;
	}
	hook = &dfput_hooks[DFPUT_HOOK_ring_exit];
	dfput_symbols.io_ring_exit_work =
		dfput_symbol_range(hook->symbol, hook->address);
	return 0;
}

void dfput_hooks_exit(void)
{
	struct dfput_hook *hook;

	/* Too late for a reference: this is the unload, or a load that failed. */
	while (is_kept)
		schedule_timeout_idle(MAX_SCHEDULE_TIMEOUT);
	for_each_hook_reverse(hook)
		if (hook->backend->release)
			hook->backend->release(hook);
}

bool dfput_hooks_offer(enum dfput_method method)
{
	const struct dfput_hook *hook;

	for_each_hook(hook)
		if (hook->methods == BIT(method) && hook->prepared)
			return true;
	return false;
}

/*
 * The rows in @state from @first on, up to the first of another backend; @step
 * says in which direction.
 */
static unsigned int gather_run(struct dfput_hook **run,
			       struct dfput_hook *first, int step,
			       enum dfput_hook_state state)
{
	struct dfput_hook *hook;
	unsigned int nr = 0;

	for (hook = first;
	     hook >= dfput_hooks && hook < dfput_hooks + DFPUT_NR_HOOKS;
	     hook += step) {
		if (hook->state != state)
			continue;
		if (hook->backend != first->backend)
			break;
		run[nr++] = hook;
	}
	return nr;
}

static u64 count_missed(const struct dfput_hook *hook)
{
	u64 missed = READ_ONCE(hook->missed_before);

	if (READ_ONCE(hook->state) == DFPUT_HOOK_ARMED && hook->backend->missed)
		missed += hook->backend->missed(hook);
	return missed;
}

/*
 * After a fault of its own ftrace refuses to unhook, for good: its calls of our text
 * stay patched in, so that text has to stay as well.
 */
static void keep_module(int err)
{
	if (is_kept)
		return;
	is_kept = true;
	__module_get(THIS_MODULE);
	pr_err("ftrace refuses to unhook (%pe): the module stays until the next boot\n",
	       ERR_PTR(err));
}

static void disarm_run(struct dfput_hook *last)
{
	struct dfput_hook *run[DFPUT_NR_HOOKS];
	unsigned int i, nr = gather_run(run, last, -1, DFPUT_HOOK_ARMED);
	int err;

	err = last->backend->disarm(run, nr);
	if (err)
		keep_module(err);
	for (i = 0; i < nr; i++) {
		run[i]->missed_before = count_missed(run[i]);
		run[i]->state = DFPUT_HOOK_OFF;
	}
}

bool dfput_hooks_disarm(void)
{
	struct dfput_hook *hook;

	for_each_hook_reverse(hook)
		if (hook->state == DFPUT_HOOK_ARMED)
			disarm_run(hook);
	return !is_kept;
}

/* Says what is lost with a hook, and returns the error if it is too much. */
static int report_loss(const struct dfput_hook *hook)
{
	if (hook->need == DFPUT_NEED_REQUIRED) {
		pr_err("cannot hook %s (%pe)%s: %s can not be measured\n",
		       hook->symbol, ERR_PTR(hook->error),
		       hint_at_cause(hook->error), hook->loss);
		return hook->error;
	}
	pr_notice("cannot hook %s (%pe)%s: %s will not be seen\n", hook->symbol,
		  ERR_PTR(hook->error), hint_at_cause(hook->error), hook->loss);
	return 0;
}

/* A row of this role waits to be armed, or is. */
static bool is_filled(enum dfput_hook_id role)
{
	const struct dfput_hook *hook;

	for_each_hook(hook)
		if (hook->role == role && hook->state <= DFPUT_HOOK_ARMED)
			return true;
	return false;
}

static bool is_needed(const struct dfput_hook *hook, enum dfput_method method,
		      bool exits)
{
	return hook->state != DFPUT_HOOK_ABSENT &&
	       (hook->methods & BIT(method)) && (exits || !hook->exits);
}

/* The first row that can fill a role does: it is off, and waits to be armed. */
static void choose_rows(enum dfput_method method, bool exits)
{
	struct dfput_hook *hook;

	for_each_hook(hook)
		hook->state = hook->need == DFPUT_NEED_ABSENT ?
				      DFPUT_HOOK_ABSENT :
				      DFPUT_HOOK_IDLE;
	for_each_hook(hook)
		if (is_needed(hook, method, exits) && hook->prepared &&
		    !is_filled(hook->role))
			hook->state = DFPUT_HOOK_OFF;
	for_each_hook(hook)
		if (is_needed(hook, method, exits) && !is_filled(hook->role))
			hook->state = DFPUT_HOOK_FAILED;
}

static int report_losses(void)
{
	const struct dfput_hook *hook;
	int err = 0;

	for_each_hook(hook)
		if (hook->state == DFPUT_HOOK_FAILED && !err)
			err = report_loss(hook);
	return err;
}

static int arm_run(struct dfput_hook *first)
{
	struct dfput_hook *run[DFPUT_NR_HOOKS];
	unsigned int i, nr = gather_run(run, first, 1, DFPUT_HOOK_OFF);
	int err = 0;

	first->backend->arm(run, nr);
	for (i = 0; i < nr; i++)
		run[i]->state = run[i]->error ? DFPUT_HOOK_FAILED :
						DFPUT_HOOK_ARMED;
	for (i = 0; i < nr && !err; i++)
		if (run[i]->error)
			err = report_loss(run[i]);
	return err;
}

int dfput_hooks_arm(enum dfput_method method, bool exits)
{
	struct dfput_hook *hook;
	int err;

	if (is_kept) {
		pr_err("cannot measure: ftrace has refused to unhook, until the next boot\n");
		return -ENODEV;
	}
	choose_rows(method, exits);
	err = report_losses();
	for_each_hook(hook)
		if (hook->state == DFPUT_HOOK_OFF && !err)
			err = arm_run(hook);
	return err;
}

static u64 count_hits(enum dfput_hook_id role)
{
	u64 hits = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		hits += READ_ONCE(per_cpu(dfput_hits, cpu)[role]);
	return hits;
}

void dfput_hooks_reset(void)
{
	struct dfput_hook *hook;

	for_each_hook(hook) {
		WRITE_ONCE(hook->hits_base, count_hits(hook->role));
		WRITE_ONCE(hook->missed_base, count_missed(hook));
	}
}

bool dfput_hook_is_armed(enum dfput_hook_id id)
{
	return dfput_hooks[id].state == DFPUT_HOOK_ARMED;
}

u64 dfput_hook_missed(enum dfput_hook_id id)
{
	const struct dfput_hook *hook = &dfput_hooks[id];

	return count_missed(hook) - READ_ONCE(hook->missed_base);
}

bool dfput_hook_sees_all(enum dfput_hook_id role)
{
	const struct dfput_hook *hook;

	for_each_hook(hook)
		if (hook->role == role && hook->state == DFPUT_HOOK_ARMED)
			return !hook->backend->missed(hook);
	return false;
}

void dfput_hook_view(enum dfput_hook_id id, struct dfput_hook_view *view)
{
	const struct dfput_hook *hook = &dfput_hooks[id];

	view->name = hook->name;
	view->symbol = hook->symbol;
	view->backend = hook->backend->name;
	view->state = READ_ONCE(hook->state);
	view->error = hook->error;
	/* The row that fills the role has them all. */
	if (view->state <= DFPUT_HOOK_ARMED)
		view->hits =
			count_hits(hook->role) - READ_ONCE(hook->hits_base);
	else
		view->hits = 0;
	view->misses = dfput_hook_missed(id);
}

/*
 * Two have counters of their own: lost_umounts, lost_shutdowns. Without the third,
 * the table says that it does not know.
 */
static bool costs_a_row(enum dfput_hook_id id)
{
	enum dfput_hook_id role = dfput_hooks[id].role;

	return role == DFPUT_HOOK_umount ||
	       role == DFPUT_HOOK_super_deactivate || role == DFPUT_HOOK_freeze;
}

u64 dfput_hooks_missed(void)
{
	enum dfput_hook_id id;
	u64 missed = 0;

	for (id = 0; id < DFPUT_NR_HOOKS; id++)
		if (!costs_a_row(id))
			missed += dfput_hook_missed(id);
	return missed;
}
