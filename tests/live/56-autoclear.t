#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A loop device with autoclear whose image lies on another filesystem. Late files of a dead
# process keep the filesystem on it after an umount; that keeps the device, the device its
# image, and the image the mount below. Then it all goes in this order.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/whys.sh"
fresh
inner=/mnt/autoclear
files=16
rounds=3

cleanup() {
	drop_stuck
	umount -l "$inner" 2>/dev/null
	drop_fs
	fresh
}
trap cleanup EXIT
load

if ! make_fs ext4; then
	skip 'autoclear' "$reason"
	done_testing
	exit
fi
mkdir -p "$inner"
mount "$device" "$point"
truncate -s 64M "$point/image"
mkfs.ext4 -qF "$point/image"
below=$(<"/sys/class/block/${device#/dev/}/dev")

# mount_both: $loop is the device that is mounted on $inner, $number its major:minor
mount_both() {
	mountpoint -q "$point" || mount "$device" "$point"
	mount -o loop "$point/image" "$inner"
	loop=$(findmnt -no SOURCE "$inner")
	number=$(<"/sys/class/block/${loop#/dev/}/dev")
}

# row_of TABLE DEVICE-FILE COLUMN...: of the newest superblock of that device
row_of() {
	local table=$1 name=${2#/dev/}
	shift 2
	fields "$table" name id "$@" | grep "^$name " | sort -nk 2 | tail -n 1 | cut -d ' ' -f 3-
}

# waits_for_events PID: in poll(2) or ppoll(2)
case $(uname -m) in
x86_64) polls='7|271' ;;
*) polls=73 ;;
esac
waits_for_events() {
	grep -qsE "^($polls) " "/proc/$1/syscall"
}

# refused_to PID: an umount that this process asked for
refused_to() {
	[ -n "$(whys "$1")" ]
}

# ---- it is mounted: nothing will go by itself

mount_both
is 'mount -o loop: the device has autoclear' \
	"$(<"/sys/class/block/${loop#/dev/}/loop/autoclear")" 1
ok 'mounted: the umount of the mount below is no deferral' wait_for 90 excludes_rings "$point"
output=$(dfput why "$point")
is 'mounted: why has a reason' $? 0
like 'mounted: the loop device, and where it is mounted' "$output" \
	"^loop +mount .* $point/image +backing file of $loop, mounted on $inner"
output=$(dfput umount "$point" 2>&1)
is 'mounted: dfput umount does not wait' $? 3
like 'mounted: and says so' "$output" '^Busy at the first attempt'

# ---- late files, with the worker held up: nothing depends on a moment

forget
mark
hold_worker || not_ok "the worker can be held up: ${reason-}"
run_workload umount --detach --dir "$inner" --files $files
victim=${victims[0]%% *}
is 'late: the umount of the filesystem above is granted' "${did[busy]-0}" 0
wait_for 60 queued_since_mark $((files + 1))
is 'late: the superblock lives' "$(row_of superblocks "$loop" state)" alive
is 'late: its files are on the list, and whose' \
	"$(fields pending device owner | grep "^$number " | sort | uniq -c | xargs)" \
	"$files $number $victim"
read -r pid error <<<"$(ask "$point")"
is 'late: the mount below is busy' "$error" EBUSY
# The module does not know of which device a file is the image.
like "late: by $(whys "$pid")" "$(whys "$pid")" '^(other|deferral\?) $'
output=$(dfput why "$point")
is 'late: why has a reason' $? 0
note "$output"
like 'late: it is what goes by itself' "$output" \
	"^$point is kept busy by $point/image \(loop\): it goes with its late files"
like 'late: the device, and what keeps that' "$output" \
	"^loop +mount .* $point/image +backing file of $loop, which detaches itself: device $number is kept busy by $files files \(pending\)"

dfput umount --timeout 120 "$point" >"$TMPDIR/umounted" 2>&1 &
umount=$!
dfput wait --super "$loop" --timeout 120 >"$TMPDIR/waited" 2>&1 &
waiter=$!
ok 'late: dfput umount was refused' wait_for 60 refused_to $umount
ok 'late: and waits' wait_for 60 waits_for_events $umount
ok 'late: and so does dfput wait --super' wait_for 60 waits_for_events $waiter
ok 'late: nothing of it is gone' mountpoint -q "$point"
like 'late: nor has anything of the mount below been deferred' \
	"$(row_of superblocks "$device" queued)" '^0?$'
let_worker
wait $waiter
is 'late: dfput wait --super' $? 0
wait $umount
is 'late: dfput umount' $? 0
note "$(<"$TMPDIR/umounted")"
nok 'late: the mount below is gone' mountpoint -q "$point"
is 'late: the superblock is gone' "$(row_of superblocks "$loop" state)" gone
holds 'late: its shutdown was before the mount below could go' \
	"$(row_of superblocks "$loop" shutdown_ns)" -lt \
	"$(fields umounts pid result ended_ns | awk -v pid=$umount '$1 == pid && $2 == "0" { print $3 }')"
wait_for 60 is_quiet
is 'late: of the mount below one file was deferred, and released' \
	"$(row_of superblocks "$device" queued released)" '1 1'
# In the call path, lo_release() may have left for fput() with a jump.
like 'late: the image, in the umount of the filesystem on it' \
	"$(dfput origins -n --raw -o origin_name)" '^(umount|loop)$'
is 'late: of the dead process are the files above, by the list' \
	"$(fields leftovers pid device route | grep "^$victim " | sort | uniq -c | xargs)" \
	"$files $victim $number deferred"
is 'late: and nobody has left one below' "$(column leftovers pid device "$below")" ''
nok 'late: the loop device is free' losetup "$loop" 2>/dev/null

# ---- and without that

for ((round = 1; round <= rounds; round++)); do
	mount_both
	run_workload umount --detach --dir "$inner" --files $files
	ok "round $round: dfput umount" dfput umount --timeout 120 "$point"
	nok "round $round: it is unmounted" mountpoint -q "$point"
	nok "round $round: and the loop device free" losetup "$loop" 2>/dev/null
done
done_testing
