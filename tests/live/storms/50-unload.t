#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 1000 loads and unloads, during storms, with readers that poll, read, seek and try to
# map, and with flushes that are under way. And what an unload asks the kernel for: it
# does not become more by any of these.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../storm.sh"
. "$(dirname "$0")/phases.sh"
fresh
mount_scratch
cycles=${DFPUT_CYCLES:-1000}
running=$(mktemp)

# With pauses as long as the storms, or the loads starve.
storm_on() {
	while [ -e "$running" ]; do
		storm 20000
		wait_for 60 rmmod storm
		echo >&3
		sleep 1
	done >/dev/null 2>&1 3>"$TMPDIR/storms"
}

flush_on() {
	while [ -e "$running" ]; do
		echo 1 >"$stats/flush"
		sleep 0.1
	done >/dev/null 2>&1
}

read_on() {
	while [ -e "$running" ]; do
		cat "$stats"/*
		sleep 0.1
	done >/dev/null 2>&1
}

# Opens, maps (which must fail), seeks about and polls: not while the module goes.
cat >"$TMPDIR/hold" <<'PERL'
use Fcntl;
my ($running, $stats) = @ARGV;
my $mapped = 0;
while (-e $running) {
	for my $name (qw(pending leftovers stats hooks)) {
		sysopen my $file, "$stats/$name", O_RDONLY or next;
		# mmap: 9, on x86-64
		$mapped++ if syscall(9, 0, 4096, 1, 1, fileno $file, 0) >= 0;
		sysread $file, my $text, 100;
		sysseek $file, 10, 0;
		sysread $file, $text, 100;
		my $poll = pack 'iss', fileno $file, 2, 0;
		# poll: 7, for at most 50 ms
		syscall(7, $poll, 1, 50);
	}
	# time to unload: an open file is a use of the module
	select undef, undef, undef, 0.2;
}
print "$mapped\n";
PERL

# told_phases NAME: of the last unload
told_phases() {
	note "$1: $(phase total 3) ms, of which $(phase rest 3) ms in no wait of the kernel's:" \
		"$(awk '$1 != "total" && $1 != "rest" { printf "%s %s times %s ms, ", $1, $2, $3 }' \
			"$TMPDIR/phases")"
}

load
ok 'idle: it unloads' phased_unload
idle=$(asked_for)
told_phases 'idle'
holds 'idle: it is seen what it asks for' "$(phase synchronize_rcu 2)" -gt 0

storm_on &
flush_on &
read_on &
perl "$TMPDIR/hold" "$running" "$stats" >"$TMPDIR/mapped" &

for records in 16384 262144 8; do
	load records=$records
	sleep 1
	ok "busy, $records records: it unloads" phased_unload
	is "busy, $records records: it asks for as much as when idle" "$(asked_for)" "$idle"
	told_phases "busy, $records records"
done

slowest=0
all=0
done=0
started=$SECONDS
for ((i = 0; i < cycles; i++)); do
	load || break
	began=$EPOCHREALTIME
	unload_soon || break
	took=$(((${EPOCHREALTIME/./} - ${began/./}) / 1000))
	all=$((all + took))
	[ $took -le $slowest ] || slowest=$took
	done=$((done + 1))
done
is 'each load and unload' $done "$cycles"
note "$((SECONDS - started)) s; an unload took $((all / (done ? done : 1))) ms on average, $slowest ms at most"
rm -f "$running"
wait
holds 'there was a storm for every fourth of them at least' "$(wc -l <"$TMPDIR/storms")" -ge $((cycles / 4))
is 'none of our files can be mapped' "$(<"$TMPDIR/mapped")" 0
storm_end
load
truth_start
storm_begin
storm 20000 limit=12000
storm_balances 'afterwards' 20000
storm_end
unload

done_testing
