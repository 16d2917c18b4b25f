#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Mount, write, kill, umount, over and over, on ext4, xfs and btrfs: with `dfput
# umount` every umount and every mount after it succeeds.
. "$(dirname "$0")/lib.sh"
fresh
load
trap 'drop_fs; fresh' EXIT

# DFPUT_REMOUNTS=N: so many on each filesystem. Each takes half a second on an
# emulated host, so 200 are done on one of them.
case $(uname -r) in
5.10.*) default=200 ;;
*) default=20 ;;
esac
cycles=${DFPUT_REMOUNTS-$default}

# cycle: mount, dirty files that nothing but a dead process's ring holds, umount
cycle() {
	mount "$device" "$point" &&
		workload uring-files --dir "$point" --files 16 --size 65536 >/dev/null &&
		dfput umount --timeout 60 "$point"
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
		cycle || break
	done
	is "$type: $cycles times mounted, written to, unmounted" $made "$cycles"
	nok "$type: nothing is left mounted" mountpoint -q "$point"
	wait_for 60 is_quiet
	is "$type: whatever was busy was so by files on the list or in teardown" \
		$(($(since_mark umounts_busy_deferred) + $(since_mark umounts_busy_teardown))) \
		"$(since_mark umounts_busy)"
	is "$type: each mount has died" "$(since_mark supers_dead)" "$cycles"
	for loss in lost_umounts lost_mounts lost_deaths lost_supers lost_records \
		missed_probes unmatched; do
		is "$type: $loss" "$(since_mark $loss)" 0
	done
	note "$type: $cycles cycles in $((SECONDS - started)) s, refused" \
		"$(since_mark umounts_busy) of $(since_mark umounts) umounts"
	drop_fs
done

done_testing
