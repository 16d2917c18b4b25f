#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who put the files: each name here is given to call paths that a kernel really took, as are
# fuse in 45-fuse.t, nfsd and sunrpc in 45-nfs.t. What origins.rules has beyond these is
# known from the kernel's source alone.
. "$(dirname "$0")/lib.sh"
fresh
merged=/mnt/merged
cleanup() {
	umount -l "$merged" 2>/dev/null
	drop_fs
	fresh
}
trap cleanup EXIT
mount_scratch
load

# has_origin NAMES: with | between them
has_origin() {
	dfput origins -n --raw -o origin_name --sort count | grep -qxE "$1"
}

# comes_from_any NAME WORKLOAD...: if the kernel defers any
comes_from_any() {
	workload_runs "$@" || return
	wait_for 60 is_quiet
	if [ "$(since_mark queued)" = 0 ]; then
		skip "$1" 'this kernel puts them in the closing task'
	else
		ok "$1" has_origin "$1"
	fi
}

# comes_from NAME WORKLOAD...: then there are files of that origin
comes_from() {
	workload_runs "$@" || return
	ok "$1" wait_for 60 has_origin "$1"
}

ok 'selftest' has_origin selftest
echo 1 >"$stats/reset"
comes_from aio aio-rw --dir "$scratch"
comes_from io_uring uring-files --dir "$scratch"
mark
comes_from_any af_unix unix-gc

if make_fs ext4; then
	mount "$device" "$point"
	mkdir -p "$point/lower" "$point/upper" "$point/work" "$merged"
	if modprobe -q overlay || grep -qw overlay /proc/filesystems; then
		mount -t overlay overlay "$merged" \
			-o "lowerdir=$point/lower,upperdir=$point/upper,workdir=$point/work"
		comes_from overlay uring-files --dir "$merged"
		wait_for 60 is_quiet
		umount "$merged"
	else
		skip overlay 'this kernel has no overlay'
	fi
	# The worker takes down the superblock, and so the loop device that has its image.
	losetup -d "$device"
	device=
	comes_from "umount|loop" umount --detach --dir "$point"
else
	skip overlay "$reason"
	skip "umount|loop" "$reason"
fi

done_testing
