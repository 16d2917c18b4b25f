#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Killed with io_uring requests that wait for ever: a poll and a read of a FIFO, an accept.
# Whether their files are deferred is the kernel's business, and differs. That the module
# sees what ftrace sees, and that each such file is a dead process's, is not.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
trap 'truth_stop; fresh' EXIT
load

victims_alone() {
	fields leftovers pid kind comm | grep -vxE "($(printf '%s\n' "${victims[@]%% *}" |
		paste -sd'|')) exit workload"
}

for mode in plain coop deferred; do
	wait_for 60 is_quiet
	echo 1 >"$stats/reset"
	mark
	truth_start
	workload_runs "$mode" uring-wait --dir "$scratch" --taskrun $mode --rounds 3 || continue
	wait_for 60 is_quiet
	queued=$(since_mark queued)
	note "$mode: $queued of ${did[last_puts]} deferred:" \
		"$(fields leftovers fstype | sort | uniq -c | xargs)"
	is "$mode: as many as ftrace counts" "$queued" "$(truth_count)"
	truth_stop
	is "$mode: each is a leftover, or was in time" \
		$(($(since_mark leftover) + $(since_mark in_time))) "$queued"
	is "$mode: of those processes" "$(victims_alone)" ''
	for loss in lost_leftovers lost_rings lost_records missed_probes stale_records unmatched; do
		is "$mode: $loss" "$(since_mark $loss)" 0
	done
done

done_testing
