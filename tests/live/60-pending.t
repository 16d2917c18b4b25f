#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The files on the list: rows while they are there, poll(2) when they are not,
# and readers that hold the file open: the module stays. Then one that has no row.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
trap 'drop_fs; drop_stuck; truth_stop; fresh' EXIT
load
wait_for 60 is_quiet
wait_for 60 is_settled

is 'quiet: no row' "$(column pending state)" ''
ok 'quiet: waiting is over at once' dfput wait --list --timeout 10

# While kills go on, look until a row is seen.
running=$(mktemp)
while [ -e "$running" ]; do
	workload uring-files --dir "$scratch" --files 256 --rounds 2 >/dev/null
done &
seen=$(mktemp)
for ((i = 0; i < 2000; i++)); do
	cat "$stats/pending" >"$seen"
	! grep -q "$(printf '\tkthread\t')" "$seen" || break
done
like 'busy: a row for a file on the list' "$(tr '\t' ' ' <"$seen")" \
	'^[0-9]+ (queued|started) kthread 254:32 [0-9]+ ext4 [0-9]+ [0-9]+ [0-9]+ kworker'
is 'busy: every row as long as the head' \
	"$(awk -F '\t' 'NF > 1 { if (!n) n = NF; if (NF != n) print }' "$seen")" ''

# A waiter is told, however often the list fills up and empties.
failed=0
for ((i = 0; i < 20; i++)); do
	dfput wait --list --timeout 60 >/dev/null || failed=$((failed + 1))
done
is 'busy: 20 waits, each ends' $failed 0
rm -f "$running"
wait
wait_for 60 is_quiet

# ---- an open file is a use of the module

exec 9<"$stats/pending"
output=$(unload 2>&1)
like 'an open file keeps the module' "$output" 'in use'
ok 'and its directory' test -e "$stats/pending"
is 'and is read' "$(head -n 1 <&9)" '# dfput 2'
exec 9<&-

# So does a waiter in poll(2).
hold_worker || not_ok "the worker can be held up: ${reason-}"
is 'a file that is stuck in its release has its owner' \
	"$(column pending owner state started)" "${victims[0]%% *}"

# stuck T: dfput's exit status
stuck() {
	dfput pending --stuck "$1" >"$TMPDIR/stuck" 2>&1
	echo $?
}
said=$(dfput pending)
like 'stuck: said first, with the mount' "$(head -n 1 <<<"$said")" \
	'^The list.s drain is in the release of inode [0-9]+ on /mnt/stuck \(7:[0-9]+, ext4, ext4_file_operations( \[ext4\])?\), begun .* ago; 0 files of 0 filesystems wait\.$'
mark
run_workload uring-files --dir "$scratch" --files 5 || not_ok 'uring-files runs'
wait_for 60 queued_since_mark 5
like 'stuck: how many wait' "$(dfput pending | head -n 1)" '; 5 files of 1 filesystem wait\.$'
like 'stuck: then the thread, and its stack' "$(tr -s '\n ' ' ' <<<"$said")" \
	'wait\. Thread [0-9]+ \(kworker.*\) is in a drain: .* __fput delayed_fput'
is 'stuck: for longer than no time' "$(stuck 0)" 3
is 'stuck: but not for an hour' "$(stuck 1h)" 0
dfput wait --list --timeout 100 >/dev/null 2>&1 &
sleep 1
output=$(unload 2>&1)
like 'a waiter keeps the module' "$output" 'in use'
let_worker
wait $!
is 'it ends when the list is empty' $? 0
is 'stuck: no more' "$(stuck 0) $(head -n 1 "$TMPDIR/stuck")" '0 Not stuck, by a limit of 0ns: no file is seen in its release.'
ok 'then it can be unloaded' unload

# ---- a file whose queueing was not seen is there from the start of its release

is_preload() {
	[ "$(value stats preload)" = 1 ]
}

load
if make_fs ext4; then
	mount "$device" "$point"
	wait_for 60 is_quiet
	mark
	hold_worker || not_ok "the worker can be held up: ${reason-}"
	run_workload frozen --dir "$point" || not_ok 'frozen runs'
	wait_for 60 queued_since_mark 2
	echo 0 >"$stats/enable"
	echo 1 >"$stats/enable"
	mark
	let_worker
	ok 'unseen: counted at the start of its release' wait_for 60 is_preload
	is 'unseen: on the list' "$(value stats pending)" 1
	is 'unseen: without a record' "$(value stats unrecorded)" 1
	is 'unseen: it may be stuck' "$(stuck 0)" 4
	echo 1 >"$stats/reset"
	is 'unseen: which a reset does not forget' "$(value stats unrecorded)" 1
	is 'unseen: nor the reader' "$(dfput pending | head -n 1)" \
		"Not in rows: 'pending' in stats is 1."
	fsfreeze -u "$point"
	ok 'unseen: then it is released' wait_for 60 is_quiet
	is 'unseen: and has gone' "$(value stats unrecorded)" 0
	wait_for 60 umount "$point"
else
	skip 'unseen' "$reason"
fi

done_testing
