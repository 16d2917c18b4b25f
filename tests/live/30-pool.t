#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A pool that is far too small: totals stay exact, and it is said how many
# files have no times.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
load records=8
truth_start
wait_for 60 is_quiet
mark
echo >"$truth/trace"

run_workload uring-files --dir "$scratch" --files 64 --rounds 5
wait_for 120 queued_since_mark "${did[last_puts]}"
wait_for 120 is_quiet

is 'the pool has 8 records' "$(value hooks records)" 8
is "released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
is 'queued = released' "$(since_mark queued)" "$(since_mark released)"
holds 'all 320 files are counted' "$(since_mark queued)" -ge 320
is 'all by kernel threads' "$(since_mark queued_kthread)" "$(since_mark queued)"
holds 'lost_records says how many have no times' "$(since_mark lost_records)" -gt 0
timed=$(awk -F '\t' '$1 == "queue_wait" { n += $4 } END { print n }' "$stats/histograms")
is 'and the others have' "$timed" \
	$(($(value stats released) - $(value stats lost_records)))
for loss in unmatched preload missed_probes retracted stale_records \
	lost_batches lost_supers; do
	is "$loss" "$(since_mark $loss)" 0
done
is 'nothing is pending' "$(value stats pending)" 0
is 'no superblock has anything pending' "$(column superblocks pending |
	awk '{ n += $1 } END { print n }')" 0

# ---- what has no record is a gap in the evidence, until the list was drained

# tells_other: an umount that a living process refuses is told from a deferral
tells_other() {
	echo 1 >"$stats/flush"
	excludes_rings "$scratch"
}
truth_stop
hold sh -c "cd '$scratch' && exec sleep 1000"
wait_for 30 runs "$holder" sleep
if [ "$(since_mark evicted)" = 0 ]; then
	is 'no file on the list is without a record' "$(value stats unrecorded)" 0
	ok 'and umounts can tell again' wait_for 90 tells_other
else
	skip 'umounts can tell again' "$(since_mark evicted) files may have been without a record"
fi
hold_worker || not_ok "the worker can be held up: ${reason-}"
mark
run_workload uring-files --dir "$scratch" --files 64 --rounds 1
wait_for 60 queued_since_mark 64
echo 1 >"$stats/reset"
is 'a reset forgets that records were lost' "$(value stats lost_records)" 0
unrecorded=$(value stats unrecorded)
holds 'but not the files that have none' "$unrecorded" -gt 0
like 'nor does the reader' "$(dfput pending)" "Not in rows: 'unrecorded' in stats is $unrecorded."
is 'nor a verdict' "$(dfput stat | grep -c "^Trustworthy: no, $unrecorded files on the list ")" 1
! umount "$scratch" 2>/dev/null
like 'nor an umount' "$(fields umounts why | tail -n 1)" '^(unknown|deferral\??)$'
let_worker
wait_for 60 is_quiet
is 'until they are gone' "$(value stats unrecorded)" 0
release

# ---- files without a record of two superblocks: each is counted in its own
#
# A drain begins with the newest file. So the worker gets stuck in the last of the
# files from before the load, and finds the others only when those that lost their
# record are on the list.
preload_is_stuck() {
	hold_worker || return 1
	run_workload uring-files --dir "$scratch" --same --files 64 || return 1
	make_fs ext4 || return 1
	mount "$device" "$point" && run_workload frozen --dir "$point" || return 1
	wait_for 60 queued_since_mark 66
}

trap 'drop_fs; drop_stuck; truth_stop; fresh' EXIT
unload
load
mark
if preload_is_stuck; then
	unload
	let_worker
	sleep 1
	load records=8
	mkdir -p "$images/lost"
	run_workload uring-files --dir "$images/lost" --files 64
	wait_for 60 queued_since_mark 64
	lost=$(value stats lost_records)
	holds 'two superblocks: most have no record' "$lost" -gt 32
	fsfreeze -u "$point"
	wait_for 60 is_quiet
	sleep 1
	wait_for 60 is_quiet
	is 'two superblocks: nothing is pending' "$(value stats pending)" 0
	is 'two superblocks: neither has anything pending' \
		"$(column superblocks pending | sort -u)" 0
	is 'two superblocks: each has released what it queued' \
		"$(fields superblocks queued released | awk '$1 != $2')" ''
	umount "$point"
else
	skip 'two superblocks' "${reason:-preload could not be held}"
fi

# ---- it counts as such until its release is over

# 8 of those before it have the records.
newest_is_stuck() {
	[ -n "${device-}" ] && mount "$device" "$point" && hold_worker || return 1
	mkdir -p "$images/lost"
	run_workload uring-files --dir "$images/lost" --files 16 || return 1
	wait_for 60 queued_since_mark 17 && wait_for 60 has_no_ring || return 1
	run_workload frozen --dir "$point" || return 1
	wait_for 60 queued_since_mark 18
}

released_since_mark() {
	[ "$(since_mark released)" -ge "$1" ]
}

unload
load records=8
mark
if newest_is_stuck; then
	unrecorded=$(value stats unrecorded)
	holds 'the newest: it has no record' "$unrecorded" -ge 10
	let_worker
	# The next that is released is the newest.
	wait_for 60 released_since_mark 1
	sleep 1
	echo 1 >"$stats/reset"
	is 'the newest: in its release it still counts' "$(value stats unrecorded)" "$unrecorded"
	is 'the newest: as pending, with the others' "$(value stats pending)" 17
	fsfreeze -u "$point"
	wait_for 60 is_quiet
	is 'the newest: until that is over' "$(value stats unrecorded)" 0
	wait_for 60 umount "$point"
else
	skip 'the newest' "${reason:-it could not be held}"
fi

done_testing
