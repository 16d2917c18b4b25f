// SPDX-License-Identifier: GPL-2.0-only
/*
 * The few x86-64 instructions that we have to recognise.
 *
 * Pure: no state, any context. Bytes that look like what we look for, but are the
 * middle of something else, are no danger: the kernel refuses to probe anything
 * but the beginning of an instruction.
 */
#include "insn.h"

#define REX_W 0x48
#define REX_R 0x04
#define REX_X 0x02
#define REX_B 0x01

#define CALL 0xe8
#define CALL_SIZE 5

#define NR_REGISTERS 16
#define RSP 4
#define RDI 7

static int read32(const unsigned char *at)
{
	return (int)(at[0] | at[1] << 8 | at[2] << 16 |
		     (unsigned int)at[3] << 24);
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
	return (at[0] & ~REX_R) == REX_W && (at[1] == 0x8b || at[1] == 0x8d) &&
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

int dfput_insn_find_call(const struct dfput_code *code, unsigned long target)
{
	int found = DFPUT_INSN_NONE;
	unsigned int at;

	for (at = 0; at + CALL_SIZE <= code->size; at++) {
		long distance = read32(code->bytes + at + 1);

		if (code->bytes[at] != CALL ||
		    code->address + at + CALL_SIZE + distance != target)
			continue;
		if (found != DFPUT_INSN_NONE)
			return DFPUT_INSN_MANY;
		found = at;
	}
	return found;
}

/*
 * One move, load or lea: what it does to @origin, which says of each register
 * which one's first value it holds. Returns its size, or 0 for anything else.
 */
static unsigned int follow(const unsigned char *at, int *origin)
{
	unsigned int rex = at[0], opcode = at[1], mod = at[2] >> 6;
	unsigned int reg = (at[2] >> 3 & 7) | (rex & REX_R ? 8 : 0);
	unsigned int rm = (at[2] & 7) | (rex & REX_B ? 8 : 0);
	static const unsigned int sizes[] = { 3, 4, 7, 3 };
	int store = opcode == 0x89;

	if ((rex & 0xf8) != REX_W || (rex & REX_X) ||
	    (!store && opcode != 0x8b && opcode != 0x8d) ||
	    (store ? rm : reg) == RSP)
		return 0;
	if (mod == 3) {
		if (opcode == 0x8d)
			return 0;
		origin[store ? rm : reg] = origin[store ? reg : rm];
		return sizes[mod];
	}
	/* To memory; or with an index; or relative to here. */
	if (store || (rm & 7) == 4 || (!mod && (rm & 7) == 5))
		return 0;
	origin[reg] = DFPUT_INSN_NONE;
	return sizes[mod];
}

int dfput_insn_argument(const struct dfput_code *code, unsigned int from,
			unsigned int call)
{
	int origin[NR_REGISTERS];
	unsigned int i, size;

	for (i = 0; i < NR_REGISTERS; i++)
		origin[i] = i;
	while (from + 3 <= call) {
		size = follow(code->bytes + from, origin);
		if (!size)
			return DFPUT_INSN_NONE;
		from += size;
	}
	return from == call ? origin[RDI] : DFPUT_INSN_NONE;
}
