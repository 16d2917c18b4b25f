#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Files of a ring that were not just registered by a process that is killed. Those that a
# ring opened itself never had a descriptor, and are late all the same. Those of a ring
# that a child has as well, or that were sent to a child's ring, are not late at the
# kill, but once the child is killed too, and then they are the child's.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
heirs=()
trap 'kill -9 "${heirs[@]}" 2>/dev/null; truth_stop; fresh' EXIT
load
file=$scratch/uring-heir.0

# counted NAME QUEUED: so many were deferred, as ftrace says too, and nothing was lost
counted() {
	deferred "$@"
	lost_none "$1"
}

# late NAME PID NUMBER: so many late files, each of that process, put by its ring. Where an
# exit takes long, the list may have released some of them before its end.
late() {
	is "$1: each is a leftover, or was in time" \
		$(($(since_mark leftover) + $(since_mark in_time))) "$3"
	is "$1: each of that process, by its ring, through the list" \
		"$(dfput leftovers -n --raw -o pid,comm,kind,route,fstype,origin_name |
			grep -vxE "$2 +workload +exit +deferred +ext4 +io_uring")" ''
}

count_from_now
if workload_runs uring-opened uring-opened --dir "$scratch"; then
	counted uring-opened "${did[last_puts]}"
	late uring-opened "${victims[0]%% *}" "${did[last_puts]}"
else
	truth_stop
fi

for way in uring-inherited uring-sent; do
	count_from_now
	if ! workload_runs $way $way --dir "$scratch"; then
		truth_stop
		continue
	fi
	counted $way 0
	is "$way: no file is late" "$(value stats leftover)" 0
	like "$way: why names who has them" "$(dfput why "$file")" "^uring .* ${heirs[0]} "
	# Older kernels say only how they are called.
	if grep -qs ": $file" "/proc/${heirs[0]}/fdinfo/"*; then
		ok "$way: nor are they waited for" dfput wait --file "$file" --timeout 60
	else
		skip "$way: nor are they waited for" 'this kernel does not say which files a ring has'
	fi
	count_from_now
	kill -9 "${heirs[0]}"
	wait_for 60 queued_since_mark "${did[files]}"
	counted "$way: the child" "${did[files]}"
	late "$way: the child" "${heirs[0]}" "${did[files]}"
	ok "$way: the child: then nothing of them is left" dfput wait --file "$file" --timeout 60
done

done_testing
