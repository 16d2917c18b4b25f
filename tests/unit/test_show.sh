#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The commands that show something, on saved copies of the directory.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
tab=$'\t'

# ---- stat

dfput --input "$fixtures/idle"
is_status 0 "without a command: stat"
has "$out" '^queued +1204 files: hardirq 12, softirq 402, bh 3, kthread 731, exited 56$' "queued, by cause"
has "$out" '^leftovers +3 files: deferred 2, task_work 1; worst lateness below 67\.108ms$' "leftovers, by route"
has "$out" '^lost +nothing$' "losses"
has "$out" '^held +2 files, pending ones included, 0 rings$' "held: as watched counts them"
has "$out" '^Trustworthy: yes' "nothing lost: trustworthy"
[ "$(wc -l <<<"$out")" -le 12 ]
verdict $? "in a dozen lines"
[ -z "$(awk 'length > 80' <<<"$out")" ]
verdict $? "of 80 columns"
dfput --input "$fixtures/busy"
has "$out" '^pending +4 files, at most 900 at once, the oldest for 3\.912s$' "pending, and the oldest"
has "$out" '^lost +lost_records 5, missed_probes 7$' "losses in one line"

dfput --all --input "$fixtures/idle"
has "$out" '^queued +1204 files +went on' "--all: a counter, its unit and meaning"
has "$out" '^.-queued_softirq +402 files' "a cause hangs from queued"
has "$out" '^measuring_ns +86400123456789 ns' "a gauge"
has "$out" '^Exits and what they leave:$' "in groups"

dfput stat --json --input "$fixtures/idle"
is_status 0 "stat as JSON"
is_json "$out" 'j["abi"] == 2 and j["trustworthy"] is True and j["caveats"] == []' "trustworthy"
is_json "$out" 'j["stats"]["queued_bh"] == 3' "a counter"

dfput --json --input "$fixtures/busy" stat
is_status 0 "options before the command"
is_json "$out" 'j["trustworthy"] is False and len(j["caveats"]) == 2' "losses: not trustworthy"
is_json "$out" 'any("lost_records is 5" in d for d in j["caveats"])' "and it says which"
dfput stat --input "$fixtures/busy"
has "$out" '^Trustworthy: no, missed_probes is 7 \(' "said to people too"

dfput stat --all --input "$fixtures/newer"
is_status 0 "a newer module of the same ABI"
has "$out" '^sunsets +2 - +-' "its counters are shown, without meaning"
has "$out" '^.-queued_moon +3 ' "a new cause hangs from queued"
has "$out" '^story +once upon a time' "and what is not a number too"
dfput stat --json --input "$fixtures/newer"
is_json "$out" 'j["stats"]["sunsets"] == 2 and j["stats"]["story"] == "once upon a time"' "the same in JSON"

copy idle
set_value stats enabled 0
dfput stat --input "$copy"
has "$out" '^Trustworthy: no, measuring is switched off' "switched off: not trustworthy"

# ---- stat --interval

# grow FILE FACTOR: as if time went on in the copy, atomically
grow() {
	awk -v by="$1" '$1 == "measuring_ns" { printf "%s %.0f\n", $1, $2 + 1e12; next }
		$1 == "queued" || $1 == "queued_bh" || $1 == "batches" { $2 += by }
		{ print }' "$copy/stats" >"$copy/new"
	mv "$copy/new" "$copy/stats"
}

copy idle
(sleep 0.8; grow 40) &
dfput stat -i 1.6 -c 1 --input "$copy"
wait
is_status 0 "differences"
has "$out" '^INTERVAL +QUEUED RELEASED +PENDING +BATCHES +EXITS LEFTOVER +LOST TRUSTWORTHY$' "a heading"
has "$out" '^ *[0-9.]+m?s +40 +0 +0 +40 +0 +0 +0 +yes$' "a line"
is "$(awk '{ print length }' <<<"$out" | uniq)" 78 "of 80 columns, under the heading"
(sleep 0.8; grow 40) &
dfput stat -i 1.6 -c 1 -o +hardirq,bh -n --input "$copy"
wait
has "$out" ' yes +0 +40$' "more columns, without a heading"

(sleep 0.8; grow 7; sleep 1.6; grow -10) &
dfput stat --json --interval 1600ms --count=2 --input "$copy"
wait
is_status 0 "differences as JSON, one document a line"
is_json "$(sed -n 1p <<<"$out")" 'j["differences"]["queued"] == j["differences"]["queued_bh"] == 7 and j["trustworthy"] is True' "a line"
is_json "$(sed -n 2p <<<"$out")" 'j["differences"] is None and "reset" in j["caveats"][0]' "a reset is said, not shown as a negative number"
copy busy
(sleep 0.8; grow 40) &
dfput stat -i 1.6 -c 1 --input "$copy"
wait
is "$(wc -l <<<"$out")" 2 "each line says of its own interval what was lost"
dfput stat -i 0.5 -c 1 --input "$fixtures/idle"
has "$out" '^No differences: measuring was interrupted' "as is a clock that stands still"

# ---- hist

dfput hist --input "$fixtures/idle"
is_status 0 "hist"
has "$out" '^queue_wait: from a file' "name, unit and meaning"
has "$out" '^ *16\.384us -> +32\.767us : +640 \|\*{40}\|$' "the longest bar"
has "$out" '^ *4\.096us -> +8\.191us : +0 \| {40}\|$' "gaps are filled"
has "$out" '^ *128 -> 255 : +2 \|' "files are not times"
has "$out" '^ *8\.192us -> 70368\.744s : +0 \| {40}\|$' "many empty rows are one"
[ "$(grep -c ' -> ' <<<"$out")" -lt 35 ]
verdict $? "one value far out does not make a histogram long"
has "$out" '^ *70368\.744s -> +or more : +1 \|' "the last bucket is open"
dfput hist batch_size --input "$fixtures/idle"
is_status 0 "one of them"
has_not "$out" 'queue_wait' "and no other"
dfput hist --json batch_size batch_time --input "$fixtures/idle"
is_json "$out" '[h["name"] for h in j["histograms"]] == ["batch_size", "batch_time"]' "two as JSON"
is_json "$out" '{"from": 8, "to": 15, "count": 0} in j["histograms"][0]["buckets"]' "gaps in JSON too"
is_json "$out" 'j["histograms"][1]["buckets"][-1] == {"from": 2**46, "to": None, "count": 1}' "an open end is null"
dfput hist --input "$fixtures/busy"
has "$out" '^  no values' "an empty one"
dfput hist --input "$fixtures/newer"
has "$out" '^patience$' "one that only a newer module knows"
dfput hist patience --input "$fixtures/newer"
is_status 0 "by name too"
dfput hist queue_weight --input "$fixtures/newer"
is_status 2 "an unknown name"
has "$err" "no such histogram: 'queue_weight'; there are queue_wait, release_time, batch_size, batch_time, lateness, super_shutdown, mount_wait, patience" "the known ones are listed"

# bad_hist ROW MESSAGE
bad_hist() {
	copy idle
	printf '# dfput 2\nhistogram\tunit\tfrom\tcount\n%s\n' "$1" >"$copy/histograms"
	dfput hist --input "$copy"
	is_status 1 "a bad histogram: $2"
	has "$err" "line [34]: .*$2" "said so: $2"
	[ -z "$out" ]
	verdict $? "and nothing shown"
}

bad_hist "batch_size${tab}files${tab}3${tab}1" "not the lower bound"
bad_hist "batch_size${tab}files${tab}x${tab}1" "not a 64-bit number"
bad_hist "batch_size${tab}files${tab}4${tab}-1" "not a 64-bit number"
bad_hist "batch_size${tab}files${tab}4${tab}1"$'\n'"batch_size${tab}files${tab}4${tab}1" "second time"

# ---- pending

dfput pending --input "$fixtures/idle"
is_status 0 "pending, when nothing is"
has "$out" '^Nothing is pending' "said so"
dfput pending --json --input "$fixtures/idle"
is_json "$out" 'j["pending"] == []' "an empty array"
COLUMNS=80 dfput pending --input "$fixtures/busy"
is_status 0 "pending"
has "$out" '^ *AGE STATE +CAUSE +DEVICE +INODE FSTYPE' "headings"
has "$out" '^48\.211ms started kthread 0:15 +77 anon_\.\.\. io_uring +4321 my job$' "a row"
has "$out" '^Origin #7: fput;a\\033\[31m b;c$' "a call path that no rule names is shown"
dfput pending -o all --input "$fixtures/busy"
has "$out" ' 77 anon_inodefs +3 +1 +412 kworker/1:2.events io_uring +1 +4321 my job ' "what was asked for is not cut"
has "$out" 'fuse\.my fs .* a b\\011c\\012d\\134e #7 +7 +- +- ' "escapes decoded, control characters not let through"
has "$out" ' \\033\[31mred\\233 +#99 +99 +88 x ' "no escape sequence gets to the terminal"
dfput pending --json --input "$fixtures/busy"
is_json "$out" 'j["pending"][2]["comm"] == "a b\tc\nd\\e" and j["pending"][2]["inode"] == 2**64 - 1' "JSON holds what it was"
is_json "$out" 'j["pending"][3]["comm"] == "\x1b[31mred\ufffd" and j["pending"][3]["fstype"] is None' "and is valid where that is not UTF-8"
is_json "$out" 'j["pending"][0]["age_ns"] == 1523' "times are numbers"
dfput pending --json --input "$fixtures/busy"
is_json "$out" '[(p["origin"], p["origin_name"]) for p in j["pending"]] == [(None, None), (1, "io_uring"), (7, None), (99, None)]' "id and name in JSON"
is_json "$out" 'j["unnamed_origins"] == [{"origin": 7, "stack": ["fput", "a\x1b[31m b", "c"]}]' "and the call path"
copy busy
sed -i "s/${tab}my\\\\040job/${tab}\\\\055/" "$copy/pending"
dfput pending --json --input "$copy"
is_json "$out" 'j["pending"][1]["owner_comm"] == "-" and j["pending"][0]["owner_comm"] is None' "a process named - is not null"
is_json "$out" 'j["schema"] == 1 and j["command"] == "pending" and j["module_version"] and j["clock"]["realtime_ns"] == 17 * 10**17 and j["time"] == "2023-11-14T22:13:20.000000000Z"' "each document says of what it is"
is_json "$out" 'j["trustworthy"] is False and len(j["caveats"]) == 2' "and whether to trust it"
copy busy
rm "$copy/origins"
dfput pending --input "$copy"
is_status 0 "without the file of origins"
has "$out" ' #1 +4321 my job$' "the bare id"
sed -i '2s/origin/other/' "$copy/pending"
cp "$fixtures/busy/origins" "$copy"
dfput pending --json --input "$copy"
is_json "$out" 'j["unnamed_origins"] is None' "null where a module has no such column"
dfput pending --input "$fixtures/newer"
is_status 0 "pending with more columns"

# ---- losses: people see what JSON has as caveats

for table in pending leftovers held rings superblocks umounts origins; do
	dfput $table --input "$fixtures/busy"
	has "$out" '^Trustworthy: no, lost_records is 5 ' "$table: what was lost is said below it"
	dfput $table --input "$fixtures/idle"
	has_not "$out" 'Trustworthy' "$table: nothing was lost"
	dfput $table --raw --input "$fixtures/busy"
	has "$err" '^dfput: Trustworthy: no, lost_records is 5 ' "$table: a script's rows stay alone"
done
dfput pending --stuck 1 --input "$fixtures/busy"
is "$(grep -c '^Trustworthy: .* lost_records' <<<"$out")" 1 "said once"

# ---- what the others wait for

dfput pending --input "$fixtures/idle"
has_not "$out" release "nothing is being released"
dfput pending --input "$fixtures/busy"
is "$(head -n 1 <<<"$out")" "The list's drain is in the release of inode 77 (0:15, anon_inodefs, eventfd_fops), begun 47.100ms ago; 3 files of 3 filesystems wait." "which file is being released, in the first line"
has_not "$out" '(T|No t)hread' "of a copy, nothing is known of the thread"
dfput pending -o inode --input "$fixtures/busy"
has "$(head -n 1 <<<"$out")" '^ *INODE$' "who chose columns gets these"
copy busy
sed -i "s/1523${tab}queued\(.*\)${tab}0${tab}/1523${tab}started\1${tab}1500${tab}/; s/^9${tab}queued\(.*\)0:0/9${tab}queued\10:42/" "$copy/pending"
dfput pending --input "$copy"
has "$out" '^The .* inode 77 .*; 2 files of 1 filesystem wait\.$' "the oldest of two"
dfput pending --json --input "$copy"
is_json "$out" '[r["inode"] for r in j["releasing"]] == [131074, 77] and (j["waiting"], j["waiting_filesystems"]) == (2, 1) and j["stuck"] is j["drain_pid"] is j["drain_stack"] is None' "both, as JSON"
dfput pending --json --input "$fixtures/busy"
is_json "$out" '[r["origin_name"] for r in j["releasing"]] == ["io_uring"] and len(j["unnamed_origins"]) == 1' "with the names of their call paths"

root=$(tree "$copy")
printf '%s\n' '3 1 0:15 / /mnt/a\040b rw - tmpfs none rw' >>"$root/proc/self/mountinfo"
dfput pending --root "$root"
has "$out" '^The .* inode 77 on /mnt/a b \(0:15, anon_inodefs, eventfd_fops\), ' "where it is"
has "$out" '^No thread is seen in a drain: ' "a thread that is not seen"
mkdir "$root/proc/11" "$root/proc/412"
echo '[<0>] worker_thread+0x50/0x3b0' >"$root/proc/11/stack"
echo 'kworker/1:2+events' >"$root/proc/412/comm"
printf '[<0>] %s\n' io_schedule+0x46/0x80 'ext4_evict_inode+0x12/0x30 [ext4]' \
	__fput+0xe9/0x2b0 delayed_fput+0x46/0x60 worker_thread+0x50/0x3b0 >"$root/proc/412/stack"
dfput pending --root "$root"
is "$(sed -n 2p <<<"$out")" 'Thread 412 (kworker/1:2+events) is in a drain: io_schedule ext4_evict_inode __fput delayed_fput worker_thread.' "its thread, and the stack of that"
dfput pending --json --pid 99 --root "$root"
is_json "$out" 'j["drain_pid"] == 412 and j["drain_comm"] == "kworker/1:2+events" and j["drain_stack"][1] == "ext4_evict_inode" and len(j["drain_stack"]) == 5 and len(j["releasing"]) == 2' "as JSON, whatever the rows"
chmod 0 "$root/proc/412/stack"
if [ "$(id -u)" = 0 ]; then
	skip "a stack that cannot be read" "root can read all"
else
	dfput pending --root "$root"
	has "$out" '^Which thread drains the list cannot be read: Permission denied; try as root\.$' "a stack that cannot be read"
fi

dfput pending --stuck 47ms --input "$fixtures/busy"
is_status 3 "stuck"
has "$out" "^Stuck, by a limit of 47\.000ms: the list's drain is in .* inode 77 .*, begun 47\.100ms ago; " "in what"
dfput pending --stuck 48ms --input "$fixtures/busy"
is_status 4 "not that long; but what was lost may be"
has "$out" "^Cannot tell: the list's drain is in the .*; but lost_records is 5 " "said so"
dfput pending --stuck 48ms --json --input "$fixtures/busy"
is_json "$out" 'j["stuck"] is None and not j["trustworthy"] and len(j["pending"]) == 4' "null in JSON"
copy idle
cp "$fixtures/busy/pending" "$copy"
dfput pending --stuck 48ms --json --input "$copy"
is_status 0 "not that long"
is_json "$out" 'j["stuck"] is False and j["trustworthy"]' "false in JSON"
dfput pending --stuck 0 --input "$fixtures/idle"
is_status 0 "nothing is in its release"
is "$(head -n 1 <<<"$out")" "Not stuck, by a limit of 0ns: no file is seen in its release." "said so"
set_value hooks settled 0
dfput pending --stuck 48ms --input "$copy"
is_status 4 "nor can one from before measuring be ruled out"
has "$out" '^Cannot tell: .*files from before measuring' "said so"
dfput pending --stuck 48ms --input "$fixtures/older"
is_status 3 "an older module: since it was queued"
has "$out" 'inode 77 \(0:15, anon_inodefs\), queued 48\.211ms ago; ' "said so"
has "$out" '^This module is too old to tell when a release began\.$' "and why"
dfput pending --stuck 1 --input "$work/none"
is_status 4 "nor without the module"

# ---- leftovers, origins

dfput leftovers --input "$fixtures/idle"
is_status 0 "leftovers"
has "$out" '^FILES LATENESS +EXIT ROUTE +ORIGIN +DEVICE FSTYPE BLOCKS +PID COMM$' "headings"
has "$out" '^ +1 +1\.203ms 2023-11-13 deferred +io_uring 8:1 +ext4 +flock +901 my job$' "a row"
has "$out" '^ +1 +2\.100ms 2023-11-13 task_work - +0:25 ' "one without a call path"
has "$out" '^Origin #7: fput;frobnicate_put;frobnicate_work;process_one_work;worker_thread;kthread$' "a call path that no rule names is shown"
dfput leftovers --json --input "$fixtures/idle"
is_json "$out" 'j["leftovers"][0]["exit_ns"] == 5000000000 and j["leftovers"][0]["reapers"] == [1] and j["leftovers"][0]["blocks"] == ["flock"] and j["leftovers"][0]["cgroup"] == 4242' "all in JSON"
is_json "$out" '[(l["origin"], l["origin_name"]) for l in j["leftovers"]] == [(1, "io_uring"), (None, None), (7, None)] and [o["origin"] for o in j["unnamed_origins"]] == [7]' "id and name"
COLUMNS=80 dfput leftovers --input "$fixtures/busy"
has "$out" '^ +1 18446744073\.709s [-0-9]+ deferred #99 .* a b\\0\.\.\.$' "harmless"
dfput leftovers --input "$fixtures/newer"
is_status 0 "leftovers with words that only a newer module has"
has "$out" ' 5ns +[-0-9]+ magic io_uring ' "shown as they are"
rm "$copy/origins"
cp "$fixtures/idle/leftovers" "$copy"
dfput leftovers --input "$copy"
is_status 0 "without the file of origins"
has "$out" ' deferred +#7 ' "the bare id"
sed 's/lateness_ns/no_ns/' "$fixtures/idle/leftovers" >"$copy/leftovers"
dfput leftovers --input "$copy"
is_status 0 "leftovers of a module without lateness"
printf 'x\n' >"$copy/origins"
dfput leftovers --input "$copy"
is_status 1 "a bad file of origins"

COLUMNS=80 dfput origins --input "$fixtures/idle"
is_status 0 "origins"
has "$out" '^ORIGIN +CAUSE +COUNT +WAIT WAIT_MAX STACK$' "headings"
has "$out" '^aio +softirq +402 900\.000us +4\.000us fput;aio_complete_rw\.part\.0;.*\.\.\.$' "a row"
has "$(sed -n 2p <<<"$out")" '^#8 +bh +900 .* -$' "the most files first"
dfput origins --input "$fixtures/idle"
has "$out" '^io_uring .*;process_one_work;worker_thread;kthread$' "on a pipe, nothing is cut"
dfput origins --json --input "$fixtures/idle"
is_json "$out" '[(o["id"], o["origin_name"]) for o in j["origins"]] == [(8, None), (1, "io_uring"), (2, "aio"), (7, None)]' "names in JSON"
dfput origins --folded --input "$fixtures/idle"
is_status 0 "folded"
[ "$(tail -n 2 <<<"$out")" = "kthread;worker_thread;process_one_work;frobnicate_work;frobnicate_put;fput 2
[unknown] 900" ]
verdict $? "outermost first, and a count"
dfput origins --folded --input "$fixtures/busy"
has "$out" '^c;a\\033\[31m b;fput 1$' "harmless"
copy idle
sed -i "3s/731/many/" "$copy/origins"
dfput origins --input "$copy"
is_status 1 "a count that is none"
has "$err" "origins: line 3: 'count' is not a 64-bit number: 'many'" "where"
rm "$copy/origins"
dfput origins --input "$copy"
is_status 1 "without the file of origins there is nothing to show"

# ---- rules

printf '# mine\nmine\tfrob*_work # and so on\n\nuring io_ring*\n' >"$work/rules"
dfput origins --rules "$work/rules" --json --input "$fixtures/idle"
is_status 0 "rules of one's own"
is_json "$out" '[o["origin_name"] for o in j["origins"]] == [None, "uring", None, "mine"]' "in place of the others"
dfput leftovers --rules ../../userspace/origins.rules --input "$fixtures/idle"
has "$out" ' io_uring ' "the rules that are installed"

# bad_rule LINE MESSAGE
bad_rule() {
	printf '# rules\naio x\n%b' "$1" >"$work/rules"
	for command in origins leftovers pending; do
		dfput $command --rules "$work/rules" --input "$fixtures/idle"
		is_status 1 "$command: a bad rule: $1"
		has "$err" "^dfput: .*/rules: $2" "said so: $2"
		[ -z "$out" ]
		verdict $? "and nothing shown"
	done
}

bad_rule 'aio\n' 'line 3: not an origin and a function$'
bad_rule 'aio a b' 'line 3: more than an origin and a function$'
bad_rule "9p p9_*\n" "line 3: an origin's name is a letter"
bad_rule 'a/b c\n' "line 3: an origin's name is"
bad_rule 'aio a;b' 'line 3: not a glob of function names$'
bad_rule 'aio\0001 a' "line 3: an origin's name"
bad_rule 'aio a\0000b' 'not a text$'
dfput origins --rules "$work/none" --input "$fixtures/idle"
is_status 1 "no such rules"
has "$err" '^dfput: cannot open the rules .*none: No such file' "which, and why"
dfput pending --rules "$work/none" --input "$fixtures/idle"
is_status 1 "which are needed when they are named"

# Installed beside the program, they are found from there.
mkdir -p "$work/usr/bin" "$work/usr/share/dfput"
cp "$DFPUT" "$work/usr/bin"
printf 'found\tio_*\n' >"$work/usr/share/dfput/origins.rules"
run "$work/usr/bin/dfput" leftovers --input "$fixtures/idle"
has "$out" ' found ' "installed rules"
echo bad >"$work/usr/share/dfput/origins.rules"
run "$work/usr/bin/dfput" leftovers --input "$fixtures/idle"
is_status 1 "which must be right"

# ---- superblocks, hooks

dfput superblocks --input "$fixtures/busy"
is_status 0 "superblocks"
has "$out" '^ID FSTYPE +DEVICE NAME +STATE QUEUED PENDING HELD LEFTOVERS +SHUTDOWN$' "headings"
has "$out" '^ 9 fuse\.my fs +0:42 +a\\011name +gone +3 +1 +0 +1 2023-11-13$' "a row"
dfput superblocks -o +chain --input "$fixtures/busy"
has "$out" ' file:0:42/12@0;mount@1204;super@2000$' "with a column more"
dfput superblocks -o id,freeze,frozen,frozen_pid,frozen_comm --input "$fixtures/busy"
has "$out" '^ 1 frozen +2023-11-13 +4711 fsfreeze$' "one that is frozen"
has "$out" '^ 3 unknown +- +- -$' "one of which that is not known"
dfput superblocks --json --input "$fixtures/busy"
is_json "$out" 'j["superblocks"][3]["shutdown_ns"] == 7000000000 and j["superblocks"][3]["shutdown_pid"] == 77 and j["superblocks"][0]["chain"] == []' "all in JSON"
is_json "$out" 'j["superblocks"][0]["shutdown_ns"] is j["superblocks"][0]["shutdown_took_ns"] is j["superblocks"][0]["shutdown_pid"] is None' "null for what has not happened"
is_json "$out" 'j["superblocks"][3]["chain"][:2] == [{"kind": "file", "device": "0:42", "inode": 12, "after_ns": 0}, {"kind": "mount", "device": None, "inode": None, "after_ns": 1204}]' "a chain is an array of hops"
is_json "$out" 'j["superblocks"][3]["shutdown_time"] == "2023-11-13T21:13:27.000000000Z"' "the time of day"
dfput superblocks --json --input "$fixtures/newer"
is_json "$out" 'j["superblocks"][0]["id"] == 1 and j["superblocks"][0]["name"] == "tmpfs"' "by name, not by position"

# ---- umounts, held, rings

dfput umounts --input "$fixtures/busy"
is_status 0 "umounts"
has "$out" '^ +ENDED +TOOK RESULT +WHY +DEVICE FSTYPE +NAME +PID COMM +ATTEMPTS$' "headings"
has "$out" '^2023-11-13 +120\.000us -EBUSY +ring\? +8:1 +ext4 +sda1 +901 umount +1$' "a row"
dfput umounts -o id,flags,comm,rings --input "$fixtures/busy"
has "$out" '^12 - +umount +2$' "with columns of one's own choice"
has "$out" '^13 force,expire +a\\011b\\033\[31m +2$' "harmless"
dfput umounts --json --input "$fixtures/idle"
is_json "$out" '[(u["why"], u["pending_super"], u["mount"]) for u in j["umounts"]] == [("deferral", 16, "m7f"), (None, 0, "m3")]' "all in JSON"
is_json "$out" 'j["umounts"][1]["comm"] == "my umount" and j["umounts"][1]["shutdown_took_ns"] == 48211907' "escapes decoded"
dfput held --input "$fixtures/busy"
is_status 0 "held"
has "$out" '^ +AGE KIND DEVICE +INODE FSTYPE BLOCKS +PID COMM$' "headings"
has "$out" '^ *1\.203ms exit +8:1 +131074 ext4 +flock +4321 my job$' "a row"
dfput rings --input "$fixtures/busy"
is_status 0 "rings"
has "$out" '^31 48\.211ms working exit +4321 my job$' "a row"
dfput rings --json --input "$fixtures/busy"
is_json "$out" 'j["rings"][1]["reapers"] == [None] and j["rings"][0]["reapers"] == [77, 1] and j["rings"][1]["start_ns"] == 1' "all in JSON"
for command in umounts held rings; do
	dfput $command --input "$fixtures/newer"
	is_status 0 "$command of a newer module"
done

# ---- tables without rows: none denies what stats counts

copy idle
while read -r table value said; do
	more=
	[ "$table" != held ] || more="with files on the list: see 'dfput pending'"
	sed -i '3,$d' "$copy/$table"
	set_value stats "$value" 0
	dfput "$table" --input "$copy"
	is_status 0 "$table, empty"
	[ "$out" = "$said" ]
	verdict $? "$table: said so" "expected: $said"
	set_value stats "$value" 4
	dfput "$table" --input "$copy"
	is_status 0 "$table, empty, but $value is 4"
	[ "$(tr -s '\n ' ' ' <<<"$out")" = "Not in rows: '$value' in stats is 4${more:+, }$more. " ]
	verdict $? "$table: said instead"
	dfput "$table" --json --input "$copy"
	is_json "$out" "j['$table'] == [] and j['not_in_rows'] == 4" "$table: the same in JSON"
done <<'TABLES'
pending pending Nothing is pending.
leftovers leftover No file has outlived its process.
held watched No file is held that a process closed as it ended.
rings rings No ring is being taken down.
superblocks queued No superblock has been seen.
umounts umounts No umount has been seen.
TABLES

copy busy
sed -i 's/^pending_max /unrecorded 3\n&/' "$copy/stats"
dfput pending --input "$copy"
has "$out" "^Not in rows: 'unrecorded' in stats is 3\\.$" "pending: files without a record are not left out"
dfput pending --json --input "$copy"
is_json "$out" 'j["not_in_rows"] == 3 and len(j["pending"]) > 0' "nor in JSON"
dfput stat --input "$copy"
has "$out" '^Trustworthy: no, 3 files on the list without a record: ' "and are a caveat, also after a reset"

dfput hooks --input "$fixtures/busy"
is_status 0 "hooks"
has "$out" '^method +reconciled +how queueing is seen' "a value"
has "$out" '^queue_many +fput_many +ftrace +failed +0 +0 -ENOENT' "a hook"
dfput hooks --json --input "$fixtures/idle"
is_json "$out" 'j["hooks"][0]["hits"] == 1204 and j["module"]["method"] == "exact" and j["module"]["settled"] == 1' "both as JSON"

# ---- what any table can show

# column NAME COMMAND...: one column, the rows with blanks between
column() {
	local name=$1
	shift
	dfput "$@" -n -o "$name"
	out=$(tr -s ' \n' '  ' <<<"$out" | sed 's/^ //; s/ $//')
}

for command in "stat --all" hist pending leftovers held rings origins superblocks umounts hooks; do
	# shellcheck disable=SC2086
	COLUMNS=80 dfput $command --input "$fixtures/idle"
	has_not "$out" '^.{81}' "$command: 80 columns"
	# shellcheck disable=SC2086
	dfput $command --raw --input "$fixtures/busy"
	is_status 0 "$command: raw"
	[ "$(awk '{ print NF }' <<<"$out" | sort -u | wc -l)" = 1 ]
	verdict $? "$command: raw: each line has as many words"
done
COLUMNS=80 dfput stat -o all --input "$fixtures/busy"
has_not "$out" '^.{81}' "all columns of stat fit too"
COLUMNS=80 dfput origins -o +unwound --input "$fixtures/idle"
has_not "$out" '^.{81}' "one more is cut, if the table fits then"
COLUMNS=80 dfput superblocks -o name,fstype,name,chain --input "$fixtures/busy"
has "$out" 'super@2000$' "those that were listed are whole"
COLUMNS=80 dfput leftovers -o nope
has_not "$err" '^.{81}' "an error is wrapped too"
has "$err" '^  [a-z]' "at a word"
COLUMNS=40 dfput stat --input "$fixtures/busy"
has "$out" '^           softirq 1500, bh 100, kthread$' "prose is wrapped between words"
dfput leftovers --raw --input "$fixtures/idle"
has "$out" '^1203999 2023-11-13T21:13:25.000000000Z .* my\\x20job$' "raw: plain numbers, times by ISO 8601"
has_not "$out" Origin "raw: no sentences"
TZ=Asia/Kolkata dfput leftovers -o exit --input "$fixtures/idle"
has "$out" '^2023-11-14$' "a time by the local clock"
set_clock() {
	copy idle
	set_value stats clock_monotonic_ns 9000000000
	set_value stats clock_realtime_ns "$1"
}
now=$(date +%s)
set_clock "${now}000000000"
dfput leftovers --input "$copy"
has "$out" ' [0-9]{2}:[0-9]{2}:[0-9]{2} ' "the time alone, today"
column inode leftovers --since 3s --input "$copy"
[ "$out" = "9 131075" ]
verdict $? "since so long ago"
column inode leftovers --since "$(date -d "@$((now - 3))" +%FT%T)" --input "$copy"
[ "$out" = "9 131075" ]
verdict $? "since a time by the clock"
column inode leftovers --since 23:59:59 --input "$copy"
[ -z "$out" ]
verdict $? "since a time to come"
column pid held --since 1us --input "$fixtures/busy"
[ "$out" = 4322 ]
verdict $? "since, by the age"
set_clock 0
set_value stats clock_monotonic_ns 0
dfput leftovers --since 1s --input "$copy"
is_status 1 "an older module does not say what time it is"
has "$err" 'the module is too old' "said so"

column pid leftovers --super 8:1 --input "$fixtures/idle"
[ "$out" = "901 903" ]
verdict $? "of a device"
column pid leftovers --super '#1' --input "$fixtures/idle"
[ "$out" = 902 ]
verdict $? "of a superblock"
column device superblocks --super '#9' --input "$fixtures/busy"
[ "$out" = 0:42 ]
verdict $? "itself"
column inode pending --pid 4321 --input "$fixtures/busy"
[ "$out" = 77 ]
verdict $? "of an owner"
column inode held --comm 'my*' --input "$fixtures/busy"
[ "$out" = 131074 ]
verdict $? "of a name"
column inode held --module ext4 --input "$fixtures/busy"
[ "$out" = 131074 ]
verdict $? "of a module"
column pid umounts --where result=-E* --input "$fixtures/idle"
[ "$out" = 901 ]
verdict $? "by any column"
column pid umounts --where 'result!=-E*' --input "$fixtures/idle"
[ "$out" = 902 ]
verdict $? "or its opposite"
column pid umounts --where why= --input "$fixtures/idle"
[ "$out" = 902 ]
verdict $? "by a column that is empty"
column pid leftovers --where 'ORIGIN_NAME=io*' --input "$fixtures/idle"
[ "$out" = 901 ]
verdict $? "by what is made of a column"
dfput leftovers --where comm=none --input "$fixtures/idle"
is_status 0 "no row matches"
[ -z "$out" ] && [ "$err" = "dfput: leftovers: no row matches, of 3 rows" ]
verdict $? "said so, and not in the table"
copy busy
sed -i "s/${tab}my\\\\040job/${tab}\\\\055/" "$copy/held"
column pid held --comm - --input "$copy"
[ "$out" = 4321 ]
verdict $? "of a name that is -, not of none"
column inode leftovers --sort -lateness --limit 2 --input "$fixtures/idle"
[ "$out" = "131075 9" ]
verdict $? "sorted by a number, and so many"
column origin_name leftovers --sort origin_name --input "$fixtures/idle"
[ "$out" = "#7 - io_uring" ]
verdict $? "sorted by a name"
dfput leftovers --json -o +pid -o inode --pid 903 --input "$fixtures/idle"
is_json "$out" 'j["leftovers"] == [{"inode": 131075}]' "JSON too has the columns and rows that were asked for"
# A copy of a machine that had these mounts.
copy busy
mkdir -p "$copy/proc/self"
printf '%s\n' '1 1 8:1 / / rw - ext4 /dev/vda1 rw' '2 1 0:42 / /mnt/a\040b rw - fuse.x x rw' \
	'3 1 0:15 / /c rw - tmpfs none rw' '4 1 0:15 / /d rw - tmpfs none rw' \
	>"$copy/proc/self/mountinfo"
sed -i "s/${tab}gone${tab}/${tab}alive${tab}/" "$copy/superblocks"
column origin pending --mount '/mnt/a b/' --input "$copy"
[ "$out" = 7 ]
verdict $? "of a mount of the copy's machine"
column inode pending --super /dev/vda1 --input "$copy"
[ "$out" = 131074 ]
verdict $? "of a device of that machine"
for option in "--mount /mnt" "--super /dev/none"; do
	# shellcheck disable=SC2086 # an option and its argument
	dfput pending $option --input "$copy"
	is_status 1 "of what was not mounted"
	has "$err" 'this copy has no such mount' "said so"
done
dfput pending --input "$copy"
has "$out" '^Device 8:1 is mounted on /$' "where a device is mounted"
has "$out" '^Device 0:15 is mounted on /c and 1 place more$' "or the first place"
dfput superblocks --input "$copy"
has_not "$out" 'is mounted on' "not below a table of all that is mounted"
dfput pending -n --input "$copy"
has_not "$out" 'is mounted on' "nor below one without a header"
column mountpoint pending --sort mountpoint --input "$copy"
[ "$out" = '- - / /mnt/a b' ]
verdict $? "the mount point as a column, if there is one"
dfput pending --json --input "$copy"
is_json "$out" '[p["mountpoint"] for p in j["pending"]] == ["/", None, "/mnt/a b", None]' "and in JSON"
dfput pending --json --input "$fixtures/busy"
is_json "$out" '{p["mountpoint"] for p in j["pending"]} == {None}' "null where the copy does not say"

# The device number is a later superblock's now, and that is what is mounted.
sed -i "s/${tab}alive\(${tab}3${tab}2\)/${tab}gone\1/" "$copy/superblocks"
dfput pending -o inode --mount '/mnt/a b' --input "$copy"
is_status 0 "of a mount whose superblock was not seen"
! grep -qv '^Trustworthy: no' <<<"$out"
verdict $? "are no rows of an earlier one"
has "$err" 'no row matches, of 4 rows; dfput has not seen the superblock' "said so"
for table in pending leftovers umounts superblocks; do
	column mountpoint $table --where device=0:42 --input "$copy"
	[ "$out" = - ]
	verdict $? "$table: a superblock that is gone has no mount point"
done
printf '12\tfuse\t0:42\tlater\talive\t0\t0\t0\t0\t0\t0\t0\t0\t-\t-\tno\t0\t0\t-\n' >>"$copy/superblocks"
column name superblocks --mount '/mnt/a b' --input "$copy"
[ "$out" = later ]
verdict $? "its place is the later one's"
dfput leftovers --mount '/mnt/a b' --input "$copy"
has "$err" 'no row matches, of 2 rows$' "whose rows these are not"
dfput leftovers --input "$copy"
has_not "$out" 'is mounted on /mnt' "not said below the table either"
has "$out" "^Device 0:42 was an earlier superblock's in 1 row, with super 9; '-o \+super' shows which$" "but whose it was"
column inode pending --super 0:42 --input "$copy"
[ "$out" = 18446744073709551615 ]
verdict $? "--super goes by the device"

# What people try.
column pid leftovers --limit 1 --input "$fixtures/idle"
[ "$out" = 903 ]
verdict $? "--limit: the newest of what is over"
column pid umounts --limit 1 --sort id --input "$fixtures/idle"
[ "$out" = 901 ]
verdict $? "or the first, in an order that was asked for"
dfput leftovers -o exit_time,pid --input "$fixtures/idle"
has "$out" '^ +EXIT PID$' "a time by its name in JSON"
dfput leftovers -o +id,+kind --input "$fixtures/idle"
has "$out" ' COMM +ID KIND$' "columns added, with a + before each"
dfput leftovers -o exit_times --input "$fixtures/idle"
is_status 2 "but no other name"
dfput leftovers --raw --input "$fixtures/idle"
has "$out" '^LATENESS_NS EXIT_TIME ' "raw: the heading says that it is a time by the clock"
dfput hist lateness --input "$fixtures/idle"
has "$out" "^lateness: from the exit" "no unit of values that have theirs beside them"
[ -n "$(tail -n 1 "$work/out")" ]
verdict $? "nor a blank line at the end"
dfput help help
has "$out" '^Usage: dfput \[OPTION' "help on help"
dfput help why
has "$out" '^Exit status: 0 found,.* 3 nothing keeps it,' "what its exit status says"
dfput help leftovers
has "$out" '^says how many\. --all, --columns and --sort show each\.$' "which rows are one"

# The newest row replaces the oldest.
copy idle
sed -i "s/^\([123]\)${tab}/100\1${tab}/" "$copy/leftovers" "$copy/umounts"
dfput leftovers --input "$copy"
has_not "$out" 'Overwritten' "what a reset forgot was not overwritten"
set_value stats leftover 903
dfput leftovers --input "$copy"
has "$out" '^900 older rows overwritten: all counts are of those that are left\.$' "rows that were overwritten are counted below the table"
dfput leftovers --raw --input "$copy"
is "$err" 'dfput: 900 older rows overwritten: all counts are of those that are left.' "for scripts, on stderr"
dfput leftovers --json --input "$copy"
is_json "$out" 'j["overwritten"] == 900 and not j["trustworthy"] and j["caveats"] == ["900 older rows of leftovers overwritten"]' "and in JSON, whose rows are then not all"
set_value stats leftover 2000
dfput leftovers --limit 1 --json --input "$copy"
is_json "$out" 'j["overwritten"] == 1000' "there are no more than the ids say"
dfput umounts --json --input "$copy"
is_json "$out" 'j["overwritten"] == 1 and len(j["umounts"]) == 2' "umounts too"

# 64 files of one process, and one of another.
copy idle
for ((id = 10; id < 74; id++)); do
	sed -n "3s/^1${tab}exit${tab}1203999\(.*\)131074/$id${tab}exit${tab}21${id}0000\1$id/p" "$copy/leftovers"
done >"$work/rows"
sed -i "2r $work/rows" "$copy/leftovers"
sed -i '67,$d' "$copy/leftovers"
tail -n 1 "$fixtures/idle/leftovers" >>"$copy/leftovers"
dfput leftovers --input "$copy"
has "$out" '^ +64 21\.1-21\.7ms .* deferred io_uring 8:1 +ext4 +flock +901 my job$' "alike rows are one"
[ "$(wc -l <<<"$out")" = 4 ]
verdict $? "and the others their own"
dfput leftovers --all --input "$copy"
[ "$(wc -l <<<"$out")" = 67 ]
verdict $? "--all: each of them"

# As many as the module can have: libsmartcols finds a line by its number slowly.
copy busy
for table in pending leftovers; do
	awk 'NR == 4 { for (i = 0; i < 16384; i++) print; next } { print }' \
		"$fixtures/busy/$table" >"$copy/$table"
	run timeout 20 "$DFPUT" $table --input "$copy"
	is_status 0 "$table: 16384 rows, in a time that is not quadratic"
done

# ---- more rows than are printed at once

# many NR: so many files on the list, the inode of the last one as the second argument has it
many() {
	copy idle
	awk -v nr="$1" -v last="$2" 'BEGIN { OFS = "\t"; for (i = 1; i <= nr; i++)
		print i, "queued", "kthread", "8:1", i < nr ? i : last, "ext4", 2, 0, 9,
			"kworker", 9, i, "job", 5, "m1", "-", 0, "-" }' >>"$copy/pending"
}
many 2500 2500
dfput pending --input "$copy"
is_status 0 "a long table"
is "$(grep -c AGE "$work/out"), $(grep -c job "$work/out")" "1, 2500" "has one heading, and all rows"
is "$(sed '1d; s/ext4.*//' "$work/out" | awk '{ print length }' | uniq | wc -l)" 1 "in columns"
dfput pending --json --input "$copy"
is_json "$out" '[r["inode"] for r in j["pending"]] == list(range(1, 2501)) and j["trustworthy"] and list(j)[-1] == "caveats"' "as JSON"
dfput pending --sort -inode --limit 1100 --json --input "$copy"
is_json "$out" '[r["inode"] for r in j["pending"]] == list(range(2500, 1400, -1))' "sorted"
dfput pending --pid 2222 -n -o inode --input "$copy"
is "${out// /}" 2222 "filtered"
dfput wait --list --timeout 0 --json --root "$(tree "$copy")"
is_json "$out" 'len(j["pending"]) == j["left"] == 2500' "what wait leaves"
many 2500 x
dfput pending --json --input "$copy"
is_status 1 "a fault at its end"
has "$err" "pending: line 2502: 'inode' is not a 64-bit number: 'x'" "is told"
has_not "$out" '^}' "and the document is cut off"
many 500 x
dfput pending --json --input "$copy"
is "$status $out" "1 " "before anything was printed, there is none"

# ---- flush

# The clock of a fixture stands still. A flush that takes a millisecond, as on a busy
# machine, finds that measuring was interrupted.
flush_in_time() {
	local tries=20
	while ((tries--)); do
		dfput flush "$@" --root "$(tree "$copy")"
		[ "$status" = 4 ] || break
	done
}

copy idle
dfput flush --root "$(tree "$copy")"
is_status 1 "flush, where there is no such control"
has "$err" "^dfput: flush: cannot write 1 to .*/flush: there is no such control" "what, where and why"
touch "$copy/flush"
flush_in_time
is_status 0 "flush"
[ "$(cat "$copy/flush")" = 1 ]
verdict $? "writes 1 to the control"
has "$out" '^Pending before: 0\. Released meanwhile by flushes: 0, by the worker: 0\. Pending now: 0\. Took [0-9.]+[mu]?s\.$' "and says what it did"
flush_in_time --json
is_json "$out" 'j["pending_before"] == j["pending_after"] == j["released_flush"] == j["released_worker"] == 0 and j["took_ns"] > 0' "as JSON"
if [ "$(id -u)" != 0 ]; then
	chmod 0400 "$copy/flush"
	dfput flush --root "$(tree "$copy")"
	is_status 1 "flush, by somebody else"
	has "$err" "try as root$" "said so"
fi

# ---- wait --list

dfput wait --list --root "$(tree "$fixtures/idle")"
is_status 0 "nothing to wait for"
dfput wait --list --timeout 50ms --root "$(tree "$fixtures/busy")"
is_status 3 "still pending after the timeout"
has "$out" '^4 files on the list, after ' "how many"
dfput wait --list --timeout 0 --json --root "$(tree "$fixtures/busy")"
is_json "$out" 'j["left"] == 4 and len(j["pending"]) == 4 and j["trustworthy"] is False' "as JSON"
copy busy
(sleep 1; cp "$fixtures/idle"/* "$copy") &
dfput wait --list --timeout 20 --root "$(tree "$copy")"
wait
is_status 0 "waits until it empties"
copy idle
set_value stats lost_records 1
dfput wait --list --root "$(tree "$copy")"
is_status 4 "no clean verdict after losses"
set_value stats enabled 0
dfput wait --list --root "$(tree "$copy")"
is_status 4 "nor when measuring is off"
copy idle
set_value stats pending 2
dfput wait --list --timeout 10ms --root "$(tree "$copy")"
is_status 3 "on the list, without a record"
has "$out" '^2 files on the list, after .*\.$' "said first"
has "$out" '^Of these without a record: 2\.$' "said so"

# ---- wait --rings

dfput wait --rings --root "$(tree "$fixtures/idle")"
is_status 0 "no ring to wait for"
dfput wait --rings --timeout 50ms --root "$(tree "$fixtures/busy")"
is_status 3 "rings that are being taken down"
has "$out" '^Left after [0-9.]+[mu]?s: 2 rings\.$' "how many, and no file yet"
dfput wait --rings --timeout 0 --json --root "$(tree "$fixtures/busy")"
is_json "$out" 'j["left"] == len(j["rings"]) == 2 and j["held"] is j["lives"] is None' "as JSON"
dfput wait --rings --pid $$ --timeout 0 --root "$(tree "$fixtures/idle")"
is_status 0 "none of a living process, and that goes on"
copy busy
cp "$fixtures/idle/rings" "$copy/rings"
dfput wait --rings --timeout 50ms --root "$(tree "$copy")"
is_status 3 "what is on the list when they are gone"
has "$out" '^Left after .*: [1-4] files? on the list\.$' "is left of them"
copy idle
set_value stats rings_unfollowed 1
dfput wait --rings --timeout 0 --root "$(tree "$copy")"
is_status 4 "rings that the module does not follow"
has "$out" 'perhaps rings that the module does not follow' "said so"
sed -i '/^rings_unfollowed /d' "$copy/stats"
dfput wait --rings --timeout 0 --root "$(tree "$copy")"
is_status 4 "an older module does not tell of those"
dfput wait --rings --mount /
is_status 2 "rings and a mount"

# ---- colour

dfput wait --all --color always --root "$(tree "$fixtures/idle")"
has "$out" "^$(printf '\033')\[1;32mNothing is left, after .*\.$" "green, where it is asked for"
has "$out" "^$(printf '\033')\[0m(Counted|Trustworthy)" "in the first line alone"
NO_COLOR=1 dfput wait --all --root "$(tree "$fixtures/idle")"
has_not "$out" "$(printf '\033')" "no colour"

# ---- progress, on a terminal

if command -v script >/dev/null; then
	tree=$(tree "$fixtures/busy")
	for what in --all --list '--super 8:1'; do
		out=$(script -qec "timeout --foreground -s INT 1 $DFPUT wait $what --root $tree" /dev/null </dev/null)
		status=0 err=''
		has "$out" 'dfput: 0s: ' "wait $what: progress"
		[[ $out == *$'\r\033[K' ]]
		verdict $? "wiped away by SIGINT"
	done
else
	skip 'progress' 'no script(1)'
fi

# ---- wait

dfput wait --all --root "$(tree "$fixtures/idle")"
is_status 0 "wait: nothing is left of anything"
has "$out" '^Nothing is left, after ' "said so"
dfput wait --all --timeout 50ms --root "$(tree "$fixtures/busy")"
is_status 3 "something is"
has "$out" '^Left after [0-9.]+[mu]?s: 4 files on the list, 2 files held, 2 rings\.$' "what"
has "$out" '^31 48\.211ms working ' "and each of it"
[ -z "$err" ]
verdict $? "no progress where there is no terminal"
dfput wait --all --timeout 0 --json --root "$(tree "$fixtures/busy")"
is_json "$out" 'j["left"] == 8 and len(j["pending"]) == 4 and len(j["held"]) == len(j["rings"]) == 2 and j["held_by_living"] == 0 and not j["lives"]' "as JSON"
copy busy
(sleep 1; cp "$fixtures/idle"/* "$copy") &
dfput wait --all --timeout 20 --root "$(tree "$copy")"
wait
is_status 4 "waits until nothing is; but the counters were reset"
# The files are copied one after the other: which loss it sees first is chance.
has "$out" '^Cannot tell: nothing is left, after ' "said so"
copy idle
set_value stats lost_rings 1
dfput wait --all --root "$(tree "$copy")"
is_status 4 "no clean verdict after losses"
sed -i 's/^scope .*/scope deferred/' "$copy/hooks"
set_value stats lost_rings 0
dfput wait --all --root "$(tree "$copy")"
is_status 4 "nor when exits are not looked at"
has "$out" "its scope is 'deferred'" "why"
copy idle
set_value stats enabled 0
dfput wait --all --root "$(tree "$copy")"
is_status 4 "nor when measuring is off"
dfput wait --all --root "$(tree "$work/none")"
is_status 4 "nor without the module"
has "$err" 'No such file' "why"

# 99999999 is more than a pid can be.
copy busy
sed -i "s/${tab}4321${tab}/${tab}99999999${tab}/" "$copy/held" "$copy/rings" "$copy/pending"
dfput wait --pid 99999999 --timeout 0 --json --root "$(tree "$copy")"
is_status 3 "something is left of a process"
is_json "$out" '[r["id"] for r in j["rings"]] == [31] and len(j["held"]) == 1 and j["left"] - j["left_perhaps"] == 3' "its own"
is_json "$out" 'j["left_perhaps"] == sum(not r["owner"] for r in j["pending"]) == 2 and not j["trustworthy"]' "and what is nobody's: perhaps"
printf '35\t9\tworking\t-\t0\t0\t-\t0\t-\t-\n' >>"$copy/rings"
dfput wait --pid 99999998 --timeout 0 --root "$(tree "$copy")"
is_status 4 "nor while there is anything of which nobody knows who closed it"
has "$out" '^Trustworthy: no, 3 of what is left may be that process.s: nobody knows who' "said so"
has "$out" '^Counted for [0-9.]+[a-z]*, since load, start or reset: ' "nor what was before"
sleep 1 &
living=$!
dfput wait --pid $living --timeout 20 --root "$(tree "$fixtures/idle")"
is_status 0 "waits for a living process; in a copy the clock stands still"
has "$out" '^Nothing is left, after [0-9.]+[mu]?s' "said so"
[ ! -d /proc/$living ]
verdict $? "to its end" "process $living is still there"
dfput wait --pid $$ --timeout 0 --json --root "$(tree "$fixtures/idle")"
is_status 3 "a living one is left"
is_json "$out" 'j["lives"] is True' "said so"

dfput wait --mount / --timeout 0 --root "$(tree "$fixtures/idle")"
is_status 0 "nothing is left of a filesystem"
has "$out" "^Living processes that use / are not waited for: 'dfput why /' shows them\.\$" "but processes may use it"
dfput wait --mount / --timeout 0 --json --root "$(tree "$fixtures/busy")"
is_status 3 "something is left of a filesystem"
is_json "$out" 'len(j["held"]) == 2 and len(j["pending"]) == 1 and len(j["rings"]) == 2' "its own, and the rings"
dfput wait --all --timeout 0 --root "$(tree "$fixtures/busy")"
has "$out" ' io_uring +4321 my job' "call paths by their names"
dfput wait --mount "$work" --root "$(tree "$fixtures/idle")"
is_status 1 "no mount point"
has "$err" "^dfput: wait: --mount: $work: this copy has no such mount" "said so"

copy busy
root=$(tree "$copy")
touch "$root/file"
sed -i "s/${tab}131074${tab}/${tab}$(stat -c %i "$root/file")${tab}/" "$copy/pending"
dfput wait --file /file --timeout 0 --json --root "$root"
is_status 3 "something is left of a file"
is_json "$out" '(len(j["pending"]), len(j["held"]), len(j["rings"]), j["left_perhaps"]) == (1, 0, 2, 0)' "of its inode, and the rings"
touch "$root/other"
dfput wait --file /other --timeout 0 --root "$root"
has "$out" '^Left after .*: 2 rings\.$' "nothing of another"
has "$out" "^Living processes that use /other are not waited for: 'dfput why /other' shows them\.\$" "but processes may use it"
sed -i 's/ - ext4 / - btrfs /' "$root/proc/self/mountinfo"
dfput wait --file /file --timeout 0 --root "$root"
has "$out" '^Trustworthy: no, 1 of what is left have the file.s inode number, and may be others' "where numbers are not unique: perhaps"
dfput wait --file /none --root "$root"
is_status 1 "no such file"
has "$err" '^dfput: wait: --file: /none: No such file' "said so"

copy busy
sed -i "/${tab}?\$/d" "$copy/pending" "$copy/held"
root=$(tree "$copy")
mkdir -p "$root/sys/module/ext4"
echo live >"$root/sys/module/ext4/initstate"
echo 3 >"$root/sys/module/ext4/refcnt"
dfput wait --module ext4 --timeout 0 --json --root "$root"
is_status 3 "something is left of a module"
is_json "$out" '([r["ops"] for r in j["pending"] + j["held"]], len(j["rings"]), j["use_count"]) == (2 * ["ext4_file_operations [ext4]"], 2, 3)' "files with its operations, and the rings"
dfput wait --module ext4 --timeout 0 --root "$root"
has "$out" '^Use count of ext4: 3\. It also counts living processes and other uses, which are not waited for\.$' "its use count"
copy idle
set_value stats rings_unfollowed 1
ln -sfn "$copy" "$root/sys/kernel/debug/dfput"
dfput wait --module ext4 --timeout 0 --root "$root"
is_status 4 "rings that may have files of a module"
dfput wait --module tun --root "$root"
is_status 1 "no such module"
has "$err" '^dfput: wait: --module: tun is not loaded, or is built into the kernel$' "said so"

copy busy
sed -i "s/${tab}8:1${tab}/${tab}0:9999${tab}/" "$copy/superblocks"
dfput wait --super '#9' --root "$(tree "$copy")"
is_status 0 "a dead superblock"
has "$out" '^The superblock is gone, after ' "said so"
has "$out" '^ 9 fuse' "which"
has "$out" '^Trustworthy: no, lost_records is 5 ' "and what was lost, which changes nothing"
COLUMNS=200 dfput wait --super '#9' --root "$(tree "$copy")"
has "$out" ' 2023-11-13 \([0-9]+ [a-z]+ ago\)$' "and how long ago, where there is room"
COLUMNS=80 dfput wait --super '#9' --root "$(tree "$copy")"
has_not "$out" 'ago\)$' "not on 80 columns"
COLUMNS=80 dfput wait --mount / --timeout 0 --root "$(tree "$copy")"
has_not "$out" '^.{81}' "nor is any sentence longer"
dfput wait --super 0:9999 --timeout 50ms --root "$(tree "$copy")"
is_status 3 "one that is alive"
has "$out" '^After [0-9.]+[mu]?s, the superblock is alive\.$' "said so"
(sleep 1; sed -i "s/alive/gone/" "$copy/superblocks") &
dfput wait --super 0:9999 --timeout 20 --json --root "$(tree "$copy")"
wait
is_status 0 "one that dies meanwhile"
is_json "$out" '[s["id"] for s in j["superblocks"]] == [2] and j["superblocks"][0]["state"] == "gone"' "and no other"
sed -i '/^2/s/gone/unknown/' "$copy/superblocks"
dfput wait --super 0:9999 --root "$(tree "$copy")"
is_status 4 "one that is not watched"
for bad in 0:9998 '#99' '#x' "$work" "$work/none"; do
	dfput wait --super "$bad" --root "$(tree "$copy")"
	is_status 1 "not to be found: $bad"
	has "$err" '^dfput: wait: --super: ' "said so"
done

# ---- umount

dfput umount "$work" --root "$(tree "$fixtures/idle")"
is_status 1 "umount of what is not mounted"
has "$err" "^dfput: umount: $work: .*not mounted" "said so"
mkdir "$work/mount"
# shellcheck disable=SC2016 # that is sh
own='mount -t tmpfs tmpfs "$1" && exec env -C "$1" "$2" umount .'
if unshare -rm true 2>/dev/null; then
	run unshare -rm sh -c "$own" - "$work/mount" "$(realpath "$DFPUT")"
	has "$out" "^Unmounted $work/mount at the first attempt" "its own working directory is not in its way"
else
	skip "its own working directory is not in its way" 'no user namespaces'
fi

# ---- what cannot be read

for command in stat hist pending leftovers origins superblocks umounts held rings hooks; do
	dfput $command --input "$work/none"
	is_status 1 "$command: no such directory"
	has "$err" "^dfput: cannot open the directory .*none: No such file" "$command: which, and why"
	copy idle
	sed -i '1s/2/3/' "$copy"/*
	dfput $command --input "$copy"
	is_status 1 "$command: another ABI"
	has "$err" 'the module speaks ABI 3, this dfput [0-9.]+ ABI 2; install' "$command: both versions, and what to do"
	copy idle
	for file in "$copy"/*; do
		truncate -s -1 "$file"
	done
	dfput $command --json --input "$copy"
	is_status 1 "$command: cut off"
	has "$err" 'line [0-9]+: cut off' "$command: said so"
	[ -z "$out" ]
	verdict $? "$command: no half of a JSON document"
done

copy idle
sed -i '/^released/d' "$copy/stats"
dfput stat --input "$copy"
is_status 1 "a value is missing"
has "$err" "stats: no value 'released'" "which"
copy idle
cut -f 1-9 "$fixtures/busy/pending" >"$copy/pending"
dfput pending --input "$copy"
is_status 0 "a column that the module does not have"
has "$out" '^ 1\.523us .* - +- +-$' "is -"
copy busy
sed -i "3s/^[^$tab]*/-5/" "$copy/pending"
dfput pending --input "$copy"
is_status 1 "a number that is none"
has "$err" "pending: line 3: 'age_ns' is not a 64-bit number: '-5'" "where"
copy busy
sed -i "4s/$/${tab}more/" "$copy/pending"
dfput pending --input "$copy"
is_status 1 "a field too many"
has "$err" "pending: line 4: 19 fields, but the table has 18 columns" "where"

if [ -w /dev/full ]; then
	run sh -c '"$0" stat --input "$1" >/dev/full' "$DFPUT" "$fixtures/idle"
	is_status 1 "output that cannot be written"
	has "$err" 'cannot write the output: No space left' "said so"
fi

if [ -w /dev/full ]; then
	run sh -c '"$0" --help >/dev/full' "$DFPUT"
	is_status 1 "help that cannot be written"
	has "$err" 'cannot write the output: No space left' "said so"
fi

# ---- record

for where in "$work/record" "$work/record.tar"; do
	dfput record -t 0 --root "$(tree "$fixtures/busy")" "$where"
	is_status 0 "record: $where"
	for command in stat pending hist doctor; do
		dfput $command --input "$where"
		recorded=$out
		dfput $command --input "$fixtures/busy"
		[ -n "$out" ] && { [ "$recorded" = "$out" ] || [ $command = doctor ]; }
		verdict $? "$command reads it: $where"
	done
done
cmp -s "$work/record/pending" "$fixtures/busy/pending"
verdict $? "a table is kept as it is"
has "$(cat "$work/record/proc/self/mountinfo")" '^1 1 8:1 - - - - ext4 - -$' "no names of users' files"
dfput pending --mount / --input "$work/record"
is_status 1 "no mounts without names"
has "$err" 'record --names' "said so"
tar -tf "$work/record.tar" | grep -qx proc/self/mountinfo
verdict $? "an archive that tar reads"
dfput doctor --input "$work/record.tar"
has_not "$out" 'modprobe' "doctor: nothing to do here for the machine of a copy"
dfput record -t 0 --root "$(tree "$fixtures/busy")" "$work/record"
is_status 1 "nothing is overwritten"
for where in "$work/cut" "$work/cut.tar"; do
	# shellcheck disable=SC2016 # for the shell inside
	run sh -c 'trap "" XFSZ; ulimit -f 1; exec "$@"' sh "$DFPUT" record -t 0 \
		--root "$(tree "$fixtures/busy")" "$where"
	is_status 1 "too big a record: $where"
	has "$err" "cannot write $where: File too large" "with the reason"
done
dfput record -t 0 --names --root "$(tree "$fixtures/busy")" "$work/named"
has "$(cat "$work/named/proc/self/mountinfo")" ' /dev/sda1 rw$' "--names: with them"
column inode pending --mount / --input "$work/named"
[ "$out" = 131074 ]
verdict $? "which --mount goes by"
printf 'no archive\n' >"$work/no.tar"
dfput stat --input "$work/no.tar"
is_status 1 "no archive"
has "$err" 'not a tar archive' "said so"
for command in 'umount /' 'run true' flush 'wait --all'; do
	# shellcheck disable=SC2086 # a command and its argument
	dfput ${command%% *} --input "$fixtures/idle" ${command#* }
	has "$err" "no such option: '--input'" "$command: acts on this machine alone"
	# shellcheck disable=SC2086
	dfput --input "$fixtures/idle" $command
	has "$err" "no such option: '--input'" "$command: with the option before it too"
done

dfput record -t 0 "$work/x" -- true
is_status 125 "record: a snapshot has no program"
has "$err" "-t 0 is a snapshot: no program" "said so"

# ---- usage

# usage MESSAGE ARGUMENT...
usage() {
	local message=$1
	shift
	dfput "$@"
	is_status 2 "usage: $*"
	has "$err" "^dfput: .*$message.*; try 'dfput( [a-z]+)? --help'$" "said so: $message"
	[ "$(wc -l <"$work/err")" = 1 ] && [ -z "$out" ]
	verdict $? "in one line, on stderr"
}

usage "no such command: 'frobnicate'" frobnicate
usage "no such option: '--frob'" --frob
usage "no such option: '--frob'" stat --frob
usage "no such option: '-x'" stat -x
usage "no such option: '--wait'" stat --wait
usage "'--input' needs an argument: DIR" stat --input
usage "'--stuck' needs an argument: a time, such as 2, " pending --stuck
usage "'--json' takes no argument" stat --json=x
usage "record: where to\?" record
usage "-t 0 is a snapshot: .* no --count" record -t 0 "$work/x" --count 1
usage "events need a directory" record "$work/x.tar"
usage "from this machine alone" record -t 1 "$work/x" --input "$fixtures/idle"
usage "from this machine alone" record "$work/x" --root "$work"
usage "why: --input needs --root" why --input "$fixtures/idle" /
usage "'-i' needs an argument: a time, such as 2, " -i
usage "not a time" -i soon
usage "not a time" stat -i -1
usage "'-c' needs an argument: a number of 1 or more" stat -c
usage "must not be 0" stat -i 0
usage "not a number of 1 or more" stat -i 1 -c 0
usage "not a number of 1 or more" stat -i 1 -c 99999999999999999999
usage "--count needs --interval" stat -c 1
usage "no argument expected: 'more'" stat more
usage "no argument expected: '/mnt/x'; try --mount /mnt/x" wait /mnt/x
usage "no argument expected: 'more'" pending more
usage "no such option: '--wait'" pending --wait
usage "too long a time" wait --list --timeout 99999999999999999999
usage "'red' is not always, never or auto" --color red
usage "folded is no JSON" origins --folded --json
usage "no such option: '--folded'" leftovers --folded
usage "no such column: 'pod'; there are id, age_ns, state," rings -o id,pod
usage "no such column: 'pod'" rings --sort -pod
usage "no such column: 'pod'" rings --where 'pod!=1'
usage "'pid' is not COLUMN=GLOB" rings --where pid
usage "no such column: ''" rings -o +
usage "no such option: '--mount'" rings --mount /
usage "no such option: '--sort'" stat --sort value
usage "'yesterday' is not a time, such as" rings --since yesterday
usage "no such option: '--rules'" stat --rules x
usage "for what" wait
usage "for what" wait --all --pid 1
usage "not a number of 1 or more" wait --pid 0
usage "umount: what" umount
usage "no such event: 'frob'; there are queue, release, batch, exit, leftover," events frob
usage "--pid: batch has no pid" events exit batch --pid 1
usage "--super: put has no super" events put --super '#1'
dfput run --max-late 1s --
is_status 125 "run: wrong usage is its own failure"
has "$err" 'run: which program' "said so"
dfput run --max-late later -- true
is_status 125 "also of an option"
has "$err" 'not a time' "said so"

dfput --help
is_status 0 "help"
has "$out" '^  pending +files on the list' "lists the commands"
dfput help wait
has "$out" '^Usage: dfput wait' "help of a command"
[ "$out" = "$("$DFPUT" wait --help)" ]
verdict $? "the same as with --help"
dfput wait --help
has "$out" '^      --timeout T +wait for T at most' "help of a command lists its options"
for command in pending leftovers origins run; do
	dfput $command --help
	has "$out" '^      --rules FILE +name origins' "$command: an option that several have"
done
for command in metrics top; do
	dfput $command --help
	has_not "$out" ' --json' "$command: the help has no --json"
	dfput --json $command
	is_status 2 "which is no option of it, also before it"
	has "$err" "^dfput: $command: no such option: '--json'" "said so"
done
dfput --version
is_status 0 "version"
has "$out" "^dfput $(sed -n 's/#define DFPUT_VERSION "\(.*\)"/\1/p' ../../include/dfput/version.h) \(ABI 2\)$" "of reader and ABI"
finish
