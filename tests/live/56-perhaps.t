#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Busy because of what nobody can see, and why names who it is perhaps: a process in its
# exit, and one that has not read what fanotify told it.
. "$(dirname "$0")/lib.sh"
fresh
trap 'drop_fs; release 2>/dev/null; fresh' EXIT
load

if ! make_fs ext4; then
	skip 'perhaps' "$reason"
	done_testing
	exit
fi

# ---- an fanotify group with an unread event

case $(uname -m) in
x86_64) fanotify_init=300 ;;
*) fanotify_init=262 ;;
esac
watches() {
	grep -qs '^fanotify mnt_id' "/proc/$holder/fdinfo/"*
}
mount "$device" "$point"
# FAN_OPEN of a mount; its number is the next
# shellcheck disable=SC2016 # perl's
hold perl -e 'my ($nr, $path) = @ARGV;
	my $group = syscall($nr, 0, 0);
	syscall($nr + 1, $group, 0x11, 0x20, -100, $path);
	sleep 1000' "$fanotify_init" "$point"
wait_for 30 watches
: >"$point/watched"
wait_for 60 excludes_rings "$point"
output=$(dfput why "$point")
is 'fanotify: why cannot be certain' $? 4
like 'fanotify: but names the process' "$output" "fanotify +perhaps +$holder perl +3 .*watches it"
release
ok 'fanotify: with the group, its events go' wait_for 30 umount "$point"

# ---- a killed process that is stuck in its exit: it has no descriptors any more

# Because its file is unlinked, and the filesystem frozen.
mount "$device" "$point"
# shellcheck disable=SC2016 # perl's
hold perl -e 'open my $file, ">", $ARGV[0] or die; unlink $ARGV[0]; sleep 1000' "$point/file"
is_unlinked() {
	[ "$(readlink "/proc/$holder/fd/3")" = "$point/file (deleted)" ]
}
ok 'a process has an unlinked file' wait_for 30 is_unlinked
wait_for 60 excludes_rings "$point"
fsfreeze -f "$point"
kill -9 "$holder"
is_stuck_in_exit() {
	[ "$(cut -d ' ' -f 3 "/proc/$holder/stat")" = D ] && [ -z "$(ls "/proc/$holder/fd")" ]
}
ok 'killed, it is stuck in its exit, without descriptors' wait_for 30 is_stuck_in_exit

output=$(LC_ALL=C umount "$point" 2>&1)
like 'umount says busy' "$output" 'busy'
is 'the module blames no deferral' "$(fields umounts why | tail -n 1)" other
output=$(dfput why "$point")
is 'why cannot be certain' $? 4
like 'but names the process' "${output%%$'\n'*}" \
	"^Cannot tell: $point is perhaps kept busy by process $holder \(perl.*\): in its exit"
like 'with where in the kernel it is' "$output" \
	"exit +perhaps +$holder perl +- .*evict.* in its exit: which files"
output=$(dfput wait --pid "$holder" --timeout 0)
is 'wait does not say that nothing is left' $? 3
like 'but that it still exits' "$output" "Left after .*: process $holder is in its exit"

fsfreeze -u "$point"
wait "$holder" 2>/dev/null
holders=()
ok 'thawed, it ends' wait_for 30 umount "$point"
like 'and why names it no more' "$(dfput why "$device")" '^Nothing keeps '

done_testing
