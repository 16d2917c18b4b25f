// SPDX-License-Identifier: GPL-2.0-only
/*
 * The few x86-64 instructions that we have to recognise.
 *
 * Pure: no state, any context. Bytes that look like what we look for, but are the
 * middle of something else, are no danger: the kernel refuses to probe anything
 * but the beginning of an instruction.
 */
#include "hook/insn.h"

#define REX_W 0x48
#define REX_R 0x04
#define REX_X 0x02
#define REX_B 0x01

#define STORE 0x89
#define LOAD 0x8b
#define LEA 0x8d
#define CALL 0xe8
#define CALL_SIZE 5
#define JUMP_SIZE 5
/* With the operand that leads to a variable. */
#define USE_SIZE 7
#define EXCHANGE_SIZE 9

#define NR_REGISTERS 16
#define RAX 0
#define RDX 2
#define RSP 4
#define RSI 6
#define RDI 7

/* What a register holds, if not what some register held at first. */
#define THE_LIST NR_REGISTERS
#define THE_HEAD (NR_REGISTERS + 1)

static int read32(const unsigned char *at)
{
	return (int)(at[0] | at[1] << 8 | at[2] << 16 |
		     (unsigned int)at[3] << 24);
}

/* The two registers that an instruction names. */
static unsigned int reg_of(unsigned int rex, unsigned int modrm)
{
	return (modrm >> 3 & 7) | (rex & REX_R ? 8 : 0);
}

static unsigned int rm_of(unsigned int rex, unsigned int modrm)
{
	return (modrm & 7) | (rex & REX_B ? 8 : 0);
}

/* mov $variable,%reg */
static int is_constant(const unsigned char *at)
{
	return (at[0] & ~REX_B) == REX_W && at[1] == 0xc7 &&
	       (at[2] & 0xf8) == 0xc0;
}

/* mov variable(%rip),%reg, or lea */
static int is_relative(const unsigned char *at)
{
	return (at[0] & ~REX_R) == REX_W && (at[1] == LOAD || at[1] == LEA) &&
	       (at[2] & 0xc7) == 0x05;
}

int dfput_insn_find_use(const struct dfput_code *code, unsigned long target)
{
	int found = DFPUT_INSN_NONE;
	unsigned int at;

	for (at = 0; at + 4 <= code->size; at++) {
		long operand = read32(code->bytes + at);
		unsigned long end = code->address + at + 4;
		const unsigned char *insn = code->bytes + at - 3;

		if ((unsigned long)operand != target && end + operand != target)
			continue;
		if (at >= 3 &&
		    ((unsigned long)operand == target ? is_constant(insn) :
							is_relative(insn))) {
			if (found != DFPUT_INSN_NONE)
				return DFPUT_INSN_MANY;
			found = at - 3;
		} else if (found == DFPUT_INSN_NONE) {
			return DFPUT_INSN_MANY;
		}
	}
	return found;
}

static int is_call(const struct dfput_code *code, unsigned int at,
		   unsigned long target)
{
	return at + CALL_SIZE <= code->size && code->bytes[at] == CALL &&
	       code->address + at + CALL_SIZE +
			       (long)read32(code->bytes + at + 1) ==
		       target;
}

int dfput_insn_find_call(const struct dfput_code *code, unsigned long target)
{
	int found = DFPUT_INSN_NONE;
	unsigned int at;

	for (at = 0; at < code->size; at++) {
		if (!is_call(code, at, target))
			continue;
		if (found != DFPUT_INSN_NONE)
			return DFPUT_INSN_MANY;
		found = at;
	}
	return found;
}

/* Size of a move, load, store or lea, without an index, whose rex is there; or 0. */
static unsigned int size_of(const unsigned char *at)
{
	static const unsigned int sizes[] = { 3, 4, 7, 3 };
	unsigned int mod = at[2] >> 6, rm = at[2] & 7;

	if ((at[0] & 0xf8) != REX_W || (at[0] & REX_X) ||
	    (at[1] != STORE && at[1] != LOAD && at[1] != LEA))
		return 0;
	if (mod == 3)
		return at[1] == LEA ? 0 : sizes[mod];
	/* With an index; or relative to here. */
	if (rm == RSP || (!mod && rm == 5))
		return 0;
	return sizes[mod];
}

/* What it does to @origin, which says of each register what it holds. */
static int follow(const unsigned char *at, int *origin)
{
	unsigned int reg = reg_of(at[0], at[2]), rm = rm_of(at[0], at[2]);
	int moves = at[2] >> 6 == 3;
	unsigned int to = at[1] == STORE ? rm : reg;
	unsigned int from = at[1] == STORE ? reg : rm;

	if (at[1] == STORE && !moves)
		return 1;
	if (to == RSP)
		return 0;
	origin[to] = moves ? origin[from] : DFPUT_INSN_NONE;
	return 1;
}

static void begin(int *origin)
{
	unsigned int i;

	for (i = 0; i < NR_REGISTERS; i++)
		origin[i] = i;
}

static int is_to_memory(const unsigned char *at)
{
	return at[1] == STORE && at[2] >> 6 != 3;
}

int dfput_insn_argument(const struct dfput_code *code, unsigned int from,
			unsigned int call)
{
	unsigned int size, start = from;
	int origin[NR_REGISTERS];

	begin(origin);
	while (from + 3 <= call) {
		size = size_of(code->bytes + from);
		if (!size || from - start >= JUMP_SIZE ||
		    is_to_memory(code->bytes + from) ||
		    !follow(code->bytes + from, origin))
			return DFPUT_INSN_NONE;
		from += size;
	}
	return from == call ? origin[RDI] : DFPUT_INSN_NONE;
}

/* lock cmpxchg %reg,variable(%rip) */
static int is_exchange(const struct dfput_code *code, unsigned int at,
		       unsigned long target)
{
	const unsigned char *bytes = code->bytes + at;

	return at + EXCHANGE_SIZE <= code->size && bytes[0] == 0xf0 &&
	       (bytes[1] & ~REX_R) == REX_W && bytes[2] == 0x0f &&
	       bytes[3] == 0xb1 && (bytes[4] & 0xc7) == 0x05 &&
	       code->address + at + EXCHANGE_SIZE + (long)read32(bytes + 5) ==
		       target;
}

/* Its first value, and the stack is no file. */
static int is_register(int origin)
{
	return origin != RSP && origin >= 0 && origin < NR_REGISTERS ?
		       origin :
		       DFPUT_INSN_NONE;
}

/* The first instruction: where it leaves the list, or what it loads from there. */
static void take_use(const unsigned char *at, int *origin)
{
	if (is_constant(at))
		origin[rm_of(at[0], at[2])] = THE_LIST;
	else
		origin[reg_of(at[0], at[2])] = at[1] == LEA ? THE_LIST :
							      THE_HEAD;
}

/* llist_add_batch(node, node, list) */
static int called_with(const int *origin)
{
	if (origin[RDI] != origin[RSI] || origin[RDX] != THE_LIST)
		return DFPUT_INSN_NONE;
	return is_register(origin[RDI]);
}

/* The head that was there is linked to the node, and the node takes its place. */
static int exchanged(const unsigned char *at, const int *origin, int linked)
{
	if (!linked || origin[RAX] != THE_HEAD)
		return DFPUT_INSN_NONE;
	return is_register(origin[reg_of(at[1], at[4])]);
}

static int links(const unsigned char *at, const int *origin)
{
	return is_to_memory(at) && origin[reg_of(at[0], at[2])] == THE_HEAD;
}

int dfput_insn_node(const struct dfput_code *code, unsigned int at,
		    unsigned long list, unsigned long add)
{
	const unsigned char *bytes = code->bytes + at;
	int origin[NR_REGISTERS];
	unsigned int size;
	int linked = 0;

	if (at + USE_SIZE > code->size ||
	    (!is_constant(bytes) && !is_relative(bytes)))
		return DFPUT_INSN_NONE;
	begin(origin);
	take_use(bytes, origin);
	for (at += USE_SIZE; at + 3 <= code->size; at += size) {
		bytes = code->bytes + at;
		if (add && is_call(code, at, add))
			return called_with(origin);
		if (is_exchange(code, at, list))
			return exchanged(bytes, origin, linked);
		size = size_of(bytes);
		if (!size || !follow(bytes, origin))
			return DFPUT_INSN_NONE;
		linked = linked || links(bytes, origin);
	}
	return DFPUT_INSN_NONE;
}
