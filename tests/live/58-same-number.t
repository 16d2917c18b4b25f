#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two files of one superblock with the same inode number: in subvolumes of btrfs, in
# layers of an overlay, and all eventfds have one. A living process has the one open;
# the other, of an ended process, is in flight to a socket, which /proc does not show.
# So whether a living process holds what is held cannot be told.
. "$(dirname "$0")/lib.sh"
fresh
overlay=/mnt/same-over
layers=(/mnt/same-1 /mnt/same-2)

cleanup() {
	release
	umount "$overlay" "${layers[@]}" 2>/dev/null
	drop_fs
}
trap 'cleanup; fresh' EXIT

held_number() {
	[ -n "$(column held pid inode "$1")" ]
}

# try NAME MOUNT FILE OTHER
try() {
	local number
	number=$(stat -c %i "$3")
	is "$1: the same number" "$(stat -c %i "$4")" "$number"
	hold sh -c "exec 8<'$4' && exec sleep 1000"
	wait_for 30 runs "$holder" sleep
	# shellcheck disable=SC2016 # that is Perl
	fly 'open(FILE, "<", $ARGV[0]) || die; fileno(FILE)' "$3"
	ok "$1: something holds the file of an ended process" wait_for 30 held_number "$number"
	dfput wait --mount "$2" --timeout 2 --json >"$TMPDIR/said"
	is "$1: wait cannot tell" $? 4
	like "$1: whether a living process holds it" "$(<"$TMPDIR/said")" '"held_perhaps":1'
	dfput why "$2" >"$TMPDIR/said"
	like "$1: nor can why" "$(<"$TMPDIR/said")" '^held +perhaps .*another file of this number'
	dfput umount "$2" --timeout 2 --json >"$TMPDIR/said" 2>/dev/null
	is "$1: umount is refused" $? 3
	like "$1: but dfput has waited" "$(tr -d " \n" <"$TMPDIR/said")" '"waited_for":\["held"\]'
	release
	ok "$1: wait ends when it is released" dfput wait --mount "$2" --timeout 60
}

load
mkdir -p "$overlay" "${layers[@]}"
if make_fs btrfs && mount "$device" "$point" &&
	btrfs subvolume create "$point/1" >/dev/null 2>&1 &&
	btrfs subvolume create "$point/2" >/dev/null 2>&1; then
	touch "$point/1/file" "$point/2/file"
	try btrfs "$point" "$point/1/file" "$point/2/file"
else
	skip 'btrfs' "${reason:-no subvolumes}"
fi

mount -t tmpfs same "${layers[0]}"
mount -t tmpfs same "${layers[1]}"
touch "${layers[0]}/1" "${layers[1]}/2"
modprobe -q overlay
if mount -t overlay -o "xino=off,lowerdir=${layers[0]}:${layers[1]}" same "$overlay"; then
	try overlay "$overlay" "$overlay/1" "$overlay/2"
else
	skip 'overlay' 'this kernel mounts none'
fi

held_eventfd() {
	[ -n "$(column held pid fstype anon_inodefs)" ]
}

hold perl -e 'syscall(290, 0, 0); sleep'
fly 'syscall(290, 0, 0)'
ok 'eventfd: something holds that of an ended process' wait_for 30 held_eventfd
dfput wait --all --timeout 2 --json >"$TMPDIR/said"
is 'eventfd: wait cannot tell' $? 4
like 'eventfd: whether a living process holds it' "$(<"$TMPDIR/said")" '"held_perhaps":[1-9]'
release
ok 'eventfd: wait ends when it is released' dfput wait --all --timeout 60
done_testing
