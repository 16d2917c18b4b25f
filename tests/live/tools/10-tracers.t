#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tracepoints, as the tracers of others see them: perf, trace-cmd and bpftrace each
# have one event for each that is counted. KernelShark reads what trace-cmd has recorded,
# with the same library, libtracecmd, by which `trace-cmd report` does.
. "$(dirname "$0")/../tools.sh"
fresh
with_tools
mount_scratch
make_fs ext4 || not_ok "a filesystem to unmount: $reason"
load
trap 'touch "$TMPDIR/over"; drop_fs; fresh' EXIT

# What a tracer runs, once it sees all that comes.
meanwhile=$TMPDIR/meanwhile
cat >"$meanwhile" <<SCRIPT
#!/bin/sh
touch '$TMPDIR/started'
while [ ! -e '$TMPDIR/over' ]; do sleep 0.1; done
SCRIPT
chmod +x "$meanwhile"

counters=(queue:queued release:released batch:batches leftover:leftover umount:umounts
	super_shutdown:supers_shutdown)
declare -A counted

# has_begun PID: or it has failed
has_begun() {
	[ -e "$TMPDIR/started" ] || ! kill -0 "$1" 2>/dev/null
}

# traced NAME COMMAND...: files are queued and one filesystem is unmounted, while that runs
traced() {
	local name=$1 pair
	shift
	rm -f "$TMPDIR/started" "$TMPDIR/over"
	mount "$device" "$point"
	wait_for 90 is_quiet
	in_tools "$@" >"$TMPDIR/said" 2>&1 &
	wait_for 300 has_begun $!
	ok "$name: it begins" test -e "$TMPDIR/started"
	mark
	run_workload uring-files --dir "$scratch" --files 64 --rounds 2
	wait_for 120 queued_since_mark "${did[last_puts]}"
	wait_for 120 is_quiet
	umount "$point"
	for pair in "${counters[@]}"; do
		counted[$pair]=$(since_mark "${pair#*:}")
	done
	touch "$TMPDIR/over"
	wait $!
	is "$name: it ends" $? 0
	note "$(tail -n 20 "$TMPDIR/said")"
}

# agree NAME COMMAND...: given an event, that prints how many were seen
agree() {
	local name=$1 pair
	shift
	for pair in "${counters[@]}"; do
		is "$name: one dfput_${pair%:*} for each of ${pair#*:}" \
			"$("$@" "dfput_${pair%:*}")" "${counted[$pair]}"
	done
}

# reported EVENT: by a tracer that prints each
reported() {
	grep -c "$1: " "$TMPDIR/report"
}

# ---- perf

traced perf perf record -q -a -e 'dfput:*' -o "$TMPDIR/perf.data" "$meanwhile"
in_tools perf script -i "$TMPDIR/perf.data" >"$TMPDIR/report" 2>"$TMPDIR/errors"
is 'perf script: without a word' "$(cat "$TMPDIR/errors")" ''
agree perf reported
like 'perf: a cause by name' "$(<"$TMPDIR/report")" 'dfput:dfput_queue: id=[0-9]+ cause=kthread dev='

# ---- trace-cmd

traced trace-cmd trace-cmd record -b 1024 -e dfput -o "$TMPDIR/trace.dat" "$meanwhile"
in_tools trace-cmd report -i "$TMPDIR/trace.dat" >"$TMPDIR/report" 2>"$TMPDIR/errors"
agree trace-cmd reported
nok 'trace-cmd: there is nothing that it can not print' grep -q 'FAILED TO PARSE' "$TMPDIR/report"

# ---- bpftrace

program=
for pair in "${counters[@]}"; do
	program+="tracepoint:dfput:dfput_${pair%:*} { @dfput_${pair%:*} = count(); } "
done
program+='tracepoint:dfput:dfput_leftover { @whose[args.comm] = count(); }'
# It refuses to run a script.
traced bpftrace bpftrace -c "/bin/sh $meanwhile" -e "$program"
# What never came, bpftrace does not print.
mapped() {
	awk -v name="@$1:" '$1 == name { n = $2 } END { print n + 0 }' "$TMPDIR/said"
}
agree bpftrace mapped
is 'bpftrace: a field' "$(sed -n 's/^@whose\[workload\]: //p' "$TMPDIR/said")" \
	"${counted[leftover:leftover]}"

ok 'it unloads' unload
done_testing
