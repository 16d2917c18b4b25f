# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the storms share, after lib.sh: files put from interrupts and threads on all
# processors, by the test hosts' own module, which counts by itself what it did.

# shellcheck disable=SC2154 # of lib.sh
storm_ko=$top/tests/module/storm.ko
storm_parameters=/sys/module/storm/parameters

# storm FILES [PARAMETER...]: returns when all are put, mostly not yet released
storm() {
	insmod "$storm_ko" files="$1" "${@:2}"
}

# storm_did NAME: one of its counts
storm_did() {
	cat "$storm_parameters/$1"
}

storm_released() {
	[ "$(storm_did released)" = "$1" ]
}

# It stays loaded while one of its files is open.
storm_end() {
	[ ! -d "$storm_parameters" ] || wait_for 60 rmmod storm 2>/dev/null
}

trap 'drop_stuck; storm_end; truth_stop; fresh' EXIT

# storm_balances NAME FILES: each file was seen in its context, once, and released;
# the storm, ftrace and dfput agree. Others may defer files as well: then what is
# queued is more than the storm's, by as many as ftrace's count is.
storm_balances() {
	local name=$1 files=$2 counted more context seen beyond=0
	ok "$name: all are released" wait_for 120 storm_released "$files"
	wait_for 120 is_quiet
	counted=$(truth_count)
	more=$((counted - files))
	is "$name: none could not be opened" "$(storm_did failed)" 0
	holds "$name: ftrace has counted each" "${counted:-0}" -ge "$files"
	is "$name: released = ftrace's own count" "$(since_mark released)" "$counted"
	is "$name: queued = released" "$(since_mark queued)" "$counted"
	for context in hardirq softirq bh kthread; do
		seen=$(since_mark queued_$context)
		holds "$name: queued_$context" "$seen" -ge "$(storm_did put_$context)"
		beyond=$((beyond + seen - $(storm_did put_$context)))
	done
	is "$name: in these contexts, no more than others put" $beyond $((more - $(since_mark queued_exited)))
	is "$name: none pending" "$(value stats pending)" 0
	for loss in unmatched preload missed_probes retracted stale_records lost_batches; do
		is "$name: $loss" "$(since_mark $loss)" 0
	done
	note "$name: of $files, $(storm_did put_hardirq) hardirq, $(storm_did put_softirq) softirq," \
		"$(storm_did put_bh) bh, $(storm_did put_kthread) kthread; $more of others;" \
		"pending at most $(value stats pending_max); lost_records $(since_mark lost_records)"
}

# storm_begin: what is counted from here on is the storm's
storm_begin() {
	wait_for 60 is_quiet
	mark
	echo >"$truth/trace"
}

# meanwhile NAME COMMAND: $files of a storm, and the command again and again until
# they are put. What it prints is in $TMPDIR/meanwhile, and what of it is left in the
# background ends then.
# shellcheck disable=SC2154 # of the test
meanwhile() {
	local running=$TMPDIR/running job
	storm_end
	storm_begin
	: >"$running"
	while [ -e "$running" ]; do
		"$2"
	done >"$TMPDIR/meanwhile" 2>&1 &
	job=$!
	storm "$files" limit=12000
	rm -f "$running"
	wait $job
	storm_balances "$1" "$files"
}
