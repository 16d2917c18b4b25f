// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts files in hard interrupts, each by another call path of our own: the most that
 * the stack of a put can cost, and no two of which are the same.
 *
 *   insmod bench_paths.ko files=600
 */
#include <linux/anon_inodes.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/module.h>

/* More calls than dfput looks at. */
#define DEPTH 32

static unsigned int files = 600;
module_param(files, uint, 0400);
MODULE_PARM_DESC(files, "how many, put one by one");

static struct file *file;
static unsigned int path;
static DECLARE_COMPLETION(was_put);

static const struct file_operations paths_fops = { .owner = THIS_MODULE };

static void go_left(unsigned int depth);

/* The two differ in a return address. The barrier keeps the call from being a jump. */
static noinline void go_right(unsigned int depth)
{
	if (depth == DEPTH)
		fput(file);
	else if (path >> (DEPTH - 1 - depth) & 1)
		go_left(depth + 1);
	else
		go_right(depth + 1);
	barrier();
}

static noinline void go_left(unsigned int depth)
{
	if (depth == DEPTH)
		fput(file);
	else if (path >> (DEPTH - 1 - depth) & 1)
		go_left(depth + 1);
	else
		go_right(depth + 1);
	barrier();
}

static void put_in_interrupt(struct irq_work *work)
{
	go_left(0);
	complete(&was_put);
}

static int __init paths_init(void)
{
	struct irq_work work;

	init_irq_work(&work, put_in_interrupt);
	for (path = 0; path < files; path++) {
		file = anon_inode_getfile("[bench]", &paths_fops, NULL,
					  O_RDONLY);
		if (IS_ERR(file))
			return PTR_ERR(file);
		irq_work_queue(&work);
		wait_for_completion(&was_put);
		irq_work_sync(&work);
	}
	return 0;
}

/* Each file that is open is a use of this module. */
static void __exit paths_exit(void)
{
}

module_init(paths_init);
module_exit(paths_exit);

MODULE_DESCRIPTION("Puts files by many call paths");
MODULE_LICENSE("GPL");
