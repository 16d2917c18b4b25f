// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor: what ftrace itself takes for a hook that does nothing, registered in
 * the way in which dfput registers its own.
 *
 *   insmod bench_floor.ko functions=fput,__fput
 *
 * Each function has an ftrace_ops, and with it a trampoline, of its own, as
 * those of dfput's hooks have that are called often.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

#include "compat/compat.h"

#define FUNCTIONS 8

static char *functions[FUNCTIONS];
static int nr_functions;
module_param_array(functions, charp, &nr_functions, 0400);
MODULE_PARM_DESC(functions, "what to hook, with commas between");

static struct ftrace_ops hooks[FUNCTIONS];
static int armed;

static void on_call(unsigned long ip, unsigned long caller,
		    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
}

static int arm(struct ftrace_ops *ops, const char *function)
{
	/* ftrace writes into what it parses. */
	char name[64];
	int err;

	if (strscpy(name, function, sizeof(name)) < 0)
		return -ENAMETOOLONG;
	ops->func = on_call;
	ops->flags = FTRACE_OPS_FL_PERMANENT | DFPUT_FTRACE_FLAGS;
	err = ftrace_set_filter(ops, name, strlen(name), 1);
	return err ? err : register_ftrace_function(ops);
}

static void disarm_all(void)
{
	while (armed) {
		struct ftrace_ops *ops = &hooks[--armed];

		unregister_ftrace_function(ops);
		dfput_ftrace_forget(ops);
	}
}

static int __init floor_init(void)
{
	int err = 0;

	while (armed < nr_functions && !err) {
		err = arm(&hooks[armed], functions[armed]);
		if (!err)
			armed++;
	}
	if (!err)
		return 0;
	pr_err("cannot hook %s (%pe)\n", functions[armed], ERR_PTR(err));
	dfput_ftrace_forget(&hooks[armed]);
	disarm_all();
	return err;
}

static void __exit floor_exit(void)
{
	disarm_all();
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_DESCRIPTION("Does nothing when a function is called");
MODULE_LICENSE("GPL");
