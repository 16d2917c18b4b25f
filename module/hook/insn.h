/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few x86-64 instructions that we have to recognise in the kernel's text,
 * and nothing else: whatever is not one of these is "don't know".
 *
 * Pure; also compiled into a unit test.
 */
#ifndef DFPUT_INSN_H
#define DFPUT_INSN_H

#include <linux/types.h>

/* There is no such place; or there is not one that can be told for certain. */
#define DFPUT_INSN_NONE (-1)
#define DFPUT_INSN_MANY (-2)

/**
 * struct dfput_code - text to look at
 * @bytes: the text
 * @address: where it runs
 * @size: bytes
 */
struct dfput_code {
	const unsigned char *bytes;
	unsigned long address;
	unsigned int size;
};

/**
 * dfput_insn_find_use() - where is a variable's address taken, or its value?
 * @code: a function
 * @target: the variable
 *
 * Of all operands that lead to the variable, the first has to be that of a move
 * or lea into a register, of 7 bytes: room for a jump. What follows may be
 * anything but another one of these.
 *
 * Context: any; pure.
 * Return: the instruction's offset, DFPUT_INSN_NONE if nothing leads there, or
 * DFPUT_INSN_MANY if it is not as above.
 */
int dfput_insn_find_use(const struct dfput_code *code, unsigned long target);

/**
 * dfput_insn_find_call() - where is a function called?
 * @code: the caller
 * @target: the function that is called
 *
 * Context: any; pure.
 * Return: the offset of the only call; DFPUT_INSN_NONE; DFPUT_INSN_MANY.
 */
int dfput_insn_find_call(const struct dfput_code *code, unsigned long target);

/**
 * dfput_insn_argument() - which register is going to be a call's argument?
 * @code: the caller
 * @from: offset of an instruction before the call
 * @call: offset of the call
 *
 * Follows moves between registers, loads and lea, from @from straight to @call. A
 * jump put at @from has to replace all of them.
 *
 * Context: any; pure.
 * Return: the register's number, as instructions have it (7: %rdi), that holds
 * at @from what %rdi holds at @call; DFPUT_INSN_NONE if there is none, or if
 * any other instruction lies between.
 */
int dfput_insn_argument(const struct dfput_code *code, unsigned int from,
			unsigned int call);

/**
 * dfput_insn_node() - which register is put on a list?
 * @code: the function that does it
 * @at: offset of the instruction that dfput_insn_find_use() found
 * @list: the list, one of <linux/llist.h>
 * @add: address of llist_add_batch(), 0 if the kernel has none
 *
 * From @at on there must be nothing but moves between registers, loads, lea and
 * stores, and then either the call of llist_add_batch(), of one node and that list;
 * or what that does, inlined: the old head, loaded at @at and stored somewhere,
 * is exchanged with the node.
 *
 * Context: any; pure.
 * Return: the number of the register that holds the node's address at @at;
 * DFPUT_INSN_NONE if it is not exactly as above.
 */
int dfput_insn_node(const struct dfput_code *code, unsigned int at,
		    unsigned long list, unsigned long add);

#endif /* DFPUT_INSN_H */
