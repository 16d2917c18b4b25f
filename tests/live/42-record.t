#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dfput record: the events of a time or of a program, as many as are counted meanwhile;
# what was lost or had no room is told; and, however it ends, all that was recorded can be
# read, and no trace instance is left.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
load
trap 'finish KILL; drop_fs; umount "$TMPDIR/small" 2>/dev/null; fresh; remove_instances' EXIT
# A program that goes on until it is told, after what it is given.
go=$TMPDIR/go
cat >"$TMPDIR/until-told" <<TOLD
#!/bin/sh
eval "\$*"
until [ -e "$go" ]; do sleep 0.1; done
exit 7
TOLD
chmod +x "$TMPDIR/until-told"

# record ARGUMENT...: in the background, until it sees all that comes
record() {
	rm -f "$go"
	dfput record "$@" >"$TMPDIR/said" 2>"$TMPDIR/errors" &
	recorder=$!
	instance=$tracing/instances/dfput-$recorder
	wait_for 120 records || not_ok "dfput record $*: it begins"
}

# It enables them in the order of the help of dfput events; this is the last one.
records() {
	[ "$(cat "$instance/events/dfput/dfput_super_shutdown/enable" 2>/dev/null)" = 1 ]
}

# finish [SIGNAL]: what it exits with is then in $status
finish() {
	[ -n "${recorder-}" ] || return 0
	[ -z "${1-}" ] || kill -"$1" "$recorder" 2>/dev/null
	wait "$recorder" 2>/dev/null
	status=$?
	recorder=
}

# said_of DIR NAME: what it says of its events
said_of() {
	sed -n "s/^events$2 //p" "$1/record"
}

# count DIR EVENT: so many documents of it
count() {
	grep -c "\"event\":\"$2\"" "$1/events.ndjson"
}

# counted DIR COUNTER: by how much it grew meanwhile
counted() {
	echo $(($(sed -n "s/^$2 //p" "$1/stats") - $(sed -n "s/^$2 //p" "$1/before/stats")))
}

# valid DIR: each line is JSON
valid() {
	perl -MJSON::PP -ne 'chomp; decode_json($_)' "$1/events.ndjson" &&
		[ -z "$(tail -c 1 "$1/events.ndjson" | tr -d '\n')" ]
}

# is_readable DIR NAME: all that reads a record reads it
is_readable() {
	ok "$2: each line of its events is JSON" valid "$1"
	ok "$2: a table of it" dfput leftovers --input "$1"
	ok "$2: a page of it" dfput report "$1" -o "$TMPDIR/page.html"
	is "$2: no trace instance is left" "$(instances)" ''
}

is_unmounted() {
	! mountpoint -q "$point"
}

# ---- a program: each event that is counted while it runs

if make_fs ext4; then
	mount "$device" "$point"
else
	note "no umount: $reason"
fi
wait_for 90 is_quiet
mark
record "$TMPDIR/program" -- "$TMPDIR/until-told" \
	workload uring-files --dir "$scratch" --files 64 --rounds 2 "${device:+; umount $point}"
wait_for 300 queued_since_mark 128
wait_for 300 is_unmounted
wait_for 120 is_quiet
touch "$go"
finish
dir=$TMPDIR/program
is 'it exits as the program does' "$status" 7
like 'stdout is the program'\''s' "$(head -n 1 "$TMPDIR/said")" '^[a-z_]+ '
like 'it says what it has on stderr' "$(cat "$TMPDIR/errors")" 'It has [0-9]+ events of '
for pair in queue:queued release:released batch:batches leftover:leftover umount:umounts \
	super_shutdown:supers_shutdown; do
	is "${pair%:*}: one for each ${pair#*:}" "$(count "$dir" "${pair%:*}")" "$(counted "$dir" "${pair#*:}")"
done
holds 'queue: those of the workload' "$(count "$dir" queue)" -ge 128
is 'all are counted' "$(said_of "$dir" '')" "$(wc -l <"$dir/events.ndjson")"
is 'none was lost' "$(said_of "$dir" _lost) $(said_of "$dir" _left_out)" '0 0'
holds 'from when to when' "$(said_of "$dir" _from_ns)" -lt "$(said_of "$dir" _to_ns)"
is_readable "$dir" 'a program'
ok 'the page shows the files' grep -q 'Files that were on the list' "$TMPDIR/page.html"

dfput record "$TMPDIR/none" -- /nonexistent 2>"$TMPDIR/errors"
is 'no such program' $? 127
like 'no such program: said so' "$(cat "$TMPDIR/errors")" "cannot execute '/nonexistent': No such file"
nok 'no such program: nothing is left' ls -d "$TMPDIR/none" 2>/dev/null
is 'no such program: nor a trace instance' "$(instances)" ''
dfput record "$TMPDIR/short" -t 10ms -- sh -c 'sleep 1; exit 3' 2>/dev/null
is 'the time is over first: the program goes on to its end' $? 3
is_readable "$TMPDIR/short" 'the time is over first'
record "$TMPDIR/told" -- "$TMPDIR/until-told" true
finish TERM
is 'SIGTERM: the program gets it' "$status" 143
is_readable "$TMPDIR/told" 'SIGTERM'

# ---- until a signal, or for a time

for signal in INT TERM HUP; do
	record "$TMPDIR/$signal"
	mark
	run_workload uring-files --dir "$scratch" --files 8 --rounds 1
	wait_for 120 queued_since_mark "${did[last_puts]}"
	wait_for 120 is_quiet
	finish $signal
	is "SIG$signal ends it" "$status" 0
	is "SIG$signal: each event is there" "$(count "$TMPDIR/$signal" queue)" "$(counted "$TMPDIR/$signal" queued)"
	is_readable "$TMPDIR/$signal" "SIG$signal"
done
ok '-t: it ends by itself' dfput record "$TMPDIR/time" -t 10ms
is_readable "$TMPDIR/time" '-t'
nok 'what is there is not overwritten' dfput record "$TMPDIR/time" -t 10ms 2>/dev/null
dfput record "$TMPDIR/json" --json -t 10ms >"$TMPDIR/said"
like 'as JSON: what was written' "$(cat "$TMPDIR/said")" '"left_out":0'
echo 0 >"$stats/enable"
nok 'switched off, it records nothing' dfput record "$TMPDIR/off" -t 10ms 2>"$TMPDIR/errors"
like 'switched off: it says so' "$(cat "$TMPDIR/errors")" 'switched off'
nok 'switched off: nothing is left' ls -d "$TMPDIR/off" 2>/dev/null
echo 1 >"$stats/enable"

# ---- not all of them

# files: some events
files() {
	mark
	run_workload uring-files --dir "$scratch" --files 64 --rounds 2
	wait_for 120 queued_since_mark "${did[last_puts]}"
	wait_for 120 is_quiet
	finish INT
}

dir=$TMPDIR/few
record "$dir" --count 5
files
is '--count: so many are kept' "$(wc -l <"$dir/events.ndjson")" 5
holds '--count: the others are counted' "$(said_of "$dir" _left_out)" -gt 128
like '--count: it says so' "$(cat "$TMPDIR/said")" "^Left out: $(said_of "$dir" _left_out) events"
is_readable "$dir" '--count'
ok '--count: the page says so too' grep -q "$(said_of "$dir" _left_out) events had no room" "$TMPDIR/page.html"

mkdir "$TMPDIR/small"
mount -t tmpfs -o size=64k none "$TMPDIR/small"
record "$TMPDIR/small/dir"
files
is 'a full disk: it has failed' "$status" 1
like 'a full disk: it says what there is' "$(cat "$TMPDIR/errors")" \
	'events.ndjson: No space left on device; it has [0-9]+ events, and lacks [0-9]+'
ok 'a full disk: what was written is whole' valid "$TMPDIR/small/dir"
holds 'a full disk: and is left' "$(count "$TMPDIR/small/dir" queue)" -gt 0
umount "$TMPDIR/small"

dir=$TMPDIR/lost
record "$dir"
# Not less than two pages.
echo 1 >"$instance/buffer_size_kb"
kill -STOP "$recorder"
mark
run_workload uring-files --dir "$scratch" --files 64 --rounds 8
wait_for 120 queued_since_mark "${did[last_puts]}"
wait_for 120 is_quiet
kill -CONT "$recorder"
finish INT
lost=$(sed -n 's/.*"event":"lost".*"lost":\([0-9]*\).*/\1/p' "$dir/events.ndjson" | paste -sd +)
holds 'a buffer that was full: it says so' $((lost)) -gt 0
is 'a buffer that was full: how many' "$(said_of "$dir" _lost)" $((lost))
is_readable "$dir" 'a buffer that was full'
ok 'a buffer that was full: the page says so' grep -q "$((lost)) events were lost" "$TMPDIR/page.html"

ok 'it unloads' unload
done_testing
