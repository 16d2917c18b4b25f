#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dfput watch, of a tree of /proc and tables that change under it.
# shellcheck disable=SC2317 # until_true calls functions

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
tab=$'\t'

# table FILE COLUMN...: without rows
table() {
	local columns=${*:2}
	printf '# dfput 2\n%s\n' "${columns// /$tab}" >"$copy/$1"
}

# row FILE CELL...
row() {
	local cells=${*:2}
	echo "${cells// /$tab}" >>"$copy/$1"
}

# umounted ID RESULT WHY DEVICE PID COMM [ATTEMPTS [SHUTDOWN [SUPER]]]
umounted() {
	row umounts "$1" 1000000 1000 "$2" "$3" 0 0 0 0 0 "${8:-0}" - "$4" ext4 sda1 "${9:-2}" m1 "$5" "$6" "${7:-1}" 1000000
}

# A machine with ext4 on /mnt, and a process that has a file there.
machine() {
	copy idle
	table umounts id ended_ns took_ns result why pending_mount pending_super held_mount rings ring_files shutdown_took_ns flags device fstype name super mount pid comm attempts first_ns
	table rings id age_ns state kind pid start_ns uid cgroup reapers comm
	table superblocks id fstype device name state queued released pending held leftovers shutdown_ns shutdown_took_ns shutdown_pid shutdown_comm chain
	row superblocks 2 ext4 8:17 sdb1 alive 0 0 0 0 0 0 0 0 - -
	root=$(tree "$copy")
	echo '3 1 8:17 / /mnt rw - ext4 /dev/sdb1 rw' >>"$root/proc/self/mountinfo"
	mkdir -p "$root/proc/7/task/7/"{fd,fdinfo,ns} "$root/files"
	echo 'a holder' >"$root/proc/7/comm"
	ln -s 'mnt:[1]' "$root/proc/7/task/7/ns/mnt"
	ln -s / "$root/proc/7/task/7/root"
	: >"$root/proc/7/task/7/maps"
}

# holds FD: the process has a file of /mnt
holds() {
	: >"$root/files/$1"
	ln -s "$root/files/$1" "$root/proc/7/task/7/fd/$1"
	printf 'pos:\t0\nflags:\t02\nmnt_id:\t3\n' >"$root/proc/7/task/7/fdinfo/$1"
}

lets_go() {
	rm "$root/proc/7/task/7/fd/$1"
}

# watch ARGUMENT...: in the background, until it has looked
watch() {
	: >"$work/out"
	"$DFPUT" watch --root "$root" "$@" >>"$work/out" 2>"$work/err" &
	watcher=$!
	until_true has_begun
}

has_begun() {
	[ -n "$(find "/proc/$watcher/fd" -lname '*/umounts' 2>/dev/null)" ] || ! kill -0 "$watcher" 2>/dev/null
}

# until_true COMMAND...: for some seconds
until_true() {
	local tries
	for ((tries = 0; tries < 600; tries++)); do
		"$@" && return
		sleep 0.05
	done
	return 1
}

# lines N [FILE]: so many were told
lines() {
	local file=${2:-$work/out}
	[ -f "$file" ] && [ "$(wc -l <"$file")" -ge "$1" ]
}

# ended: the watch is over by itself, or is ended by a signal
ended() {
	[ -z "${1-}" ] || kill "-$1" $watcher
	wait $watcher
	status=$?
	out=$(cat "$work/out")
	err=$(cat "$work/err")
}

# ---- one refused umount

machine
umounted 1 -EBUSY other 8:17 900 umount
holds 5
watch --count 1
umounted 2 -EINVAL - 8:17 901 umount
umounted 3 -EBUSY other 8:17 902 umount
ended
is_status 0 "a refused umount: it ends after one"
has "$out" '^[0-9-]{10} [0-9:]{8} umount\[902\] was refused: /mnt is kept busy by process 7 \(a holder\): .* \(other, attempt 1, asked [0-9.a-z]+ later\)$' "it says by whom, and how soon it asked"
[ "$(wc -l <<<"$out")" = 1 ]
verdict $? "in one line; what was before, and what was no EBUSY, is not told"

# ---- what is gone, and what the module is certain of

watch --json
lets_go 5
umounted 4 -EBUSY other 8:17 903 systemd
until_true lines 1
umounted 5 -EBUSY deferral 8:17 904 umount
until_true lines 2
umounted 6 -EBUSY 'ring?' 8:99 905 umount
until_true lines 3
ended TERM
is_status 0 "SIGTERM ends it"
mapfile -t json <<<"$out"
is_json "${json[0]}" 'j["event"] == "umount" and j["command"] == "watch" and j["umounts"][0]["comm"] == "systemd" and j["path"] == "/mnt" and j["verdict"] == "nothing" and j["asked_after_ns"] > 0' "a holder that is gone: as JSON"
is_json "${json[0]}" '"what kept it is gone, or is a kernel reference" in j["answer"] and j["reasons"][0]["kind"] == "kernel"' "a holder that is gone: it says so"
is_json "${json[1]}" '"/mnt was busy: files of that mount were on the list" in j["answer"]' "a late file: what the module has seen counts"
is_json "${json[2]}" '"not mounted any more" in j["answer"] and j["reasons"] == [] and j["umounts"][0]["why"] == "ring?"' "unmounted since: it says so"
if python3 -c 'import jsonschema' 2>/dev/null; then
	run ./schema.py "$(dirname "$DFPUT")/dfput.schema.json" <<<"$out"
	is_status 0 "it follows the schema"
else
	skip "it follows the schema" 'no Python with jsonschema'
fi

# ---- what repeats

# again ATTEMPTS: the first row has so many
again() {
	sed -i "s/\(${tab}runc${tab}\)[0-9]*/\1$1/" "$copy/umounts"
}

machine
holds 5
watch --every 1h
umounted 1 -EBUSY other 8:17 900 runc
until_true lines 1
again 20
sleep 2.5
ended INT
is_status 0 "SIGINT ends it"
[ "$(wc -l <<<"$out")" = 1 ]
verdict $? "attempts that are one row: one line"
watch --every 100ms
again 50
until_true lines 1
again 60
until_true lines 2
ended TERM
has "$out" '\(other, attempt 50, ' "then one in a while"
has "$out" '\(other, attempt 60, ' "and another"

# ---- what is missed

machine
watch --every 100ms
umounted 1 -EBUSY other 8:17 900 umount
until_true lines 1
umounted 9 -EBUSY other 8:17 900 umount
until_true lines 3
ended TERM
has "$out" ' missed: 7 umounts whose rows were overwritten' "rows that were overwritten are counted"
# accounted NR: so many were told, or counted
accounted() {
	[ "$(awk '/refused/ { n++ } $3 == "missed:" { n += $4 } END { print n }' "$work/out")" = "$1" ]
}

board=$copy copy=$work
rm "$board/umounts"
for ((id = 10; id < 210; id++)); do
	umounted $id -EBUSY other 8:17 $id umount
done
copy=$board
table umounts id ended_ns took_ns result why pending_mount pending_super held_mount rings ring_files shutdown_took_ns flags device fstype name super mount pid comm attempts first_ns
watch --every 100ms
cat "$work/umounts" >>"$copy/umounts"
until_true accounted 200
verdict $? "each of many is told, or counted"
ended TERM
has "$out" ' missed: [0-9]+ events, of too many in a second' "as there is a bound"

# ---- what lasts

machine
holds 5
row superblocks 3 ext4 8:33 sdc1 alive 0 0 0 0 0 0 0 0 - -
umounted 3 0 - 8:33 900 umount 1 0 3
umounted 4 0 - 8:17 900 umount
umounted 5 0 - 8:33 900 umount 1 400 5
row rings 7 5000000000 working exit 42 1 0 1 - fio
table pending age_ns state cause device inode fstype super cpu pid comm origin owner owner_comm owner_start_ns mount reapers
watch --all --every 300ms
row pending 9000000000 started kthread 8:17 12 ext4 1 0 9 x 0 42 fio 1 m1 -
row pending 8000000000 queued kthread 8:17 13 ext4 1 0 9 x 0 42 fio 1 m1 -
until_true lines 3
sleep 1.5
ended TERM
[ "$(wc -l <<<"$out")" = 3 ]
verdict $? "what lasts is told once"
has "$out" ' ext4 on 8:33 lives on, .* after umount\[900\] unmounted it: ' "a superblock that lives on, and not one that is mounted"
has "$out" ' a ring of io_uring, closed by fio\[42\], is not freed after 5.000s \(working\)' "a ring"
has "$out" " the list's worker is stuck in the release of inode 12 of 8:17 \(ext4\), queued 9.000s ago; 1 file on the list with it" "the worker"

# ---- where it is told

machine
log=$work/log
watch --log "$log"
umounted 1 -EBUSY other 8:17 900 umount
until_true lines 1 "$log"
mv "$log" "$log.1"
umounted 2 -EBUSY other 8:17 901 umount
until_true lines 1 "$log"
rm "$log"
mkdir "$log"
umounted 3 -EBUSY other 8:17 902 umount
until_true lines 1
ended TERM
has "$(cat "$log.1")" 'umount\[900\]' "a log"
has "$out" 'umount\[902\]' "what cannot be logged is not lost"
has "$err" 'watch: --log: .*Is a directory' "and it is said"
rmdir "$log"
: >"$log"
watch --log "$log" --json --count 1
umounted 4 -EBUSY other 8:17 903 umount
ended
is_json "$(cat "$log")" 'j["umounts"][0]["pid"] == 903' "as JSON"
[ ! -s "$work/out" ]
verdict $? "and nowhere else"

# listen: entries of the journal, each a line, in $work/entries
listen() {
	mkdir -p "$root/run/systemd/journal"
	python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
open(sys.argv[2] + ".ready", "w")
entry = s.recv(65536)
fields = {}
while entry:
	name, entry = entry.split(b"\n", 1)
	length = int.from_bytes(entry[:8], "little")
	fields[name.decode()] = entry[8:8 + length].decode()
	assert entry[8 + length:9 + length] == b"\n"
	entry = entry[9 + length:]
import json
print(json.dumps(fields), file=open(sys.argv[2], "w"))
' "$root/run/systemd/journal/socket" "$work/entries" &
	listener=$!
	until_true test -e "$work/entries.ready"
}

machine
holds 5
: >"$work/out"
if python3 -c 'import json' 2>/dev/null; then
	listen
	JOURNAL_STREAM=$(stat -c %d:%i "$work/out") watch --count 1
	umounted 1 -EBUSY other 8:17 900 $'um\\012ount'
	ended
	wait $listener
	is_json "$(cat "$work/entries")" 'j["DFPUT_MOUNT"] == "/mnt" and j["DFPUT_WHY"] == "other" and j["DFPUT_COMM"] == "um\nount" and j["DFPUT_HOLDER_PID"] == "7" and j["MESSAGE"].endswith("later)") and j["PRIORITY"] == "5"' "the journal gets fields"
	[ ! -s "$work/out" ]
	verdict $? "and no text"
else
	skip "the journal gets fields" 'no Python with json'
fi
JOURNAL_STREAM=1:1 watch --count 1
umounted 2 -EBUSY other 8:17 901 umount
ended
has "$out" 'umount\[901\]' "stdout that is not the journal gets text"

# ---- a program

cat >"$work/program" <<'PROGRAM'
#!/bin/sh
# $0 has no argument, nothing to read, and signals as usual
echo "$#,$(cat),$DFPUT_MOUNT,$DFPUT_WHY,$DFPUT_COMM,$DFPUT_HOLDER_COMM,$(grep -c '^SigBlk:.0*$' /proc/self/status)" >>"$RESULT"
echo to stdout
echo $$ >>"$RESULT.pids"
exec sleep "${REST:-0}"
PROGRAM
chmod +x "$work/program"
export RESULT=$work/result
watch --exec "$work/program"
# shellcheck disable=SC2016 # a name
umounted 3 -EBUSY deferral 8:17 902 '$(reboot);x'
until_true lines 1 "$RESULT"
ended TERM
has "$(cat "$RESULT")" '^0,,/mnt,deferral,\$\(reboot\);x,a holder,1$' "a program: what it gets"
has "$err" '^to stdout$' "its output goes to stderr"
rm "$RESULT" "$RESULT.pids"
REST=30 watch --exec "$work/program" --every 100ms
for ((id = 4; id < 16; id++)); do
	umounted $id -EBUSY other 8:17 $id umount
done
until_true grep -q missed "$work/out"
is_few() {
	[ "$(wc -l <"$RESULT")" = 8 ]
}
until_true is_few
verdict $? "some at once, not more"
ended TERM
is_status 0 "they are not waited for"
has "$out" ' missed: 4 runs of the program' "what was not run is counted"
xargs kill <"$RESULT.pids" 2>/dev/null
watch --exec /nonexistent/program --count 1
umounted 20 -EBUSY other 8:17 20 umount
ended
until_true grep -q nonexistent "$work/err"
has "$(cat "$work/err")" 'watch: --exec: /nonexistent/program: No such file' "a program that is not there"

# ---- what is in the way

set_value stats enabled 0
dfput watch --root "$root"
is_status 4 "measuring is off: cannot tell"
rm "$copy/umounts"
set_value stats enabled 1
dfput watch --root "$root"
is_status 1 "no such table"
dfput watch --root "$root" --log /nonexistent/log
is_status 1 "a log that cannot be written"

# ---- the service

if command -v systemd-analyze >/dev/null; then
	sed "s,^ExecStart=dfput,ExecStart=$(realpath "$DFPUT")," ../../userspace/dfput-watch.service >"$work/dfput-watch.service"
	run systemd-analyze verify --man=no "$work/dfput-watch.service"
	is_status 0 "the unit is one"
	[ -z "$err" ]
	verdict $? "and nothing is said against it"
else
	skip "the unit is one" 'no systemd-analyze'
fi
finish
