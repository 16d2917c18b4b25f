// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks by kretprobe: the drain functions, whose return we need, and which are
 * called once a batch.
 *
 * The handlers run in process context, in the task that drains, with
 * preemption off. The drain itself sleeps between them.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "batch.h"
#include "hook.h"
#include "stats.h"
#include "symbol.h"

/* One worker, and as many flushes at once as could ever be. */
#define MAX_ACTIVE 64

int dfput_enter_worker(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	dfput_count_hit(DFPUT_HOOK_batch_worker);
	dfput_batch_enter(false);
	return 0;
}
NOKPROBE_SYMBOL(dfput_enter_worker);

int dfput_leave_worker(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	dfput_batch_leave();
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_worker);

int dfput_enter_flush(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	dfput_count_hit(DFPUT_HOOK_batch_flush);
	dfput_batch_enter(true);
	return 0;
}
NOKPROBE_SYMBOL(dfput_enter_flush);

int dfput_leave_flush(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	dfput_batch_leave();
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_flush);

static int prepare(struct dfput_hook *hook)
{
	return dfput_symbol_address(hook->symbol) ? 0 : -ENOENT;
}

static int arm(struct dfput_hook *hook)
{
	/* A kretprobe that was registered before can not be used again as it is. */
	memset(&hook->retprobe, 0, sizeof(hook->retprobe));
	hook->retprobe.kp.symbol_name = hook->symbol;
	hook->retprobe.entry_handler = hook->on_entry;
	hook->retprobe.handler = hook->on_return;
	hook->retprobe.maxactive = MAX_ACTIVE;
	return register_kretprobe(&hook->retprobe);
}

static void disarm(struct dfput_hook *hook)
{
	unregister_kretprobe(&hook->retprobe);
}

/* No instance was free, or the CPU was in another kprobe's handler. */
static u64 missed(const struct dfput_hook *hook)
{
	return hook->retprobe.nmissed + hook->retprobe.kp.nmissed;
}

static void release(struct dfput_hook *hook)
{
}

const struct dfput_backend dfput_backend_kretprobe = {
	.name = "kretprobe",
	.prepare = prepare,
	.arm = arm,
	.disarm = disarm,
	.missed = missed,
	.release = release,
};
