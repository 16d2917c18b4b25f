// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deferrals of known number, and what each takes: in the fput() of a kernel thread
 * that queues it, and in the drain loop.
 *
 *   insmod bench_defer.ko path=/tmp/file files=1000 threads=1 rounds=10
 *   cat /sys/module/bench_defer/parameters/result
 *
 * The time stamp counter is read on both sides of each fput(), and in each file's
 * release operation, which is ours: from one to the next, the drain loop has come
 * round once. Under an instruction-count clock these are instructions. The files are
 * all of one inode on a mounted filesystem, as most are that are deferred.
 *
 * Everything happens inside insmod, in process context. The threads are bound to
 * one processor each, and start together; they queue with preemption off, so that
 * the worker can't drain beside them on the same processor. The worker never runs
 * concurrently with itself, so one place for the last release is enough.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

#include <asm/msr.h>

#define THREADS 8
#define FILES_MAX BIT(20)
/* What takes longer was interrupted. */
#define LONGEST 32768

static char *path = "";
module_param(path, charp, 0400);
MODULE_PARM_DESC(path, "a file that has no release operation of its own");

static unsigned int files = 1000;
module_param(files, uint, 0400);
MODULE_PARM_DESC(files,
		 "files that each thread puts in one go, at most 1048576");

static unsigned int threads = 1;
module_param(threads, uint, 0400);
MODULE_PARM_DESC(threads,
		 "kernel threads, each on a processor of its own, at most 8");

static unsigned int rounds = 1;
module_param(rounds, uint, 0400);
MODULE_PARM_DESC(rounds, "how often");

/**
 * struct tally - how often something took how long
 * @times: by length
 * @nr: of all
 * @sum: of their lengths, the longest included
 */
struct tally {
	u32 times[LONGEST];
	u64 nr;
	u64 sum;
};

struct putter {
	struct file **file;
	struct tally *tally;
	struct task_struct *task;
};

static struct putter putters[THREADS];
static struct tally *queued, *drained;
static atomic_t ready;
static atomic_t left;
static DECLARE_COMPLETION(all_released);
static u64 last_release;

static void count(struct tally *tally, u64 length)
{
	tally->times[min_t(u64, length, LONGEST - 1)]++;
	tally->nr++;
	tally->sum += length;
}

static int on_release(struct inode *inode, struct file *file)
{
	u64 now = rdtsc();

	if (last_release)
		count(drained, now - last_release);
	last_release = now;
	if (atomic_dec_and_test(&left))
		complete(&all_released);
	return 0;
}

static const struct file_operations bench_fops = {
	.owner = THIS_MODULE,
	.release = on_release,
};

static int put_files(void *data)
{
	const struct putter *putter = data;
	unsigned int i;

	/* All at once. */
	atomic_dec(&ready);
	while (atomic_read(&ready))
		cpu_relax();
	preempt_disable();
	for (i = 0; i < files; i++) {
		u64 begun = rdtsc();

		fput(putter->file[i]);
		count(putter->tally, rdtsc() - begun);
	}
	preempt_enable();
	return 0;
}

static void put_opened(struct putter *putter, unsigned int nr)
{
	while (nr--)
		fput(putter->file[nr]);
}

static struct file *open_one(void)
{
	struct file *file = filp_open(path, O_RDONLY, 0);

	if (IS_ERR(file))
		return file;
	/* Given back with the file. */
	__module_get(THIS_MODULE);
	replace_fops(file, &bench_fops);
	return file;
}

static int open_files(struct putter *putter)
{
	unsigned int i;

	for (i = 0; i < files; i++) {
		putter->file[i] = open_one();
		if (IS_ERR(putter->file[i])) {
			put_opened(putter, i);
			return PTR_ERR(putter->file[i]);
		}
		cond_resched();
	}
	return 0;
}

static int make_thread(struct putter *putter, unsigned int cpu)
{
	struct task_struct *task =
		kthread_create(put_files, putter, "bench/%u", cpu);

	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, cpu);
	/* So that it is still there to be waited for. */
	get_task_struct(task);
	putter->task = task;
	return 0;
}

/* With the files of all open, and all threads made. */
static void put_all(void)
{
	unsigned int i;

	last_release = 0;
	atomic_set(&ready, threads);
	atomic_set(&left, threads * files);
	reinit_completion(&all_released);
	for (i = 0; i < threads; i++)
		wake_up_process(putters[i].task);
	wait_for_completion(&all_released);
	for (i = 0; i < threads; i++) {
		kthread_stop(putters[i].task);
		put_task_struct(putters[i].task);
	}
}

static int run_round(void)
{
	unsigned int made, opened = 0;
	int err = 0;

	for (made = 0; made < threads && !err; made += !err)
		err = make_thread(&putters[made], made);
	for (; opened < threads && !err; opened += !err)
		err = open_files(&putters[opened]);
	if (!err) {
		put_all();
		return 0;
	}
	while (opened--)
		put_opened(&putters[opened], files);
	while (made--) {
		kthread_stop(putters[made].task);
		put_task_struct(putters[made].task);
	}
	return err;
}

static void add_tally(struct tally *to, const struct tally *from)
{
	unsigned int i;

	for (i = 0; i < LONGEST; i++)
		to->times[i] += from->times[i];
	to->nr += from->nr;
	to->sum += from->sum;
}

static void free_all(void)
{
	unsigned int i;

	for (i = 0; i < THREADS; i++) {
		vfree(putters[i].file);
		vfree(putters[i].tally);
	}
	vfree(queued);
	vfree(drained);
}

static int allocate(void)
{
	unsigned int i;

	queued = vzalloc(sizeof(*queued));
	drained = vzalloc(sizeof(*drained));
	if (!queued || !drained)
		return -ENOMEM;
	for (i = 0; i < threads; i++) {
		putters[i].file = vzalloc(array_size(files, sizeof(void *)));
		putters[i].tally = vzalloc(sizeof(*putters[i].tally));
		if (!putters[i].file || !putters[i].tally)
			return -ENOMEM;
	}
	return 0;
}

/* One line: what, the commonest length, how common in 1000, median, mean. */
static int show(char *to, const char *name, const struct tally *tally)
{
	unsigned int i, mode = 0, median = 0;
	u64 below = 0;

	for (i = 0; i < LONGEST; i++) {
		if (tally->times[i] > tally->times[mode])
			mode = i;
		if (below * 2 < tally->nr)
			median = i;
		below += tally->times[i];
	}
	return sprintf(to, "%s %u %llu %u %llu\n", name, mode,
		       div64_u64(tally->times[mode] * 1000ULL, tally->nr),
		       median, div64_u64(tally->sum, tally->nr));
}

static int show_result(char *to, const struct kernel_param *unused)
{
	int length = show(to, "queue", queued);

	return length + show(to + length, "drain", drained);
}

static const struct kernel_param_ops result_ops = { .get = show_result };
module_param_cb(result, &result_ops, NULL, 0400);
MODULE_PARM_DESC(result,
		 "what it took: name, mode, its share in 1000, median, mean");

static int __init defer_init(void)
{
	unsigned int i;
	int err = 0;

	if (!files || files > FILES_MAX || files * rounds < 2 || !threads ||
	    threads > THREADS || threads > num_online_cpus())
		return -EINVAL;
	err = allocate();
	for (i = 0; i < rounds && !err; i++)
		err = run_round();
	for (i = 0; i < threads && !err; i++)
		add_tally(queued, putters[i].tally);
	if (err)
		free_all();
	return err;
}

static void __exit defer_exit(void)
{
	free_all();
}

module_init(defer_init);
module_exit(defer_exit);

MODULE_DESCRIPTION("Counts the instructions of deferred fput()s");
MODULE_LICENSE("GPL");
