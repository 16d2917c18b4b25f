# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the live tests share. They run as root on a test host, in /dfput, and
# speak TAP. Nothing in here asserts a duration: the hosts are emulated.
set -u

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
stats=/sys/kernel/debug/dfput
tracing=/sys/kernel/tracing
truth=$tracing/instances/dfput_truth
TMPDIR=$(mktemp -d)
export TMPDIR
PATH=$top/build:$top/build/workloads:$PATH

# ---- TAP --------------------------------------------------------------------

tap_count=0

pass() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' "$tap_count" "$1"
}

not_ok() {
	tap_count=$((tap_count + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$1"
}

note() {
	printf '# %s\n' "$@"
}

skip() { # NAME REASON
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

# ok NAME COMMAND...: the command succeeds
ok() {
	local name=$1
	shift
	if "$@"; then pass "$name"; else not_ok "$name"; fi
}

# nok NAME COMMAND...: it does not
nok() {
	local name=$1
	shift
	if "$@"; then not_ok "$name"; else pass "$name"; fi
}

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		not_ok "$1"
		note "got: $2" "wanted: $3"
	fi
}

# holds NAME LEFT OPERATOR RIGHT: the numbers compare as test(1) has it
holds() {
	if [ "$2" "$3" "$4" ]; then
		pass "$1"
	else
		not_ok "$1"
		note "it is not true that $2 $3 $4"
	fi
}

# like NAME TEXT PATTERN: an extended regular expression is in the text
like() {
	if grep -Eq -- "$3" <<<"$2"; then
		pass "$1"
	else
		not_ok "$1"
		note "not found: $3" "in: $2"
	fi
}

done_testing() {
	printf '1..%d\n' "$tap_count"
}

# ---- the module -------------------------------------------------------------

load() {
	insmod "$top/dfput.ko" "$@"
}

unload() {
	rmmod dfput
}

is_loaded() {
	[ -d /sys/module/dfput ]
}

# A test begins and ends with the module gone, whatever happened before.
fresh() {
	! is_loaded || unload
}
trap 'truth_stop; fresh' EXIT

# value FILE NAME: a value of a statistics file
value() {
	awk -v name="$2" '$1 == name { print $2 }' "$stats/$1"
}

# column FILE COLUMN [KEY-COLUMN KEY]: a column of a table, by name
column() {
	awk -F '\t' -v column="$2" -v key="${3-}" -v wanted="${4-}" '
		NF < 2 { next }
		!at { for (i = 1; i <= NF; i++) place[$i] = i; at = place[column]; next }
		key == "" || $place[key] == wanted { print $at }' "$stats/$1"
}

# since_mark NAME: how much a counter has grown since mark
declare -A marked

mark() {
	local name number
	while read -r name number; do
		[ "$name" = '#' ] || marked[$name]=$number
	done <"$stats/stats"
}

since_mark() {
	echo $(($(value stats "$1") - ${marked[$1]}))
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

queued_since_mark() {
	[ "$(since_mark queued)" -ge "$1" ]
}

is_drained() {
	[ "$(value stats pending)" = 0 ]
}

# Nothing comes any more: what a dead process left has been torn down.
is_quiet() {
	local before
	before=$(value stats queued)
	sleep 0.5
	is_drained && [ "$(value stats queued)" = "$before" ]
}

# ---- an independent count ---------------------------------------------------

# ftrace's own function tracer, in an instance of its own, on __fput.
truth_start() {
	mkdir -p "$truth"
	echo 0 >"$truth/tracing_on"
	echo 16384 >"$truth/buffer_size_kb"
	echo __fput >"$truth/set_ftrace_filter"
	echo function >"$truth/current_tracer"
	echo >"$truth/trace"
	echo 1 >"$truth/tracing_on"
}

truth_stop() {
	[ -d "$truth" ] || return 0
	echo nop >"$truth/current_tracer"
	rmdir "$truth"
}

# Calls of __fput from the drain functions, or nothing if the tracer lost any.
truth_count() {
	local lost
	lost=$(awk '/^(overrun|commit overrun|dropped events):/ { n += $NF } END { print n + 0 }' \
		"$truth"/per_cpu/cpu*/stats)
	[ "$lost" = 0 ] || return 1
	grep -Ec '__fput <-(flush_)?delayed_fput$' "$truth/trace"
}

# ---- workloads --------------------------------------------------------------

# The slow disk, so that requests are in flight when their process is killed.
scratch=/mnt/scratch

mount_scratch() {
	mountpoint -q "$scratch" && return
	mkdir -p "$scratch"
	mkfs.ext4 -qF /dev/vdc && mount /dev/vdc "$scratch"
}

# run_workload NAME ARGS...: what it printed is then in did[]
declare -A did

run_workload() {
	local output name number status
	did=()
	output=$(workload "$@")
	status=$?
	while read -r name number; do
		[ -z "$name" ] || did[$name]=$number
	done <<<"$output"
	note "workload $*: $(tr '\n' ' ' <<<"$output")"
	return $status
}
