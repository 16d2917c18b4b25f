#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Storms while processors come and go, a real-time task hogs the worker's processor,
# memory runs short, and others trace and probe the same functions, and come and
# go: each file is counted, or it is said what was not seen.
#
# DFPUT_COMPANY names those that are wanted, with blanks in between; all, without it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../storm.sh"
fresh
files=${DFPUT_STORM:-200000}
company=${DFPUT_COMPANY:-hotplug hog memory toggle tracer prober bpftrace}
load
truth_start
echo $((files / 16 + 16384)) >"$truth/buffer_size_kb"

turns() {
	grep -c turn "$TMPDIR/meanwhile"
}

# ---- processors come and go

offline() {
	echo 0 >/sys/devices/system/cpu/cpu1/online
	sleep 0.3
	echo 1 >/sys/devices/system/cpu/cpu1/online
	sleep 0.3
	echo turn
}

beside_hotplug() {
	if [ ! -e /sys/devices/system/cpu/cpu1/online ]; then
		skip 'hotplug' 'processor 1 can not be taken offline'
		return
	fi
	meanwhile 'hotplug' offline
	note "hotplug: $(turns) times off and on"
}

# ---- a real-time hog

hog() {
	# The clock that ends it is on the other processor: here it would never run.
	taskset 2 timeout 3 taskset 1 chrt -f 99 sh -c 'while :; do :; done'
	echo turn
	sleep 0.5
}

beside_hog() {
	meanwhile 'a SCHED_FIFO hog' hog
	note "a hog: $(turns) times for 3 s"
}

# ---- memory runs short

fill() {
	perl -e 'open F, "/proc/meminfo"; my ($kb) = map { /^MemAvailable: *(\d+)/ } <F>;
		my $x = "x" x (($kb - 150000) * 1024 / 2); select undef, undef, undef, 0.5'
	echo 3 >/proc/sys/vm/drop_caches
	echo turn
}

beside_memory() {
	meanwhile 'memory pressure' fill
	note "memory: $(turns) times filled"
}

# ---- others on the same functions

toggle() {
	ftrace_switch 0 && echo 'could be switched off'
	ftrace_switch 1
	sleep 0.05
	echo turn
}

beside_toggle() {
	meanwhile 'ftrace_enabled toggled' toggle
	is 'ftrace_enabled: it could not be switched off' "$(grep -c 'could be' "$TMPDIR/meanwhile")" 0
	note "ftrace_enabled: $(turns) tries"
}

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

beside_tracer() {
	meanwhile 'another tracer' trace_too
	note "another tracer: $(turns) times"
}

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

beside_prober() {
	meanwhile 'another prober' probe_too
	note "another prober: $(turns) times"
}

# ---- bpftrace

# It is on a disk of its own, and takes some seconds to begin, on a busy host more.
disk=/run/bpftrace
said=$TMPDIR/bpftrace

is_attached() {
	grep -q '^attached' "$said"
}

is_gone() {
	! kill -0 "$(<"$TMPDIR/bpftrace.pid")" 2>/dev/null
}

bpf_on() {
	LD_LIBRARY_PATH=$disk/usr/lib/x86_64-linux-gnu:$disk/lib/x86_64-linux-gnu \
		$disk/usr/bin/bpftrace -e 'BEGIN { printf("attached\n"); }
			kprobe:__fput { @calls = count(); }
			kretprobe:delayed_fput { @drains = count(); }' >"$said" 2>&1 &
	echo $! >"$TMPDIR/bpftrace.pid"
	wait_for 300 is_attached
}

# It says what it has counted, and ends.
bpf_off() {
	kill -INT "$(<"$TMPDIR/bpftrace.pid")"
	wait_for 300 is_gone
}

bpf_again() {
	bpf_off && bpf_on && echo turn
}

bpf_stays() {
	sleep 0.2
}

beside_bpftrace() {
	mkdir -p $disk
	if [ ! -b /dev/vdd ] || ! mount -o ro /dev/vdd $disk; then
		skip 'bpftrace' 'there is no disk with it: host run --with bpftrace'
		return
	fi
	ok 'bpftrace: it attaches' bpf_on
	meanwhile 'bpftrace there' bpf_stays
	ok 'bpftrace: it goes' bpf_off
	holds 'bpftrace: it has counted them, too' \
		"$(awk '$1 == "@calls:" { print $2 }' "$said")" -ge "$files"
	note "bpftrace there: $(grep '^@' "$said" | tr '\n' ' ')"
	ok 'bpftrace: it attaches again' bpf_on
	meanwhile 'bpftrace going and coming' bpf_again
	holds 'bpftrace: it went and came' "$(turns)" -gt 0
	note "bpftrace: $(turns) times"
	bpf_off
	umount $disk
}

for who in $company; do
	"beside_$who"
done

is 'at the end: no hook failed' "$(column hooks hook state failed)" ''
storm_end
ok 'it unloads' unload

done_testing
