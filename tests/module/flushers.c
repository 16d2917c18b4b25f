// SPDX-License-Identifier: GPL-2.0-only
/*
 * flushers: many flushes of the kernel's list at once, each held up by the release of
 * a file that its thread has put there. For test hosts.
 *
 * More of them than a kretprobe has instances for, so that some must be missed.
 * While `hold` is set the releases sleep; our files pin the module until then.
 */
#include <linux/anon_inodes.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/module.h>

#define THREADS 100

static bool hold = true;
module_param(hold, bool, 0600);
MODULE_PARM_DESC(hold, "releases wait until this is 0");

static struct task_struct *threads[THREADS];

static int wait_release(struct inode *inode, struct file *file)
{
	while (READ_ONCE(hold))
		msleep(20);
	return 0;
}

static const struct file_operations flushers_fops = {
	.owner = THIS_MODULE,
	.release = wait_release,
};

static int put_and_flush(void *unused)
{
	struct file *file = anon_inode_getfile("[flushers]", &flushers_fops,
					       NULL, O_RDONLY);

	if (!IS_ERR(file)) {
		fput(file);
		flush_delayed_fput();
	}
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static int __init flushers_init(void)
{
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		threads[i] = kthread_run(put_and_flush, NULL, "flusher/%u", i);
	return 0;
}

static void __exit flushers_exit(void)
{
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		if (!IS_ERR(threads[i]))
			kthread_stop(threads[i]);
}

module_init(flushers_init);
module_exit(flushers_exit);

MODULE_DESCRIPTION("Flushes the list many times at once, to test dfput");
MODULE_AUTHOR("The dfput developers");
MODULE_LICENSE("GPL");
