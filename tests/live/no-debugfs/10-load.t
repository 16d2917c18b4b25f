#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On a kernel that was booted with debugfs=off: the module loads, says in one
# line what is missing, and its tracepoints work.
. "$(dirname "$0")/../lib.sh"
fresh
mount_scratch

ok 'the module loads' load
like 'and says in one line what is missing' "$(dmesg | grep 'dfput: ' | tail -n 1)" \
	'cannot make our directory in debugfs \(-E[A-Z]+\): no statistics can be read, tracepoints remain'
nok 'there is no directory' test -e "$stats"

instance=$tracing/instances/dfput_events
mkdir "$instance"
echo 1 >"$instance/events/dfput/enable"
run_workload uring-files --dir "$scratch" --files 16 --rounds 1
has_released() {
	[ "$(grep -c 'dfput_release:' "$instance/trace")" -ge 16 ]
}
ok 'dfput_release: 16 files' wait_for 60 has_released
ok 'dfput_queue: 16 files' test "$(grep -c 'dfput_queue:' "$instance/trace")" -ge 16
rmdir "$instance"

dfput stat >/dev/null 2>"$TMPDIR/error"
is 'the reader fails' $? 1
like 'and names what to ask' "$(cat "$TMPDIR/error")" 'doctor|debugfs'
dfput doctor >"$TMPDIR/doctor"
is 'doctor says no' $? 1
like 'and why' "$(cat "$TMPDIR/doctor")" 'debugfs'
ok 'the module unloads' unload

done_testing
