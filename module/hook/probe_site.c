// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks by kprobe, on single instructions that only deferred files come by: see
 * site.c. Nobody else pays.
 *
 * The kernel makes jumps of these probes, some time after they were registered;
 * only then do they count, because before that (int3) a handler runs as in an
 * NMI, and may take no lock. Should one become an int3 again, each call is
 * counted as missed. The handlers run with preemption off, and switch interrupts
 * off: while a CPU is in one, the kernel skips all others there, and a put in an
 * interrupt would be missed. The few instructions of the kernel's around that
 * remain: what is skipped in them is counted, too.
 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "list/list.h"
#include "compat/compat.h"
#include "hook/context.h"
#include "core/fault.h"
#include "hook/hook.h"
#include "hook/site.h"
#include "core/stats.h"
#include "hook/symbol.h"

/*
 * How long the kernel may take, in all, to make jumps of our probes: mostly a
 * grace period of RCU tasks, a tenth of a second on an idle machine.
 */
#define JUMP_NS (2 * NSEC_PER_SEC)
/* How long we look, in all, whether it has put back what was there. */
#define BARE_NS NSEC_PER_SEC

/* All probes are jumps, and count. */
static bool live __read_mostly;

static const struct dfput_hook *hook_of(const struct kprobe *probe)
{
	return container_of(probe, struct dfput_hook, probe);
}

static void count_hit(const struct dfput_hook *hook)
{
	dfput_count_hit((enum dfput_hook_id)(hook - dfput_hook_at(0)));
}

static const struct file *file_of(const struct dfput_hook *hook,
				  const struct pt_regs *regs)
{
	const char *const *at =
		(const void *)((const char *)regs + hook->site.file_at);

	return (const struct file *)(*at - hook->site.inside);
}

static bool may_count(void)
{
	if (unlikely(!READ_ONCE(live)))
		return false;
	if (likely(!in_nmi()))
		return true;
	dfput_count(DFPUT_COUNT_missed_probes);
	return false;
}

/*
 * The kernel stands where it defers, so this is either one of the causes that
 * can be seen, or a task that refused task work.
 */
static enum dfput_cause cause_here(void)
{
	enum dfput_cause cause = dfput_context_cause();

	if (unlikely(cause == DFPUT_CAUSE_NONE) && !dfput_symbols.work_exited &&
	    (current->flags & PF_EXITING))
		return DFPUT_CAUSE_exited;
	return cause;
}

int dfput_site_queue(struct kprobe *probe, struct pt_regs *regs)
{
	const struct dfput_hook *hook = hook_of(probe);
	enum dfput_cause cause = cause_here();
	const struct file *file = file_of(hook, regs);
	unsigned long flags, caller;

	if (!may_count())
		return 0;
	/* Nothing but the end of the last reference leads here. */
	if (unlikely(cause == DFPUT_CAUSE_NONE || dfput_file_refs(file))) {
		dfput_count(DFPUT_COUNT_missed_probes);
		return 0;
	}
	caller = READ_ONCE_NOCHECK(
		*(const unsigned long *)(kernel_stack_pointer(regs) +
					 hook->site.caller_at));
	local_irq_save(flags);
	count_hit(hook);
	dfput_list_put(file, cause, caller, regs, DFPUT_PUT_DROPPED);
	local_irq_restore(flags);
	return 0;
}
NOKPROBE_SYMBOL(dfput_site_queue);

static int drain(struct kprobe *probe, struct pt_regs *regs, bool flush)
{
	const struct dfput_hook *hook = hook_of(probe);
	unsigned long flags;

	if (!may_count())
		return 0;
	local_irq_save(flags);
	count_hit(hook);
	dfput_batch_file(file_of(hook, regs), flush);
	local_irq_restore(flags);
	return 0;
}
NOKPROBE_SYMBOL(drain);

int dfput_site_drain_worker(struct kprobe *probe, struct pt_regs *regs)
{
	return drain(probe, regs, false);
}
NOKPROBE_SYMBOL(dfput_site_drain_worker);

int dfput_site_drain_flush(struct kprobe *probe, struct pt_regs *regs)
{
	return drain(probe, regs, true);
}
NOKPROBE_SYMBOL(dfput_site_drain_flush);

static int prepare(struct dfput_hook *hook)
{
	int err = hook->role == DFPUT_ROLE_QUEUE ?
			  dfput_site_find_queue(hook->symbol, &hook->site) :
			  dfput_site_find_drain(hook->symbol, &hook->site);

	hook->address = err ? 0 : hook->site.address;
	return err;
}

static int arm_one(struct dfput_hook *hook)
{
	int err;

	memset(&hook->probe, 0, sizeof(hook->probe));
	hook->probe.addr = (kprobe_opcode_t *)hook->site.address;
	hook->probe.pre_handler = hook->on_site;
	err = dfput_try(-ENOMEM, register_kprobe(&hook->probe));
	if (err)
		dfput_site_refuse("not-probed");
	return err;
}

static bool works(const struct dfput_hook *hook)
{
	return dfput_site_is_jump(&hook->site);
}

static void arm(struct dfput_hook **hooks, unsigned int nr)
{
	u64 until = ktime_get_mono_fast_ns() + JUMP_NS;
	unsigned int i;
	bool all = true;

	for (i = 0; i < nr; i++)
		hooks[i]->error = arm_one(hooks[i]);
	for (i = 0; i < nr; i++) {
		if (!hooks[i]->error &&
		    !dfput_site_await_jump(&hooks[i]->site, until)) {
			unregister_kprobe(&hooks[i]->probe);
			hooks[i]->error = -EAGAIN;
			dfput_site_refuse("no-jump");
		}
		all = all && !hooks[i]->error;
	}
	WRITE_ONCE(live, all);
}

static void disarm(struct dfput_hook **hooks, unsigned int nr)
{
	struct kprobe *probes[DFPUT_NR_HOOKS];
	unsigned int i;

	WRITE_ONCE(live, false);
	for (i = 0; i < nr; i++)
		probes[i] = &hooks[i]->probe;
	unregister_kprobes(probes, nr);
}

/* The CPU was in another kprobe's handler. */
static u64 missed(const struct dfput_hook *hook)
{
	return hook->probe.nmissed;
}

/*
 * The jumps go some time after the probes; until then the next load would not
 * know the place again. A probe of somebody else's stays. All of them are given
 * back once, when the module goes, and look for no longer than one would.
 */
static void release(struct dfput_hook *hook)
{
	static u64 until;

	if (!hook->probe.addr)
		return;
	if (!until)
		until = ktime_get_mono_fast_ns() + BARE_NS;
	dfput_site_await_none(&hook->site, until);
	/* And what it still has to do holds up whoever registers a probe. */
	dfput_symbol_address(hook->symbol);
}

const struct dfput_backend dfput_backend_site = {
	.name = "kprobe",
	.prepare = prepare,
	.arm = arm,
	.disarm = disarm,
	.missed = missed,
	.works = works,
	.release = release,
};
