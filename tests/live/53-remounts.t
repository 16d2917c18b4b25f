#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Mount, write, kill, umount, over and over, on ext4, xfs and btrfs: with `dfput
# umount` every umount and every mount after it succeeds.
. "$(dirname "$0")/lib.sh"
fresh
load
trap 'drop_stuck; drop_fs; fresh' EXIT

# DFPUT_REMOUNTS=N: so many on each filesystem. Each takes half a second on an
# emulated host, so 200 are done by hand.
cycles=${DFPUT_REMOUNTS-15}

# leave_files: mount, and dirty files that nothing but a dead process's ring holds
leave_files() {
	mount "$device" "$point" &&
		workload uring-files --dir "$point" --files 16 --size 65536 >/dev/null
}

is_busier() {
	[ "$(value stats umounts_busy)" -gt "$1" ]
}

# To start a program takes longer than to put the files, on most hosts. So in
# every tenth cycle they stay on the list until an umount has been refused.
held_cycle() {
	local umount before
	before=$(value stats umounts_busy)
	hold_worker >/dev/null && leave_files || return 1
	dfput umount --timeout 60 "$point" >/dev/null &
	umount=$!
	wait_for 60 is_busier "$before"
	let_worker
	wait $umount
}

cycle() {
	if [ $(($1 % 10)) = 9 ]; then
		held_cycle
	else
		leave_files && dfput umount --timeout 60 "$point" >/dev/null
	fi
}

for type in ext4 xfs btrfs; do
	if ! make_fs $type; then
		skip "$type" "$reason"
		continue
	fi
	wait_for 60 is_quiet
	mark
	started=$SECONDS
	for ((made = 0; made < cycles; made++)); do
		cycle $made || break
	done
	is "$type: $cycles times mounted, written to, unmounted" $made "$cycles"
	nok "$type: nothing is left mounted" mountpoint -q "$point"
	wait_for 60 is_quiet
	holds "$type: some were refused at first" "$(since_mark umounts_busy)" -ge \
		$((cycles / 10))
	is "$type: whatever was busy was so by files on the list or of a ring" \
		$(($(since_mark umounts_busy_deferred) + $(since_mark umounts_busy_ring))) \
		"$(since_mark umounts_busy)"
	is "$type: each superblock was shut down" "$(since_mark supers_shutdown)" "$cycles"
	for loss in lost_mounts lost_shutdowns lost_supers lost_records \
		missed_probes unmatched; do
		is "$type: $loss" "$(since_mark $loss)" 0
	done
	note "$type: $cycles cycles in $((SECONDS - started)) s, refused" \
		"$(since_mark umounts_busy) of $(since_mark umounts) umounts"
	drop_fs
done

done_testing
