#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Short-lived processes in great number, one after the other: each exit is
# counted, and nothing grows.
. "$(dirname "$0")/lib.sh"
fresh
load

# DFPUT_EXITS=N: so many. Where locks are proven each takes a hundredth of a second.
has_lockdep && many=2000 || many=100000
exits=${DFPUT_EXITS-$many}

slab_kb() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '$1 == "Slab:" { print $2 }' /proc/meminfo
}

workload vforks --procs 2000 >/dev/null
wait_for 60 is_quiet
memory=$(value hooks memory_bytes)
watched=$(value stats watched)
slab=$(slab_kb)

begin=$SECONDS
mark
workload vforks --procs "$exits" >/dev/null
status=$?
seen=$(since_mark exits)
note "$exits exits took $((SECONDS - begin)) s of the guest's time"
is 'the workload ran' $status 0
# The workload itself, and the subshells and awk of since_mark.
holds 'every exit is counted' "$seen" -ge $((exits + 1))
holds 'and counted once' "$seen" -le $((exits + 10))

wait_for 60 is_quiet
for loss in lost_leftovers lost_rings missed_probes stale_records leftover; do
	is "$loss" "$(since_mark $loss)" 0
done
holds 'no more files are watched than before' "$(value stats watched)" -le \
	$((watched + 4))
is 'our memory' "$(value hooks memory_bytes)" "$memory"
grown=$(($(slab_kb) - slab))
note "slab: $slab kB before, grown by $grown kB"
holds 'the slab does not grow' "$grown" -lt 4096
unload

done_testing
