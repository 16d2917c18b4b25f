#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Umounts that are busy for a reason that is no deferral: none is laid on one, and
# dfput why names each. On a kernel's own filesystems on loop devices.
. "$(dirname "$0")/lib.sh"
fresh

parent=/mnt/why
other=/mnt/why-other
mkdir -p "$parent" "$other"
# What is mounted below it goes to other namespaces that ask for it.
mount -t tmpfs -o mode=755 why "$parent"
mount --make-shared "$parent"

cleanup() {
	release
	swapoff "$mnt/swap" 2>/dev/null
	umount -R "$mnt" 2>/dev/null
	losetup -D
}
trap 'cleanup; umount -R "$parent"; truth_stop; fresh' EXIT

# make FSTYPE: $mnt is one, on the loop device $device
make() {
	local image=$TMPDIR/$1.img
	mnt=$parent/$1
	mkdir -p "$mnt"
	truncate -s 400M "$image"
	device=$(losetup -f --show "$image")
	"mkfs.$1" -q "$device" >/dev/null 2>&1 && mount "$device" "$mnt"
}

# why TARGET: its table in $table, its exit status in $why
why() {
	table=$(dfput why "$1" 2>&1)
	why=$?
}

# says NAME PATTERN: it has found that
says() {
	is "$1: why has a reason" "$why" 0
	like "$1: why names it" "$table" "$2"
}

# The last umount that the module has seen, and how many it lays on deferrals.
judged() {
	local result reason
	if [ ! -e "$stats/umounts" ]; then
		skip "$1: no deferral is blamed" 'the module does not watch umounts'
		return
	fi
	read -r result reason <<<"$(fields umounts result why | tail -n 1)"
	is "$1: the module has seen it" "$result" -EBUSY
	like "$1: and blames no deferral: $reason" "$reason" '^(other|held)$'
	is "$1: none is counted as one" "$(since_mark umounts_busy_deferred)" 0
}

# busy NAME PATTERN: an umount fails with EBUSY, and why names the reason
busy() {
	local output
	output=$(LC_ALL=C umount "$mnt" 2>&1)
	like "$1: umount says busy" "$output" 'busy'
	judged "$1"
	why "$mnt"
	says "$1" "$2"
}

# sleeper COMMAND: a shell does that, and becomes sleep
sleeper() {
	hold sh -c "$1 && exec sleep 1000"
	wait_for 30 runs "$holder" sleep
}

# in_space PROPAGATION COMMAND: a shell of a new mount namespace does that, and then sleeps
in_space() {
	local propagation=$1
	shift
	hold unshare -m --propagation "$propagation" sh -c "$* && exec sleep 1000"
	wait_for 30 runs "$holder" sleep
}

try_processes() {
	local library
	sleeper "cd / && exec 7>'$mnt/a file'"
	busy "$1: fd" "^fd +mount +$holder sleep +7 $mnt/a file +open"
	release
	sleeper "cd '$mnt'"
	busy "$1: cwd" "^cwd +mount +$holder sleep +- $mnt +working directory"
	release
	cp "$(command -v sleep)" "$mnt/program"
	hold "$mnt/program" 1000
	wait_for 30 runs "$holder" program
	busy "$1: exe" "^exe +mount +$holder program +- $mnt/program +"
	release
	# A library stays mapped after the loader has closed it.
	library=$(ldd "$(command -v sleep)" | sed -n 's/.*=> \([^ ]*libc\.so[^ ]*\).*/\1/p')
	cp "$library" "$mnt/mapped.so"
	hold env LD_PRELOAD="$mnt/mapped.so" sleep 1000
	wait_for 30 grep -qs mapped.so "/proc/$holder/maps"
	wait_for 30 runs "$holder" sleep
	busy "$1: mmap" "^mmap +mount +$holder sleep +- $mnt/mapped.so +mapped"
	release
	# shellcheck disable=SC2016 # that is Perl
	hold perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_DGRAM, 0); bind($s, sockaddr_un($ARGV[0])) || die; sleep' "$mnt/address"
	wait_for 30 test -S "$mnt/address"
	busy "$1: socket" "^socket +mount +$holder perl +[0-9]+ $mnt/address +"
	release
}

try_mounts() {
	mkdir -p "$mnt/child"
	mount -t tmpfs child "$mnt/child"
	busy "$1: child mount" "^child +mount +- +- +- $mnt/child +mounted on it"
	umount "$mnt/child"
	# It has a copy of the mount, which the umount would take along.
	in_space slave "cd '$mnt'"
	busy "$1: a copy in another namespace" "^cwd +mount +$holder sleep .*, on $mnt in mount namespace [0-9]+"
	release
}

try_kernel() {
	local loop
	truncate -s 8M "$mnt/backing"
	loop=$(losetup -f --show "$mnt/backing")
	busy "$1: loop" "^loop +mount +- +- +- $mnt/backing +backing file of $loop"
	losetup -d "$loop"
	[ "$1" != btrfs ] || return 0
	dd if=/dev/zero of="$mnt/swap" bs=1M count=8 2>/dev/null
	chmod 600 "$mnt/swap"
	mkswap "$mnt/swap" >/dev/null 2>&1
	if swapon "$mnt/swap"; then
		busy "$1: swap" "^swap +mount +- +- +- $mnt/swap +in use as swap"
		swapoff "$mnt/swap"
	else
		skip "$1: swap" 'swapon refuses this file'
	fi
}

is_free() {
	perl -MFcntl -e 'sysopen(my $d, $ARGV[0], O_RDONLY | O_EXCL) || exit 1' "$device"
}

# What keeps the device alone: the umount succeeds.
try_device() {
	mkdir -p "$mnt/dir"
	in_space private "mount --bind '$mnt/dir' '$other' && umount '$mnt'"
	why "$mnt"
	says "$1: a bind mount" "^mount +device .* $other +.*in mount namespace [0-9]+"
	ok "$1: a bind mount elsewhere: umount succeeds" umount "$mnt"
	nok "$1: but the device is busy" is_free
	why "$device"
	says "$1: and the device" "^mount +device .* $other +.*in mount namespace [0-9]+"
	release
	ok "$1: it is free when the namespace is gone" wait_for 60 is_free
	mount "$device" "$mnt"
	sleeper "cd / && exec 7>'$mnt/file'"
	umount -l "$mnt"
	nok "$1: detached with a file open: the device is busy" is_free
	why "$device"
	says "$1: detached" "^fd +device +$holder sleep +7 .*detached"
	release
	ok "$1: it is free when the file is closed" wait_for 60 is_free
	why "$device"
	is "$1: then there is nothing to be found" "$why" 3
}

modprobe -q loop
load
wait_for 60 is_settled
if [ -e "$stats/umounts" ]; then
	mkdir "$parent/child"
	mount -t tmpfs child "$parent/child"
	ok 'rings from before the load are excluded soon' wait_for 90 excludes_rings "$parent"
	umount "$parent/child"
fi
mark
for fstype in ext4 xfs btrfs; do
	modprobe -q "$fstype"
	if ! make "$fstype"; then
		not_ok "$fstype: it can be made and mounted"
		continue
	fi
	try_processes "$fstype"
	try_mounts "$fstype"
	try_kernel "$fstype"
	why "$mnt"
	is "$fstype: nothing is left in its way" "$(grep -cE ' mount ' <<<"$table")" 0
	try_device "$fstype"
	losetup -d "$device"
done
[ ! -e "$stats/umounts" ] ||
	is 'no umount was laid on a deferral' "$(since_mark umounts_busy_deferred)" 0

# ---- rmdir and rename of a mount point: what refuses them is true later as well

# refusals DIR [COMMAND...]: what a rename of it and its rmdir say, there
refusals() {
	local dir=$1
	shift
	# shellcheck disable=SC2016 # that is Perl
	"$@" perl -MErrno -e 'my ($dir) = @ARGV;
		printf "%s ", rename($dir, "$dir.new") ? "done" : $!{EBUSY} ? "busy" : $!;
		rename("$dir.new", $dir);
		printf "%s\n", rmdir($dir) ? "done" : $!{EBUSY} ? "busy" : $!' "$dir"
}

try_mount_points() {
	local dir=$other/dir bound=$other/bound space
	mount -t tmpfs place "$other"
	mount --make-private "$other"
	mkdir "$dir" "$bound"
	mount -t tmpfs here "$dir"
	is 'a mount point: rename, rmdir' "$(refusals "$dir")" 'busy busy'
	why "$dir"
	like 'a mount point: why says so' "$table" \
		"^$dir: tmpfs on device .*; while it is mounted, it cannot be removed or renamed"
	umount "$dir"

	mount --bind "$other" "$bound"
	mount -t tmpfs there "$bound/dir"
	is 'a mount point by a bind mount: rename, rmdir' "$(refusals "$dir")" 'busy busy'
	why "$dir"
	says 'a mount point by a bind mount' "^child +device .* $bound/dir +mounted on $dir"
	umount "$bound/dir" "$bound"

	in_space private "mount -t tmpfs there '$dir'"
	space=$(stat -Lc %i "/proc/$holder/ns/mnt")
	is 'a mount point in another namespace: rename, rmdir there' \
		"$(refusals "$dir" nsenter -m -t "$holder")" 'busy busy'
	why "$dir"
	says 'a mount point in another namespace' \
		"^child +device .* $dir +mounted on $dir, in mount namespace $space, as process $holder sees it"
	like 'a mount point in another namespace: it is none here' "$table" \
		"^$dir is no mount point here\. Where it is one"
	is 'a mount point in another namespace: rename, rmdir here' \
		"$(refusals "$dir")" 'done done'
	nok 'which took the mount away there' grep -q " $dir " "/proc/$holder/mounts"
	release
	umount "$other"
}
try_mount_points

# ---- without the module, and without a name that leads anywhere

unload
mount -t tmpfs alone "$other"
sleeper "cd '$other'"
why "$other"
says 'without the module' "^cwd +mount +$holder sleep"
like 'and it says what it does not see' "$table" '^Not seen: deferred files'
release
why "$other"
is 'nothing found, without the module: cannot tell' "$why" 4
umount "$other"
why /nowhere
is 'no such path' "$why" 1
done_testing
