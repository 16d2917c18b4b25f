// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks by kretprobe: functions whose return is needed too.
 *
 * Handlers run in process context, in the task that calls the function, with
 * preemption off. The function may sleep in between. An entry handler that returns 1
 * cancels the return handler.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "list/list.h"
#include "compat/compat.h"
#include "core/fault.h"
#include "hook/internal.h"
#include "core/stats.h"
#include "exit/exit.h"
#include "fs/fs.h"
#include "umount/umount.h"

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

int dfput_enter_umount(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	const struct path *path = (void *)regs_get_kernel_argument(regs, 0);

	dfput_count_hit(DFPUT_HOOK_umount);
	dfput_umount_enter((void *)instance->data, path,
			   regs_get_kernel_argument(regs, 1));
	return 0;
}
NOKPROBE_SYMBOL(dfput_enter_umount);

int dfput_leave_umount(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	dfput_umount_leave((void *)instance->data, regs_return_value(regs));
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_umount);

int dfput_enter_super_deactivate(struct kretprobe_instance *instance,
				 struct pt_regs *regs)
{
	struct dfput_super_ref *super = (void *)instance->data;

	dfput_count_hit(DFPUT_HOOK_super_deactivate);
	*super = dfput_super_deactivate(
		(void *)regs_get_kernel_argument(regs, 0));
	return !super->id;
}
NOKPROBE_SYMBOL(dfput_enter_super_deactivate);

int dfput_leave_super_deactivate(struct kretprobe_instance *instance,
				 struct pt_regs *regs)
{
	dfput_shutdown_leave((void *)instance->data);
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_super_deactivate);

int dfput_enter_freeze(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	const struct super_block **sb = (void *)instance->data;

	dfput_count_hit(DFPUT_HOOK_freeze);
	*sb = (void *)regs_get_kernel_argument(regs, 0);
	dfput_super_touch(*sb);
	return 0;
}
NOKPROBE_SYMBOL(dfput_enter_freeze);

/* Who freezes a superblock has a reference to it until this returns. */
int dfput_leave_freeze(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	const struct super_block **sb = (void *)instance->data;

	if (!(int)regs_return_value(regs))
		dfput_super_freeze(*sb, ktime_get_mono_fast_ns());
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_freeze);

int dfput_enter_mounts(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	dfput_count_hit(DFPUT_HOOK_mounts);
	dfput_shutdown_mounts_enter();
	return 0;
}
NOKPROBE_SYMBOL(dfput_enter_mounts);

int dfput_leave_mounts(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	dfput_shutdown_mounts_leave();
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_mounts);

int dfput_enter_ring_exit(struct kretprobe_instance *instance,
			  struct pt_regs *regs)
{
	dfput_count_hit(DFPUT_HOOK_ring_exit);
	return !dfput_ring_enter_exit(
		(void *)regs_get_kernel_argument(regs, 0));
}
NOKPROBE_SYMBOL(dfput_enter_ring_exit);

int dfput_leave_ring_exit(struct kretprobe_instance *instance,
			  struct pt_regs *regs)
{
	dfput_ring_leave(true);
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_ring_exit);

/* These two are also called for rings that nobody has released: not known. */
int dfput_enter_ring_files(struct kretprobe_instance *instance,
			   struct pt_regs *regs)
{
	dfput_count_hit(DFPUT_HOOK_ring_files);
	return !dfput_ring_enter((void *)regs_get_kernel_argument(regs, 0));
}
NOKPROBE_SYMBOL(dfput_enter_ring_files);

int dfput_leave_ring_files(struct kretprobe_instance *instance,
			   struct pt_regs *regs)
{
	dfput_ring_leave(false);
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_ring_files);

int dfput_enter_ring_fallback(struct kretprobe_instance *instance,
			      struct pt_regs *regs)
{
	dfput_count_hit(DFPUT_HOOK_ring_fallback);
	return !dfput_ring_enter((void *)regs_get_kernel_argument(regs, 0));
}
NOKPROBE_SYMBOL(dfput_enter_ring_fallback);

int dfput_leave_ring_fallback(struct kretprobe_instance *instance,
			      struct pt_regs *regs)
{
	dfput_ring_leave(false);
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_ring_fallback);

int dfput_enter_task_fallback(struct kretprobe_instance *instance,
			      struct pt_regs *regs)
{
	struct task_struct *task =
		dfput_task_fallback(regs_get_kernel_argument(regs, 0));

	dfput_count_hit(DFPUT_HOOK_ring_fallback);
	return !task || !dfput_ring_enter_task(task);
}
NOKPROBE_SYMBOL(dfput_enter_task_fallback);

int dfput_leave_task_fallback(struct kretprobe_instance *instance,
			      struct pt_regs *regs)
{
	dfput_ring_leave(false);
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_task_fallback);

/* Calls under way at once: one more is skipped, and counted by the kernel. */
#define MAX_ACTIVE 64
/* These sleep, in as many tasks as there are umounts or rings. */
#define MAX_ACTIVE_MANY 512

/**
 * struct instances - what is allocated for a hook
 * @nr: how many
 * @data_size: what the return has to know of the call
 */
struct instances {
	int nr;
	size_t data_size;
};

static struct instances instances_of(const struct dfput_hook *hook)
{
	static const struct instances many[DFPUT_NR_HOOKS] = {
		[DFPUT_HOOK_umount] = { MAX_ACTIVE_MANY,
					sizeof(struct dfput_umount_view) },
		[DFPUT_HOOK_super_deactivate] = { MAX_ACTIVE_MANY,
						  sizeof(struct dfput_super_ref) },
		[DFPUT_HOOK_freeze] = { MAX_ACTIVE,
					sizeof(struct super_block *) },
		[DFPUT_HOOK_ring_exit] = { MAX_ACTIVE_MANY },
	};
	struct instances instances = many[hook->role];

	instances.nr = instances.nr ?: MAX_ACTIVE;
	return instances;
}

size_t dfput_hooks_memory(void)
{
	const struct dfput_hook *hook;
	struct instances instances;
	size_t sum = 0;

	for (hook = dfput_hooks; hook < dfput_hooks + DFPUT_NR_HOOKS; hook++) {
		if (hook->backend != &dfput_backend_kretprobe ||
		    READ_ONCE(hook->state) != DFPUT_HOOK_ARMED)
			continue;
		instances = instances_of(hook);
		sum += instances.nr * (sizeof(struct kretprobe_instance) +
				       instances.data_size);
	}
	return sum;
}

static int register_hook(struct dfput_hook *hook)
{
	struct instances instances = instances_of(hook);

	/* A kretprobe that was registered before has state left. */
	memset(&hook->retprobe, 0, sizeof(hook->retprobe));
	hook->retprobe.kp.symbol_name = hook->symbol;
	hook->retprobe.entry_handler = hook->on_entry;
	hook->retprobe.handler = hook->on_return;
	hook->retprobe.data_size = instances.data_size;
	hook->retprobe.maxactive = instances.nr;
	return dfput_try(-ENOMEM, register_kretprobe(&hook->retprobe));
}

static void arm_kretprobes(struct dfput_hook **hooks, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		hooks[i]->error = register_hook(hooks[i]);
}

static int disarm_kretprobes(struct dfput_hook **hooks, unsigned int nr)
{
	struct kretprobe *probes[DFPUT_NR_HOOKS];
	unsigned int i;

	for (i = 0; i < nr; i++)
		probes[i] = &hooks[i]->retprobe;
	unregister_kretprobes(probes, nr);
	return 0;
}

/* No instance was free, or the CPU was in another kprobe's handler. */
static u64 count_missed(const struct dfput_hook *hook)
{
	return hook->retprobe.nmissed + hook->retprobe.kp.nmissed;
}

const struct dfput_backend dfput_backend_kretprobe = {
	.name = "kretprobe",
	.arm = arm_kretprobes,
	.disarm = disarm_kretprobes,
	.missed = count_missed,
};
