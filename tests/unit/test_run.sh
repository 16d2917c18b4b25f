#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dfput run, with a copy of the directory in place of a module: time goes on in
# it when the program that is run says so.

# What programs are to expand must not be expanded here.
# shellcheck disable=SC2016

# nohup(1), and a shell that starts something in the background, have signals
# ignored, and what is ignored when a program starts stays so.
[ -n "${SIGNALS_RESTORED-}" ] || SIGNALS_RESTORED=1 exec env --default-signal bash "$0" "$@"

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"

# What programs call: measuring went on, and COUNTER=BY grew.
cat >"$work/grow" <<'END'
#!/bin/bash
awk -v changes="$*" 'BEGIN { split(changes, c, " "); for (i in c) { split(c[i], p, "="); by[p[1]] = p[2] } }
	$1 == "measuring_ns" { printf "%s %.0f\n", $1, $2 + 1e13; next }
	$1 in by { $2 += by[$1] } { print }' "$COPY/stats" >"$COPY/new"
mv "$COPY/new" "$COPY/stats"
END

# leave ID LATENESS REAPERS [KIND [EXIT [START]]]: there is one more leftover; its
# process ended just now, unless told otherwise
cat >"$work/leave" <<'END'
#!/bin/bash
printf '%s\t%s\t%s\t%s\tdeferred\tkthread\t%s\t8:1\t131074\text4\t2\tflock\t905\t%s\t0\t1\t%s\tcat\t-\n' \
	"$1" "${4:-exit}" "$2" "${5:-9000000000000000000}" "${ORIGIN:-1}" "${6:-1}" "$3" >>"$COPY/leftovers"
END

# queue OWNER REAPERS [START]: there is one more file on the list. ORIGIN is its call path,
# as that of a leftover
cat >"$work/queue" <<'END'
#!/bin/bash
printf '0\tstarted\tkthread\t0:15\t7\text4\t1\t0\t9\tx\t%s\t%s\tsh\t%s\tm3\t%s\t0\t-\n' \
	"${ORIGIN:-0}" "$1" "${3:-9000000000000000000}" "$2" >>"$COPY/pending"
END

# hold REAPERS [START], tear REAPERS [START]: one more file is held, one more ring
# being torn down
cat >"$work/hold" <<'END'
#!/bin/bash
printf '5\texit\t6\t8:1\t131074\text4\t2\tm1\tflock\t905\t%s\t0\t1\t%s\tcat\t-\n' \
	"${2:-9000000000000000000}" "$1" >>"$COPY/held"
END
cat >"$work/tear" <<'END'
#!/bin/bash
printf '7\t5\tworking\texit\t905\t%s\t0\t1\t%s\tcat\n' \
	"${2:-9000000000000000000}" "$1" >>"$COPY/rings"
END
chmod +x "$work/grow" "$work/leave" "$work/queue" "$work/hold" "$work/tear"
export PATH=$work:$PATH

start() {
	copy "${1:-idle}"
	root=$(tree "$copy")
	export COPY=$copy ROOT=$root
}

# ---- exit statuses

start
dfput run --root "$root" -- sh -c 'grow queued=3 queued_bh=3 released=3; echo out; echo err >&2; exit 7'
is_status 7 "the program's exit status"
[ "$out" = out ]
verdict $? "its output is its own"
has "$err" '^err$' "its errors are let through"
has "$err" '^sh: exit status 7, all of its processes reaped after' "the report is on stderr"
has "$err" 'On the whole machine meanwhile, not by this program alone \(exact\)' "whose counts they are, and how measured"
has "$err" '^queued +3 files' "differences, not totals"
has "$err" '^.-queued_bh +3 files' "by cause"
has "$err" '^released +3 files' "released"
has_not "$err" '^batches ' "not what did not happen"
has "$err" '^pending +0 files' "pending"
has_not "$err" '^(unmatched|preload|evicted)' "nothing that did not happen"
has "$err" '^Trustworthy: yes' "trustworthy"

dfput run --root "$root" true
is_status 0 "without --"
dfput run --root "$root" -- sh -c 'kill -KILL $$'
is_status 137 "killed: 128 and the signal"
has "$err" '^sh: killed by signal 9,' "said so"
dfput run --root "$root" -- "$work/not-there"
is_status 127 "not found"
has "$err" "cannot execute '.*not-there': No such file" "said so"
has_not "$err" 'whole machine' "no report of what was not run"
dfput run --root "$root" -- "$work"
is_status 126 "not executable"
run env -i X=1 "$DFPUT" run --root "$root" -- /usr/bin/env
[ "$out" = X=1 ]
verdict $? "the environment is passed untouched"

# ---- --max-late

start
dfput run --max-late 100ms --root "$root" -- sh -c 'grow; exit 5'
is_status 5 "in time: the program's status"
has "$(head -n 1 <<<"$err")" '^In time: no file of sh was later than 100\.000ms\.$' "said first"
has_not "$err" 'Of its own processes' "of which nothing more is said"
has_not "$err" 'queued_softirq' "nor of causes of nothing"
dfput run --max-late 100ms --json --root "$root" -- sh -c 'grow; exit 5'
is_json "$err" 'j["waited_ns"] >= j["max_late_ns"] == 100000000' "all of the time is waited, although nothing was left"
is_json "$err" 'j["left"] == j["left_after"] == 0 and j["pending"] == j["pending_after"] == []' "nothing left, in JSON"
is_json "$err" 'j["outlived"] == j["late"] == j["lateness_max_ns"] == j["pending_unknown"] == 0 and j["tree_leftovers"] == j["tree_pending"] == j["mounts"] == []' "nor of its own"

# ages AGE...: there are files on the list, these nanoseconds old
ages() {
	cp "$fixtures/idle/pending" "$copy"
	printf '%s\tqueued\tkthread\t0:15\t7\text4\t1\t0\t9\tx\t0\t0\t-\t0\tm3\t-\t0\t-\n' "$@" >>"$copy/pending"
	set_value stats pending $#
}
old=99999999999

start
ages $old $old
dfput run --max-late 30ms --root "$root" -- sh -c 'grow; exit 5'
is_status 5 "queued before the start, and still there: not its own"
has "$err" '^On the whole machine, queued before its last process was reaped, and pending now:$' "said all the same"
has "$err" '^99\.999s +queued +kthread +0:15 ' "and what it is"
has "$err" '^Trustworthy: yes' "of that there is no caveat"
has "$err" '^In time' "in time"
COLUMNS=80 dfput run --max-late 30ms --root "$root" -- sh -c 'grow; exit 5'
has_not "$err" '^.{81}' "on 80 columns"
dfput run --max-late 30ms --json --root "$root" -- sh -c 'grow; exit 5'
is_json "$err" 'j["late"] == j["pending_unknown"] == 0 and j["tree_pending"] == []' "in JSON"
is_json "$err" 'j["left"] == len(j["pending"]) == 2 and j["left_after"] == 0 and j["pending_after"] == []' "what is left"
is_json "$err" 'j["max_late_ns"] == 30000000 and j["waited_ns"] >= 30000000 and j["status"] == 5' "the rest"
dfput run --root "$root" -- sh -c 'grow; exit 5'
is_status 5 "without a limit there is no verdict"
has "$err" '^99\.999s +queued ' "but what is left is shown"
has_not "$err" 'after its last process' "and nothing of later"
has_not "$err" '^(In time|Late)' "nor a verdict"
dfput run --json --root "$root" -- grow
is_json "$err" 'j["left"] == 2 and {j[name] for name in ("left_after", "late", "waited_ns", "max_late_ns")} == {None} and j["after"] is None' "nor in JSON"

start
ages 0 0 0
dfput run --max-late 30ms --root "$root" -- sh -c 'grow; exit 5'
is_status 4 "queued after the end, and still there: cannot tell"
has "$err" '^Trustworthy: no, 3 files queued since it was started, and pending, may be its own\.$' "why"
has "$err" '^On the whole machine, queued after its last process was reaped, and pending now:$' "and what it is"
has "$err" '^0ns +queued +kthread +0:15 ' "listed"
has "$(head -n 1 <<<"$err")" '^Cannot tell: in time: no file of sh was later than 30\.000ms; but 3 files queued since it was started, and pending, may be its own' "said first"
dfput run --max-late 30ms --json --root "$root" -- grow
is_json "$err" 'j["left"] == 0 and j["left_after"] == len(j["pending_after"]) == 3 and j["pending"] == []' "in JSON"
dfput run --root "$root" -- sh -c 'grow; exit 5'
is_status 5 "without a limit they do not count"
has "$err" '^Trustworthy: yes' "nor are they in caveat"

start
ages 0 $old 0
dfput run --max-late 30ms --json --root "$root" -- grow
is_status 4 "both: cannot tell"
is_json "$err" 'len(j["pending"]) == 1 and len(j["pending_after"]) == 2 and not j["trustworthy"]' "each by itself"

# ---- its own files

start
dfput run --max-late 10ms --json --root "$root" -- sh -c 'grow leftover=3 closed_by_live=1; leave 4 9999999 $PPID,1; leave 5 3000000 77,$PPID; leave 6 99000000 77,1; exit 5'
is_status 5 "leftovers in time: the program's status"
is_json "$err" 'j["outlived"] == 2 and j["late"] == 0 and j["lateness_max_ns"] == 9999999 and j["trustworthy"]' "those of its own processes, and no others"
is_json "$err" '[(l["id"], l["origin"], l["origin_name"], l["blocks"]) for l in j["tree_leftovers"]] == [(4, 1, "io_uring", ["flock"]), (5, 1, "io_uring", ["flock"])]' "all that is known of them"
is_json "$err" '"leftovers" not in j and j["differences"]["leftover"] == 3' "apart from those of the whole machine"
is_json "$err" 'j["mounts"] == [{"device": "8:1", "path": "/"}]' "where their filesystem is mounted"
start
dfput run --max-late 10ms --json --root "$root" -- sh -c 'grow leftover=1; leave 4 9999999 $PPID,1; sed -i "s, 8:1 / / , 8:1 / /elsewhere ," "$ROOT/proc/self/mountinfo"'
is_json "$err" 'j["mounts"] == [{"device": "8:1", "path": "/elsewhere"}]' "now, not when the program was started"
start
dfput run --max-late 9ms --root "$root" -- sh -c 'grow leftover=2; leave 4 9999999 $PPID,1; leave 5 3000000 77,$PPID,...; exit 5'
is_status 3 "one of them late: against"
has "$err" '^Of its own processes: 2 files, late by 9\.999ms at most:$' "said first"
has "$err" '^FILES +LATENESS +EXIT ROUTE +ORIGIN +DEVICE FSTYPE BLOCKS PID COMM$' "with a table"
has "$err" '^ +2 3\.0-9\.9ms .* deferred +io_uring +8:1 +ext4 +flock +905 cat$' "of them, alike ones in one row"
has "$(head -n 1 <<<"$err")" "^Late: files of sh: 1 released too late; the limit is 9\.000ms\.$" "and the verdict before that"
has "$err" '^Trustworthy: yes' "without a caveat"
has "$err" '^Device 8:1 is mounted on /$' "where that machine has the device mounted"
start
dfput run --root "$root" -- sh -c 'grow leftover=1; leave 4 99999999 $PPID; exit 5'
is_status 5 "without a limit there is no verdict"
has "$err" '^Of its own processes: 1 file, late by 99\.999ms at most:$' "but the report"
start
dfput run --max-late 1ms --root "$root" -- sh -c 'grow leftover=1; leave 4 99999999 $PPID exit 1 1'
is_status 0 "what ended before the start was below a namesake"
start
dfput run --max-late 1ms --root "$root" -- sh -c 'grow leftover=1; leave 4 99999999 $PPID exec 1 9000000000000000000'
is_status 3 "an exec counts as an exit does"
start
dfput run --max-late 1ms --json --root "$root" -- sh -c 'grow leftover=1; leave 4 99999999 $PPID; sed -i "s/^1\tkthread\t/99\tkthread\t/" "$COPY/origins"'
is_json "$err" 'j["tree_leftovers"][0]["origin"] == 1 and j["tree_leftovers"][0]["origin_name"] is None' "call paths are looked up at the end"
start
rm "$copy/origins"
dfput run --all --max-late 1ms --root "$root" -- sh -c 'grow leftover=1; leave 4 99999999 $PPID'
is_status 3 "without call paths"
has "$err" '^LATENESS' "--all: each of them"
has "$err" '^99\.999ms .* deferred +#1 ' "the bare id"

start
dfput run --max-late 20ms --root "$root" -- sh -c 'grow; hold $PPID; tear 1,$PPID; exit 5'
is_status 3 "a file that is held, and a ring: against"
has "$err" '^Of its own processes, closed, and held by no living process:$' "the file"
has "$err" '^Of its own processes, rings that the kernel has not freed yet:$' "the ring"
has "$err" '^ 7 +5ns working exit +905 ' "listed"
has "$err" "^Late: files of sh: 1 held, 1 ring not freed; " "and said"
start
dfput run --root "$root" -- sh -c 'grow; hold $PPID; tear 1,$PPID; exit 5'
is_status 5 "without a limit: the program's status"
has "$(head -n 1 <<<"$err")" '^Not released yet, of sh: 1 held, 1 ring not freed; --max-late waits for that\.$' "but not that nothing outlived it"
start
dfput run --max-late 20ms --json --root "$root" -- sh -c 'grow; hold $PPID; hold 77; tear 77; tear 77,$PPID; exit 5'
is_json "$err" 'j["late"] == 2 and len(j["tree_held"]) == len(j["tree_rings"]) == 1 and j["trustworthy"]' "its own alone, in JSON"
start
dfput run --max-late 20ms --root "$root" -- sh -c 'grow; hold $PPID 1; tear $PPID 1; hold 77,...'
is_status 4 "whose it is, is not known"
has "$err" '^Trustworthy: no, held files and rings, nobody knows whose: 1;' "why"
start
dfput run --max-late 20ms --root "$root" -- sh -c 'grow; printf "7\t5\tworking\t-\t0\t0\t-\t0\t-\t-\n" >>"$COPY/rings"'
is_status 4 "a ring of which nobody knows who closed it"
start
dfput run --max-late 20ms --root "$root" -- sh -c 'grow; hold $PPID 1; tear $PPID 1'
is_status 0 "what was started before was below a namesake"
start
dfput run --root "$root" -- sh -c 'grow; tear $PPID; exit 5'
is_status 5 "without a limit there is no verdict on them"
has "$err" '^Of its own processes, rings that the kernel has not freed yet:$' "but they are shown"

start
dfput run --max-late 20ms --json --root "$root" -- sh -c 'grow; queue $$ $PPID,1; exit 5'
is_status 3 "a pending file that the program closed: against"
is_json "$err" 'j["late"] == len(j["tree_pending"]) == 1 and j["tree_pending"][0]["owner_comm"] == "sh" and j["pending_unknown"] == 0 and j["trustworthy"]' "in JSON"
start
dfput run --max-late 20ms --root "$root" -- sh -c 'grow; queue $$ $PPID'
has "$err" '^Of its own processes, pending now:$' "listed"
has "$err" "^Late: files of sh: 1 pending; the limit is 20\.000ms" "and said"
start
ORIGIN=7 dfput run --json --root "$root" -- sh -c 'grow leftover=1; leave 4 1 $PPID; queue $$ $PPID'
is_json "$err" '(len(j["tree_leftovers"]), len(j["tree_pending"]), [o["origin"] for o in j["unnamed_origins"]]) == (1, 1, [7])' "a call path of two tables is explained once"
start
dfput run --max-late 20ms --root "$root" -- sh -c 'grow; queue 77 88,$PPID,1'
is_status 3 "one of a process that another of its processes reaped: against"
start
dfput run --max-late 20ms --root "$root" -- sh -c 'grow; queue 77 $PPID 1'
is_status 0 "one of a process from before, below a namesake"
start
dfput run --max-late 20ms --root "$root" -- sh -c 'grow; queue 77 88,1'
is_status 0 "one of a process elsewhere"
start
dfput run --max-late 20ms --root "$root" -- sh -c 'grow; queue 77 88,...'
is_status 4 "where the list of reapers was cut: cannot tell"
start
sed -i 's/\treapers.*//' "$copy/pending"
dfput run --max-late 20ms --root "$root" -- sh -c 'grow; queue 77 $PPID; sed -i "s/\(\t[^\t]*\)\{3\}$//;1s/.*/# dfput 2/" "$COPY/pending"'
is_status 4 "an older module does not tell whose it is: cannot tell"

# ---- what can not be known

# unknown MESSAGE COMMAND: of the program
unknown() {
	dfput run --max-late 1ms --root "$root" -- sh -c "$2"
	is_status 4 "cannot tell: $1"
	has "$err" "^Trustworthy: no, $1" "why"
}

start
unknown 'unowned grew by 2 \(released by the list, owner unknown\): they may be its own\.' 'grow unowned=2'
dfput run --root "$root" -- sh -c 'grow unowned=2; exit 5'
is_status 5 "only said, without a limit"
has "$err" '^Trustworthy: no, unowned grew by 2 ' "but said"
start
unknown 'lost_leftovers grew by 1 .*; load dfput with a greater leftovers=N' 'grow lost_leftovers=1'
unknown 'lost_rings grew by 3 ' 'grow lost_rings=3'
start
unknown 'leftovers were overwritten before they could be read: 2,' 'grow leftover=3; leave 6 1 77'
start
unknown 'leftovers were overwritten before they could be read: 1,' 'grow leftover=3; leave 4 1 77; leave 6 1 77'
start
sed -i '3,$d' "$copy/leftovers"
unknown 'leftovers were overwritten before they could be read: 4,' 'grow leftover=5; leave 61 1 77'
start
sed -i '3,$d' "$copy/leftovers"
dfput run --max-late 1ms --root "$root" -- sh -c 'grow leftover=1; leave 61 1 77'
is_status 0 "where there was none, any id may be the first"
start
unknown 'the list of reapers was cut for 1 leftover:' 'grow leftover=2; leave 4 1 77,78,...; leave 5 1 ... exit 1 1'
start
unknown "the list of reapers was cut for 1 leftover:" 'grow leftover=1; leave 4 1 77,x'
start
unknown "leftovers: line 6: 'lateness_ns' is not a 64-bit number" 'grow leftover=1; leave 4 - 77'
start
unknown 'cannot open .*leftovers' 'grow; rm "$COPY/leftovers"'
start
set_value hooks scope deferred
unknown "the module does not look at exits: its scope is 'deferred'" grow

# meanwhile ARGUMENT... -- COMMAND...: dfput run, and while it waits after its
# program's end, COMMAND. It is stopped for that, so that its time cannot end
# before: it sees what COMMAND did, however long that took.
meanwhile() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	rm -f "$work/ready"
	"$DFPUT" run "${options[@]}" --root "$root" -- sh -c 'grow queued=2 queued_bh=2 released=1; echo $$ >"$0.new"; mv "$0.new" "$0"; exit 5' "$work/ready" >"$work/out" 2>"$work/err" &
	pid=$!
	while [ ! -e "$work/ready" ]; do sleep 0.01; done
	while kill -0 $pid && { [ -e "/proc/$(cat "$work/ready")" ] || ! grep -q '^State:.S' "/proc/$pid/status"; }; do sleep 0.01; done
	kill -STOP $pid
	"$@"
	kill -CONT $pid
	wait $pid
	status=$?
	out=$(cat "$work/out") err=$(cat "$work/err")
}

start
meanwhile --max-late 1 -- grow queued=64 queued_kthread=64 released=65 batches=3
is_status 5 "queued after the end, and released in time: the program's status"
has "$err" '^In the [0-9.]+s after its last process was reaped, again on the whole machine, not by this program alone: 64 queued, 65 released:$' "said so"
[ "$(grep -E '^(queued|.-queued_kthread|released|batches) ' <<<"$err" | tr -s ' ' | cut -d ' ' -f 2 | tr '\n' ' ')" = '2 1 64 64 65 3 ' ]
verdict $? "in a table of its own"
start
meanwhile --max-late 1 --json -- grow queued=64 queued_kthread=64 released=65 batches=3
is_json "$err" '[j[w][c] for w in ("differences", "after") for c in ("queued", "queued_bh", "queued_kthread", "released", "batches")] == [2, 2, 0, 1, 0, 64, 0, 64, 65, 3]' "in JSON: after"
is_json "$err" 'j["waited_ns"] >= j["max_late_ns"] and j["trustworthy"]' "and all of the time was waited"
start
meanwhile --max-late 1 -- grow lost_records=1
is_status 4 "losses after the end: cannot tell"
has "$err" '^Trustworthy: no, lost_records grew by 1 ' "why"
has_not "$err" '^In time' "and nothing is in time"
start
meanwhile --max-late 1 -- set_value stats queued 0
is_status 4 "reset after the end: cannot tell"
has_not "$err" 'In the .* after its last process' "no differences then"
start
ages $old
meanwhile --max-late 1 -- cp "$fixtures/idle/pending" "$copy"
is_status 5 "gone in time"
start
meanwhile --max-late 3600 --json -- eval 'kill -TERM $pid'
is_status 4 "SIGTERM ends the wait: cannot tell"
is_json "$err" 'j["waited_ns"] < j["max_late_ns"] and j["caveats"] == ["signal 15 ended the wait"]' "why"
start
meanwhile --max-late 3600 -- eval 'kill -HUP $pid'
has "$err" 'all of its processes reaped after' "its processes were reaped all the same"
has "$err" '^Cannot tell: .*; but signal 1 ended the wait\.$' "said so"

start
dfput run --max-late 0 --root "$root" -- sh -c 'grow lost_records=1'
is_status 4 "losses meanwhile: cannot tell"
has "$err" '^Trustworthy: no, lost_records grew by 1 ' "why"
start busy
sed -i '3,$s/^[0-9]*/99999999999/' "$copy/pending"
dfput run --max-late 0 --root "$root" -- sh -c 'grow lost_batches=1'
is_status 4 "which beats late"
start busy
cp "$fixtures/idle/pending" "$copy"
dfput run --max-late 0 --root "$root" -- grow
is_status 4 "a hook that could not be had: cannot tell"
has "$err" "^Trustworthy: no, the module has no hook 'queue_many' on this kernel" "why"
sed -i 's/failed/idle/' "$copy/hooks"
dfput run --max-late 0 --root "$root" -- grow
is_status 0 "older losses do not count"
start
dfput run --max-late 0 --root "$root" -- true
is_status 4 "time stood still in there: cannot tell"
has "$err" '^Trustworthy: no, measuring was interrupted' "why"
dfput run --root "$root" -- true
is_status 0 "only said, without --max-late"
start
dfput run --max-late 0 --root "$root" -- sh -c 'grow; sed -i "s/^queued .*/queued 1/" "$COPY/stats"'
is_status 4 "reset meanwhile: cannot tell"
has "$err" 'counters were reset' "why"
has_not "$err" '^queued ' "no differences then"
start
dfput run --max-late 0 --root "$root" -- sh -c 'grow enabled=-1'
is_status 4 "switched off meanwhile: cannot tell"
start
set_value hooks selftest failed
dfput run --max-late 0 --root "$root" -- grow
is_status 4 "a module that failed its self-test: cannot tell"
start
dfput run --max-late 0 --root "$root" -- sh -c 'rm "$COPY/stats"'
is_status 4 "the module went away: cannot tell"
start
dfput run --json --root "$root" -- sh -c 'rm "$COPY/stats"; exit 6'
is_status 6 "the program's status, without --max-late"
is_json "$err" 'j["trustworthy"] is False and "cannot open" in j["caveats"][0]' "reported"

# ---- not run at all

touch_it() {
	rm -f "$work/touched"
	dfput run "$@" -- touch "$work/touched"
	[ ! -e "$work/touched" ]
	verdict $? "the program was not run: $*"
	has "$err" "^dfput: run: not run, " "said so"
}

touch_it --root "$work/none"
is_status 125 "no module: its own failure"
has "$err" "see 'dfput doctor'" "with a hint"
touch_it --root "$work/none" --max-late 1
is_status 125 "no module, with --max-late"
start
set_value stats enabled 0
touch_it --root "$root"
is_status 125 "measuring is off"
start
sed -i '1s/2/3/' "$copy/hooks"
touch_it --root "$root" --max-late 1
is_status 125 "another ABI"
start
touch_it --root "$root" --report "$work/no/report"
rm "$copy/leftovers"
touch_it --root "$root"
has "$err" 'cannot open .*leftovers' "a module that does not know leftovers"
start
echo half >"$work/rules"
touch_it --root "$root" --rules "$work/rules"
has "$err" 'rules: line 1: not an origin and a function' "rules that are none"
is_status 125 "a report that cannot be written"

# ---- reports

start
dfput run --json -o "$work/report" --root "$root" -- sh -c 'grow queued=2 queued_softirq=2; echo out; exit 1'
is_status 1 "a report in a file"
[ "$out" = out ] && [ -z "$err" ]
verdict $? "leaves stderr to the program"
report=$(cat "$work/report")
is_json "$report" 'j["status"] == 1 and j["program"] == "sh" and j["trustworthy"]' "as JSON"
is_json "$report" 'j["differences"]["queued_softirq"] == 2' "differences"
is_json "$report" 'j["left"] == 0 and j["method"] == "exact" and j["waited_ns"] is j["late"] is j["after"] is None' "the rest"

dfput run -o "$work/no/report" --root "$root" -- touch "$work/ran"
is_status 125 "a report that cannot be written"
[ ! -e "$work/ran" ]
verdict $? "nothing was run"
if [ -w /dev/full ]; then
	dfput run -o /dev/full --root "$root" -- true
	is_status 125 "a report that is lost"
	dfput run -o /dev/full --max-late 0 --root "$root" -- true
	is_status 125 "and with it the verdict"
	dfput run --tap -o /dev/full --root "$root" -- true
	is_status 125 "KTAP that is lost"
fi

dfput run -o "$work/x" --log-fd 3 --root "$root" -- true
is_status 125 "one report, one place"
dfput run --frob -- true
is_status 125 "wrong usage is its own failure, too"

# ---- channels

start
run bash -c '"$0" run --log-fd 5 --root "$ROOT" -- sh -c "grow; [ -e /dev/fd/5 ] || exit 6" 5>"$1"' "$DFPUT" "$work/log"
is_status 6 "--log-fd: a descriptor that the program does not get"
has "$(head -n 1 "$work/log")" '^No file of sh was seen to outlive its process\.$' "the report is there"
[ -z "$err" ]
verdict $? "and not on stderr"
start
run bash -c '"$0" run --verdict-fd 5 --max-late 9ms --root "$ROOT" -- sh -c "grow leftover=1; leave 4 9999999 \$PPID,1; exit 7" 5>"$1"' "$DFPUT" "$work/verdict"
is_status 7 "--verdict-fd: the program's status"
[ "$(cat "$work/verdict")" = 'verdict=late late=1 lateness_max_ns=9999999' ]
verdict $? "and the verdict apart from it" "$(cat "$work/verdict")"
touch_it --verdict-fd 77 --root "$root"
is_status 125 "--verdict-fd: one that is not open"
run bash -c '"$0" run --log-fd 5 --root "$ROOT" -- touch "$1" 5</dev/null' "$DFPUT" "$work/touched"
is_status 125 "--log-fd: one that is open to read"

# ---- several runs, and KTAP

start
echo 3 >"$work/next"
dfput run -r 3 --max-late 5ms --root "$root" -- sh -c 'grow leftover=1; read -r id <"$0"; id=$((id + 1)); echo $id >"$0"; leave $id ${id}000000 $PPID; exit 1' "$work/next"
is_status 3 "-r: the worst verdict"
has "$(head -n 1 <<<"$err")" '^Of 3 runs of sh, 1 had late files\.$' "said first"
has "$err" '^ +1 +1 +[0-9.]+m?s +1 +4\.000ms +0 in_time$' "a line for each"
has "$err" '^ +3 +1 +[0-9.]+m?s +1 +6\.000ms +1 late$' "in order"
has "$err" '^lateness_max +4\.000ms +5\.000ms +6\.000ms$' "and the spread"
start
echo 3 >"$work/next"
dfput run -r 3 --json --root "$root" -- sh -c 'grow leftover=1; read -r id <"$0"; id=$((id + 1)); echo $id >"$0"; leave $id ${id}000000 $PPID; kill -0 $$ && trap "exit 9" TERM && kill -TERM $$' "$work/next"
is_status 9 "-r: the first failure, and signals reach each"
is_json "$err" '[r["lateness_max_ns"] for r in j["runs"]] == [4000000, 5000000, 6000000] and j["spread"][1]["median_ns"] == 5000000 and j["trustworthy"]' "as JSON"
start
dfput run -r 2 --tap --max-late 5ms --root "$root" -- sh -c 'grow; exit 3'
[ "$(grep -v '^#' <<<"$err")" = "KTAP version 1
1..4
not ok 1 sh: exit status 3
ok 2 sh: files in time
not ok 3 sh: exit status 3
ok 4 sh: files in time" ]
verdict $? "--tap"
start
dfput run --tap --max-late 5ms --root "$root" -- sh -c 'grow lost_records=1'
is_status 4 "--tap: cannot tell"
has "$err" '^not ok 2 sh: files in time # ERROR cannot tell$' "is an error of the test"
has "$err" '^# Not trustworthy: lost_records grew by 1 ' "with its reason"

# ---- the process tree

start
dfput run --root "$root" -- sh -c 'setsid sh -c "(sleep 0.4; echo late >\"$0\") & exit 0" </dev/null & exit 3' "$work/grandchild"
[ "$(cat "$work/grandchild")" = late ]
verdict $? "grandchildren whose parents are gone are waited for"
is_status 3 "and do not change the status"

# signalled SIGNAL: to dfput while the program runs
signalled() {
	rm -f "$work/ready"
	"$DFPUT" run --root "$root" -- bash -c '
		trap "echo got '"$1"'; exit 42" '"$1"'
		touch "$0"
		while :; do sleep 0.05; done' "$work/ready" >"$work/out" 2>"$work/err" &
	pid=$!
	while [ ! -e "$work/ready" ]; do sleep 0.02; done
	kill "-$1" $pid
	wait $pid
	status=$?
	out=$(cat "$work/out") err=$(cat "$work/err")
	[ "$out" = "got $1" ] && [ $status = 42 ]
	verdict $? "SIG$1 is passed on"
}

start
for signal in TERM HUP USR1 USR2; do
	signalled $signal
done
# Shells start jobs with SIGINT and SIGQUIT ignored, but not under job control.
set -m
signalled INT
signalled QUIT
set +m

# The program is over, but one of its descendants runs on: we give up.
give_up() {
	rm -f "$work/ready"
	"$DFPUT" run "$@" --root "$root" -- sh -c 'grow; (sleep 30 & echo $! >"$0.pid"; touch "$0"; wait) >/dev/null 2>&1 & exit 0' "$work/ready" 2>"$work/err" &
	pid=$!
	while [ ! -e "$work/ready" ]; do sleep 0.02; done
	sleep 0.3
	kill -TERM $pid
	wait $pid
	status=$?
	out='' err=$(cat "$work/err")
	kill "$(cat "$work/ready.pid")"
}

start
give_up
is_status 143 "SIGTERM when only descendants are left"
has "$err" 'all of its processes not reaped' "said so"
start
give_up --max-late 1
is_status 4 "with --max-late: cannot tell"
has "$err" 'Trustworthy: no, signal 15 ended the wait' "why"
has_not "$err" 'after its last process' "nor is there a time after the end"
finish
