#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A livepatch of the very functions that dfput hooks, under a storm: coming and going
# after us, and there before us. Each file is counted. And a livepatch that drains
# the list itself, or fills it: what is not counted then is said.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../storm.sh"
fresh
files=${DFPUT_STORM:-100000}
patch_ko=$top/tests/module/patch.ko
patched=/sys/kernel/livepatch/patch

if [ ! -e "$patch_ko" ]; then
	skip 'beside a livepatch' 'this kernel has none'
	done_testing
	exit
fi

is_patched() {
	[ "$(cat $patched/transition 2>/dev/null)" = 0 ]
}

is_unpatched() {
	[ ! -d $patched ]
}

# patch_on [PARAMETER...]: returns once every task is in the new functions
patch_on() {
	insmod "$patch_ko" "$@" && wait_for 60 is_patched
}

# The livepatch is gone before its module's last user is.
patch_off() {
	echo 0 >$patched/enabled
	wait_for 60 is_unpatched && wait_for 60 rmmod patch 2>/dev/null
}

patch_calls() {
	cat /sys/module/patch/parameters/calls
}

trap 'fsfreeze -u "${point-}" 2>/dev/null; drop_fs; storm_end; truth_stop; fresh; is_unpatched || patch_off' EXIT

trustworthy() {
	dfput stat --json | grep -o '"trustworthy":[a-z]*'
}

# ---- what goes on in the kernel's own text

come_and_go() {
	patch_on && sleep 0.5 && echo "calls $(patch_calls)"
	patch_off && echo turn
}

load
truth_start
echo $((files / 16 + 16384)) >"$truth/buffer_size_kb"
meanwhile 'a livepatch' come_and_go
holds 'a livepatch: it came and went' "$(grep -c turn "$TMPDIR/meanwhile")" -gt 0
holds 'a livepatch: it was called' \
	"$(awk '$1 == "calls" { n += $2 } END { print n + 0 }' "$TMPDIR/meanwhile")" -gt 0
note "a livepatch: $(grep -c turn "$TMPDIR/meanwhile") times;" \
	"$(grep calls "$TMPDIR/meanwhile" | tr '\n' ' ')"
is 'a livepatch: no hook failed' "$(column hooks hook state failed)" ''
unload

ok 'there before us: it is taken' patch_on
ok 'there before us: so are we' load
is 'there before us: no hook failed' "$(column hooks hook state failed)" ''
is 'there before us: the self-test' "$(value hooks selftest)" passed
storm_end
storm_begin
storm "$files" limit=12000
storm_balances 'there before us' "$files"
holds 'there before us: it was called' "$(patch_calls)" -ge "$files"
is 'there before us: the numbers are good' "$(trustworthy)" '"trustworthy":true'
note "there before us: $(patch_calls) calls"
ok 'there before us: we can go first' unload
ok 'there before us: and it after us' patch_off
storm_end

# ---- what drains the list itself

few=20000

is_foreign() {
	[ "$(since_mark foreign)" -gt 0 ]
}

# all_drained NAME: though not by the kernel's loop
all_drained() {
	ok "$1: all are released" wait_for 60 storm_released $few
	holds "$1: each was queued" "$(since_mark queued)" -ge $few
	is "$1: the account" \
		$(($(since_mark queued) - $(since_mark retracted))) \
		$(($(since_mark released) + $(since_mark pending)))
	is "$1: released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
	is "$1: the numbers are no good" "$(trustworthy)" '"trustworthy":false'
	storm_end
}

load
ok 'its own drain: it is taken' patch_on drain=1
storm_begin
dfput run --max-late 1s -- insmod "$storm_ko" files=$few limit=1000 >/dev/null 2>&1
is 'its own drain: no verdict' $? 4
all_drained 'its own drain'
is 'its own drain: each counts as foreign' "$(since_mark foreign)" "$(since_mark queued)"
is 'its own drain: none pending' "$(value stats pending)" 0
if make_fs ext4; then
	mount "$device" "$point"
	mark
	run_workload frozen --dir "$point" || not_ok 'its own drain: frozen runs'
	ok 'its own drain: it is stuck' wait_for 60 is_foreign
	wait_for 60 has_no_ring
	nok 'its own drain: it holds the mount' umount "$point" 2>/dev/null
	is 'its own drain: and nobody says that nothing is late' \
		"$(fields umounts why | tail -n 1)" unknown
	fsfreeze -u "$point"
	wait_for 60 umount "$point" 2>/dev/null
	drop_fs
else
	skip 'its own drain: stuck' "$reason"
fi
ok 'its own drain: it goes' patch_off
storm_begin
storm $few limit=12000
storm_balances 'after it' $few
is 'after it: foreign' "$(since_mark foreign)" 0
dfput run --max-late 1s -- true >/dev/null 2>&1
is 'after it: a verdict can be had' $? 0
storm_end
unload

ok 'its own drain before us: it is taken' patch_on drain=1
load
nok 'its own drain before us: the self-test does not pass' test "$(value hooks selftest)" = passed
storm_begin
dfput run --max-late 1s -- insmod "$storm_ko" files=$few limit=1000 >/dev/null 2>&1
is 'its own drain before us: no verdict' $? 4
all_drained 'its own drain before us'
unload

# With nothing hooked at the end of the list but the kernel's own loops, all that is
# known is that a file never came by there.
load scope=deferred
note "of the list alone: method $(value hooks method)"
mark
echo >"$truth/trace"
storm $few limit=1000
all_drained 'of the list alone'
holds 'of the list alone: lost' $(($(since_mark stale_records) + $(since_mark foreign))) -gt 0
note "of the list alone: stale_records $(since_mark stale_records), pending $(value stats pending)," \
	"self-test $(value hooks selftest)"
unload
ok 'its own drain before us: it goes' patch_off

# ---- what puts files on the list itself

# put_by NAME: all of the storm, where no hook is, or where more are put than we expect.
# Every file that a command of ours has had open is put as well: all counters have to
# come from one look.
put_by() {
	local name counted
	local -A since
	storm_begin
	for name in queued unmatched retracted released pending; do
		since[$name]=${marked[$name]}
	done
	dfput run --max-late 1s -- insmod "$storm_ko" files=$few limit=1000 >/dev/null 2>&1
	is "$1: no verdict" $? 4
	ok "$1: all are released" wait_for 60 storm_released $few
	wait_for 60 is_quiet
	counted=$(truth_count)
	mark
	for name in "${!since[@]}"; do
		since[$name]=$((marked[$name] - since[$name]))
	done
	holds "$1: ftrace has counted each" "$counted" -ge $few
	holds "$1: and so have we" "${since[released]}" -ge "$counted"
	is "$1: the account" $((since[queued] + since[unmatched] - since[retracted])) \
		$((since[released] + since[pending]))
	note "$1: queued ${since[queued]}, unmatched ${since[unmatched]}"
	storm_end
}

if can_trace __fput_deferred && patch_on queue=1 2>/dev/null; then
	load method=exact
	put_by 'its own queue'
	unload
	ok 'its own queue: it goes' patch_off
else
	skip 'its own queue' 'no function of this kernel does no more than that'
fi

done_testing
