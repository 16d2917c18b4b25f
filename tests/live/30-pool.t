#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A pool that is far too small: totals stay exact, and it is said how many
# files have no times.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
load records=8
truth_start
wait_for 60 is_quiet
mark
echo >"$truth/trace"

run_workload uring-files --dir "$scratch" --files 64 --rounds 5
wait_for 120 queued_since_mark "${did[last_puts]}"
wait_for 120 is_quiet

is 'the pool has 8 records' "$(value hooks records)" 8
is "released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
is 'queued = released' "$(since_mark queued)" "$(since_mark released)"
holds 'all 320 files are counted' "$(since_mark queued)" -ge 320
is 'all by kernel threads' "$(since_mark queued_kthread)" "$(since_mark queued)"
holds 'lost_records says how many have no times' "$(since_mark lost_records)" -gt 0
timed=$(awk -F '\t' '$1 == "queue_wait" { n += $4 } END { print n }' "$stats/histograms")
is 'and the others have' "$timed" \
	$(($(value stats released) - $(value stats lost_records)))
for loss in unmatched preload missed_probes retracted stale_records \
	lost_batches lost_supers; do
	is "$loss" "$(since_mark $loss)" 0
done
is 'nothing is pending' "$(value stats pending)" 0
is 'no superblock has anything pending' "$(column superblocks pending |
	awk '{ n += $1 } END { print n }')" 0

done_testing
