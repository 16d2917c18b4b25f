// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm: puts files from hard interrupts, soft interrupts, sections with bottom
 * halves off and kernel threads, on all processors at once. For test hosts.
 *
 * A thread for each processor opens anonymous files, some at a time, and has them
 * put in each of the contexts in turn. insmod returns when all have been put;
 * parameters tell what was done. This knows nothing of dfput, and so its counts
 * can be held against dfput's: each put says by itself in which context it was
 * made, and each release is counted by the file's own operation.
 *
 * That operation is our text, so each file that is not released pins the module:
 * rmmod says EBUSY until then. And so the load never fails once it has begun.
 */
#include <linux/anon_inodes.h>
#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>

/* PREEMPT_RT runs others in a thread. 5.10 has none of these, nor PREEMPT_RT. */
#ifndef IRQ_WORK_INIT_HARD
#define IRQ_WORK_INIT_HARD(_func) ((struct irq_work){ .func = (_func) })
#endif

/* As many as are put at a time. */
#define BATCH 64

static unsigned long files = 50000;
module_param(files, ulong, 0400);
MODULE_PARM_DESC(files, "how many to put (default 50000)");

static unsigned long limit = 20000;
module_param(limit, ulong, 0400);
MODULE_PARM_DESC(
	limit,
	"how many may wait for their release at once (default 20000), 0: any number");

/* ---- what was done ------------------------------------------------------- */

static int get_count(char *text, const struct kernel_param *param)
{
	return sysfs_emit(text, "%ld\n", atomic_long_read(param->arg));
}

static const struct kernel_param_ops count_ops = { .get = get_count };

#define COUNT(name, meaning)                                    \
	static atomic_long_t name;                              \
	module_param_cb(name, &count_ops, (void *)&name, 0400); \
	MODULE_PARM_DESC(name, meaning)

COUNT(put_hardirq, "how many were put in a hard interrupt");
COUNT(put_softirq, "how many in a soft interrupt");
COUNT(put_bh, "how many by a thread with bottom halves off");
COUNT(put_kthread, "how many by a kernel thread otherwise");
COUNT(released, "how many were released");
COUNT(failed, "how many could not be opened");

/* How many are still to be opened, and how many are open. */
static atomic_long_t left;
static atomic_long_t open_now;

static int count_release(struct inode *inode, struct file *file)
{
	atomic_long_inc(&released);
	atomic_long_dec(&open_now);
	return 0;
}

static const struct file_operations storm_fops = {
	.owner = THIS_MODULE,
	.release = count_release,
};

/* ---- contexts ------------------------------------------------------------ */

struct thread {
	struct task_struct *task;
	struct irq_work hard;
	struct tasklet_struct soft;
	struct completion was_put;
	struct file *batch[BATCH];
	unsigned int nr;
};

static atomic_long_t *count_of_context(void)
{
	/* in_irq() was renamed in 5.11; this is what both are. */
	if (hardirq_count())
		return &put_hardirq;
	if (in_serving_softirq())
		return &put_softirq;
	if (softirq_count())
		return &put_bh;
	return &put_kthread;
}

static void put_batch(struct thread *thread)
{
	atomic_long_t *count = count_of_context();
	unsigned int i;

	for (i = 0; i < thread->nr; i++)
		fput(thread->batch[i]);
	atomic_long_add(thread->nr, count);
}

static void put_in_hardirq(struct irq_work *work)
{
	struct thread *thread = container_of(work, struct thread, hard);

	put_batch(thread);
	complete(&thread->was_put);
}

static void put_in_softirq(struct tasklet_struct *tasklet)
{
	struct thread *thread = container_of(tasklet, struct thread, soft);

	put_batch(thread);
	complete(&thread->was_put);
}

static void put_somewhere(struct thread *thread, unsigned int turn)
{
	switch (turn % 4) {
	case 0:
		irq_work_queue(&thread->hard);
		wait_for_completion(&thread->was_put);
		break;
	case 1:
		tasklet_schedule(&thread->soft);
		wait_for_completion(&thread->was_put);
		break;
	case 2:
		local_bh_disable();
		put_batch(thread);
		local_bh_enable();
		break;
	default:
		put_batch(thread);
	}
}

/* ---- threads ------------------------------------------------------------- */

static void open_batch(struct thread *thread)
{
	struct file *file;

	for (thread->nr = 0; thread->nr < BATCH;) {
		if (atomic_long_dec_return(&left) < 0)
			return;
		file = anon_inode_getfile("[storm]", &storm_fops, NULL,
					  O_RDONLY);
		if (IS_ERR(file)) {
			atomic_long_inc(&failed);
			continue;
		}
		atomic_long_inc(&open_now);
		thread->batch[thread->nr++] = file;
	}
}

static int storm(void *data)
{
	struct thread *thread = data;
	unsigned int turn = 0;

	while (atomic_long_read(&left) > 0) {
		open_batch(thread);
		put_somewhere(thread, turn++);
		while (limit && atomic_long_read(&open_now) > limit)
			msleep(20);
		cond_resched();
	}
	/* Until kthread_stop(), so that its task is there for it. */
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static struct thread *begin_thread(unsigned int cpu)
{
	struct thread *thread = kzalloc(sizeof(*thread), GFP_KERNEL);

	if (!thread)
		return NULL;
	thread->hard = IRQ_WORK_INIT_HARD(put_in_hardirq);
	tasklet_setup(&thread->soft, put_in_softirq);
	init_completion(&thread->was_put);
	thread->task = kthread_create(storm, thread, "storm/%u", cpu);
	if (IS_ERR(thread->task)) {
		kfree(thread);
		return NULL;
	}
	kthread_bind(thread->task, cpu);
	wake_up_process(thread->task);
	return thread;
}

static void end_thread(struct thread *thread)
{
	kthread_stop(thread->task);
	irq_work_sync(&thread->hard);
	tasklet_kill(&thread->soft);
	kfree(thread);
}

static int __init storm_init(void)
{
	struct thread **threads;
	unsigned int cpu;

	threads = kcalloc(nr_cpu_ids, sizeof(*threads), GFP_KERNEL);
	if (!threads)
		return -ENOMEM;
	atomic_long_set(&left, files);
	cpus_read_lock();
	for_each_online_cpu(cpu)
		threads[cpu] = begin_thread(cpu);
	cpus_read_unlock();
	while (atomic_long_read(&left) > 0)
		msleep(20);
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (threads[cpu])
			end_thread(threads[cpu]);
	kfree(threads);
	return 0;
}

/* With none of its files left, there is nothing to do. */
static void __exit storm_exit(void)
{
}

module_init(storm_init);
module_exit(storm_exit);

MODULE_DESCRIPTION("Puts files from every context, to test dfput");
MODULE_AUTHOR("The dfput developers");
MODULE_LICENSE("GPL");
