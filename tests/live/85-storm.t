#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A storm of files put from hard interrupts, soft interrupts, with bottom halves off
# and by threads, on all processors at once: each is counted, once, in its context,
# also where the records are far too few. 20,000 files; `make check-storms` has
# DFPUT_STORM=1000000.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/storm.sh"
fresh
files=${DFPUT_STORM:-20000}
buffer=$((files / 16 > 16384 ? files / 16 : 16384))

load
truth_start
echo $buffer >"$truth/buffer_size_kb"
storm_begin
started=$SECONDS
ok 'a storm of files' storm "$files" limit=12000
storm_balances 'all recorded' "$files"
is 'all recorded: lost_records' "$(since_mark lost_records)" 0
note "$files files in $((SECONDS - started)) s"
storm_end
unload

load records=64
storm_begin
ok 'a storm with 64 records' storm "$files"
storm_balances '64 records' "$files"
holds '64 records: the rest is said to have no times' "$(since_mark lost_records)" -gt 0
timed=$(awk -F '\t' '$1 == "queue_wait" { n += $4 } END { print n }' "$stats/histograms")
is '64 records: and the others have' "$timed" \
	$(($(value stats released) - $(value stats lost_records)))
storm_end

done_testing
