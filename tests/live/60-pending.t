#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The files on the list: rows while they are there, poll(2) when they are not,
# and readers that hold the file open across an unload.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
load
wait_for 60 is_quiet

is 'quiet: no row' "$(column pending state)" ''
ok 'quiet: waiting is over at once' dfput pending --wait --timeout 10

# While kills go on, look until a row is seen.
running=$(mktemp)
while [ -e "$running" ]; do
	workload uring-files --dir "$scratch" --files 256 --rounds 2 >/dev/null
done &
seen=$(mktemp)
for ((i = 0; i < 2000; i++)); do
	cat "$stats/pending" >"$seen"
	! grep -q "$(printf '\tkthread\t')" "$seen" || break
done
like 'busy: a row for a file on the list' "$(tr '\t' ' ' <"$seen")" \
	'^[0-9]+ (queued|started) kthread 254:32 [0-9]+ ext4 [0-9]+ [0-9]+ [0-9]+ kworker'
is 'busy: every row as long as the head' \
	"$(awk -F '\t' 'NF > 1 { if (!n) n = NF; if (NF != n) print }' "$seen")" ''

# A waiter is told, however often the list fills up and empties.
failed=0
for ((i = 0; i < 20; i++)); do
	dfput pending --wait --timeout 60 >/dev/null || failed=$((failed + 1))
done
is 'busy: 20 waits, each ends' $failed 0
rm -f "$running"
wait
wait_for 60 is_quiet

# ---- open across an unload

exec 9<"$stats/pending"
ok 'an open file does not keep the module' unload
nok 'what is still open can not be read' sh -c 'cat <&9' 2>/dev/null
like 'and it is said what stays behind' "$(dmesg | grep 'dfput: ' | tail -n 1)" \
	'1 of our files are still open: [0-9]+ bytes stay behind'
ok 'the module can be loaded again' load
nok 'the old file stays unreadable' sh -c 'cat <&9' 2>/dev/null
exec 9<&-
is 'the new one is read' "$(head -n 1 "$stats/pending")" '# dfput 2'

# A waiter in poll(2) is told that the module is going.
mark
workload uring-files --dir "$scratch" --files 4096 --rounds 1 >/dev/null &
dfput pending --wait --timeout 100 >/dev/null 2>&1 &
wait $!
note "the waiter ended with $?"
wait
unload

done_testing
