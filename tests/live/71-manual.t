#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The examples of the manual that need the module do what their pages say: tests/examples.
. "$(dirname "$0")/lib.sh"
fresh
load
wait_for 60 is_settled
pages=$top/userspace/man

# What the pages take for given: a program ./test; and /dev/sdb1, mounted on /mnt.
cd "$TMPDIR" || exit 1
ln -s "$(type -P true)" test
if ! make_fs ext4; then
	skip 'the examples of the manual' "$reason"
	done_testing
	exit
fi
trap 'release; umount -l /mnt 2>/dev/null; rm -f /dev/sdb1; drop_fs; fresh' EXIT
ln -sf "$device" /dev/sdb1
mount "$device" /mnt

# examples PAGE: in it are some, and all are right
examples() {
	local out status
	out=$("$top/tests/examples" '#' "$1")
	status=$?
	[ $status = 0 ] || note "$out"
	[ $status = 0 ] && grep -q '^ok 1' <<<"$out"
}

# It is busy, and somebody asks again and again: dfput watch has something to tell.
in_mnt() {
	[ "$(readlink "/proc/$1/cwd")" = /mnt ]
}
hold env -C /mnt sleep 10000
wait_for 60 in_mnt "$holder"
hold sh -c 'while sleep 1; do umount /mnt; done'
for page in dfput dfput-{doctor,events,flush,record,run,stat,tables,watch,why}; do
	ok "$page.1" examples "$pages/$page.1"
done

# Nobody has it any more. What one page unmounts, the next one has mounted.
release
ok 'dfput-umount.1' examples "$pages/dfput-umount.1"
mount "$device" /mnt
ok 'dfput-wait.1' examples "$pages/dfput-wait.1"
ok 'dfput.5' examples "$pages/dfput.5"
# That of dfput-top.1 needs a terminal: tests/unit/test_top.sh has one, and runs it.
is 'no page is left out' "$(grep -l '^# [^ ]' "$pages"/* | grep -vc /dfput-top)" $tap_count
done_testing
