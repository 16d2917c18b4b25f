#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Umounts of ext4, xfs and btrfs while files of a dead process hold the mount:
# refused each time, and each time it is said by what; how `dfput umount` gets
# through. Then superblocks that live on after MNT_DETACH, and their shutdown. Held
# against the kernel's own kprobe events.
. "$(dirname "$0")/lib.sh"
fresh
load
losses='lost_mounts lost_shutdowns lost_rings lost_records missed_probes
	stale_records unmatched lost_supers'
# Kills, each with an umount at once, on each filesystem.
rounds=3
files=16

# ---- what the kernel says itself: each umount's result, and each shutdown

events=$tracing/instances/dfput_umounts

events_start() {
	printf '%s\n' "r:dfput_umounts/umounted path_umount result=\$retval:s32" \
		'p:dfput_umounts/cleanup cleanup_mnt' \
		'p:dfput_umounts/shutdown generic_shutdown_super' >>"$tracing/kprobe_events"
	mkdir "$events"
	echo 0 >"$events/tracing_on"
	echo 1 >"$events/events/dfput_umounts/enable"
}

events_stop() {
	[ -d "$events" ] || return 0
	echo 0 >"$events/events/dfput_umounts/enable"
	rmdir "$events"
	printf -- '-:dfput_umounts/%s\n' umounted cleanup shutdown >>"$tracing/kprobe_events"
}

# begin: from here on dfput and the kernel are compared
begin() {
	wait_for 60 is_quiet
	echo >"$events/trace"
	echo 1 >"$events/tracing_on"
	mark
}

# said PATTERN: how often the kernel did
said() {
	grep -cE -- "$1" "$events/trace"
}

# compare NAME: since begin
compare() {
	wait_for 60 is_quiet
	echo 0 >"$events/tracing_on"
	is "$1: umounts, as the kernel has them" "$(since_mark umounts)" \
		"$(said 'umounted: .*result=')"
	is "$1: and those that were busy" "$(since_mark umounts_busy)" \
		"$(said 'umounted: .*result=-16$')"
	is "$1: each busy one was so by files on the list or of a ring" \
		$(($(since_mark umounts_busy_deferred) + $(since_mark umounts_busy_ring))) \
		"$(since_mark umounts_busy)"
	note "$1: $(since_mark umounts) umounts, $(since_mark umounts_busy_deferred) busy by" \
		"deferrals, $(since_mark umounts_busy_ring) by a ring"
	is "$1: superblocks that were shut down" "$(since_mark supers_shutdown)" \
		"$(said ': shutdown: ')"
	is "$1: and those in a kernel thread" "$(since_mark supers_shutdown_kthread)" \
		"$(said '^ *kworker/.*: shutdown: ')"
	# Only delayed_mntput does that in a kernel thread.
	is "$1: mounts cleaned up by delayed_mntput" "$(since_mark mounts_deferred)" \
		"$(said '^ *kworker/.*: cleanup: ')"
	for loss in $losses; do
		is "$1: $loss" "$(since_mark "$loss")" 0
	done
}

cleanup() {
	events_stop
	drop_stuck
	drop_fs
	truth_stop
	fresh
}
trap cleanup EXIT

# ---- the tables

# umount_row PID COLUMN...: of the umounts that a process asked for
umount_row() {
	local pid=$1
	shift
	fields umounts pid "$@" | sed -n "s/^$pid //p"
}

# super_row COLUMN...: of the last generation of $device
super_row() {
	fields superblocks name id "$@" | grep "^${device##*/} " | sort -nk 2 |
		tail -n 1 | cut -d ' ' -f 3-
}

# ---- an umount right after the reap

# accounted PENDING RING_FILES: these are all files that were in the way. Where the
# kernel takes its time, the first may have been released before the umount looked, and
# more between one look and the next.
accounted() {
	[ $(($1 + $2)) = $files ] || { takes_its_time && [ $(($1 + $2)) -gt 0 ]; }
}

# has_settled PID: all files that were in the way of its umount have been put
has_settled() {
	local pending ring_files
	read -r pending ring_files <<<"$(umount_row "$1" pending_mount ring_files)"
	accounted "$pending" "$ring_files"
}

# race_row SPAN: the row of the umount of that span is right
race_row() {
	local pid from to result why pending ring_files super ended took flags fstype comm
	read -r pid from to <<<"$1"
	wait_for 30 has_settled "$pid"
	read -r result why pending ring_files super ended took flags fstype comm <<<"$(
		umount_row "$pid" result why pending_mount ring_files pending_super ended_ns \
			took_ns flags fstype comm)"
	is "$type: $pid: busy" "$result" -EBUSY
	like "$type: $pid: by deferrals or a ring" "$why" '^(deferral|ring)$'
	ok "$type: $pid: $pending on the list, $ring_files put since: $files" \
		accounted "$pending" "$ring_files"
	has_lockdep ||
		holds "$type: $pid: of the superblock no less" "$super" -ge "$pending"
	holds "$type: $pid: not before it was asked for" $((ended - took)) -ge "$from"
	holds "$type: $pid: not after it was answered" "$ended" -le "$to"
	is "$type: $pid: what and who" "$flags $fstype $comm" "- $type workload"
}

# count_calls CALL FILE: in strace's output
count_calls() {
	grep -cE "(^| )($1)\(" "$2"
}

# traced COMMAND...: its calls that ask, wait or sleep go to a file
traced() {
	strace -f -qq -o "$TMPDIR/calls" -e \
		trace=umount2,nanosleep,clock_nanosleep,poll,ppoll,select,pselect6,epoll_wait,epoll_pwait \
		"$@"
}

# patient NAME: what was traced last neither slept nor was it busy
patient() {
	note "$1: $(count_calls umount2 "$TMPDIR/calls") umounts," \
		"$(count_calls '[ep]*(poll|select)[0-9_a-z]*' "$TMPDIR/calls") polls"
	holds "$1: it asked for few umounts" "$(count_calls umount2 "$TMPDIR/calls")" -le 20
	is "$1: it did not sleep" \
		"$(count_calls '(clock_)?nanosleep' "$TMPDIR/calls")" 0
	is "$1: between a refusal and the next umount it waited for events" "$(awk '
		/umount2\(/ { if (busy && !polled) print; busy = /EBUSY/; polled = 0 }
		/(poll|epoll_p?wait|select6?)\(/ { polled = 1 }' "$TMPDIR/calls")" ''
}

# came_late: the umount was done, as everything was released before it. It happens
# where the kernel takes its time.
came_late() {
	takes_its_time && [ "${did[busy]}" = 0 ]
}

race() {
	local round busy=0 late=0 failed=0 spans=()
	begin
	for ((round = 0; round < rounds; round++)); do
		mount "$device" "$point"
		run_workload umount --dir "$point" --files $files || not_ok "$type: umount runs"
		if came_late; then
			late=$((late + 1))
			continue
		fi
		dfput umount --timeout 60 "$point" || failed=$((failed + 1))
		! mountpoint -q "$point" || failed=$((failed + 1))
		busy=$((busy + did[busy]))
		spans+=("${did[umount]}")
	done
	[ $late = 0 ] || note "$type: $late umounts came too late for anything to be in the way"
	is "$type: umount right after the reap: busy each time" $busy $((rounds - late))
	is "$type: dfput umount: done each time" $failed 0
	for round in "${spans[@]}"; do
		race_row "$round"
	done
	compare "$type: race"
}

# ---- the same, with the worker held up: nothing depends on a moment

held_up() {
	local umount before
	begin
	hold_worker || not_ok "the worker can be held up: ${reason-}"
	mount "$device" "$point"
	run_workload umount --dir "$point" --files $files || not_ok "$type: umount runs"
	race_row "${did[umount]}"
	wait_for 60 queued_since_mark $((files + 1))
	nok "$type: held up: umount is refused" umount "$point" 2>/dev/null
	is "$type: held up: that umount, and what is in its way" "$(fields umounts id result \
		why pending_mount pending_super ring_files | tail -n 1 | cut -d ' ' -f 2-)" \
		"-EBUSY deferral $files $files 0"
	traced dfput umount --timeout 60 "$point" &
	umount=$!
	sleep 1
	ok "$type: held up: dfput umount waits" kill -0 $umount
	ok "$type: held up: the mount is still there" mountpoint -q "$point"
	before=$(wc -l <"$TMPDIR/calls")
	sleep 1
	note "$type: held up: $(($(wc -l <"$TMPDIR/calls") - before)) calls in 1 s"
	let_worker
	wait $umount
	is "$type: held up: once the worker goes on, dfput umount is done" $? 0
	nok "$type: held up: and the mount is gone" mountpoint -q "$point"
	patient "$type: held up: dfput umount"
	compare "$type: held up"
}

# ---- a superblock that lives on

# was_faster: all files were released before the umount, which then left nothing to a
# kernel thread. It happens where the kernel takes its time.
was_faster() {
	takes_its_time && [ "$(super_row shutdown_comm)" = workload ]
}

# shut_down NAME SPAN: the shutdown of $device, after the umount of that span
shut_down() {
	local pid to state begun took by chain ended
	read -r pid _ to <<<"$2"
	read -r state begun took by chain <<<"$(
		super_row state shutdown_ns shutdown_took_ns shutdown_comm chain)"
	ended=$(umount_row "$pid" ended_ns)
	is "$1: the umount was granted" "$(umount_row "$pid" result flags)" '0 detach'
	is "$1: the superblock is gone" "$state" gone
	if was_faster; then
		note "$1: there was nothing to wait for"
		return
	fi
	holds "$1: it was alive when the umount was over" "$begun" -gt "$to"
	holds "$1: the shutdown took its time" "$took" -gt 0
	is "$1: the umount's row has the same" "$(umount_row "$pid" shutdown_took_ns)" \
		$((begun + took - ended))
	like "$1: a kernel thread has shut it down" "$by" '^kworker/'
	like "$1: the last file, its mount, itself" "$chain" \
		'^file:[0-9]+:[0-9]+/[0-9]+@0;mount@[0-9]+;super@[0-9]+$'
	is "$1: in this order" "$(tr ';' '\n' <<<"$chain" | sed 's/.*@//')" \
		"$(tr ';' '\n' <<<"$chain" | sed 's/.*@//' | sort -n)"
	note "$1: alive for $(((begun - to) / 1000)) us after the umount," \
		"shut down within $((took / 1000)) us: $chain"
}

is_gone() {
	[ "$(super_row state)" = gone ]
}

# In poll(2) or ppoll(2) of x86-64.
is_polling() {
	local pid
	pid=$(pgrep -nx dfput) && grep -qE '^(7|271) ' "/proc/$pid/syscall"
}

# waiting: `dfput wait --super` of the device is on; its end is in $TMPDIR/wait
waiting() {
	stamped dfput wait --super "$device" --timeout 60 >"$TMPDIR/wait" 2>"$TMPDIR/said" &
	waiter=$!
	wait_for 30 is_polling
}

# waited NAME: it is over, and was not so too early; when: in $over
waited() {
	local status free
	wait $waiter
	read -r status over free <"$TMPDIR/wait"
	is "$1: dfput wait --super" "$status" 0
	[ "$status" = 0 ] || note "$(<"$TMPDIR/said")"
	holds "$1: it did not return before the shutdown" "$over" -gt "$(super_row shutdown_ns)"
	is "$1: the device opened exclusively right then" "$free" yes
}

detached() {
	local first from to status over
	mount "$device" "$point"
	begin
	waiting
	run_workload umount --detach --dir "$point" --files $files
	waited "$type: detach"
	wait_for 30 is_gone
	shut_down "$type: detach" "${did[umount]}"
	if ! was_faster; then
		is "$type: detach: one shutdown, in a kernel thread" \
			"$(since_mark supers_shutdown) $(since_mark supers_shutdown_kthread)" '1 1'
		is "$type: detach: its mount was deferred" "$(since_mark mounts_deferred)" 1
	fi
	compare "$type: detach"

	# Somebody else opens it all the time: that must not put off who waits.
	first=$(super_row shutdown_ns)
	mount "$device" "$point"
	waiting
	run_workload watch --detach --dir "$point" --device "$device" --files $files
	wait $waiter
	read -r status over _ <"$TMPDIR/wait"
	is "$type: watch: dfput wait --super" "$status" 0
	read -r _ from to <<<"${did[free]}"
	note "$type: watch: the device was free between $from and $to," \
		"dfput wait returned $(((over - to) / 1000)) us after that"
	wait_for 30 is_gone
	shut_down "$type: watch" "${did[umount]}"
	holds "$type: watch: another generation" "$(super_row shutdown_ns)" -gt "$first"
	holds "$type: watch: the device was refused until the shutdown" "$to" -gt \
		"$(super_row shutdown_ns)"
	ok "$type: the device can be mounted again" mount "$device" "$point"
	ok "$type: and unmounted" umount "$point"
}

events_start
for type in ext4 xfs btrfs; do
	if ! make_fs $type; then
		skip "$type" "$reason"
		continue
	fi
	race
	held_up
	detached
	drop_fs
done
is 'histogram super_shutdown: every shutdown is in it' "$(awk -F '\t' \
	'$1 == "super_shutdown" { n += $4 } END { print n + 0 }' "$stats/histograms")" \
	"$(value stats supers_shutdown)"

done_testing
