/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The protocol of the table of deferrals, for spin: every interleaving of a few
 * files, records, buckets and contexts. See README.md for what is what in module/,
 * what is left out, and for the mutations.
 *
 * MUTATION in the environment of the verifier is the number of the one error that
 * is made on purpose, 0 or unset for none.
 */
#define FILES 3
#define RECORDS 2
#define NONE 255

/* The errors. Their numbers are those of the table in README.md. */
#define NO_LOCK (mutation == 1)
#define NO_INODE (mutation == 2)
#define STAYS_IN_TABLE (mutation == 3)
#define FREED_AT_START (mutation == 4)
#define FREED_TWICE (mutation == 5)
#define NO_WAIT_QUEUE (mutation == 6)
#define NO_WAIT_RELEASE (mutation == 7)
#define COUNTED_LATE (mutation == 8)
#define QUEUE_ARMED_FIRST (mutation == 9)
#define EVICT_UNCHECKED (mutation == 10)
#define STATE_BEFORE_KEY (mutation == 11)
#define LOST_FORGOTTEN (mutation == 12)
#define OVER_AT_ONCE (mutation == 13)
#define PRELOAD_AT_BEGIN (mutation == 14)
#define NO_RETRACT (mutation == 15)
#define READ_WITHOUT_SEQ (mutation == 16)
#define OTHER_UNSEEN (mutation == 17)
#define LATE_UNCOUNTED (mutation == 18)
#define ENDS_ANY_GEN (mutation == 19)
#define STATE_LATE (mutation == 20)

byte mutation;
byte chosen;	/* one scenario alone, or 0 */

/* ---- what is chosen once ------------------------------------------------ */

bool reconciled;	/* the method */
byte records;		/* in the pool */
byte buckets;
bool may_miss;		/* one hook is skipped */
bool reading;
byte limit;		/* of files that are opened */
byte addresses;
bool from_load;		/* else measuring has long begun */
bool to_unload;		/* else it goes on */

/* ---- the kernel --------------------------------------------------------- */

/* A struct file: an address, and which file it is now. */
typedef file_t {
	byte refs;	/* 0: freed */
	byte inode;	/* no two of them are the same */
	bool shared;	/* one of the references is nobody's yet */
	bool listed;	/* on the list */
	bool taken;	/* taken from it by the drain */
};
file_t file[FILES];
#define OPENS 4
byte opens;
byte home[OPENS + 1];	/* where each was opened */
byte running;		/* contexts that put files */
byte between;		/* of these, between their last put and the list */
bool draining;

/* The file that the self-test defers: 1 on the list, 2 taken, 3 started. */
byte self;

/* ---- ftrace and kprobes -------------------------------------------------- */

bool armed_queue, armed_batch, armed_release;
byte in_queue, in_batch, in_release;	/* handlers that run */
byte epoch;				/* of the kretprobe */
bool missed;
bool maybe_last_gone;			/* a maybe_last that had no record, or lost it */

/* ---- the module ---------------------------------------------------------- */

mtype = { free, maybe_last, queued, started };
typedef record_t {
	mtype state;
	byte file;
	byte inode;
	byte seq;
	byte bucket;	/* + 1; 0: in none */
	bool pooled;
};
record_t record[RECORDS];

bool exists = true;	/* the table is allocated */
bool locked[FILES];	/* by bucket */
byte lost[FILES];
byte pending;
byte preload_gen = 1, preload_gen_over;

bool slot, busy, before;
byte last_preload_gen;
byte releasing = NONE;	/* its record */

#define PRELOAD_OVER (preload_gen_over == preload_gen)
#define BUCKET(a) ((a) % buckets)
#define AT(r, a) (record[r].bucket == BUCKET(a) + 1 && record[r].file == a)
#define STALE(r, a) (!NO_INODE && record[r].inode != file[a].inode)

inline lock(b) { atomic { !locked[b] -> assert(exists); locked[b] = true } }
inline unlock(b) { locked[b] = false }

inline find(a)
{
	d_step {
		assert(exists);
		if
		:: AT(0, a) -> r = 0
		:: !AT(0, a) && AT(1, a) -> r = 1
		:: else -> r = NONE
		fi
	}
}

inline add(r, a)
{
	d_step {
		assert(record[r].bucket == 0 && !record[r].pooled);
		/* one record a file */
		assert(!AT(0, a) && !AT(1, a));
		record[r].bucket = BUCKET(a) + 1
	}
}

/* only out of the bucket whose lock is held. */
inline remove_record(r, a, s)
{
	d_step {
		assert(record[r].bucket == BUCKET(a) + 1);
		record[r].bucket = 0;
		if
		:: STATE_LATE
		:: else -> record[r].state = s
		fi
	}
}

inline free_record(r)
{
	atomic {
		assert(exists);
		assert(record[r].bucket == 0);
		record[r].state = free
	}
	d_step {
		assert(!record[r].pooled);
		record[r].pooled = true;
		record[r].inode = 0
	}
}

/* Only a reader looks at it. */
#define SEQ(r) record[r].seq = (reading -> record[r].seq + 1 : 0)

inline remember(r, a, s)
{
	SEQ(r);
	if
	:: STATE_BEFORE_KEY -> record[r].state = s
	:: else
	fi;
	record[r].file = a;
	record[r].inode = file[a].inode;
	d_step { record[r].state = s; SEQ(r) }
}

inline pending_sub() { d_step { assert(pending > 0); pending-- } }
inline pending_add() { pending++ }

/* From another bucket, whose lock is only tried. Sets r. */
inline evict(a)
{
	if
	:: records == 1 -> r = 0
	:: records == 2 -> r = 0
	:: records == 2 -> r = 1
	fi;
	if
	:: record[r].state == maybe_last ->
		key = record[r].file;
		if
		:: atomic { !locked[BUCKET(key)] -> locked[BUCKET(key)] = true };
			if
			:: (record[r].state == maybe_last || EVICT_UNCHECKED) &&
			   record[r].file == key ->
				remove_record(r, key, free);
				maybe_last_gone = true;
				unlock(BUCKET(key))
			:: else ->
				unlock(BUCKET(key));
				r = NONE
			fi
		:: else -> r = NONE
		fi
	:: else -> r = NONE
	fi
}

inline new_record(a, last_put)
{
	if
	:: d_step { record[0].pooled -> record[0].pooled = false; r = 0 }
	:: d_step { record[1].pooled -> record[1].pooled = false; r = 1 }
	:: atomic { !record[0].pooled && !record[1].pooled && !last_put -> r = NONE; maybe_last_gone = true }
	:: !record[0].pooled && !record[1].pooled && last_put -> evict(a)
	fi
}

/* dfput_list_put() */
inline put(a, last_put)
{
	if
	:: NO_LOCK
	:: else -> lock(BUCKET(a))
	fi;
	count = last_put;
	find(a);
	if
	:: r != NONE ->
		was = record[r].state == queued;
		if
		:: was && STALE(r, a) -> pending_sub(); was = false
		:: else
		fi;
		if
		:: was && !last_put -> count = false
		:: else ->
			count = last_put && !was;
			if
			:: last_put -> remember(r, a, queued)
			:: else -> remember(r, a, maybe_last)
			fi
		fi
	:: else ->
		new_record(a, last_put);
		if
		:: r != NONE ->
			if
			:: last_put -> remember(r, a, queued)
			:: else -> remember(r, a, maybe_last)
			fi;
			add(r, a)
		:: r == NONE && last_put && !LOST_FORGOTTEN -> lost[BUCKET(a)]++
		:: else
		fi
	fi;
	unlock(BUCKET(a));
	if
	:: count && !COUNTED_LATE -> pending_add()
	:: else
	fi
}

/* dfput_list_not_deferred() */
inline not_deferred(a)
{
	lock(BUCKET(a));
	find(a);
	if
	:: r != NONE ->
		if
		:: record[r].state == queued && !NO_RETRACT -> pending_sub()
		:: else
		fi;
		remove_record(r, a, free)
	:: else
	fi;
	unlock(BUCKET(a));
	if
	:: r != NONE -> free_record(r)
	:: else
	fi
}

/* dfput_release_start() */
inline start(a, old)
{
	lock(BUCKET(a));
	find(a);
	stale = NONE;
	if
	:: r != NONE && STALE(r, a) ->
		if
		:: record[r].state == queued -> pending_sub()
		:: else
		fi;
		remove_record(r, a, free);
		stale = r;
		r = NONE
	:: r != NONE && !STALE(r, a) ->
		late = record[r].state == maybe_last;
		if
		:: STAYS_IN_TABLE -> record[r].state = started
		:: else -> remove_record(r, a, started)
		fi
	:: else
	fi;
	if
	:: r == NONE && lost[BUCKET(a)] > 0 -> lost[BUCKET(a)]--
	:: r == NONE && lost[BUCKET(a)] == 0 ->
		/* every queueing was seen, unless we say so */
		assert(old || missed || maybe_last_gone);
		pending_add()
	:: else
	fi;
	unlock(BUCKET(a));
	if
	:: stale != NONE -> free_record(stale)
	:: else
	fi;
	if
	:: r != NONE ->
		/* its times are of this file, and of no other */
		assert(record[r].inode == file[a].inode);
		if
		:: late && !LATE_UNCOUNTED -> pending_add()
		:: else
		fi;
		record[r].state = started
	:: else
	fi;
	releasing = r;
	if
	:: r != NONE && FREED_AT_START -> free_record(r)
	:: else
	fi
}

/* dfput_release_finish() */
inline finish()
{
	if
	:: releasing != NONE ->
		assert(record[releasing].state == started);
		if
		:: FREED_AT_START
		:: else -> free_record(releasing)
		fi
	:: else
	fi;
	pending_sub();
	if
	:: FREED_TWICE
	:: else -> releasing = NONE
	fi
}

/* ---- batches ------------------------------------------------------------- */

inline finish_file()
{
	if
	:: busy -> finish(); busy = FREED_TWICE
	:: else
	fi
}

inline batch_end()
{
	finish_file();
	d_step {
		if
		:: last_preload_gen && ENDS_ANY_GEN -> preload_gen_over = preload_gen
		:: last_preload_gen && !ENDS_ANY_GEN -> preload_gen_over = last_preload_gen
		:: else
		fi;
		/* what stays behind in the slot is of no account */
		slot = false; last_preload_gen = 0; before = false
	}
}

inline batch_enter()
{
	d_step {
		assert(!slot && !busy);
		slot = true;
		last_preload_gen = 0;
		before = !PRELOAD_OVER
	}
}

inline batch_leave()
{
	if
	:: slot -> batch_end()
	:: else
	fi
}

/* dfput_batch_file(); without a slot it is count_alone() */
inline batch_file(a)
{
	if
	:: slot -> finish_file()
	:: else
	fi;
	start(a, (slot && before) || (!PRELOAD_OVER && !PRELOAD_AT_BEGIN));
	if
	:: slot -> busy = true
	:: else -> finish()
	fi
}

inline batch_self()
{
	if
	:: slot -> finish_file(); last_preload_gen = preload_gen
	:: else
	fi
}

/* ---- contexts ------------------------------------------------------------ */

#define ENTER(hook) atomic { if :: armed_##hook -> in_##hook++; seen = true :: else -> seen = false fi }
#define LEAVE(hook) in_##hook--

/* The hook, and what follows it, for a file of which the caller has a reference. */
inline put_deferring(a)
{
	atomic {
		between++;
		if
		:: !reconciled -> file[a].refs--
		:: else
		fi;
		/* __fput_deferred() is entered with no reference left, fput() before */
		last_put = file[a].refs == (reconciled -> 1 : 0);
		if
		:: armed_queue && (reconciled || last_put) -> in_queue++; seen = true
		:: else -> seen = false
		fi
	};
	if
	:: seen -> put(a, last_put); LEAVE(queue)
	:: else
	fi;
	atomic {
		if
		/* somebody finds it just now. README.md: not with too few records */
		:: reconciled && records == 2 && file[a].refs == 1 && opens < limit ->
			opens++;
			file[a].refs++;
			file[a].shared = true
		:: true
		fi
	};
	atomic {
		if
		:: reconciled -> file[a].refs--; file[a].listed = file[a].refs == 0
		:: !reconciled && last_put -> file[a].listed = true
		:: else
		fi;
		between--
	};
	if
	:: seen && count && COUNTED_LATE -> pending_add()
	:: else
	fi
}

inline open_file(a, n)
{
	d_step {
		file[a].inode == 0 && opens < limit && a < addresses &&
			/* where each has a bucket, any order is as good */
			(buckets == 1 || a == opens) ->
			opens++;
			file[a].inode = opens;
			home[opens] = a;
			file[a].refs = n;
			file[a].shared = n > 1
	}
}

/* Interrupts and kernel threads: what they put last is deferred. */
proctype deferring()
{
	byte a, r, key;
	bool last_put, count, was, seen;

	do
	:: atomic {
		if
		:: open_file(0, 1) -> a = 0
		:: open_file(0, 2) -> a = 0
		:: open_file(1, 1) -> a = 1
		:: open_file(1, 2) -> a = 1
		:: open_file(2, 1) -> a = 2
		:: d_step { file[0].shared -> file[0].shared = false; a = 0 }
		fi };
		put_deferring(a);
		d_step { a = 0; r = 0; key = 0; last_put = 0; count = 0; was = 0; seen = 0 }
	:: true -> break
	od;
	running--
}

/* A task: what it puts last is released at once. */
proctype task()
{
	byte a, r;
	bool seen, last;

	do
	:: atomic {
		if
		:: d_step { file[0].shared -> file[0].shared = false; a = 0 }
		:: d_step { file[1].shared -> file[1].shared = false; a = 1 }
		:: d_step { file[2].shared -> file[2].shared = false; a = 2 }
		fi };
		atomic { file[a].refs--; last = file[a].refs == 0 };
		if
		:: last ->
			if
			:: may_miss && !missed -> missed = true
			:: OTHER_UNSEEN
			:: !OTHER_UNSEEN ->
				ENTER(release);
				if
				:: seen -> not_deferred(a); LEAVE(release)
				:: else
				fi
			fi;
			file[a].inode = 0
		:: else
		fi;
		d_step { a = 0; r = 0; seen = 0; last = 0 }
	:: atomic { running == 1 && !file[0].shared && !file[1].shared && !file[2].shared } -> break
	od;
	running--
}

inline release(a)
{
	if
	:: may_miss && !missed -> missed = true
	:: true ->
		ENTER(release);
		if
		:: seen -> batch_file(a); LEAVE(release)
		:: else
		fi
	fi;
	/* its address is free long before the loop comes to the next */
	d_step { file[a].taken = false; file[a].inode = 0; r = 0; stale = 0; seen = 0; late = 0 }
}

#define TAKE(a) file[a].taken = file[a].listed; file[a].listed = false

/* delayed_fput() */
proctype drain()
{
	byte r, stale, probed;
	bool seen, late;

end:	do
	:: atomic {
		file[0].listed || file[1].listed || file[2].listed || self == 1 ->
		draining = true };
		ENTER(batch);
		if
		:: seen -> probed = epoch; batch_enter(); LEAVE(batch)
		:: else -> probed = 0
		fi;
		d_step {
			TAKE(0); TAKE(1); TAKE(2);
			if
			:: self == 1 -> self = 2
			:: else
			fi
		};
		do
		:: file[0].taken -> release(0)
		:: file[1].taken -> release(1)
		:: file[2].taken -> release(2)
		:: self == 2 ->
			ENTER(release);
			if
			:: seen -> batch_self(); LEAVE(release)
			:: else
			fi;
			self = 3
		:: else -> break
		od;
		atomic {
			if
			:: armed_batch && probed == epoch -> in_batch++; seen = true
			:: else -> seen = false
			fi
		};
		if
		:: seen -> batch_leave(); LEAVE(batch)
		:: else
		fi;
		d_step { draining = false; probed = 0; seen = 0 }
	od
}

/* dfput_list_view() */
proctype reader()
{
	mtype state;
	byte seq, key, inode;

	do
	:: state = record[0].state;
		if
		:: state == queued || state == started
		:: else -> break
		fi;
		seq = record[0].seq;
		key = record[0].file;
		inode = record[0].inode;
		atomic {
			if
			:: READ_WITHOUT_SEQ || (seq % 2 == 0 && seq == record[0].seq &&
						state == record[0].state) ->
				assert(inode > 0 && home[inode] == key)
			:: else
			fi;
			seq = 0; key = 0; inode = 0
		}
	:: true -> break
	od
}

/* ---- control.c ----------------------------------------------------------- */

inline arm()
{
	preload_gen++;
	if
	:: QUEUE_ARMED_FIRST -> armed_queue = true
	:: else
	fi;
	armed_release = true;
	d_step { armed_batch = true; epoch++ };
	armed_queue = true;
	if
	:: OVER_AT_ONCE -> preload_gen_over = preload_gen
	:: else
	fi;
	/* README.md: nobody stands between put and list for so long */
	atomic { between == 0 -> self = 1 };
	self == 3;
	self = 0
}

#define EMPTY(r) (record[r].pooled || r >= records)
#define IDLE(r) (EMPTY(r) || record[r].state == maybe_last)
#define NOTHING_LOST (lost[0] + lost[1] + lost[2] == 0)

/* All that was put is released, and all of it was seen. */
inline quiet()
{
	atomic {
		running == 0 && !draining && !file[0].listed && !file[1].listed &&
			!file[2].listed ->
			assert(missed || maybe_last_gone || slot || (pending == 0 && NOTHING_LOST &&
				IDLE(0) && IDLE(1)))
	}
}

inline stop_record(r)
{
	if
	:: record[r].bucket ->
		if
		:: record[r].state == queued -> pending_sub()
		:: else
		fi;
		record[r].bucket = 0;
		free_record(r)
	:: else
	fi
}

inline stop_lost(b)
{
	do
	:: lost[b] > 0 -> lost[b]--; pending_sub()
	:: else -> break
	od
}

inline stop_list()
{
	atomic {
		if
		:: slot && busy -> finish(); busy = false
		:: else
		fi;
		slot = false; last_preload_gen = 0; before = false;
		releasing = NONE
	};
	stop_record(0);
	stop_record(1);
	atomic { stop_lost(0); stop_lost(1); stop_lost(2) };
	assert(pending == 0 && EMPTY(0) && EMPTY(1))
}

inline stop()
{
	preload_gen++;
	armed_queue = false;
	in_queue == 0 || NO_WAIT_QUEUE;
	armed_batch = false;
	in_batch == 0;
	armed_release = false;
	in_release == 0 || NO_WAIT_RELEASE;
	stop_list()
}

proctype control()
{
	if
	:: from_load ->
		arm();
		if
		:: stop(); arm()
		:: true
		fi
	:: else
	fi;
	if
	:: to_unload ->
		if
		:: quiet()
		:: true
		fi;
		stop();
		exists = false
	:: else -> quiet()
	fi
}

#define ON_LIST(r) (record[r].state == queued)

/* Where nothing is releasing: what is pending is in the table, or lost. */
proctype audit()
{
	atomic {
		running == 0 ->
			assert(pending == lost[0] + lost[1] + lost[2] + ON_LIST(0) + ON_LIST(1))
	}
}

/* What is explored: each line adds its states to the others', and no more. */
inline scenario(method, nr_records, nr_buckets, nr_addresses, nr_opens, load, unload, miss)
{
	reconciled = method;
	records = nr_records;
	buckets = nr_buckets;
	addresses = nr_addresses;
	limit = nr_opens;
	from_load = load;
	to_unload = unload;
	may_miss = miss
}

init {
	d_step {
		c_code {
			const char *number = getenv("MUTATION");
			now.mutation = number ? atoi(number) : 0;
			number = getenv("SCENARIO");
			now.chosen = number ? atoi(number) : 0;
		};
		record[0].state = free;
		record[1].state = free;
	};
	atomic {
		if
		/* two contexts and three buckets compete for one record */
		:: chosen == 0 || chosen == 1 -> scenario(true, 1, 3, 3, 3, false, false, false); running = 3
		/* two contexts put one file */
		:: chosen == 0 || chosen == 2 -> scenario(true, 2, 1, 1, 2, false, false, false); running = 3
		/* addresses that come back, hooks that are skipped */
		:: chosen == 0 || chosen == 3 -> scenario(true, 2, 1, 1, 3, false, false, true); running = 2
		/* from load to unload, twice */
		:: chosen == 0 || chosen == 4 -> scenario(false, 1, 1, 1, 2, true, true, false); running = 2
		/* unload at any moment, more files than records */
		:: chosen == 0 || chosen == 5 -> scenario(false, 1, 1, 2, 2, false, true, false); running = 2
		/* a reader */
		:: chosen == 0 || chosen == 6 ->
			scenario(false, 1, 1, 1, 2, false, false, false);
			running = 2;
			reading = true;
			run reader()
		fi;
		record[0].pooled = true;
		record[1].pooled = records == 2;
		if
		:: !from_load ->
			armed_queue = true;
			armed_batch = true;
			armed_release = true;
			epoch = 1;
			preload_gen_over = preload_gen
		:: else
		fi;
		run deferring();
		if
		:: running == 3 -> run deferring()
		:: else
		fi;
		run task();
		if
		:: buckets == 1 -> run drain(); run control()
		/* who takes records out is the task */
		:: else -> run audit()
		fi
	}
}
