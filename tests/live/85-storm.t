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
is '64 records: no superblock has anything pending' "$(column superblocks pending | sort -u)" 0
storm_end
unload

# ---- call paths: those of an interrupt end where it began, and a full table is cheap

# paths CAUSE: of the storm's own puts
paths() {
	column origins stack cause "$1" | grep "put_in_$1"
}

sum() { # FILE COLUMN
	column "$1" "$2" | awk '{ n += $1 } END { print n + 0 }'
}

load
storm_begin
ok 'paths: a storm' storm "$files" limit=12000
storm_balances 'paths' "$files"
for context in hardirq softirq; do
	like "paths: of a $context is known" "$(paths $context)" "put_in_$context"
	nok "paths: and not what that has interrupted" grep -qw storm <<<"$(paths $context)"
done
storm_end
is 'paths: all had room' "$(value stats lost_stacks)" 0
is 'paths: each is counted with its path' "$(sum origins unwound)" "$(value stats unwound)"
before=$(column origins id | sort -n | tail -n 1)
echo 1 >"$stats/reset"
holds 'reset: the table is empty' "$(column origins count | awk '$1 > 100' | wc -l)" -eq 0
storm "$files" limit=12000
wait_for 120 storm_released "$files"
storm_end
holds 'reset: paths are found anew' "$(sum origins count)" -ge "$files"
holds 'reset: and no id comes again' "$(column origins id | sort -n | head -n 1)" -gt "$before"

running=$TMPDIR/running
: >"$running"
while [ -e "$running" ]; do
	echo 1 >"$stats/reset"
done &
storm "$files" limit=12000
rm "$running"
wait $!
wait_for 120 storm_released "$files"
wait_for 60 is_quiet
holds 'resets beside a storm: no path has more than there was' \
	"$(sum origins count)" -le "$(value stats queued)"
storm_end
unload

load stacks=1 stack_sample=16
storm_begin
ok 'one path: a storm' storm "$files" limit=12000
storm_balances 'one path' "$files"
holds 'one path: most files are not unwound' "$(since_mark unwound)" -le $((files / 4))
holds 'one path: what had no room is counted' "$(value stats lost_stacks)" -gt 0
is 'one path: each stack is kept or counted' "$(value stats unwound)" \
	$(($(sum origins unwound) + $(value stats lost_stacks)))
storm_end

done_testing
