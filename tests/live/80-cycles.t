#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loaded and unloaded, over and over, while files are deferred and a reader sits in
# poll(2) on `pending`: no hang, no leak.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
# DFPUT_CYCLES=N: so many. Each takes seconds on an emulated host.
cycles=${DFPUT_CYCLES-15}

work() {
	while [ -e "$running" ]; do
		workload uring-files --dir "$scratch" --files 64 --rounds 1
		workload aio-poll --files 50 --rounds 1
		workload unix-gc --dir "$scratch" --cycles 20 --rounds 1
	done >/dev/null 2>&1
}

# Waits in poll(2) until the list is empty, over and over.
poll_it() {
	while [ -e "$running" ]; do
		dfput wait --list --timeout 5
		sleep 0.1
	done >/dev/null 2>&1
}

read_it() {
	while [ -e "$running" ]; do
		cat "$stats"/stats "$stats"/pending "$stats"/superblocks
		sleep 0.1
	done >/dev/null 2>&1
}

cycle() { # TIMES
	local i
	for ((i = 0; i < $1; i++)); do
		load && unload_soon || return 1
	done
}

# Kernel memory in kB, with the caches emptied that have nothing to do with us.
memory() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	awk -v what="$1:" '$1 == what { print $2 }' /proc/meminfo
}

running=$(mktemp)
before=()
work &
poll_it &
read_it &

# The first cycles fill caches of the kernel's own.
ok 'some cycles to warm up' cycle 5
for what in Slab VmallocUsed Percpu; do
	before[${#before[@]}]=$(memory $what)
done
started=$SECONDS
cycle "$cycles"
is "$cycles cycles" $? 0
note "$((SECONDS - started)) s"
i=0
for what in Slab VmallocUsed Percpu; do
	after=$(memory $what)
	# Less than 20 kB a cycle: the smallest thing that we allocate and that
	# is not counted in objects below is a table of 40 kB.
	holds "$what has not grown by 20 kB a cycle" \
		$((after - before[i])) -lt $((20 * cycles))
	note "$what: ${before[i]} kB before, $after kB after"
	i=$((i + 1))
done
rm -f "$running"
wait

# And it still works.
load
mark
run_workload uring-files --dir "$scratch" --files 64 --rounds 1
wait_for 60 queued_since_mark 64
wait_for 60 is_quiet
is 'afterwards it still counts' "$(since_mark queued)" 64
is 'and loses nothing' "$(value stats unmatched)" 0

done_testing
