# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the module counts of a workload, against two that know: the kernel's own
# function tracer, and the workload. For tests that have read lib.sh.

released_since_mark() {
	[ "$(since_mark released)" -ge "$1" ]
}

# no_loss NAME: nothing was missed
no_loss() {
	local loss
	for loss in preload unmatched lost_records retracted stale_records lost_batches lost_supers missed_probes; do
		is "$1: $loss" "$(since_mark "$loss")" 0
	done
}

# compare NAME AT-LEAST ARGS...: run it, wait for its files, compare the counts
# shellcheck disable=SC2154 # of lib.sh
compare() {
	local name=$1 least=$2
	shift 2
	wait_for 60 is_quiet
	mark
	echo >"$truth/trace"
	workload_runs "$name" "$@" || return
	[ "$least" != last_puts ] || least=${did[last_puts]-${did[last_puts_min]}}
	wait_for 120 released_since_mark "$least"
	wait_for 120 is_quiet

	is "$name: released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
	no_loss "$name"
	is "$name: queued = released" "$(since_mark queued)" "$(since_mark released)"
	holds "$name: at least what it deferred" "$(since_mark released)" -ge "$least"
	is "$name: causes add up" "$(($(since_mark queued_hardirq) +
		$(since_mark queued_softirq) + $(since_mark queued_bh) +
		$(since_mark queued_kthread) + $(since_mark queued_exited)))" \
		"$(since_mark queued)"
	if [ "$(value hooks scope)" != deferred ]; then
		holds "$name: exits of its processes" "$(since_mark exits)" -ge "${did[exits]}"
		is "$name: each was late, in time, or of nobody known" \
			"$(($(since_mark leftover_deferred) + $(since_mark in_time) +
			$(since_mark unowned)))" "$(since_mark released)"
	fi
	note "$name: queued $(since_mark queued), by interrupts $(queued_by_interrupts)," \
		"kthread $(since_mark queued_kthread)"
}
