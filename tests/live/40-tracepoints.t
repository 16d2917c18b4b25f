#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tracepoints, as trace-cmd sees them: one event for each that is counted.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
load
wait_for 60 is_quiet

quiet() {
	"$@" >/dev/null 2>&1
}

# trace-cmd takes what the kernel has kept when all is over: a recorder that runs beside
# the workload comes too late for some events on a busy machine. With a size, because
# up to 6.6 the kernel's own buffer stays at two pages if an instance was used first.
data=$(mktemp)
mark
ok 'trace-cmd starts' quiet trace-cmd start -b 1024 -e dfput
run_workload uring-files --dir "$scratch" --files 64 --rounds 2
wait_for 120 queued_since_mark "${did[last_puts]}"
wait_for 120 is_quiet
ok 'trace-cmd stops' quiet trace-cmd stop
ok 'trace-cmd extracts' quiet trace-cmd extract -o "$data"
queued=$(since_mark queued)
report=$(trace-cmd report -i "$data" 2>&1)
quiet trace-cmd reset
note "$(head -n 5 <<<"$report")"

events() {
	grep -c "dfput_$1:" <<<"$report"
}
is 'trace-cmd has each dfput_queue' "$(events queue)" "$queued"
is 'trace-cmd has each dfput_release' "$(events release)" "$queued"
holds 'dfput_batch: there' "$(events batch)" -gt 0
like 'dfput_queue: cause by name' "$report" \
	'dfput_queue: +id=[0-9]+ cause=kthread dev=[0-9]+:[0-9]+ ino=[0-9]+'
like 'dfput_release: times' "$report" \
	'dfput_release: .*wait_ns=[0-9]+ release_ns=[0-9]+ by=worker'
nok 'nothing that trace-cmd can not print' grep -q 'FAILED TO PARSE' <<<"$report"

# With a recording that goes on until the list is quiet, the numbers agree.
instance=$tracing/instances/dfput_events
mkdir "$instance"
wait_for 60 is_quiet
mark
echo 1 >"$instance/events/dfput/enable"
run_workload uring-files --dir "$scratch" --files 64 --rounds 2
wait_for 120 queued_since_mark "${did[last_puts]}"
wait_for 120 is_quiet
echo 0 >"$instance/events/dfput/enable"
for pair in queue:queued release:released batch:batches; do
	is "dfput_${pair%:*}: one for each ${pair#*:}" \
		"$(grep -c "dfput_${pair%:*}:" "$instance/trace")" \
		"$(since_mark "${pair#*:}")"
done
ids() {
	sed -n "s/.*dfput_$1: id=\([0-9]*\) .*/\1/p" "$instance/trace" | sort
}
is 'each id that is released has been queued' "$(ids queue)" "$(ids release)"
is 'and is used once' "$(ids queue | uniq -d)" ''
rmdir "$instance"
rm -f "$data"

done_testing
