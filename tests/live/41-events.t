#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dfput events: one event for each that is counted, those that were lost included; which
# of them filters let through; and, however it ends, no trace instance is left.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
load
trap 'finish KILL; release; drop_fs; fresh; remove_instances' EXIT
said=$TMPDIR/said

# follow ARGUMENT...: in the background, until it sees all that comes
follow() {
	dfput events "$@" >"$said" 2>"$TMPDIR/errors" &
	follower=$!
	instance=$tracing/instances/dfput-$follower
	wait_for 120 follows "$@" || not_ok "dfput events $*: it begins"
}

# It enables them in the order of its help; what is named here is one.
follows() {
	local event=super_shutdown
	case ${1-} in [a-z]*) event=$1 ;; esac
	[ "$(cat "$instance/events/dfput/dfput_$event/enable" 2>/dev/null)" = 1 ]
}

# finish SIGNAL: what it exits with is then in $status
finish() {
	[ -n "${follower-}" ] || return 0
	kill -"$1" "$follower" 2>/dev/null
	wait "$follower" 2>/dev/null
	status=$?
	follower=
}

# count EVENT: so many documents of it
count() {
	grep -c "\"event\":\"$1\"" "$said"
}

# valid: each line is JSON, which has each member that the first has
valid() {
	perl -MJSON::PP -ne '
		my $names = join " ", sort keys %{decode_json($_)};
		$first //= $names;
		die "$names\n" if $names ne $first;' "$said"
}

run_files() {
	run_workload uring-files --dir "$scratch" --files 64 --rounds "$1"
	wait_for 120 queued_since_mark "${did[last_puts]}"
	wait_for 120 is_quiet
}

nok 'a filter that the kernel cannot have' dfput events --comm "'" 2>/dev/null

# ---- each that is counted

if make_fs ext4; then
	mount "$device" "$point"
else
	note "no umount: $reason"
fi
wait_for 90 is_quiet
follow --json
mark
run_files 2
[ -z "$device" ] || umount "$point"
finish INT
is 'SIGINT ends it' "$status" 0
# For tests/check to validate.
cp "$said" "$top/results/events.json"
is 'without a word' "$(cat "$TMPDIR/errors")" ''
ok 'each line is JSON, with the same members' valid
for pair in queue:queued release:released batch:batches leftover:leftover umount:umounts \
	super_shutdown:supers_shutdown; do
	is "${pair%:*}: one for each ${pair#*:}" "$(count "${pair%:*}")" "$(since_mark "${pair#*:}")"
done
note "$(for event in queue leftover umount; do grep -m 1 "\"event\":\"$event\"" "$said"; done)"
holds 'exit: there' "$(count exit)" -gt 0
is 'put: not without being asked for' "$(count put)" 0
is 'nothing was lost' "$(count lost)" 0
like 'queue: in words' "$(grep '"event":"queue"' "$said")" \
	'"queue":\{"id":[0-9]+,"cause":"kthread","device":"[0-9]+:[0-9]+","inode":[0-9]+,"super":[0-9]+,"queued_ns":[0-9]+,"queued_time":"20.*Z"\}'
like 'release: times' "$(grep '"event":"release"' "$said")" \
	'"release":\{.*"wait_ns":[0-9]+,"release_ns":[0-9]+,"flush":false\}'
like 'leftover: whose' "$(grep '"event":"leftover"' "$said")" \
	'"leftover":\{.*"kind":"exit","lateness_ns":[0-9]+,.*"route":"deferred","cause":"kthread",.*"comm":"workload"\}'
[ -z "$device" ] || like 'umount: its result' "$(grep '"event":"umount"' "$said")" \
	'"umount":\{.*"result":"0",.*"flags":\[\],'

# ---- for people; filters; by name

[ -z "$device" ] || mount "$device" "$point"
follow queue --mount "$scratch"
mark
run_files 1
finish TERM
is 'SIGTERM ends it' "$status" 0
is '--mount: each of that mount' "$(grep -c ' queue ' "$said")" "$(since_mark queued)"
like 'for people: as the format prints it' "$(head -n 1 "$said")" \
	'^[0-9:]{8}\.[0-9]{6} queue +id=[0-9]+ cause=kthread dev='
if [ -n "$device" ]; then
	follow release --mount "$point"
	run_files 1
	finish HUP
	is 'SIGHUP ends it' "$status" 0
	is '--mount: none of another' "$(cat "$said")" ''
	umount "$point"
fi
follow exit --comm 'work*' --json
run_files 1
finish INT
holds '--comm: those' "$(count exit)" -ge "${did[exits]}"
is '--comm: no others' "$(grep -vc '"comm":"workload"' "$said")" 0
follow put --json
cat /dev/null
finish INT
holds 'put: if asked for' "$(count put)" -gt 0

# ---- events are lost, and counted

follow release queue --json
# Not less than two pages.
echo 1 >"$instance/buffer_size_kb"
mark
kill -STOP "$follower"
run_files 8
kill -CONT "$follower"
finish INT
lost=$(sed -n 's/.*"event":"lost".*"lost":\([0-9]*\).*/\1/p' "$said" | paste -sd +)
holds 'a buffer that was full: it says so' $((lost)) -gt 0
is 'and how many are not there' $(($(count queue) + $(count release) + lost)) \
	$(($(since_mark queued) + $(since_mark released)))
like 'and is no more to be trusted' "$(tail -n 1 "$said")" '"trustworthy":false,"caveats":\["[0-9]+ events were lost"'

# ---- however it ends

hold sh -c 'while :; do sleep 0.1; done'
timeout -s KILL 120 dfput events exit --count 2 >"$said"
is '--count: it ends by itself' $? 0
release
is '--count: after as many' "$(wc -l <"$said")" 2
ok '--time: it ends by itself' dfput events --time 10ms umount
dfput events 2>"$TMPDIR/errors" | true
is 'nobody reads: it ends' "${PIPESTATUS[0]}" 1
like 'nobody reads: it says so' "$(cat "$TMPDIR/errors")" 'cannot write the output: Broken pipe'
is 'none of these has left a trace instance' "$(instances)" ''
follow
nok 'the module cannot be unloaded meanwhile' rmmod dfput 2>/dev/null
finish KILL
is 'SIGKILL: the trace instance is left' "$(instances)" "$instance"
follow
is 'the next one removes that' "$(instances)" "$instance"
finish INT
is 'and its own' "$(instances)" ''

ok 'it unloads' unload
done_testing
