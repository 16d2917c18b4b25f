#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Superblocks that live on without a mount, and are no deferral: frozen, by an ioctl or by
# a device mapper's device that is suspended, or in a shutdown that its device holds up.
# When it was frozen and by whom, from what the module sees; and what ends it.
. "$(dirname "$0")/lib.sh"
fresh

dm=dfput_frozen

cleanup() {
	release
	dmsetup resume "$dm" 2>/dev/null
	umount "$point" 2>/dev/null
	dmsetup remove "$dm" 2>/dev/null
	drop_fs
	truth_stop
	fresh
}
trap cleanup EXIT

# super COLUMN...: of the last superblock of this label, its s_id
super() {
	fields superblocks name id "$@" | grep "^$label " | sort -nk 2 | tail -n 1 |
		cut -d ' ' -f 3-
}

now_ns() {
	perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC \
		-e 'printf "%.0f\n", clock_gettime(CLOCK_MONOTONIC) * 1e9'
}

is_free() {
	perl -MFcntl -e 'sysopen(my $d, $ARGV[0], O_RDONLY | O_EXCL) || exit 1' "$1"
}

# ---- by an ioctl

try_ioctl() {
	local from pid since output
	mount "$device" "$point"
	from=$(now_ns)
	fsfreeze -f "$point" &
	pid=$!
	wait "$pid"
	is "$1: it is frozen, by whom" "$(super state freeze frozen_pid frozen_comm)" \
		"alive frozen $pid fsfreeze"
	since=$(super frozen_ns)
	holds "$1: since when: not before" "$since" -ge "$from"
	holds "$1: and not after" "$since" -le "$(now_ns)"
	nok "$1: it can not be frozen once more" fsfreeze -f "$point" 2>/dev/null
	is "$1: who tried that is not who froze it" "$(super frozen_pid frozen_ns)" "$pid $since"
	output=$(dfput why "$point")
	like "$1: why tells of it, which keeps no mount" "${output%%$'\n'*}" \
		"can be unmounted, but .* in use by $label: frozen since [^ ]+ by fsfreeze \(PID $pid\); fsfreeze -u"
	ok "$1: it can be unmounted" umount "$point"
	nok "$1: but its device is busy" is_free "$device"
	is "$1: and it is frozen" "$(super state freeze frozen_pid)" "alive frozen $pid"
	output=$(dfput why "$device")
	is "$1: why has a reason" $? 0
	like "$1: that it is frozen" "${output%%$'\n'*}" \
		"kept busy by $label: frozen since [^ ]+ by fsfreeze \(PID $pid\); fsfreeze -u .* mount it again"
	output=$(dfput wait --super "$device" --timeout 0)
	is "$1: wait says that it lasts" $? 3
	like "$1: and why" "$output" "frozen since [^ ]+ by fsfreeze \(PID $pid\)"
	ok "$1: it can be mounted again" mount "$device" "$point"
	ok "$1: and thawed" fsfreeze -u "$point"
	is "$1: then it is not frozen" "$(super state freeze frozen_ns frozen_pid frozen_comm)" \
		'alive no 0 0 -'
	ok "$1: and unmounted" umount "$point"
	ok "$1: its device is free" wait_for 60 is_free "$device"
}

# ---- before the load, and while nothing is measured

try_earlier() {
	unload
	mount "$device" "$point"
	fsfreeze -f "$point"
	load
	ok 'frozen before the load: it can be unmounted' umount "$point"
	is 'frozen before the load: that is seen at its umount, but not since when' \
		"$(super state freeze frozen_ns frozen_pid frozen_comm)" 'alive frozen 0 0 -'
	like 'frozen before the load: why says so' "$(dfput why "$device")" \
		"$label: frozen since before dfput knew it; fsfreeze -u"
	echo 0 >"$stats/enable"
	is 'not measuring: not known' "$(super state freeze)" 'unknown unknown'
	echo 1 >"$stats/enable"
	mount "$device" "$point"
	fsfreeze -u "$point"
	umount "$point"
	is 'thawed, and gone' "$(super state freeze)" 'gone no'
}

# ---- by a device that is suspended

# map_device: $mapped is a device of the device mapper on $device
map_device() {
	dmsetup create "$dm" --table "0 $(blockdev --getsz "$device") linear $device 0" &&
		label=dm-$(dmsetup info -c --noheadings -o minor "$dm") &&
		mapped=/dev/$label && wait_for 60 test -b "$mapped"
}

try_suspended() {
	local pid
	mount "$mapped" "$point"
	dmsetup suspend "$dm" &
	pid=$!
	wait "$pid"
	is 'suspended: it is frozen, by whom' "$(super state freeze frozen_pid frozen_comm)" \
		"alive frozen $pid dmsetup"
	dmsetup resume "$dm"
	is 'resumed: it is not frozen' "$(super state freeze frozen_pid)" 'alive no 0'
	umount "$point"
}

# ---- by a call that no hook sees

# begin_freeze: fsfreeze(8) waits for a device that does not answer
begin_freeze() {
	echo data >>"$point/file"
	dmsetup suspend --nolockfs --noflush "$dm"
	hold fsfreeze -f "$point"
	wait_for 60 is_freezing
}

is_freezing() {
	grep -q sync_ "/proc/$holder/stack"
}

end_freeze() {
	dmsetup resume "$dm"
	wait "$holder"
	holders=()
}

is_missed() {
	[ "$(column hooks misses hook freeze_whole)" -gt 0 ]
}

try_unseen() {
	local _ crowd=()
	mount "$mapped" "$point"
	echo 0 >"$stats/enable"
	ok 'begun before measuring: it is being frozen' begin_freeze
	echo 1 >"$stats/enable"
	nok 'begun before measuring: an umount' umount "$point" 2>/dev/null
	is 'begun before measuring: it is known as frozen at once' "$(super freeze frozen_ns)" 'frozen 0'
	end_freeze
	is 'begun before measuring: and when it is' "$(super state freeze frozen_ns frozen_pid)" 'alive frozen 0 0'
	fsfreeze -u "$point"
	is 'begun before measuring: until it is thawed' "$(super freeze)" no

	if [ "$(column hooks state hook freeze_whole)" != armed ]; then
		skip 'missed' 'here a freeze waits before it comes to the hook'
	else
		ok 'missed: it is being frozen' begin_freeze
		for _ in {1..70}; do
			fsfreeze -f "$point" 2>/dev/null &
			crowd+=($!)
		done
		ok 'missed: one is, of so many at once' wait_for 60 is_missed
		is 'missed: so nothing is known' "$(super freeze)" unknown
		echo 1 >"$stats/reset"
		is 'missed: a reset does not change that' "$(super freeze)" unknown
		end_freeze
		wait "${crowd[@]}"
		fsfreeze -u "$point"
	fi
	umount "$point"
	echo 0 >"$stats/enable"
	echo 1 >"$stats/enable"
}

# ---- in its shutdown, by a device that does not answer

is_in_shutdown() {
	[ "$(super state)" = shutdown ]
}

names_place() {
	dfput why "$mapped" | head -n 1 | grep -q 'which is in '
}

try_shutdown() {
	local output text waiter
	mount "$mapped" "$point"
	echo data >"$point/file"
	dmsetup suspend --nolockfs --noflush "$dm"
	hold umount "$point"
	ok 'stuck: its shutdown has begun' wait_for 60 is_in_shutdown
	is 'stuck: by whom' "$(super shutdown_pid shutdown_comm)" "$holder umount"
	ok 'stuck: why says where' wait_for 60 names_place
	output=$(dfput why "$mapped")
	is 'stuck: why has a reason' $? 0
	text="its shutdown has run since [^ ]+ in umount \\(PID $holder\\), which is in [a-z0-9_]+ < "
	like 'stuck: it is the task' "${output%%$'\n'*}" "kept busy by $label: $text"
	dfput wait --super "$mapped" --timeout 0 >"$TMPDIR/waited"
	is 'stuck: wait says that it lasts' $? 3
	like 'stuck: and why' "$(<"$TMPDIR/waited")" "$text"
	dfput wait --super "$mapped" --timeout 120 >"$TMPDIR/waited" &
	waiter=$!
	dmsetup resume "$dm"
	wait "$waiter"
	is 'resumed: the wait is over' $? 0
	wait "$holder"
	holders=()
	is 'resumed: the superblock is gone' "$(super state)" gone
}

try_mapper() {
	if ! command -v dmsetup >/dev/null || ! modprobe -q dm-mod; then
		skip 'suspended' 'this host has no device mapper'
	elif map_device; then
		try_suspended
		try_unseen
		try_shutdown
		wait_for 60 dmsetup remove "$dm"
	else
		not_ok 'suspended: a device can be made'
	fi
}

load
wait_for 60 is_settled
for type in ext4 xfs; do
	if ! make_fs "$type"; then
		not_ok "$type: $reason"
		continue
	fi
	label=${device##*/}
	try_ioctl "$type"
	if [ "$type" = ext4 ]; then
		try_earlier
		try_mapper
	fi
	drop_fs
done
is 'nothing was missed' "$(value stats missed_probes)" 0
unload
done_testing
