#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Storms while processors come and go, a real-time task hogs the worker's processor,
# memory runs short, and others trace and probe the same functions, and come and
# go: each file is counted, or it is said what was not seen.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../storm.sh"
fresh
files=${DFPUT_STORM:-200000}
load
truth_start
echo $((files / 16 + 16384)) >"$truth/buffer_size_kb"

running=$(mktemp)

# Until the storm is over; what is left of it in the background ends then.
meanwhile() { # NAME COMMAND
	storm_end
	storm_begin
	: >"$running"
	while [ -e "$running" ]; do
		"$2"
	done >"$TMPDIR/meanwhile" 2>&1 &
	storm "$files" limit=12000
	rm -f "$running"
	wait
	storm_balances "$1" "$files"
}

# ---- processors come and go

offline() {
	echo 0 >/sys/devices/system/cpu/cpu1/online
	sleep 0.3
	echo 1 >/sys/devices/system/cpu/cpu1/online
	sleep 0.3
	echo turn
}

if [ -e /sys/devices/system/cpu/cpu1/online ]; then
	meanwhile 'hotplug' offline
	note "hotplug: $(grep -c turn "$TMPDIR/meanwhile") times off and on"
else
	skip 'hotplug' 'processor 1 can not be taken offline'
fi

# ---- a real-time hog

hog() {
	# The clock that ends it is on the other processor: here it would never run.
	taskset 2 timeout 3 taskset 1 chrt -f 99 sh -c 'while :; do :; done'
	echo turn
	sleep 0.5
}
meanwhile 'a SCHED_FIFO hog' hog
note "a hog: $(grep -c turn "$TMPDIR/meanwhile") times for 3 s"

# ---- memory runs short

fill() {
	perl -e 'open F, "/proc/meminfo"; my ($kb) = map { /^MemAvailable: *(\d+)/ } <F>;
		my $x = "x" x (($kb - 150000) * 1024 / 2); select undef, undef, undef, 0.5'
	echo 3 >/proc/sys/vm/drop_caches
	echo turn
}
meanwhile 'memory pressure' fill
note "memory: $(grep -c turn "$TMPDIR/meanwhile") times filled"

# ---- others on the same functions

toggle() {
	ftrace_switch 0 && echo 'could be switched off'
	ftrace_switch 1
	sleep 0.05
	echo turn
}
meanwhile 'ftrace_enabled toggled' toggle
is 'ftrace_enabled: it could not be switched off' "$(grep -c 'could be' "$TMPDIR/meanwhile")" 0
note "ftrace_enabled: $(grep -c turn "$TMPDIR/meanwhile") tries"

other=$tracing/instances/dfput_other
trace_too() {
	mkdir -p "$other"
	for symbol in fput fput_many __fput_deferred __fput delayed_fput; do
		can_trace $symbol && echo $symbol
	done >"$other/set_ftrace_filter"
	echo function >"$other/current_tracer"
	sleep 0.5
	echo nop >"$other/current_tracer"
	rmdir "$other"
	echo turn
}
meanwhile 'another tracer' trace_too
note "another tracer: $(grep -c turn "$TMPDIR/meanwhile") times"

probe_too() {
	local symbol
	for symbol in fput __fput_deferred __fput delayed_fput flush_delayed_fput; do
		can_trace $symbol || continue
		echo "p:dfput_other/p_$symbol $symbol"
		echo "r:dfput_other/r_$symbol $symbol"
	done >>"$tracing/kprobe_events"
	echo 1 >"$tracing/events/dfput_other/enable"
	sleep 0.5
	echo 0 >"$tracing/events/dfput_other/enable"
	echo >"$tracing/kprobe_events"
	echo turn
}
meanwhile 'another prober' probe_too
note "another prober: $(grep -c turn "$TMPDIR/meanwhile") times"

if command -v bpftrace >/dev/null; then
	bpf_too() {
		timeout 10 bpftrace -e 'kprobe:__fput { @n = count(); }' && echo turn
	}
	meanwhile 'bpftrace' bpf_too
else
	skip 'bpftrace' 'this host has none'
fi
skip 'a livepatch of fput' 'it changes the callers that dfput goes by: README, what it can not see'

is 'at the end: no hook failed' "$(column hooks hook state failed)" ''
storm_end
ok 'it unloads' unload

done_testing
