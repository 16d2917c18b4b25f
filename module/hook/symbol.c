// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where kernel symbols are.
 *
 * kallsyms_lookup_name() is not exported. register_kprobe() resolves the name first,
 * and leaves the address in the kprobe even if it then refuses. So we ask for one
 * byte into the symbol, which it must refuse: nothing is armed.
 *
 * Process context, at load, before any hook is armed.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include "core/fault.h"
#include "core/filter.h"
#include "hook/symbol.h"

struct dfput_symbols dfput_symbols __read_mostly;

static unsigned long find_inside(const char *name)
{
	struct kprobe probe = { .symbol_name = name, .offset = 1 };

	if (dfput_is_hidden(name))
		return 0;
	/* Always refused. If it is not even tried, the address stays 0. */
	if (!dfput_try(-ENOENT, register_kprobe(&probe)))
		unregister_kprobe(&probe);
	return IS_ERR_OR_NULL(probe.addr) ? 0 : (unsigned long)probe.addr;
}

unsigned long dfput_symbol_address(const char *name)
{
	unsigned long inside = find_inside(name);

	return inside ? inside - 1 : 0;
}

/* "name+0x1/0x5d" is the only exported view of a symbol's bounds. */
struct dfput_range dfput_symbol_range(const char *name, unsigned long addr)
{
	/* Too large for the stack; load is not concurrent. */
	static char text[KSYM_SYMBOL_LEN];
	struct dfput_range range = {};
	unsigned long offset, size;
	size_t len = strlen(name);

	if (!addr)
		return range;

	sprint_symbol(text, addr);
	if (strncmp(text, name, len) ||
	    sscanf(text + len, "+0x%lx/0x%lx", &offset, &size) != 2)
		return range;

	range.start = addr - offset;
	range.size = size;
	return range;
}

static struct dfput_range find_range(const char *name)
{
	return dfput_symbol_range(name, find_inside(name));
}

static void report_missing_symbols(void)
{
	const struct {
		bool found;
		const char *name;
		const char *unseen;
	} spots[] = {
		{ dfput_symbols.work_exited, "work_exited",
		  "files put by tasks past their exit task work will count as unmatched" },
		{ dfput_symbols.delayed_fput_work, "delayed_fput_work",
		  "when a flush begins to wait for the worker will not be seen" },
		{ dfput_symbols.delayed_mntput_work, "delayed_mntput_work",
		  "how long mounts wait for their cleanup will not be seen" },
		{ dfput_symbols.delayed_mntput.size, "delayed_mntput",
		  "mounts whose cleanup was deferred will not be seen" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spots); i++)
		if (!spots[i].found)
			pr_notice("cannot find %s: %s\n", spots[i].name,
				  spots[i].unseen);
}

static struct dfput_range join_ranges(const struct dfput_range *a,
				      const struct dfput_range *b)
{
	struct dfput_range range = { .start = min(a->start, b->start) };

	range.size = max(a->start + a->size, b->start + b->size) - range.start;
	return range;
}

int dfput_symbols_init(void)
{
	/*
	 * From here an exiting parent notifies the next parent of its zombies.
	 * The compiler may inline each into the next; do_exit() is the last.
	 */
	static const char *const reparent[DFPUT_NR_REPARENT] = {
		"reparent_leader", "forget_original_parent", "exit_notify",
		"do_exit"
	};
	unsigned int i;

	dfput_symbols.delayed_fput = find_range("delayed_fput");
	dfput_symbols.flush_delayed_fput = find_range("flush_delayed_fput");
	dfput_symbols.delayed_fput_work =
		dfput_symbol_address("delayed_fput_work");
	dfput_symbols.delayed_mntput = find_range("delayed_mntput");
	dfput_symbols.delayed_mntput_work =
		dfput_symbol_address("delayed_mntput_work");
	dfput_symbols.work_exited = dfput_symbol_address("work_exited");
	for (i = 0; i < DFPUT_NR_REPARENT; i++)
		dfput_symbols.reparent[i] = find_range(reparent[i]);

	if (!dfput_symbols.delayed_fput.size ||
	    !dfput_symbols.flush_delayed_fput.size) {
		pr_err("cannot find delayed_fput and flush_delayed_fput in this kernel: nothing can be counted\n");
		return -ENOENT;
	}
	dfput_symbols.drains = join_ranges(&dfput_symbols.delayed_fput,
					   &dfput_symbols.flush_delayed_fput);
	dfput_filter_init(dfput_symbols.drains.size);
	if (!dfput_symbols.reparent[DFPUT_NR_REPARENT - 1].size) {
		pr_err("cannot find do_exit in this kernel: exits would be counted more than once\n");
		return -ENOENT;
	}
	report_missing_symbols();
	return 0;
}
