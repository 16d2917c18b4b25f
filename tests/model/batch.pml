/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slots of module/list/batch.c, for spin: two kworkers, each of which may run the
 * kernel's delayed_fput(), our flush, or a flush that a release inside of these makes.
 * Either may miss its entry, and then also its return. A record is finished once, by
 * the drain that has started it.
 *
 * MUTATION in the environment of the verifier is the number of the one error that is
 * made on purpose: see README.md.
 */
#define TASKS 2
#define FILES 4
#define NONE 255

#define KEPT (mutation == 1)
#define CLAIM_IN_STEPS (mutation == 2)

byte mutation;

/* ---- the kernel ----------------------------------------------------------- */

byte listed = FILES;	/* files up to this one are on the list */
byte running = TASKS;
bool working;		/* delayed_fput() never runs concurrently with itself */

/* ---- the module ----------------------------------------------------------- */

typedef slot_t {
	byte task;	/* + 1; 0: free */
	byte depth;
	byte file;	/* whose __fput() runs, NONE: no one's */
	bool flush;
	bool unfollowed;
};
slot_t slot[TASKS];

byte starts[FILES], finishes[FILES];

#define MINE(s) (slot[s].task == me + 1)

inline find()
{
	d_step {
		if
		:: MINE(0) -> s = 0
		:: !MINE(0) && MINE(1) -> s = 1
		:: else -> s = NONE
		fi
	}
}

inline try_claim(i)
{
	if
	:: CLAIM_IN_STEPS && slot[i].task == 0 -> slot[i].task = me + 1; s = i
	:: atomic { !CLAIM_IN_STEPS && slot[i].task == 0 -> slot[i].task = me + 1; s = i }
	:: slot[i].task != 0
	fi
}

/* dfput_activity_claim(): both tasks begin at the same place. */
inline claim()
{
	s = NONE;
	try_claim(0);
	if
	:: s == NONE -> try_claim(1)
	:: else
	fi;
	assert(s != NONE);
	slot[s].depth = 0;
	slot[s].file = NONE;
	slot[s].unfollowed = false
}

inline finish(which)
{
	d_step {
		finishes[which]++;
		assert(finishes[which] == 1 && starts[which] == 1)
	}
}

inline finish_file(i)
{
	if
	:: slot[i].file != NONE ->
		before = slot[i].file;
		finish(before);
		slot[i].file = NONE
	:: else
	fi
}

inline end(i)
{
	finish_file(i);
	slot[i].task = 0
}

/* Error 1: who begins the next drain ends what nobody else will. */
inline end_kept(i)
{
	if
	:: KEPT && slot[i].task && slot[i].unfollowed && !slot[i].flush -> end(i)
	:: else
	fi
}

inline enter(is_flush)
{
	if
	:: !is_flush -> end_kept(0); end_kept(1)
	:: else
	fi;
	find();
	if
	:: s != NONE -> slot[s].depth++
	:: else -> claim(); slot[s].flush = is_flush
	fi
}

inline leave()
{
	find();
	/* Nobody else has ended it. */
	assert(s != NONE);
	if
	:: slot[s].depth -> slot[s].depth--
	:: else -> end(s)
	fi
}

inline release(which, is_flush)
{
	find();
	if
	:: s == NONE && KEPT -> claim(); slot[s].flush = is_flush; slot[s].unfollowed = true
	:: else
	fi;
	starts[which]++;
	if
	:: s != NONE ->
		assert(MINE(s));
		finish_file(s);
		slot[s].file = which
	/* count_alone() */
	:: else -> finish(which)
	fi
}

/* ---- contexts ------------------------------------------------------------- */


/* One list, of which the loop may be left for a drain inside of a release. */
inline drain(is_flush)
{
	if
	:: enter(is_flush); seen = true
	:: seen = false
	fi;
	/* Others may have put the files meanwhile. */
	atomic { taken = (listed > 1 -> 2 : listed); listed = listed - taken; first = listed };
	do
	:: taken > 0 ->
		taken--;
		now_file = first + taken;
		release(now_file, is_flush);
		if
		:: flush_inside()
		:: true
		fi
	:: else -> break
	od;
	if
	:: seen -> leave()
	:: else
	fi
}

/* A release that calls flush_delayed_fput(). */
inline flush_inside()
{
	if
	:: enter(true); seen_inside = true
	:: seen_inside = false
	fi;
	atomic {
		taken_inside = listed > 0;
		listed = listed - taken_inside;
		file_inside = listed
	};
	if
	:: taken_inside -> release(file_inside, true)
	:: else
	fi;
	if
	:: seen_inside -> leave()
	:: else
	fi
}

proctype kworker(byte me)
{
	byte s, before, taken, first, now_file, file_inside;
	bool seen, seen_inside, taken_inside;

	do
	:: atomic { listed && !working -> working = true };
		drain(false);
		working = false
	:: listed -> drain(true)
	:: !listed -> break
	od;
	running--
}

/* No slot is left behind, and each file is counted. */
proctype audit()
{
	byte f;

endless:
	atomic {
		/* With that error a slot may be left behind, which is not what it is for. */
		running == 0 && !KEPT ->
			assert(!slot[0].task && !slot[1].task);
			do
			:: f < FILES -> assert(finishes[f] == 1); f++
			:: else -> break
			od
	}
}

init {
	d_step {
		c_code {
			const char *number = getenv("MUTATION");
			now.mutation = number ? atoi(number) : 0;
		};
		slot[0].file = NONE;
		slot[1].file = NONE
	};
	atomic { run kworker(0); run kworker(1); run audit() }
}
