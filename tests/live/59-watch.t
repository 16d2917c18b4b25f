#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dfput watch: umounts that umount(8) is refused, and what it finds to have kept them:
# a living process, a file late on the list, a holder that is gone, and a reference of
# the kernel's own that nobody can see. And, with --all, what lasts.
. "$(dirname "$0")/lib.sh"
fresh
load
binfmt=/proc/sys/fs/binfmt_misc
log=$TMPDIR/log
# Those that the service has.
rights=$(sed -n 's/^CapabilityBoundingSet=//p' "$top/userspace/dfput-watch.service" |
	tr '[:upper:]' '[:lower:]' | sed 's/cap_/+/g; s/ /,/g')
trap 'stop; release; [ ! -e $binfmt/watch ] || echo -1 >$binfmt/watch; drop_stuck; drop_fs; fresh' EXIT

# watch ARGUMENT...: in the background, until it has looked
watch() {
	rm -f "$log"
	setpriv --no-new-privs --bounding-set "-all,$rights" \
		dfput watch --log "$log" "$@" 2>"$TMPDIR/said" &
	watcher=$!
	wait_for 60 has_begun
}

has_begun() {
	find "/proc/$watcher/fd" -lname '*/umounts' | grep -q .
}

stop() {
	[ -n "${watcher-}" ] || return 0
	kill $watcher
	wait $watcher
	stopped=$?
	watcher=
}

# refused MOUNT: umount(8) is, and then there are more lines
refused() {
	local before
	before=$(wc -l <"$log")
	umount "$1" 2>/dev/null && not_ok "$1 is busy"
	wait_for 60 has_more "$before"
	last=$(tail -n 1 "$log")
	note "$last"
}

# Without a process: one in its exit might have been what is looked for.
has_more() {
	local lines
	mapfile -t lines <"$log"
	[ ${#lines[@]} -gt "$1" ]
}

# timed NAME: it says how long after the umount it asked
timed() {
	like "$1: it says how soon it asked" "$last" '"asked_after_ns":[0-9]+,'
}

if ! make_fs ext4; then
	skip 'dfput watch' "$reason"
	done_testing
	exit
fi
mount "$device" "$point"
mount_scratch
wait_for 60 is_quiet
cat >"$TMPDIR/program" <<'PROGRAM'
#!/bin/sh
echo "$DFPUT_MOUNT $DFPUT_WHY $DFPUT_COMM $DFPUT_HOLDER_PID" >>"$RESULT"
PROGRAM
chmod +x "$TMPDIR/program"
export RESULT=$TMPDIR/result
setpriv --no-new-privs --bounding-set "-all,$rights" true || rights=${rights%,*}
hold sh -c "cd / && exec 7>'$point/file' && exec sleep 1000"
wait_for 30 runs "$holder" sleep
wait_for 90 excludes_rings "$point"
watch --json --exec "$TMPDIR/program"

# ---- a living process

refused "$point"
timed 'a living process'
like 'a living process: it is named' "$last" "\"answer\":\"umount\[[0-9]+\] was refused: $point is kept busy by process $holder \(sleep"
like 'a living process: and its file' "$last" "\"kind\":\"fd\",\"keeps\":\"mount\",\"pid\":$holder,.*\"what\":\"$point/file\""
has_run() {
	[ -s "$RESULT" ]
}
wait_for 30 has_run
is 'a living process: the program was told' "$(<"$RESULT")" "$point other umount $holder"

# ---- one that is gone before it is looked for

kill -STOP $watcher
umount "$point" 2>/dev/null
release
kill -CONT $watcher
wait_for 60 has_more 1
last=$(tail -n 1 "$log")
like 'a holder that is gone: it says so' "$last" "\"answer\":\"umount\[[0-9]+\] was refused: $point was busy: what kept it is gone, or is a kernel reference"

# ---- nothing that can be known

modprobe -q binfmt_misc
mountpoint -q $binfmt || mount -t binfmt_misc binfmt_misc $binfmt 2>/dev/null
cp "$(type -P true)" "$point/interpreter"
if echo ":watch:M::DfPuT::$point/interpreter:F" 2>/dev/null >$binfmt/register; then
	refused "$point"
	timed 'nothing that can be known'
	like 'nothing that can be known: it says so' "$last" "\"answer\":\"umount\[[0-9]+\] was refused: $point was busy: what kept it is gone, or is a kernel reference"
	like 'nothing that can be known: and does not blame a deferral' "$last" '"why":"other"'
	echo -1 >$binfmt/watch
else
	skip 'nothing that can be known' 'this kernel has no binfmt_misc'
fi
ok 'then it can be unmounted' umount "$point"
mount "$device" "$point"

# ---- a file that is late

mark
pile_up 16
refused "$scratch"
timed 'a late file'
like 'a late file: the module is certain' "$last" '"why":"deferral"'
like 'a late file: it is said what to do' "$last" "$scratch is kept busy by [0-9]+ files \(pending\): the (kernel will release that|list waits for the release of )"
like 'a late file: whose it was' "$last" '"kind":"pending","keeps":"mount","pid":[0-9]+,"comm":"workload"'
let_worker
wait_for 60 is_quiet
stop
is 'SIGTERM ends it' "$stopped" 0
is 'nobody was missed' "$(grep -c '"event":"missed"' "$log")" 0

# ---- what lasts; for people

watch --all --every 1s
hold sh -c "cd / && exec 7>'$point/file' && exec sleep 1000"
wait_for 30 runs "$holder" sleep
umount -l "$point"
says() {
	grep -Eq "$1" "$log"
}
ok 'a superblock that lives on' wait_for 60 says \
	"ext4 on [0-9:]+ lives on, .* after umount\[[0-9]+\] unmounted it: device [0-9:]+ is kept busy by process $holder"
release
hold_worker || not_ok "the worker can be held up: ${reason-}"
ok 'a worker that is stuck' wait_for 60 says \
	"the list's worker is stuck in the release of inode [0-9]+ of [0-9:]+ \(ext4, ext4_file_operations"
let_worker
wait_for 60 is_quiet
is 'each is told once' "$(grep -c 'lives on\|is stuck' "$log")" 2
note "$(<"$log")"

# ---- what it costs: while files are released all the time

before=$(awk '{ print $14 + $15 }' "/proc/$watcher/stat")
mark
started=$(date +%s%N)
run_workload uring-files --dir "$scratch" --files 64 --rounds 20
note "$(since_mark queued) files queued in $((($(date +%s%N) - started) / 1000000)) ms: $((\
	$(awk '{ print $14 + $15 }' "/proc/$watcher/stat") - before)) ticks of 10 ms in the watch"
nok 'the module cannot be unloaded meanwhile' rmmod dfput 2>/dev/null
stop
like 'nothing went wrong' "[$(<"$TMPDIR/said")]" '^\[\]$'
done_testing
