#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `dfput wait`: when it returns, an umount succeeds at once, each time; what living
# processes hold is not waited for; what cannot be told is not told. And what
# `dfput run` says of rings that are being torn down.
. "$(dirname "$0")/lib.sh"
fresh
load
trap 'cleanup; fresh' EXIT
merged=/mnt/wait-merged
rounds=5
files=16

thaw() {
	[ -z "${point-}" ] || fsfreeze -u "$point" 2>/dev/null
}

cleanup() {
	drop_stuck
	umount -l "$merged" 2>/dev/null
	drop_fs
}

# waited NAME ARGUMENT...: dfput wait, after a kill; then the mount is not busy
waited() {
	local name=$1 round waits=0 umounts=0
	shift
	for ((round = 0; round < rounds; round++)); do
		run_workload uring-files --dir "$point" --files $files --rounds 1
		dfput wait "${@//PID/${victims[0]%% *}}" --timeout 60 >"$TMPDIR/said" 2>&1 ||
			{ waits=$((waits + 1)); note "$(<"$TMPDIR/said")"; }
		umount "$point" || umounts=$((umounts + 1))
		mountpoint -q "$point" || mount "$device" "$point"
	done
	is "$name: $rounds waits" $waits 0
	is "$name: an umount at once after each" $umounts 0
}

if ! make_fs ext4; then
	skip 'dfput wait' "$reason"
	done_testing
fi
mount "$device" "$point"
wait_for 60 is_quiet
waited 'wait --mount' --mount "$point"
waited 'wait --pid' --pid PID
waited 'wait --all' --all

# ---- another time namespace: its clock is not the module's

ahead=(unshare --fork --time --monotonic 100000)
if "${ahead[@]}" true 2>"$TMPDIR/said"; then
	"${ahead[@]}" dfput run --max-late 0 -- workload uring-files \
		--dir "$point" --files $files --rounds 1 >"$TMPDIR/said" 2>&1
	is 'run: late files are late there as well' $? 3
	note "$(<"$TMPDIR/said")"
	dfput() { "${ahead[@]}" "$(type -P dfput)" "$@"; }
	waited 'wait --pid there' --pid PID
	unset -f dfput
else
	skip 'another time namespace' "$(<"$TMPDIR/said")"
fi

# ---- living processes

sleep 2 &
sleeper=$!
ok 'wait --pid: a living process' dfput wait --pid $sleeper --timeout 60
nok 'wait --pid: it has ended then' kill -0 $sleeper 2>/dev/null
nok 'wait --pid: one that does not end' dfput wait --pid $$ --timeout 1
is 'wait --pid: it says so' "$(dfput wait --pid $$ --timeout 0 | head -n 1 | sed 's/.*: //')" \
	"process $$ lives."

echo x >"$point/file"
exec 8<"$point/file"
# Its parent has ended before it: what that still had open would not be watched.
(sleep 0.1 &)
is_held() {
	grep -q "$(printf '\text4\t')" "$stats/held"
}
ok 'a file that we hold, and an orphan has closed' wait_for 60 is_held
ok 'wait --mount: is not waited for' dfput wait --mount "$point" --timeout 10
dfput wait --mount "$point" --timeout 10 --json >"$TMPDIR/json"
like 'wait --mount: but counted' "$(<"$TMPDIR/json")" '"held_by_living":[1-9]'
dfput umount "$point" --timeout 10 >"$TMPDIR/said" 2>&1
is 'umount: with a live holder it is refused' $? 3
like 'umount: and says by whom' "$(<"$TMPDIR/said")" "^fd .* $$ "
like 'umount: at once' "$(<"$TMPDIR/said")" '^Busy at the first attempt: '
exec 8<&-
ok 'umount: without it succeeds' dfput umount "$point" --timeout 10
mount "$device" "$point"

# ---- with the worker held up

mark
run_workload frozen --dir "$point"
wait_for 60 queued_since_mark 1
for what in "--mount $point" --all; do
	# shellcheck disable=SC2086 # two words
	dfput wait $what --timeout 1 >"$TMPDIR/said" 2>&1
	is "wait $what: a file is stuck on the list" $? 3
	like "wait $what: it says so" "$(<"$TMPDIR/said")" '^Left after .* on the list'
done
dfput wait --mount "$point" --timeout 60 >"$TMPDIR/said" 2>&1 &
waiter=$!
sleep 1
ok 'wait --mount: waits for it' kill -0 $waiter
thaw
wait $waiter
is 'wait --mount: until it is released' $? 0
wait_for 60 is_quiet
dfput run --max-late 1 --json -o "$TMPDIR/json" -- workload frozen --dir "$point" >/dev/null
is 'run: a file that is stuck in its release is late' $? 3
like 'run: and its release has begun' "$(<"$TMPDIR/json")" '"state":"started"'
thaw

# ---- what may be of that process, or of that mount

wait_for 60 is_quiet
if hold_worker; then
	# A living process closes these, while they are still in use: no owner is known.
	hold sleep 1000
	pid=$holder
	run_workload aio-poll --files $files --rounds 1
	release
	dfput wait --pid "$pid" --timeout 2 --json >"$TMPDIR/json"
	is 'wait --pid: cannot tell whether it was the owner' $? 4
	like 'wait --pid: says so' "$(<"$TMPDIR/json")" 'nobody knows who closed them'
	let_worker
	ok 'wait --pid: nothing is left, whoever the owner was' \
		dfput wait --pid "$pid" --timeout 60
else
	skip 'wait --pid: cannot tell whether it was the owner' "$reason"
fi

mkdir -p "$merged" "$point"/{lower,upper,work}
modprobe -q overlay
if mount -t overlay merged "$merged" \
	-o "lowerdir=$point/lower,upperdir=$point/upper,workdir=$point/work" && hold_worker; then
	mark
	run_workload uring-files --dir "$merged" --files $files --rounds 1
	wait_for 60 queued_since_mark $files
	# The overlay's files are released; but of those below them, the first gets stuck,
	# as it was the last to have a file that is deleted.
	rm -rf "${merged:?}"/*
	fsfreeze -f "$point"
	let_worker
	is_below() {
		[ -n "$(column pending age_ns fstype ext4)" ] &&
			[ -z "$(column pending age_ns fstype overlay)" ]
	}
	ok 'wait --mount: an overlay: files below it are left' wait_for 60 is_below
	dfput wait --mount "$merged" --timeout 2 --json >"$TMPDIR/json"
	is 'wait --mount: an overlay: cannot tell of files below it' $? 4
	like 'wait --mount: an overlay: says so' "$(<"$TMPDIR/json")" 'may be files of a layer'
	dfput why "$merged" >"$TMPDIR/said"
	like 'why: an overlay: perhaps' "$(<"$TMPDIR/said")" '^pending +perhaps .*perhaps a layer'
	nok 'an overlay: they do keep it busy' umount "$merged" 2>/dev/null
	thaw
	ok 'wait --mount: an overlay: until they are gone' dfput wait --mount "$merged" --timeout 60
	ok 'an overlay: an umount at once after that' umount "$merged"
else
	skip 'wait --mount: an overlay' "${reason:-this kernel mounts none}"
fi

# ---- rings of a program that was run

wait_for 60 is_quiet
dfput run --max-late 0 --json -o "$TMPDIR/json" -- \
	workload uring-files --dir "$point" --files 64 --rounds 1 >/dev/null
is 'run: what is in a ring at the end of the time is late' $? 3
note "run: $(grep -cE '"state":"(working|waiting)"' "$TMPDIR/json") rings"
dfput run --max-late 20 -- workload uring-files --dir "$point" --files 64 --rounds 1 \
	>/dev/null 2>"$TMPDIR/said"
is 'run: with enough time nothing is' $? 0
like 'run: and that covers rings' "$(<"$TMPDIR/said")" "held, or in a ring\."

# ---- the device, and the module

dfput wait --super "$device" >"$TMPDIR/said" 2>&1 &
waiter=$!
sleep 2
ok 'wait --super: waits while it is mounted' kill -0 $waiter
nok 'wait --super: and keeps the module' rmmod dfput 2>/dev/null
umount "$point"
wait $waiter
is 'wait --super: until the device is free' $? 0
unload
dfput wait --all 2>/dev/null
is 'wait: cannot tell without the module' $? 4
mount "$device" "$point"
umount_here() { (cd "$TMPDIR" && dfput umount "$1" 2>/dev/null); }
nok 'umount: what is no path here is none from /' umount_here "${point#/}"
ok 'umount: that stays mounted' mountpoint -q "$point"
ok 'umount: works without it' dfput umount "$point"

done_testing
