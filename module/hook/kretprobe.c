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
#include <linux/string.h>

#include "list/list.h"
#include "compat/compat.h"
#include "core/fault.h"
#include "hook/internal.h"
#include "core/stats.h"
#include "exit/exit.h"
#include "umount/umount.h"

/*
 * Calls under way at once; one more is counted as missed. There are as many calls of
 * io_ring_exit_work() as kworkers for it.
 */
#define MAX_ACTIVE 64
#define MAX_ACTIVE_RINGS 512

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
	const struct super_block **sb = (void *)instance->data;

	dfput_count_hit(DFPUT_HOOK_super_deactivate);
	*sb = (void *)regs_get_kernel_argument(regs, 0);
	return !dfput_shutdown_enter(*sb);
}
NOKPROBE_SYMBOL(dfput_enter_super_deactivate);

int dfput_leave_super_deactivate(struct kretprobe_instance *instance,
				 struct pt_regs *regs)
{
	const struct super_block **sb = (void *)instance->data;

	dfput_shutdown_leave(*sb);
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_super_deactivate);

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

/* Also called for rings that nobody has released: these are not known. */
int dfput_enter_ring_work(struct kretprobe_instance *instance,
			  struct pt_regs *regs)
{
	return !dfput_ring_enter((void *)regs_get_kernel_argument(regs, 0));
}
NOKPROBE_SYMBOL(dfput_enter_ring_work);

int dfput_leave_ring_work(struct kretprobe_instance *instance,
			  struct pt_regs *regs)
{
	dfput_ring_leave(false);
	return 0;
}
NOKPROBE_SYMBOL(dfput_leave_ring_work);

int dfput_enter_task_fallback(struct kretprobe_instance *instance,
			      struct pt_regs *regs)
{
	struct task_struct *task =
		dfput_task_fallback(regs_get_kernel_argument(regs, 0));

	dfput_count_hit(DFPUT_HOOK_task_fallback);
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

/* What the return has to know of the call. */
static size_t data_size(const struct dfput_hook *hook)
{
	switch (hook->role) {
	case DFPUT_HOOK_umount:
		return sizeof(struct dfput_umount_view);
	case DFPUT_HOOK_super_deactivate:
		return sizeof(struct super_block *);
	default:
		return 0;
	}
}

static int register_hook(struct dfput_hook *hook)
{
	/* A kretprobe that was registered before has state left. */
	memset(&hook->retprobe, 0, sizeof(hook->retprobe));
	hook->retprobe.kp.symbol_name = hook->symbol;
	hook->retprobe.entry_handler = hook->on_entry;
	hook->retprobe.handler = hook->on_return;
	hook->retprobe.data_size = data_size(hook);
	hook->retprobe.maxactive = hook->role == DFPUT_HOOK_ring_exit ?
					   MAX_ACTIVE_RINGS :
					   MAX_ACTIVE;
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
