# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the module counts of a workload, against two that know: the kernel's own
# function tracer, and the workload. For tests that have read lib.sh.

# compare NAME AT-LEAST ARGS...: run it, wait for its files, compare the counts
# shellcheck disable=SC2154 # of lib.sh
compare() {
	local name=$1 least=$2
	shift 2
	wait_for 60 is_quiet
	mark
	echo >"$truth/trace"
	if ! run_workload "$@"; then
		if [ -n "${did[skip]-}" ]; then
			skip "$name" "${did[skip]}"
		else
			not_ok "$name: the workload runs"
		fi
		return 1
	fi
	[ "$least" != last_puts ] || least=${did[last_puts]-${did[last_puts_min]}}
	wait_for 120 queued_since_mark "$least"
	wait_for 120 is_quiet

	is "$name: released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
	is "$name: queued = released" "$(since_mark queued)" "$(since_mark released)"
	holds "$name: at least what it deferred" "$(since_mark queued)" -ge "$least"
	for loss in unmatched preload lost_records missed_probes retracted \
		stale_records lost_batches lost_supers; do
		is "$name: $loss" "$(since_mark $loss)" 0
	done
	is "$name: causes add up" "$(($(since_mark queued_hardirq) +
		$(since_mark queued_softirq) + $(since_mark queued_bh) +
		$(since_mark queued_kthread) + $(since_mark queued_exited)))" \
		"$(since_mark queued)"
	[ "$(value hooks scope)" = deferred ] ||
		holds "$name: exits of its processes" "$(since_mark exits)" -ge "${did[exits]}"
	note "$name: queued $(since_mark queued), irq $(($(since_mark queued_hardirq) +
		$(since_mark queued_softirq))), kthread $(since_mark queued_kthread)"
}
