#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every rung that this kernel offers, asked for by name: the same counts. And
# what becomes of rung site when the kernel does not go along.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/counts.sh"
fresh
mount_scratch

knob=/proc/sys/debug/kprobes-optimization

some_workloads() { # NAME
	truth_start
	compare "$1: plain" 0 plain --dir "$scratch" --files 500 --rounds 1
	compare "$1: aio-rw" last_puts aio-rw --dir "$scratch" --rounds 2
	compare "$1: aio-poll" last_puts aio-poll --files 50 --rounds 1
	compare "$1: uring-files" last_puts uring-files --dir "$scratch" --files 64 --rounds 2
	truth_stop
}

# kills_with_flushes: some of the files are drained by a flush, with a little luck
kills_with_flushes() {
	local running busy
	running=$(mktemp)
	while [ -e "$running" ]; do
		echo 1 >"$stats/flush"
	done &
	busy=$!
	workload uring-files --dir "$scratch" --files 256 --rounds 3 >/dev/null
	wait_for 60 is_quiet
	rm -f "$running"
	wait $busy
}

# flushed NAME: the other loop that drains counts as well
flushed() {
	truth_start
	mark
	for _ in 1 2 3 4 5; do
		kills_with_flushes
		[ "$(since_mark released_flush)" = 0 ] || break
	done
	wait_for 60 is_quiet
	is "$1: flush: released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
	is "$1: flush: queued = released" "$(since_mark queued)" "$(since_mark released)"
	holds "$1: flush: has drained some" "$(since_mark released_flush)" -ge 1
	truth_stop
}

rungs=(candidate)
! can_trace __fput_deferred || rungs=(entry "${rungs[@]}")
! has_site || rungs=(site "${rungs[@]}")

for scope in exits deferred; do
	for rung in "${rungs[@]}"; do
		name="$rung, $scope"
		ok "$name: loads" load "rung=$rung" "scope=$scope" || continue
		is "$name: in force" "$(value hooks rung)" "$rung"
		is "$name: self-test" "$(value hooks selftest)" passed
		is "$name: no hook failed" "$(column hooks hook state failed)" ''
		note "$name: load $(value hooks load_ns) ns"
		if [ $scope = exits ]; then
			some_workloads "$name"
		else
			truth_start
			compare "$name: uring-files" last_puts \
				uring-files --dir "$scratch" --files 64 --rounds 2
			truth_stop
		fi
		flushed "$name"
		unload
	done
done

if ! has_site; then
	skip 'rung site' 'not on this kernel'
	done_testing
fi

# ---- nothing is hooked on the way of those that are not deferred
load rung=site scope=deferred
is 'site: all its probes are jumps' "$(site_probes | grep -c OPTIMIZED)" 3
is 'site: nothing else is probed but what drains' \
	"$(fields hooks symbol state backend | awk '$2 == "armed" && $3 == "kprobe" { n++ } END { print n }')" 3
is 'site: no hook on __fput' "$(column hooks state hook release)" idle
is 'site: nor on fput' "$(grep -cE '^(fput|fput_many|__fput|__fput_deferred) ' \
	"$tracing/enabled_functions")" 0
unload

# ---- not to be had, and why
nok 'without delayed_fput_list: rung=site is refused' load rung=site hide=delayed_fput_list
like 'without delayed_fput_list: why' "$(last_message)" 'rung site .*: no-symbols$'
nok 'without delayed_fput_list: nothing is left' test -e "$stats"

if [ -w "$knob" ]; then
	echo 0 >"$knob"
	nok 'no jumps: rung=site is refused' load rung=site
	like 'no jumps: why' "$(last_message)" 'rung site .*: no-jump$'
	ok 'no jumps: the next rung is as ever' load
	unload
	echo 1 >"$knob"

	# Taken away while we measure: each file is still counted, and it is said.
	ok 'jumps again: rung=site' load rung=site
	truth_start
	mark
	echo 0 >"$knob"
	workload uring-files --dir "$scratch" --files 64 --rounds 1 >/dev/null
	wait_for 60 is_quiet
	is "jumps taken away: released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
	holds 'jumps taken away: the hook is shown as failed' \
		"$(column hooks hook state failed | wc -l)" -ge 1
	holds 'jumps taken away: missed_probes says so' "$(since_mark missed_probes)" -ge 64
	is 'jumps taken away: what was not seen is unmatched' "$(since_mark queued)" \
		"$(($(since_mark released) - $(since_mark unmatched)))"
	echo 1 >"$knob"
	ok 'jumps are made again' wait_for 20 are_jumps
	note "$(site_probes)"
	truth_stop
	some_workloads 'jumps made again'
	unload
else
	skip 'no jumps' 'this kernel has no such switch'
fi

# ---- on and off, and loads one after the other: always the same rung
load rung=site
for _ in 1 2 3; do
	echo 0 >"$stats/enable"
	echo 1 >"$stats/enable"
	is 'enable: the same rung again' "$(value hooks rung)" site
done
unload
for _ in 1 2 3 4 5; do
	load rung=site
	is 'load after unload: the same rung again' "$(value hooks rung)" site
	unload
done

done_testing
