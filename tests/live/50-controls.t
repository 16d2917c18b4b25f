#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The controls: enable, reset, flush; and that bad values change nothing.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
load

write() { # CONTROL VALUE
	sh -c "printf %s '$2' >$stats/$1" 2>/dev/null
}

defer() {
	run_workload uring-files --dir "$scratch" --files "$1" --rounds 1
	wait_for 60 queued_since_mark "$1"
	wait_for 60 is_quiet
}

for control in enable reset flush; do
	before=$(grep -Ev '^(measuring_ns|clock_)' "$stats/stats")
	for bad in 2 -1 x 1x ' ' 99999999999999999999; do
		nok "$control: '$bad' is refused" write $control "$bad"
	done
	is "$control: and nothing changed" "$(grep -Ev '^(measuring_ns|clock_|exits|closed_by_live|watched)' "$stats/stats")" \
		"$(grep -Ev '^(exits|closed_by_live|watched)' <<<"$before")"
done
for control in reset flush; do
	nok "$control: 0 means nothing" write $control 0
done

# ---- reset
mark
defer 16
holds 'before reset, there are counts' "$(value stats queued)" -ge 16
ok 'reset: 1 is taken' write reset 1
for counter in queued queued_kthread released batches; do
	is "reset: $counter" "$(value stats $counter)" 0
done
is 'reset: histograms' "$(column histograms count)" ''
mark
defer 16
is 'after reset, counting goes on' "$(value stats queued)" 16
is 'queued = released' "$(value stats released)" "$(value stats queued)"

# ---- enable
ok 'enable: 1 while enabled is no error' write enable 1
ok 'enable: 0 stops' write enable 0
is 'stats say so' "$(value stats enabled)" 0
is 'no hook is armed' "$(column hooks hook state armed)" ''
before=$(value stats queued)
run_workload uring-files --dir "$scratch" --files 16 --rounds 1
sleep 2
is 'what happens now is not counted' "$(value stats queued)" "$before"
if has_ftrace_switch; then
	ok 'ftrace may be switched off now' ftrace_switch 0
	nok 'enable: refused while it is off' write enable 1
	is 'and nothing is half on' "$(column hooks hook state armed)$(value stats enabled)" 0
	ftrace_switch 1
else
	skip 'enable: refused while ftrace is off' 'this kernel does not let it be switched off'
fi
ok 'enable: 1 starts again' write enable 1
is 'the self-test passed again' "$(value hooks selftest)" passed
mark
defer 16
is 'counting goes on' "$(since_mark queued)" 16
is 'unmatched' "$(value stats unmatched)" 0

# Stopped and started while files are on their way: nothing is left hanging.
workload uring-files --dir "$scratch" --files 256 --rounds 6 >/dev/null &
busy=$!
for _ in 1 2 3; do
	write enable 0
	write enable 1
	sleep 0.3
done
wait $busy
wait_for 60 is_quiet
ok 'enable under load: the list drains to 0' is_drained
is 'enable under load: unmatched' "$(value stats unmatched)" 0
is 'enable under load: no superblock has anything pending' \
	"$(column superblocks pending | awk '{ n += $1 } END { print n }')" 0
note "pending_at_stop $(value stats pending_at_stop), preload $(value stats preload)"

# ---- kprobes switched off while we measure: seen, and no verdict is given
truth_start
echo 0 >/sys/kernel/debug/kprobes/enabled
mark
dfput run --max-late 2s -- \
	workload uring-files --dir "$scratch" --files 32 --rounds 2 >/dev/null 2>&1
is 'kprobes off: no verdict' $? 4
holds 'kprobes off: lost_batches says so' "$(since_mark lost_batches)" -gt 0
is 'kprobes off: every file is queued' "$(since_mark queued)" 64
dfput doctor >/dev/null
is 'kprobes off: doctor says no' $? 1
echo 1 >/sys/kernel/debug/kprobes/enabled
defer 16
is "kprobes on again: released = ftrace's own count" "$(since_mark released)" \
	"$(truth_count)"
is 'kprobes on again: none is unmatched' "$(since_mark unmatched)" 0
is 'kprobes on again: queued = released' "$(since_mark queued)" "$(since_mark released)"
truth_stop

# ---- flush
mark
ok 'flush: 1 is taken' write flush 1
holds 'flush: on an empty list, it is an empty batch' "$(since_mark batches_empty)" -ge 1
is 'flush: no file of it is counted' "$(since_mark released)" 0
mark
# Kills with flushes in between: some of the files are drained by a flush.
truth_start
running=$(mktemp)
while [ -e "$running" ]; do
	echo 1 >"$stats/flush"
done &
workload uring-files --dir "$scratch" --files 256 --rounds 6 >/dev/null
wait_for 60 queued_since_mark 1536
rm -f "$running"
wait
wait_for 60 is_quiet
holds 'flush: has drained some' "$(since_mark batches_flush)" -ge 1
is "flush: released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
is 'flush: queued = released' "$(since_mark queued)" "$(since_mark released)"
is 'flush: unmatched' "$(since_mark unmatched)" 0

done_testing
