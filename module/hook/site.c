// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel's own text puts a file on the list, and takes it off again.
 *
 * Offsets differ from build to build, so they are searched for in the text of the
 * kernel that runs, by what it can not do without: the address of the list, what
 * puts a node on a list, the call of __fput. Each must be there once, and exactly
 * as insn.c knows it, else there is no such place.
 *
 * The text is copied first, and only read. Others may change it meanwhile: what
 * they put there is a call, a jump or an int3, which is none of what we know. The
 * kernel itself checks later that a probe stands on the beginning of an
 * instruction, and that nothing jumps into what its own jump replaces.
 *
 * Process context, when the rung is tried; control.c serialises.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "compat/compat.h"
#include "hook/insn.h"
#include "hook/site.h"
#include "hook/symbol.h"

static const char *reason = "-";

void dfput_site_refuse(const char *why)
{
	WRITE_ONCE(reason, why);
}

const char *dfput_site_reason(void)
{
	return READ_ONCE(reason);
}

#if defined(CONFIG_X86_64) && defined(CONFIG_OPTPROBES) && \
	defined(CONFIG_UNWINDER_ORC)

#define INT3 0xcc
#define JUMP 0xe9
#define JUMP_SIZE 5
#define LOOK_MS 2
/* The functions that we look at have some hundred bytes. */
#define TEXT_MAX 2048
/* What a jump replaces, up to the end of an instruction that we know. */
#define REACH 11
/* How many words of the stack there may be up to the return address. */
#define WORDS 16

/* All that may put a file on the list; which of them does, is up to the kernel. */
static const char *const putters[] = { "__fput_deferred", "fput_many", "fput",
				       "fput_close" };

/* By the number that instructions have for them. */
static const unsigned int registers[] = {
	offsetof(struct pt_regs, ax),  offsetof(struct pt_regs, cx),
	offsetof(struct pt_regs, dx),  offsetof(struct pt_regs, bx),
	offsetof(struct pt_regs, sp),  offsetof(struct pt_regs, bp),
	offsetof(struct pt_regs, si),  offsetof(struct pt_regs, di),
	offsetof(struct pt_regs, r8),  offsetof(struct pt_regs, r9),
	offsetof(struct pt_regs, r10), offsetof(struct pt_regs, r11),
	offsetof(struct pt_regs, r12), offsetof(struct pt_regs, r13),
	offsetof(struct pt_regs, r14), offsetof(struct pt_regs, r15),
};

static int refuse(const char *why, int err)
{
	dfput_site_refuse(why);
	return err;
}

/* Of size 0 if there is no such function, or it can't be one of ours. */
static struct dfput_code text_of(const char *function)
{
	/* One at a time. */
	static unsigned char text[TEXT_MAX];
	struct dfput_range range = dfput_symbol_range(function);
	struct dfput_code code = { .bytes = text, .address = range.start };

	if (range.size <= sizeof(text) &&
	    !copy_from_kernel_nofault(text, (const void *)range.start,
				      range.size))
		code.size = range.size;
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

/*
 * How far from the stack pointer the return address is while an instruction runs,
 * in words: the kernel's unwinder knows, and goes there on a stack that we make
 * up, on which each word is another address of text.
 */
static int words_to_caller(unsigned long address)
{
	unsigned long stack[WORDS], found;
	struct pt_regs regs = {
		.ip = address,
		.sp = (unsigned long)stack,
		.cs = __KERNEL_CS,
	};
	struct unwind_state state;
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		stack[i] = dfput_symbols.delayed_fput.start + i;
	unwind_start(&state, current, &regs, NULL);
	found = unwind_get_return_address(&state);
	/* Some begin with the instruction itself, others with its caller. */
	if (found == address) {
		unwind_next_frame(&state);
		found = unwind_get_return_address(&state);
	}
	found -= dfput_symbols.delayed_fput.start;
	return found < WORDS ? found : -1;
}

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

static int understand(const struct dfput_code *code, int at, unsigned long list,
		      struct dfput_site *site)
{
	unsigned long add = dfput_symbol_address("llist_add_batch");
	int node = dfput_insn_node(code, at, list, add);
	int words = words_to_caller(code->address + at);

	if (node < 0)
		return refuse("register-unknown", -EOPNOTSUPP);
	if (words < 0)
		return refuse("caller-unknown", -EOPNOTSUPP);
	site->address = code->address + at;
	site->file_at = registers[node];
	site->inside = DFPUT_FILE_NODE;
	site->caller_at = words * sizeof(long);
	return 0;
}

int dfput_site_find_queue(const char *function, struct dfput_site *site)
{
	struct dfput_code code = text_of(function);
	unsigned long list;
	int at, err;

	if (!code.size)
		return -ENOENT;
	list = dfput_symbol_address("delayed_fput_list");
	if (!list)
		return refuse("no-symbols", -ENOENT);
	at = dfput_insn_find_use(&code, list);
	if (at == DFPUT_INSN_NONE)
		return -ENOENT;
	if (at < 0)
		return refuse("no-certain-place", -EOPNOTSUPP);
	err = understand(&code, at, list, site);
	if (!err && count_putters(list) != 1)
		err = refuse("several-places", -EOPNOTSUPP);
	return err;
}

/*
 * A call can't be made a jump, so the probe has to find room before it: what it
 * replaces ends with the call, so that nobody can come by the one and not the
 * other, unless the kernel lets no jump be made there.
 */
int dfput_site_find_drain(const char *function, struct dfput_site *site)
{
	struct dfput_code code = text_of(function);
	unsigned long put = dfput_symbol_address("__fput");
	int back, file, call;

	if (!put)
		return -ENOENT;
	call = dfput_insn_find_call(&code, put);
	if (call < 0)
		return -EOPNOTSUPP;
	for (back = JUMP_SIZE; back <= min(call, REACH); back++) {
		file = dfput_insn_argument(&code, call - back, call);
		if (file < 0)
			continue;
		site->address = code.address + call - back;
		site->file_at = registers[file];
		return 0;
	}
	return -EOPNOTSUPP;
}

#else /* not on x86-64, or without jumps for probes, or without tables to unwind */

int dfput_site_find_queue(const char *function, struct dfput_site *site)
{
	dfput_site_refuse("not-on-this-kernel");
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

#endif
