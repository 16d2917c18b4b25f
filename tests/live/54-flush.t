#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Flushes of thousands of files: while the worker is stuck, beside the worker, beside
# other flushes, and while the module goes. Nothing is lost, each file is counted
# once, and nobody waits for ever. One that began before measuring is waited for.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
load
truth_start
files=10000
# Where locks are proven, each takes a hundredth of a second, and a flush waits for ten.
! has_lockdep || files=200

trap 'drop_fs; drop_stuck; truth_stop; fresh' EXIT

begin() {
	wait_for 60 is_quiet
	mark
	echo >"$truth/trace"
}

# balances NAME FILES: each went through the list, and was counted, once
balances() {
	wait_for 60 is_quiet
	is "$1: released" "$(since_mark released)" "$2"
	is "$1: as ftrace's own count has it" "$(since_mark released)" "$(truth_count)"
	is "$1: queued = released" "$(since_mark queued)" "$(since_mark released)"
	is "$1: none pending" "$(value stats pending)" 0
	for loss in unmatched preload lost_records missed_probes retracted \
		stale_records lost_batches; do
		is "$1: $loss" "$(since_mark $loss)" 0
	done
}

released_since_mark() {
	[ "$(since_mark released)" -ge "$1" ]
}

# ---- the worker is stuck: what can be drained is

begin
pile_up $files
dfput flush >"$TMPDIR/late" 2>&1 &
late=$!
started=$SECONDS
ok 'stuck: a flush drains what the worker has not got' wait_for 60 released_since_mark $files
is 'stuck: and that is not released' "$(value stats pending)" 1
is 'stuck: the flush was no batch of the worker' "$(since_mark batches_flush)" 1
dfput flush >/dev/null &
killed=$!
sleep 1
ok 'stuck: it waits for the rest' kill -KILL $killed
wait $killed 2>/dev/null
is 'stuck: it can be killed' $? 137
wait $late
is 'stuck: or gives up' $? 3
like 'stuck: and says so' "$(<"$TMPDIR/late")" 'not all of it was released in time'
note "after $((SECONDS - started)) s: $(<"$TMPDIR/late")"
dfput flush >"$TMPDIR/flushed" 2>&1 &
flush=$!
sleep 1
let_worker
wait $flush
is 'stuck: one that is there at the thaw is done' $? 0
note "dfput flush: $(<"$TMPDIR/flushed")"
balances 'stuck' $((files + 1))
is 'stuck: drained by a flush' "$(since_mark released_flush)" $files

# ---- several at once

begin
pile_up $files
flushes=()
for i in 1 2 3 4; do
	dfput flush >"$TMPDIR/flushed.$i" 2>&1 &
	flushes+=($!)
done
ok 'at once: what can be drained is' wait_for 60 released_since_mark $files
let_worker
failed=0
for flush in "${flushes[@]}"; do
	wait "$flush" || failed=$((failed + 1))
done
is 'at once: four flushes are done' $failed 0
note "$(cat "$TMPDIR"/flushed.[1-4])"
balances 'at once' $((files + 1))

# ---- beside the worker: each takes what is there

begin
running=$(mktemp)
for i in 1 2; do
	while [ -e "$running" ]; do
		echo 1 >"$stats/flush"
	done &
done
# On a busy machine the worker may have taken all, before any flush had its turn.
total=0
while [ $total -lt $((20 * files)) ] && [ "$(since_mark released_flush)" = 0 ]; do
	run_workload uring-files --dir "$scratch" --same --files $files --rounds 2
	total=$((total + 2 * files))
	wait_for 60 queued_since_mark $total
done
rm -f "$running"
wait
balances 'beside the worker' $total
holds 'beside the worker: some by a flush' "$(since_mark released_flush)" -gt 0
note "by a flush: $(since_mark released_flush) in $(since_mark batches_flush) batches," \
	"by the worker: $(($(since_mark released) - $(since_mark released_flush)))"

# ---- a flush is a use of the module

# stays NAME COMMAND...: after the command it can not be unloaded, while a flush is on
stays() {
	local name=$1 flush output
	shift
	begin
	pile_up $files
	dfput flush >/dev/null 2>&1 &
	flush=$!
	"$@"
	output=$(unload 2>&1)
	like "$name: the module stays" "$output" 'in use'
	let_worker
	wait $flush
	is "$name: the flush is done" $? 0
	wait_for 60 is_quiet
	balances "$name" $((files + 1))
	ok "$name: then it is unloaded" unload_soon
	load
	begin
	run_workload uring-files --dir "$scratch" --files 16
	wait_for 60 queued_since_mark 16
	dfput flush >/dev/null 2>&1
	balances "$name: loaded again" 16
}

stays 'a flush that waits' wait_for 60 released_since_mark $files
stays 'a flush that begins' wait_for 60 released_since_mark 1

# ---- the worker is stuck since before the load, and a flush drains the self-test

has_passed() {
	[ "$(value hooks selftest)" = passed ]
}

hold_worker || not_ok "the worker can be held up: ${reason-}"
unload_soon
load
dfput flush >/dev/null 2>&1
ok 'loaded meanwhile: the self-test has passed' wait_for 60 has_passed
nok 'loaded meanwhile: what was there before is not gone' is_settled
let_worker
ok 'loaded meanwhile: then it is' wait_for 60 is_settled
is 'loaded meanwhile: unmatched' "$(value stats unmatched)" 0

# ---- a flush is stuck since before measuring, and has more files to release

flush_is_stuck() {
	[ "$(column pending age_ns state started | wc -l)" = 2 ]
}

if make_fs ext4; then
	mount "$device" "$point"
	wait_for 60 is_quiet
	mark
	hold_worker || not_ok "the worker can be held up: ${reason-}"
	mkdir "$point/rest"
	run_workload uring-files --dir "$point/rest" --files 16 || not_ok 'uring-files runs'
	# A drain begins with the newest.
	wait_for 60 queued_since_mark 17
	wait_for 60 has_no_ring
	run_workload frozen --dir "$point" || not_ok 'frozen runs'
	wait_for 60 queued_since_mark 18
	dfput flush >/dev/null 2>&1 &
	flush=$!
	ok 'begun before: a flush is stuck as well' wait_for 60 flush_is_stuck
	let_worker
	echo 0 >"$stats/enable"
	echo 1 >"$stats/enable"
	ok 'begun before: the self-test has passed' wait_for 60 has_passed
	# Rings from before are excluded by then.
	sleep 3
	nok 'begun before: what was there before is not gone' is_settled
	nok 'begun before: it holds the mount' umount "$point" 2>/dev/null
	is 'begun before: and nobody says that nothing is late' \
		"$(fields umounts why | tail -n 1)" unknown
	fsfreeze -u "$point"
	ok 'begun before: then it is gone' wait_for 60 is_settled
	wait $flush
	is 'begun before: the rest is of before' "$(since_mark preload)" 16
	for loss in unmatched lost_batches; do
		is "begun before: $loss" "$(since_mark $loss)" 0
	done
	ok 'begun before: then it can be unmounted' wait_for 60 umount "$point" 2>/dev/null
else
	skip 'begun before' "$reason"
fi

done_testing
