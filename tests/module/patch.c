// SPDX-License-Identifier: GPL-2.0-only
/*
 * patch: livepatches what puts files on the list and takes them off it. For test
 * hosts.
 *
 * What it puts in the place of a function counts its calls and goes on in the
 * function itself, behind the 5 bytes in which livepatch has been called. So all
 * stays as it was, but livepatch has the function: its hold on ftrace's record, its
 * change from the old to the new, task by task, and its way back are the real ones.
 *
 * With `drain`, a loop of our own takes the place of the worker's, as any livepatch
 * of that function would: __fput() is then called from text that is not the kernel's.
 * With `queue`, where the kernel has a function that does no more than that, every last
 * put by fput() goes on the list, by text that is not the kernel's.
 *
 * No function of the kernel that is not exported can be called by name; kprobes
 * knows where they are, and what it leaves to ftrace is where livepatch goes.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/livepatch.h>
#include <linux/llist.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/workqueue.h>

/* What a call of ftrace's takes on x86-64. */
#define CALL_SIZE 5

static bool drain;
module_param(drain, bool, 0400);
MODULE_PARM_DESC(drain, "take the place of the worker's loop (default no)");

static bool queue;
module_param(queue, bool, 0400);
MODULE_PARM_DESC(
	queue, "put all files on the list in the kernel's place (default no)");

static atomic_long_t calls;

static int get_calls(char *text, const struct kernel_param *param)
{
	return sysfs_emit(text, "%ld\n", atomic_long_read(&calls));
}

static const struct kernel_param_ops calls_ops = { .get = get_calls };
module_param_cb(calls, &calls_ops, NULL, 0400);
MODULE_PARM_DESC(calls, "how often it was called instead of the kernel");

/* ---- in the kernel's place ----------------------------------------------- */

/* More arguments than a function has do it no harm. */
typedef long body_t(unsigned long first, unsigned long second);

/* Those that a kernel does not have are left out. */
#define FUNCTIONS(X) \
	X(fput)      \
	X(fput_many) \
	X(__fput_deferred) X(__fput) X(delayed_fput) X(flush_delayed_fput)

#define REPLACEMENT(name)                                        \
	static body_t *body_of_##name;                           \
	static long instead_of_##name(unsigned long first,       \
				      unsigned long second)      \
	{                                                        \
		atomic_long_inc(&calls);                         \
		return READ_ONCE(body_of_##name)(first, second); \
	}
FUNCTIONS(REPLACEMENT)

static struct llist_head *list;
static struct delayed_work *work;
static void (*put)(struct file *file);

static void drain_instead(struct work_struct *unused)
{
	struct llist_node *files = llist_del_all(list);
	struct file *file, *next;

	atomic_long_inc(&calls);
	llist_for_each_entry_safe(file, next, files, FILE_NODE)
		put(file);
}

static void queue_instead(struct file *file)
{
	atomic_long_inc(&calls);
	if (llist_add(&file->FILE_NODE, list))
		schedule_delayed_work(work, 1);
}

/* ---- what is patched ----------------------------------------------------- */

struct replacement {
	const char *name;
	void *instead;
	body_t **body;
};

#define ROW(name) { #name, instead_of_##name, &body_of_##name },
static const struct replacement replacements[] = { FUNCTIONS(ROW) };

/* One more, which ends it. */
static struct klp_func funcs[ARRAY_SIZE(replacements) + 1];
static struct klp_object objects[] = { { .funcs = funcs }, {} };
static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objects };

static struct kprobe probe;

/* Of anything that has a name: also of what can not be probed. */
static void *find(const char *name, bool *is_traced)
{
	memset(&probe, 0, sizeof(probe));
	probe.symbol_name = name;
	*is_traced = false;
	if (!register_kprobe(&probe)) {
		*is_traced = kprobe_ftrace(&probe);
		unregister_kprobe(&probe);
	}
	return IS_ERR(probe.addr) ? NULL : probe.addr;
}

static void add(struct klp_func *func, const char *name, void *instead)
{
	func->old_name = name;
	func->new_func = instead;
}

static int patch_all(void)
{
	const struct replacement *replacement = replacements;
	struct klp_func *func = funcs;
	bool is_traced;
	void *call;

	for (; replacement < replacements + ARRAY_SIZE(replacements);
	     replacement++) {
		call = find(replacement->name, &is_traced);
		if (!is_traced)
			continue;
		*replacement->body = call + CALL_SIZE;
		add(func++, replacement->name, replacement->instead);
	}
	return func > funcs ? klp_enable_patch(&patch) : -ENOENT;
}

static int patch_drain(void)
{
	bool is_traced;

	list = find("delayed_fput_list", &is_traced);
	put = find("__fput", &is_traced);
	if (!list || !is_traced)
		return -ENOENT;
	add(funcs, "delayed_fput", drain_instead);
	return klp_enable_patch(&patch);
}

static int patch_queue(void)
{
	bool is_traced;

	list = find("delayed_fput_list", &is_traced);
	work = find("delayed_fput_work", &is_traced);
	if (!list || !work || !find("__fput_deferred", &is_traced))
		return -ENOENT;
	add(funcs, "__fput_deferred", queue_instead);
	return klp_enable_patch(&patch);
}

static int __init patch_init(void)
{
	if (drain)
		return patch_drain();
	return queue ? patch_queue() : patch_all();
}

/* Livepatch lets us go only once nobody is in our text any more. */
static void __exit patch_exit(void)
{
}

module_init(patch_init);
module_exit(patch_exit);

MODULE_INFO(livepatch, "Y");
MODULE_DESCRIPTION("Livepatches the functions that dfput hooks, to test it");
MODULE_AUTHOR("The dfput developers");
MODULE_LICENSE("GPL");
