// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding our way in the kernel's text, by the text of real kernels.
 */
#include "cmocka_main.h"

#include "../../module/hook/insn.c"

#define CODE(start, ...)                                                \
	(const struct dfput_code)                                       \
	{                                                               \
		.bytes = (const unsigned char[]){ __VA_ARGS__ },        \
		.address = (start),                                     \
		.size = sizeof((const unsigned char[]){ __VA_ARGS__ }), \
	}

/* clang-format off */
/* 5.10: fput_many from +0x4d: mov $list,%rdx; mov %rbp,%rsi; mov %rbp,%rdi; call */
#define PUT_5_10 0x48, 0xc7, 0xc2, 0x98, 0xc1, 0xbf, 0x83, 0x48, 0x89, 0xee, \
	0x48, 0x89, 0xef, 0xe8, 0xc1, 0xa1, 0x1a, 0x00, 0x84, 0xc0, 0x75, 0x06
#define PUT_5_10_AT 0xffffffff812e04adUL
#define LIST_5_10 0xffffffff83bfc198UL
#define ADD_5_10 0xffffffff8148a680UL

/* 6.1: fput from +0x47: test; je; mov $list,%rdx; mov; mov; call; test; jne */
#define FPUT_6_1 0x85, 0xc0, 0x74, 0x16, 0x48, 0xc7, 0xc2, 0xa8, 0x78, 0x04, 0x84, \
	0x48, 0x89, 0xde, 0x48, 0x89, 0xdf, 0xe8, 0x63, 0x08, 0x1d, 0x00, \
	0x84, 0xc0, 0x75, 0x06
#define FPUT_6_1_AT 0xffffffff81369b37UL
#define LIST_6_1 0xffffffff840478a8UL
#define ADD_6_1 0xffffffff8153a3b0UL

/* 6.12: fput from +0x60, the node being in another register */
#define FPUT_6_12 0x48, 0xc7, 0xc2, 0x28, 0xbd, 0x84, 0x83, 0x48, 0x89, 0xee, \
	0x48, 0x89, 0xef, 0xe8, 0x7e, 0xaa, 0x25, 0x00, 0x84, 0xc0, 0x75, 0x07
#define FPUT_6_12_AT 0xffffffff814549c0UL
#define LIST_6_12 0xffffffff8384bd28UL
#define ADD_6_12 0xffffffff816af450UL

/*
 * 7.3: __fput_deferred from +0x52: test; je; mov list(%rip),%rax; mov %rax,0x88(%rbx);
 * mov %rax,%rdx; lock cmpxchg %rbp,list(%rip); jne
 */
#define PUT_7_3 0x85, 0xc0, 0x74, 0x21, 0x48, 0x8b, 0x05, 0xf3, 0xcf, 0x8c, 0x02, \
	0x48, 0x89, 0x83, 0x88, 0x00, 0x00, 0x00, 0x48, 0x89, 0xc2, \
	0xf0, 0x48, 0x0f, 0xb1, 0x2d, 0xe0, 0xcf, 0x8c, 0x02, 0x75, 0xeb
#define PUT_7_3_AT 0xffffffff817cf6f2UL
#define LIST_7_3 0xffffffff8409c6f0UL

/* 6.1: delayed_fput: xchg with the list; loop: mov %rbx,%rdi; mov (%rbx),%rbx; call */
#define DRAIN_6_1 0xe8, 0x7b, 0xc8, 0xd0, 0xff, 0x53, 0x31, 0xdb, 0x48, 0x87, 0x1d, \
	0xc9, 0xda, 0xcd, 0x02, 0x48, 0x85, 0xdb, 0x74, 0x10, 0x48, 0x89, 0xdf, \
	0x48, 0x8b, 0x1b, 0xe8, 0x91, 0xfd, 0xff, 0xff, 0x48, 0x85, 0xdb, 0x75, 0xf0
#define DRAIN_6_1_AT 0xffffffff81369dd0UL
#define PUT_6_1 0xffffffff81369b80UL

/* 6.12: the loop: mov 0x98(%rbx),%rax; mov %rbx,%rdi; lea -0x98(%rax),%rbx; call */
#define DRAIN_6_12 0x48, 0x8b, 0x83, 0x98, 0x00, 0x00, 0x00, 0x48, 0x89, 0xdf, \
	0x48, 0x8d, 0x98, 0x68, 0xff, 0xff, 0xff, 0xe8, 0x0b, 0xfd, 0xff, 0xff
#define DRAIN_6_12_AT 0xffffffff81454d5fUL
#define PUT_6_12 0xffffffff81454a80UL
/* clang-format on */

static void the_list_is_found_by_its_address(void **state)
{
	const struct dfput_code code = CODE(FPUT_6_1_AT, FPUT_6_1);

	(void)state;
	assert_int_equal(dfput_insn_find_use(&code, LIST_6_1), 4);
	assert_int_equal(dfput_insn_find_use(&code, LIST_6_1 + 1),
			 DFPUT_INSN_NONE);
}

/* 7.x: mov list(%rip),%rax; then lock cmpxchg %rdx,list(%rip) */
static void the_list_is_found_by_its_distance(void **state)
{
	const struct dfput_code load = CODE(0xffffffff81000000UL, 0x90, 0x48,
					    0x8b, 0x05, 0xf8, 0x00, 0x00, 0x00,
					    0xf0, 0x48, 0x0f, 0xb1, 0x15, 0xef,
					    0x00, 0x00, 0x00);
	const struct dfput_code lea = CODE(0xffffffff81000000UL, 0x4c, 0x8d,
					   0x25, 0xf9, 0x00, 0x00, 0x00);

	(void)state;
	assert_int_equal(dfput_insn_find_use(&load, 0xffffffff81000100UL), 1);
	assert_int_equal(dfput_insn_find_use(&lea, 0xffffffff81000100UL), 0);
}

static void a_doubtful_use_is_refused(void **state)
{
	const struct dfput_code twice = CODE(FPUT_6_1_AT, FPUT_6_1, FPUT_6_1);
	const struct dfput_code exchanged = CODE(DRAIN_6_1_AT, DRAIN_6_1);

	(void)state;
	assert_int_equal(dfput_insn_find_use(&twice, LIST_6_1),
			 DFPUT_INSN_MANY);
	assert_int_equal(dfput_insn_find_use(&exchanged, LIST_6_1),
			 DFPUT_INSN_MANY);
}

static void the_call_is_found(void **state)
{
	const struct dfput_code one = CODE(DRAIN_6_1_AT, DRAIN_6_1);
	const struct dfput_code two =
		CODE(0x1000UL, 0xe8, 0, 0, 0, 0, 0xe8, 0xfb, 0xff, 0xff, 0xff);

	(void)state;
	assert_int_equal(dfput_insn_find_call(&one, PUT_6_1), 26);
	assert_int_equal(dfput_insn_find_call(&one, PUT_6_1 + 1),
			 DFPUT_INSN_NONE);
	assert_int_equal(dfput_insn_find_call(&two, 0x1005UL), DFPUT_INSN_MANY);
}

static void the_argument_is_followed_back(void **state)
{
	const struct dfput_code old = CODE(DRAIN_6_1_AT, DRAIN_6_1);
	const struct dfput_code new = CODE(DRAIN_6_12_AT, DRAIN_6_12);

	(void)state;
	assert_int_equal(dfput_insn_find_call(&new, PUT_6_12), 17);
	assert_int_equal(dfput_insn_argument(&old, 20, 26), 3);
	assert_int_equal(dfput_insn_argument(&new, 10, 17), 7);
	assert_int_equal(dfput_insn_argument(&new, 7, 17), 3);
}

/* Not from the middle, not over the end, not by what we don't know or can't replace. */
static void an_unknown_way_is_refused(void **state)
{
	const struct dfput_code old = CODE(DRAIN_6_1_AT, DRAIN_6_1);
	const struct dfput_code new = CODE(DRAIN_6_12_AT, DRAIN_6_12);
	const struct dfput_code lost =
		CODE(0x1000UL, 0x48, 0x8b, 0x3b, 0x48, 0x89, 0xd8);

	(void)state;
	assert_int_equal(dfput_insn_argument(&old, 21, 26), DFPUT_INSN_NONE);
	assert_int_equal(dfput_insn_argument(&old, 15, 26), DFPUT_INSN_NONE);
	assert_int_equal(dfput_insn_argument(&new, 10, 15), DFPUT_INSN_NONE);
	assert_int_equal(dfput_insn_argument(&new, 12, 17), DFPUT_INSN_NONE);
	assert_int_equal(dfput_insn_argument(&new, 0, 17), DFPUT_INSN_NONE);
	assert_int_equal(dfput_insn_argument(&lost, 0, 6), DFPUT_INSN_NONE);
}

#define RBX 3
#define RBP 5

static void the_node_is_followed_to_the_list(void **state)
{
	const struct dfput_code v5_10 = CODE(PUT_5_10_AT, PUT_5_10);
	const struct dfput_code v6_1 = CODE(FPUT_6_1_AT, FPUT_6_1);
	const struct dfput_code v6_12 = CODE(FPUT_6_12_AT, FPUT_6_12);
	const struct dfput_code v7_3 = CODE(PUT_7_3_AT, PUT_7_3);

	(void)state;
	assert_int_equal(dfput_insn_find_use(&v5_10, LIST_5_10), 0);
	assert_int_equal(dfput_insn_node(&v5_10, 0, LIST_5_10, ADD_5_10), RBP);
	assert_int_equal(dfput_insn_find_use(&v6_1, LIST_6_1), 4);
	assert_int_equal(dfput_insn_node(&v6_1, 4, LIST_6_1, ADD_6_1), RBX);
	assert_int_equal(dfput_insn_find_use(&v6_12, LIST_6_12), 0);
	assert_int_equal(dfput_insn_node(&v6_12, 0, LIST_6_12, ADD_6_12), RBP);
	assert_int_equal(dfput_insn_find_use(&v7_3, LIST_7_3), 4);
	assert_int_equal(dfput_insn_node(&v7_3, 4, LIST_7_3, 0), RBP);
}

/* The call of something else, or from elsewhere, or of a kernel without it. */
static void another_call_is_refused(void **state)
{
	const struct dfput_code code = CODE(FPUT_6_1_AT, FPUT_6_1);
	const struct dfput_code moved = CODE(FPUT_6_1_AT + 1, FPUT_6_1);

	(void)state;
	assert_int_equal(dfput_insn_node(&code, 4, LIST_6_1, ADD_6_1 + 16),
			 DFPUT_INSN_NONE);
	assert_int_equal(dfput_insn_node(&code, 4, LIST_6_1, 0),
			 DFPUT_INSN_NONE);
	assert_int_equal(dfput_insn_node(&moved, 4, LIST_6_1, ADD_6_1),
			 DFPUT_INSN_NONE);
	assert_int_equal(dfput_insn_node(&code, 5, LIST_6_1, ADD_6_1),
			 DFPUT_INSN_NONE);
}

static int node_of(const unsigned char *bytes, unsigned int size,
		   unsigned long address, unsigned int at, unsigned long list,
		   unsigned long add)
{
	struct dfput_code code = { bytes, address, size };

	return dfput_insn_node(&code, at, list, add);
}

/*
 * Whichever byte another has changed, and to whatever (an int3, a jump): the
 * register is the one that a disassembler would name, or it is refused.
 */
static void a_changed_text_is_not_misread(void **state)
{
	static const unsigned char patches[] = { 0xcc, 0xe9, 0xe8,
						 0xeb, 0x90, 0x0f };
	unsigned char old[] = { FPUT_6_1 }, new[] = { PUT_7_3 };
	unsigned int at, i;

	(void)state;
	for (i = 0; i < sizeof(patches); i++) {
		/* From the site to the end of the call. */
		for (at = 4; at < 22; at++) {
			unsigned char kept = old[at];

			old[at] = patches[i];
			/* The list is looked for by find_use(). */
			if (old[at] != kept && (at < 7 || at >= 11))
				assert_int_equal(node_of(old, sizeof(old),
							 FPUT_6_1_AT, 4,
							 LIST_6_1, ADD_6_1),
						 DFPUT_INSN_NONE);
			old[at] = kept;
		}
		for (at = 21; at < 30; at++) {
			unsigned char kept = new[at];

			new[at] = patches[i];
			if (new[at] != kept)
				assert_int_equal(node_of(new, sizeof(new),
							 PUT_7_3_AT, 4,
							 LIST_7_3, 0),
						 DFPUT_INSN_NONE);
			new[at] = kept;
		}
	}
}

/* Two nodes, or another list, or none that is linked, or one that is not kept. */
static void another_order_is_refused(void **state)
{
	unsigned char two[] = { FPUT_6_1 }, list[] = { FPUT_6_1 };
	unsigned char loaded[] = { FPUT_6_1 }, unlinked[] = { PUT_7_3 };
	unsigned char head[] = { PUT_7_3 };

	(void)state;
	two[13] = 0xee; /* mov %rbp,%rsi */
	assert_int_equal(node_of(two, sizeof(two), FPUT_6_1_AT, 4, LIST_6_1,
				 ADD_6_1),
			 DFPUT_INSN_NONE);
	list[6] = 0xc1; /* mov $list,%rcx */
	assert_int_equal(node_of(list, sizeof(list), FPUT_6_1_AT, 4, LIST_6_1,
				 ADD_6_1),
			 DFPUT_INSN_NONE);
	loaded[12] = 0x8b; /* mov (%rbx),%rsi; mov (%rbx),%rdi */
	loaded[13] = 0x33;
	loaded[15] = 0x8b;
	loaded[16] = 0x3b;
	assert_int_equal(node_of(loaded, sizeof(loaded), FPUT_6_1_AT, 4,
				 LIST_6_1, ADD_6_1),
			 DFPUT_INSN_NONE);
	unlinked[13] = 0x93; /* mov %rdx,0x88(%rbx) */
	assert_int_equal(node_of(unlinked, sizeof(unlinked), PUT_7_3_AT, 4,
				 LIST_7_3, 0),
			 DFPUT_INSN_NONE);
	head[25] = 0x05; /* lock cmpxchg %rax,list */
	assert_int_equal(node_of(head, sizeof(head), PUT_7_3_AT, 4, LIST_7_3,
				 0),
			 DFPUT_INSN_NONE);
}

/* What lies beyond the end of the function does not count. */
static void a_cut_text_is_refused(void **state)
{
	static const unsigned char old[] = { FPUT_6_1 }, new[] = { PUT_7_3 };
	unsigned int size;

	(void)state;
	for (size = 0; size < 22; size++)
		assert_int_equal(node_of(old, size, FPUT_6_1_AT, 4, LIST_6_1,
					 ADD_6_1),
				 DFPUT_INSN_NONE);
	for (size = 0; size < 30; size++)
		assert_int_equal(node_of(new, size, PUT_7_3_AT, 4, LIST_7_3, 0),
				 DFPUT_INSN_NONE);
}

/* Whatever the text, nothing is read or said beyond its end. */
static void any_text_is_safe(void **state)
{
	unsigned char bytes[64];
	struct dfput_code code = { bytes, 0xffffffff81000000UL, 0 };
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		for (unsigned int i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1103515245 + 12345;
			bytes[i] = seed >> 16 & 1 ? seed >> 24 : 0x48;
		}
		code.size = round % (sizeof(bytes) + 1);
		assert_in_range(dfput_insn_find_use(&code, code.address) + 2, 0,
				code.size + 2);
		assert_in_range(dfput_insn_find_call(&code, code.address) + 2,
				0, code.size + 2);
		for (unsigned int at = 0; at < code.size; at++) {
			assert_in_range(
				dfput_insn_argument(&code, at, code.size) + 2,
				0, 18);
			assert_in_range(dfput_insn_node(&code, at, code.address,
							code.address + 1) +
						2,
					0, 18);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_is_found_by_its_address),
		cmocka_unit_test(the_list_is_found_by_its_distance),
		cmocka_unit_test(a_doubtful_use_is_refused),
		cmocka_unit_test(the_call_is_found),
		cmocka_unit_test(the_argument_is_followed_back),
		cmocka_unit_test(an_unknown_way_is_refused),
		cmocka_unit_test(the_node_is_followed_to_the_list),
		cmocka_unit_test(another_call_is_refused),
		cmocka_unit_test(a_changed_text_is_not_misread),
		cmocka_unit_test(another_order_is_refused),
		cmocka_unit_test(a_cut_text_is_refused),
		cmocka_unit_test(any_text_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
