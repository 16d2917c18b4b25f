#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rungs that are not taken by themselves, asked for by name: the same counts.
# And rung site: when it is taken, what it leaves alone, and what becomes of it when
# the kernel does not go along.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/counts.sh"
# This is about each of them.
unset DFPUT_RUNG
fresh
mount_scratch
trap 'drop_stuck; truth_stop; fresh' EXIT

knob=/proc/sys/debug/kprobes-optimization

# counts_right NAME: every file that a kworker puts
counts_right() {
	truth_start
	compare "$1: uring-files" last_puts uring-files --dir "$scratch" --files 64 --rounds 1
	truth_stop
}

# flush_right NAME: with the worker stuck, a flush has the rest, its last file included
# although it waits for the worker by 7.x; for when the truth is on
flush_right() {
	mark
	echo >"$truth/trace"
	pile_up 64
	dfput flush >"$TMPDIR/flushed" 2>&1 &
	ok "$1: what the worker has not got" wait_for 60 released_since_mark 64
	let_worker
	wait
	wait_for 60 is_quiet
	is "$1: released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
	is "$1: queued = released" "$(since_mark queued)" "$(since_mark released)"
	is "$1: by it" "$(since_mark released_flush)" 64
}

# in_force NAME RUNG
in_force() {
	is "$1: in force" "$(value hooks rung)" "$2"
	is "$1: self-test" "$(value hooks selftest)" passed
	is "$1: no hook failed" "$(column hooks hook state failed)" ''
	note "$1: load $(value hooks load_ns) ns"
}

load
default=$(value hooks rung)
is 'scope=exits: why not site' "$(value hooks why_not)" scope
is 'scope=exits: no probe is left of looking for one' "$(site_probes)" ''
unload

rungs=(candidate)
! can_trace __fput_deferred || rungs=(entry candidate)
for rung in "${rungs[@]}"; do
	[ "$rung" != "$default" ] || continue
	ok "$rung: loads" load "rung=$rung"
	in_force "$rung" "$rung"
	is "$rung: why not site" "$(value hooks why_not)" asked
	counts_right "$rung"
	truth_start
	flush_right "$rung, flush"
	truth_stop
	unload
done

if ! has_site; then
	skip 'rung site' 'not on this kernel'
	done_testing
	exit
fi

# ---- scope=deferred: nothing is hooked on the way of those that are not deferred
ok 'site: loads by itself with scope=deferred' load scope=deferred
in_force 'site, scope=deferred' site
is 'site: why not' "$(value hooks why_not)" -
is 'site: all its probes are jumps' "$(site_probes | grep -c OPTIMIZED)" 3
is 'site: no hook on __fput' "$(column hooks state hook release)" idle
is 'site: nor on what calls it' "$(grep -cE \
	'^(fput|fput_many|fput_close|fput_close_sync|filp_close|__fput|__fput_deferred|__fput_sync) ' \
	"$tracing/enabled_functions")" 0
counts_right 'site, scope=deferred'
truth_start
compare 'site, scope=deferred: aio-rw' last_puts aio-rw --dir "$scratch" --rounds 1
flush_right 'site, flush'
truth_stop

# ---- another user of the same place, while we measure and before we come
place=$(site_probes | awk '$3 !~ /delayed_fput/ || $3 ~ /^__fput_deferred/ { print $3 }')
echo "p:dfput_other $place" >>"$tracing/kprobe_events"
echo 1 >"$tracing/events/kprobes/dfput_other/enable"
ok 'a second probe at our place: both are a jump' wait_for 20 are_jumps
counts_right 'a second probe at our place'
unload
nok 'a probe at our place before us: rung=site is refused' load rung=site
like 'a probe at our place before us: why' "$(last_message)" 'rung site: no-(certain-)?place$'
echo 0 >"$tracing/events/kprobes/dfput_other/enable"
echo '-:dfput_other' >>"$tracing/kprobe_events"

# ---- scope=exits, by name
ok 'site, scope=exits: loads' load rung=site
in_force 'site, scope=exits' site
counts_right 'site, scope=exits'

# ---- on and off, and loads one after the other: always the same rung
for _ in 1 2; do
	echo 0 >"$stats/enable"
	echo 1 >"$stats/enable"
	is 'enable: the same rung again' "$(value hooks rung)" site
done
unload
for _ in 1 2; do
	load rung=site
	is 'load after unload: the same rung again' "$(value hooks rung)" site
	unload
done

# ---- not to be had, and why
nok 'without delayed_fput_list: rung=site is refused' load rung=site hide=delayed_fput_list
like 'without delayed_fput_list: why' "$(last_message)" 'rung site: no-symbols$'
nok 'without delayed_fput_list: nothing is left' test -e "$stats"
load scope=deferred hide=delayed_fput_list
is 'without delayed_fput_list: the next rung' "$(value hooks rung)" "$default"
is 'without delayed_fput_list: why not site' "$(value hooks why_not)" no-symbols
unload

if [ -w "$knob" ]; then
	load scope=deferred
	mark
	truth_start
	echo 0 >"$knob"
	workload uring-files --dir "$scratch" --files 64 --rounds 1 >/dev/null
	wait_for 60 is_quiet
	holds 'jumps taken away: the hook is shown as failed' \
		"$(column hooks hook state failed | wc -l)" -ge 1
	holds 'jumps taken away: missed_probes says so' "$(since_mark missed_probes)" -ge 64
	is 'jumps taken away: nothing is recorded of what was not seen whole' \
		"$(since_mark queued), $(since_mark released)" '0, 0'
	truth_stop
	unload
	nok 'no jumps: rung=site is refused' load rung=site
	like 'no jumps: why' "$(last_message)" 'EAGAIN.*no jumps of probes.*rung site can not be used$'
	nok 'no jumps: nothing is left' test -e "$stats"
	load scope=deferred
	is 'no jumps: the next rung' "$(value hooks rung)" "$default"
	is 'no jumps: why not site' "$(value hooks why_not)" no-jump
	unload
	echo 1 >"$knob"
	ok 'jumps again: site' load scope=deferred
	counts_right 'jumps again'
	unload
else
	skip 'no jumps' 'this kernel has no such switch'
fi

done_testing
