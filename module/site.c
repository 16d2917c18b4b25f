// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel's own text puts a file on the list, and takes it off again.
 *
 * Offsets differ from build to build, so they are searched for in the text of
 * the kernel that runs, by what it can not do without: the address of the list,
 * and the call of __fput. Each must be there once. Nothing is written, and the
 * kernel itself checks that a probe stands on an instruction.
 *
 * Process context, at load, but for watch(), which is a probe's handler: it runs
 * inside the put of a file by learn(), with preemption off, in the state of an
 * NMI or not, and takes no lock.
 */
#include <linux/anon_inodes.h>
#include <linux/bitops.h>
#include <linux/bottom_half.h>
#include <linux/compiler.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "insn.h"
#include "site.h"
#include "symbol.h"

static const char *reason = "-";

void dfput_site_refuse(const char *why)
{
	WRITE_ONCE(reason, why);
}

const char *dfput_site_reason(void)
{
	return READ_ONCE(reason);
}

#if defined(CONFIG_X86_64) && defined(CONFIG_OPTPROBES)

#define INT3 0xcc
#define JUMP 0xe9
#define JUMP_SIZE 5
#define LOOK_MS 2
/* How far before its call we look for a place for the probe of a drain. */
#define REACH 16

/* All that may put a file on the list; which of them does, is up to the kernel. */
static const char *const putters[] = { "__fput_deferred", "fput_many", "fput" };

static int refuse(const char *why, int err)
{
	dfput_site_refuse(why);
	return err;
}

static struct dfput_code text_of(const char *function)
{
	struct dfput_range range = dfput_symbol_range(function);
	struct dfput_code code = {
		.bytes = (const unsigned char *)range.start,
		.address = range.start,
		.size = range.size,
	};

	return code;
}

static bool starts_with(const struct dfput_site *site, u8 byte)
{
	return READ_ONCE(*(const u8 *)site->address) == byte;
}

bool dfput_site_is_jump(const struct dfput_site *site)
{
	return starts_with(site, JUMP);
}

static bool is_bare(const struct dfput_site *site)
{
	return !starts_with(site, JUMP) && !starts_with(site, INT3);
}

/* Nobody tells when kprobes has done its work; it takes some jiffies. */
static bool await(bool (*is)(const struct dfput_site *site),
		  const struct dfput_site *site, u64 until)
{
	while (!is(site)) {
		if (ktime_get_mono_fast_ns() > until)
			return false;
		msleep(LOOK_MS);
	}
	return true;
}

bool dfput_site_await_jump(const struct dfput_site *site, u64 until)
{
	return await(dfput_site_is_jump, site, until);
}

bool dfput_site_await_none(const struct dfput_site *site, u64 until)
{
	return await(is_bare, site, until);
}

/* ---- which register, which place on the stack -------------------------- */

#define FILES 4
#define WORDS 16

/* What a function keeps over its calls, so that no path can have lost it. */
static const unsigned int kept[] = {
	offsetof(struct pt_regs, bx),  offsetof(struct pt_regs, bp),
	offsetof(struct pt_regs, r12), offsetof(struct pt_regs, r13),
	offsetof(struct pt_regs, r14), offsetof(struct pt_regs, r15),
};

/* Written by the task that learns; its handler runs in that task. */
static struct {
	const struct task_struct *task;
	const struct file *file;
	unsigned long ret;
	unsigned long bp;
	/* Those that point into the file, always at the same place. */
	unsigned long registers;
	unsigned long inside[ARRAY_SIZE(kept)];
	unsigned long words;
	unsigned int hits;
} lesson;

static unsigned long value_at(const struct pt_regs *regs, unsigned int offset)
{
	return *(const unsigned long *)((const char *)regs + offset);
}

static __always_inline void see_register(unsigned int i, unsigned long value)
{
	unsigned long inside = value - (unsigned long)lesson.file;

	if (inside >= sizeof(struct file) ||
	    (lesson.hits > 1 && inside != lesson.inside[i]))
		lesson.registers &= ~BIT(i);
	lesson.inside[i] = inside;
}

static int watch(struct kprobe *probe, struct pt_regs *regs)
{
	const unsigned long *stack = (const unsigned long *)regs->sp;
	unsigned int i;

	if (READ_ONCE(lesson.task) != current)
		return 0;
	lesson.hits++;
	for (i = 0; i < ARRAY_SIZE(kept); i++)
		see_register(i, value_at(regs, kept[i]));
	for (i = 0; i < WORDS; i++)
		if (READ_ONCE_NOCHECK(stack[i]) != lesson.ret)
			lesson.words &= ~BIT(i);
	return 0;
}
NOKPROBE_SYMBOL(watch);

/*
 * fput(), with the file in none of the registers that it keeps for us: if it is
 * in one of them later, the kernel has put it there. The frame's own register
 * can't be cleared, so it is noted. Interrupts are off: another put in one could
 * be taken for ours.
 */
static noinline void put_bare(struct file *file)
{
	unsigned long flags;

	lesson.file = file;
	local_irq_save(flags);
	WRITE_ONCE(lesson.task, current);
	asm volatile("leaq 1f(%%rip), %%rax\n\t"
		     "movq %%rax, %[ret]\n\t"
		     "movq %%rbp, %[bp]\n\t"
		     "xorl %%ebx, %%ebx\n\t"
		     "xorl %%r12d, %%r12d\n\t"
		     "xorl %%r13d, %%r13d\n\t"
		     "xorl %%r14d, %%r14d\n\t"
		     "xorl %%r15d, %%r15d\n\t"
		     "call fput\n"
		     "1:\n"
		     : "+D"(file), [ret] "=m"(lesson.ret), [bp] "=m"(lesson.bp),
		       ASM_CALL_CONSTRAINT
		     :
		     : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10",
		       "r11", "r12", "r13", "r14", "r15", "cc", "memory");
	WRITE_ONCE(lesson.task, NULL);
	local_irq_restore(flags);
	if (lesson.bp - (unsigned long)lesson.file < sizeof(struct file))
		lesson.registers &= ~BIT(1);
}

static int put_one(bool deferred)
{
	struct file *file =
		anon_inode_getfile("[dfput]", &generic_ro_fops, NULL, O_RDONLY);

	if (IS_ERR(file))
		return PTR_ERR(file);
	if (deferred)
		local_bh_disable();
	put_bare(file);
	if (deferred)
		local_bh_enable();
	return 0;
}

/* Every deferral comes by, and a put that is none does not. */
static int take_lesson(void)
{
	unsigned int i;
	int err = 0;

	memset(&lesson, 0, sizeof(lesson));
	lesson.registers = BIT(ARRAY_SIZE(kept)) - 1;
	lesson.words = BIT(WORDS) - 1;
	for (i = 0; i < FILES && !err; i++)
		err = put_one(true);
	if (!err && !(current->flags & PF_KTHREAD))
		err = put_one(false);
	return err;
}

/* Where one holds the file, others that point into it do not matter. */
static void prefer_whole(void)
{
	unsigned long whole = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kept); i++)
		if ((lesson.registers & BIT(i)) && !lesson.inside[i])
			whole |= BIT(i);
	if (whole)
		lesson.registers = whole;
}

/*
 * With this one, kprobes does not try to make a jump of the probe. Else it would
 * be busy with that for longer than we need the probe, and nobody could register
 * another one meanwhile.
 */
static void after(struct kprobe *probe, struct pt_regs *regs,
		  unsigned long flags)
{
}
NOKPROBE_SYMBOL(after);

static int learn(struct dfput_site *site)
{
	struct kprobe probe = {
		.addr = (kprobe_opcode_t *)site->address,
		.pre_handler = watch,
		.post_handler = after,
	};
	int err = register_kprobe(&probe);

	if (err)
		return refuse("not-probed", err);
	err = take_lesson();
	unregister_kprobe(&probe);
	if (err)
		return refuse("no-file", err);
	if (lesson.hits != FILES)
		return refuse("not-only-deferrals", -EOPNOTSUPP);
	prefer_whole();
	if (hweight_long(lesson.registers) != 1)
		return refuse("register-unknown", -EOPNOTSUPP);
	if (hweight_long(lesson.words) != 1)
		return refuse("caller-unknown", -EOPNOTSUPP);
	site->file_at = kept[__ffs(lesson.registers)];
	site->inside = lesson.inside[__ffs(lesson.registers)];
	site->caller_at = __ffs(lesson.words) * sizeof(long);
	return 0;
}

/* ---- where ------------------------------------------------------------- */

/* How many of the functions have to do with the list. */
static unsigned int count_putters(unsigned long list)
{
	unsigned int i, nr = 0;
	struct dfput_code code;

	for (i = 0; i < ARRAY_SIZE(putters); i++) {
		code = text_of(putters[i]);
		if (dfput_insn_find_use(&code, list) != DFPUT_INSN_NONE)
			nr++;
	}
	return nr;
}

int dfput_site_find_queue(const char *function, struct dfput_site *site)
{
	unsigned long list = dfput_symbol_address("delayed_fput_list");
	struct dfput_code code = text_of(function);
	int at;

	if (!list)
		return refuse("no-symbols", -ENOENT);
	if (!code.size)
		return -ENOENT;
	at = dfput_insn_find_use(&code, list);
	if (at == DFPUT_INSN_NONE)
		return -ENOENT;
	if (at < 0)
		return refuse("no-certain-place", -EOPNOTSUPP);
	if (count_putters(list) != 1)
		return refuse("several-places", -EOPNOTSUPP);
	site->address = code.address + at;
	return learn(site);
}

static const unsigned int numbered[] = {
	offsetof(struct pt_regs, ax),  offsetof(struct pt_regs, cx),
	offsetof(struct pt_regs, dx),  offsetof(struct pt_regs, bx),
	offsetof(struct pt_regs, sp),  offsetof(struct pt_regs, bp),
	offsetof(struct pt_regs, si),  offsetof(struct pt_regs, di),
	offsetof(struct pt_regs, r8),  offsetof(struct pt_regs, r9),
	offsetof(struct pt_regs, r10), offsetof(struct pt_regs, r11),
	offsetof(struct pt_regs, r12), offsetof(struct pt_regs, r13),
	offsetof(struct pt_regs, r14), offsetof(struct pt_regs, r15),
};

/* A call can't be made a jump, so the probe has to find room before it. */
int dfput_site_find_drain(const char *function, struct dfput_site *site)
{
	struct dfput_code code = text_of(function);
	unsigned long put = dfput_symbol_address("__fput");
	int back, file, call;

	if (!code.size || !put)
		return -ENOENT;
	call = dfput_insn_find_call(&code, put);
	if (call < 0)
		return -EOPNOTSUPP;
	for (back = JUMP_SIZE; back <= min(call, REACH); back++) {
		file = dfput_insn_argument(&code, call - back, call);
		if (file < 0)
			continue;
		site->address = code.address + call - back;
		site->file_at = numbered[file];
		return 0;
	}
	return -EOPNOTSUPP;
}

#else /* CONFIG_X86_64 && CONFIG_OPTPROBES */

int dfput_site_find_queue(const char *function, struct dfput_site *site)
{
	dfput_site_refuse("not-on-this-architecture");
	return -EOPNOTSUPP;
}

int dfput_site_find_drain(const char *function, struct dfput_site *site)
{
	return -EOPNOTSUPP;
}

bool dfput_site_is_jump(const struct dfput_site *site)
{
	return false;
}

bool dfput_site_await_jump(const struct dfput_site *site, u64 until)
{
	return false;
}

bool dfput_site_await_none(const struct dfput_site *site, u64 until)
{
	return true;
}

#endif /* CONFIG_X86_64 && CONFIG_OPTPROBES */
