/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A shard of module/pool.c, for spin: a stack of indices whose head has a tag. Two
 * contexts take and give back; no thing may ever belong to both. MUTATION=1 in the
 * environment of the verifier leaves the tag as it is.
 */
#define ITEMS 2

byte mutation;
byte head = ITEMS, tag;	/* index + 1; 0 ends the stack */
byte below[ITEMS + 1];	/* next, of each */
byte owners[ITEMS + 1];

/* The compare-and-exchange: both halves at once. */
#define UNCHANGED (head == seen_head && (tag == seen_tag))
#define CHANGE(top) head = top; tag = (mutation == 1 -> 0 : tag + 1)
#define LOOK d_step { seen_head = head; seen_tag = tag }

inline get(got)
{
	LOOK;
	do
	:: seen_head == 0 -> got = 0; break
	:: else ->
		next = below[seen_head];
		if
		:: atomic { UNCHANGED -> CHANGE(next); got = seen_head; owners[got]++ };
			assert(owners[got] == 1);
			break
		:: else -> LOOK
		fi
	od
}

inline put(given)
{
	owners[given]--;
	LOOK;
	do
	:: below[given] = seen_head;
		if
		:: atomic { UNCHANGED -> CHANGE(given) }; break
		:: else -> LOOK
		fi
	od
}

proctype context(byte times)
{
	byte one, two, next, seen_head, seen_tag;

	do
	:: times > 0 ->
		times--;
		get(one);
		get(two);
		if
		:: one -> put(one)
		:: else
		fi;
		if
		:: two -> put(two)
		:: else
		fi
	:: else -> break
	od
}

init {
	d_step {
		c_code {
			const char *number = getenv("MUTATION");
			now.mutation = number ? atoi(number) : 0;
		};
		below[2] = 1
	};
	atomic { run context(2); run context(2) }
}
