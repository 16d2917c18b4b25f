# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One load after the other, each with a line in a table of what became of its files:
# for tests that have read lib.sh and counts.sh. Each number of dfput's is held
# against ftrace's own count of the same load.
#
# shellcheck disable=SC2154 # of lib.sh

# Kills of a load, each of four processes; an umount of its filesystem after each.
trials=${DFPUT_TRIALS:-6}
columns='load kills operations requests task_work deferred calls hardirq softirq bh
	kthread exited on_fs late aio io_uring af_unix other umounts busy by_list by_ring'
declare -A sum

# table FILE: where the lines go, in /dfput/results
table() {
	results=$top/results/$1
	mkdir -p "$top/results"
	# shellcheck disable=SC2086 # words
	printf '%s\t' kernel $columns | sed 's/\t$/\n/' >"$results"
}

# ---- a load, from its begin to its line ---------------------------------------

no_rings() {
	[ "$(value stats rings)" = 0 ]
}

is_over() {
	no_rings && is_quiet
}

begin() {
	if ! wait_for 120 is_over; then
		not_ok "$1: what was before it is over"
	fi
	echo 1 >"$stats/reset"
	mark
	echo >"$truth/trace"
	sum=([kills]=0 [operations]=0 [answered]=0 [umounts]=0 [busy]=0)
}

# What the workload says it did, all trials together.
add_up() {
	local name
	for name in "${!sum[@]}"; do
		sum[$name]=$((${sum[$name]} + ${did[$name]-0}))
	done
}

# by_origin NAME: files that were queued by a path of that name; other: of no name
# that has a column
by_origin() {
	dfput origins --raw -n -o origin_name,count | awk -v wanted="$1" '
		$1 !~ /^(aio|io_uring|af_unix)$/ { $1 = "other" }
		$1 == wanted { n += $2 } END { print n + 0 }'
}

# The tracer's lines of __fput by others than the list.
task_works() {
	grep -c '__fput <-task_work_run' "$truth/trace"
}

# The tracer, also on the kernel's worker.
truth_of_calls() {
	truth_start
	echo delayed_fput >>"$truth/set_ftrace_filter"
}

# How often the kernel's worker was called, as a probe on it counts.
calls() {
	grep -c 'delayed_fput <-process_one_work' "$truth/trace"
}

# What dfput counted has to be what the tracer did, or it is no figure.
hold_against_truth() {
	is "$1: deferred = ftrace's own count" "$(since_mark released)" "$(truth_count)"
	no_loss "$1"
	is "$1: queued = released" "$(since_mark queued)" "$(since_mark released)"
	is "$1: each has its superblock" "$(column superblocks queued |
		awk '{ n += $1 } END { print n + 0 }')" "$(since_mark queued)"
	is "$1: umounts that were busy" "$(since_mark umounts_busy)" "${sum[busy]}"
	is "$1: each has its call path" "$(dfput origins --raw -n -o count |
		awk '{ n += $1 } END { print n + 0 }')" \
		"$(since_mark queued)"
}

end() {
	local cause origin line
	wait_for 120 is_over || not_ok "$1: it comes to its end"
	hold_against_truth "$1"
	line=("$1" "${sum[kills]}" "${sum[operations]}" "${sum[answered]}" "$(task_works)"
		"$(since_mark released)" "$(calls)")
	for cause in hardirq softirq bh kthread exited; do
		line+=("$(since_mark queued_$cause)")
	done
	line+=("$(column superblocks queued name vdc | awk '{ n += $1 } END { print n + 0 }')"
		"$(since_mark leftover_deferred)")
	for origin in aio io_uring af_unix other; do
		line+=("$(by_origin $origin)")
	done
	line+=("${sum[umounts]}" "${sum[busy]}" "$(since_mark umounts_busy_deferred)"
		"$(since_mark umounts_busy_ring)")
	printf '%s\t' "$(uname -r)" "${line[@]}" | sed 's/\t$/\n/' >>"$results"
	note "$1: ${line[*]:1}"
	# by which paths, for whoever reads this
	dfput origins -o all | sed 's/^/#   /'
}

# Mounted again for the next trial, as soon as nothing holds it any more.
remount() {
	if mountpoint -q "$scratch"; then
		wait_for 60 is_over
		umount "$scratch" || not_ok 'the filesystem is free in the end'
	fi
	mount /dev/vdc "$scratch"
}

# trial NAME WORKLOAD ARGS...: once, with an umount
trial() {
	remount
	workload_runs "$@" || return 1
	add_up
}

# load NAME WORKLOAD ARGS...: with an umount in each of its trials
load_with_umounts() {
	local name=$1 number
	begin "$name"
	for ((number = 0; number < trials; number++)); do
		trial "$@" || return 1
	done
	end "$name"
}

# load_alone NAME WORKLOAD ARGS...: it does its rounds by itself
load_alone() {
	begin "$1"
	workload_runs "$@" || return 1
	add_up
	end "$1"
}
