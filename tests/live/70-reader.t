#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The reader on the real thing.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch

dfput stat >/dev/null 2>"$TMPDIR/error"
is 'without the module: stat fails' $? 1
dfput run -- true 2>/dev/null
is 'without the module: run refuses' $? 125
dfput doctor >/dev/null
is 'without the module: doctor says no' $? 1

load
wait_for 60 is_quiet
report=$(dfput doctor)
is 'doctor: all is well' $? 0
note "$report"

# What is printed as JSON is held against the schema when the host is gone: tests/check.
documents=$top/results/documents.json
: >"$documents"
keep() { # ARGUMENT...: of a command
	dfput "$1" --json "${@:2}" >"$TMPDIR/document"
	holds "$1 --json: a document" "$(wc -c <"$TMPDIR/document")" -gt 2
	cat "$TMPDIR/document" >>"$documents"
}

for command in stat hist pending leftovers origins superblocks hooks; do
	dfput $command >"$TMPDIR/out"
	is "$command" $? 0
	keep $command
done

# What a saved copy says is what the live directory said.
saved=$TMPDIR/saved
mkdir "$saved"
cp "$stats"/[hlops]* "$saved"
dfput --input "$saved" stat >"$TMPDIR/out"
is 'a saved copy can be read' $? 0

is 'stat --json: queued is the counter' "$(dfput stat --json |
	perl -MJSON::PP -0777 -ne '
		print decode_json($_)->{stats}{queued}')" "$(value stats queued)"
is 'stat -i 0.2 -c 3: three lines and their head' \
	"$(dfput stat -i 0.2 -c 3 | grep -cE '^ *[0-9]')" 3

# ---- tables: of which rows what
began=$(date +%H:%M:%S)
workload uring-files --dir "$scratch" --files 32 --rounds 1 >/dev/null
dfput wait --mount "$scratch" --timeout 60 >/dev/null
for table in pending leftovers held rings origins superblocks umounts hooks; do
	dfput $table -o all --sort -1 >"$TMPDIR/out" 2>&1
	is "$table: no such column" $? 2
	dfput $table --raw -n -o all >"$TMPDIR/out"
	is "$table: raw, all columns" $? 0
	is "$table: each row has as many words" \
		"$(awk '{ print NF }' "$TMPDIR/out" | sort -u | wc -l | sed 's/^0$/1/')" 1
	is "$table: 80 columns" "$(COLUMNS=80 dfput $table | grep -c '^.\{81\}')" 0
done
shown=(dfput leftovers --mount "$scratch" --since "$began" --comm 'work*')
is 'leftovers: of a mount, a name, and since then' "$("${shown[@]}" --raw -n | wc -l)" 32
is 'leftovers: alike ones are folded' "$("${shown[@]}" -n | awk '{ n += $1 } END { print NR, n }')" '1 32'
is 'leftovers: --all shows each' "$("${shown[@]}" -n --all | wc -l)" 32
like 'leftovers: below it, where that is mounted' "$("${shown[@]}")" "Device [0-9:]+ is mounted on $scratch"
is 'leftovers: the time is that of the clock' \
	"$("${shown[@]}" --raw -n -o exit | sed 's/\.[0-9]*Z/Z/' | date -f - +%s |
		awk -v from="$(date -d "$began" +%s)" -v to="$(date +%s)" \
			'$1 < from || $1 > to' | wc -l)" 0
is 'leftovers: sorted' "$("${shown[@]}" --raw -n -o lateness --sort -lateness)" \
	"$("${shown[@]}" --raw -n -o lateness | sort -rn)"
is 'leftovers: limited' "$("${shown[@]}" --raw -n --limit 5 | wc -l)" 5
is 'leftovers: none of what was not mounted' "$("${shown[@]}" --super 0:1 --raw -n | wc -l)" 0

# ---- a process named -, which stands for nothing in the module's files
cp "$(type -P workload)" "$TMPDIR/-"
"$TMPDIR/-" uring-files --dir "$scratch" --files 8 --rounds 1 >/dev/null
dfput wait --mount "$scratch" --timeout 60 >/dev/null
is 'leftovers: a process named - is not null' "$(dfput leftovers --json --comm - |
	perl -MJSON::PP -0777 -ne '
		print join " ", map { $_->{comm} } @{decode_json($_)->{leftovers}}')" '- - - - - - - -'

# ---- a record: doctor, stat and each table read it
dfput doctor >"$TMPDIR/out"
status=$?
dfput record -t 0 --names "$TMPDIR/named" >/dev/null
is 'record' $? 0
is 'record: with the machine'\''s mounts' "$(wc -l <"$TMPDIR/named/proc/self/mountinfo")" \
	"$(wc -l </proc/self/mountinfo)"
dfput doctor --input "$TMPDIR/named" >"$TMPDIR/out"
is 'record: doctor reads it' $? $status
for table in stat pending leftovers held rings origins superblocks umounts hist hooks; do
	dfput $table --raw --input "$TMPDIR/named" >"$TMPDIR/out"
	is "record: $table reads it" $? 0
done
columns=id,lateness,inode,comm,device,mountpoint
is 'record: what is shown of it is what is shown live' \
	"$(dfput leftovers --raw -o $columns --mount "$scratch" --input "$TMPDIR/named")" \
	"$(dfput leftovers --raw -o $columns --mount "$scratch")"
is 'leftovers: on which mount' "$(dfput leftovers -n -o mountpoint --comm - | sort -u | tr -d ' ')" "$scratch"

dfput report "$TMPDIR/named" -o "$TMPDIR/page.html"
is 'report' $? 0
is 'report: every leftover is in its table' "$(sed -n '/<section id="leftovers">/,/<.section>/ s/^<tr><td class="num">\([0-9]*\)<.*/\1/p' \
	"$TMPDIR/page.html" | awk '{ n += $1 } END { print n }')" \
	"$(dfput leftovers --raw -n --all --input "$TMPDIR/named" | wc -l)"
like 'report: the time line has them' "$(<"$TMPDIR/page.html")" \
	'<dt>workload [0-9]+: [0-9]+ files of ext4 [0-9:]+ by io_uring<b>late by '

# ---- JSON of each command, now that there is something to tell
exec {held}>"$scratch/held"
for command in stat 'stat -i 0.1 -c 2' hist pending leftovers held rings origins superblocks umounts hooks \
	doctor flush "record -t 0 $TMPDIR/record.tar" \
	"report $TMPDIR/named -o $TMPDIR/page.html" 'wait --list --timeout 60' 'wait --pid 1 --timeout 0' \
	'wait --all --timeout 60' "wait --mount $scratch --timeout 60" 'wait --super /dev/vdc --timeout 0' \
	"why $scratch" "umount $scratch --timeout 0"; do
	# shellcheck disable=SC2086 # words
	keep $command
done
exec {held}>&-
keep umount "$scratch"
keep why /dev/vdc
mount /dev/vdc "$scratch"
is 'leftovers: of a mount, not of an earlier superblock of its number' \
	"$("${shown[@]}" --raw -n 2>/dev/null | wc -l)" 0
is 'leftovers: which has no mount point' \
	"$(dfput leftovers --super /dev/vdc --since "$began" --raw -n -o mountpoint | sort -u)" -
for options in '' '--max-late 1s' '--repeat 2'; do
	# shellcheck disable=SC2086 # words
	keep run $options --log-fd 1 -- sh -c \
		"workload uring-files --dir $scratch --files 8 --rounds 1 >/dev/null"
done

# ---- run
dfput run -- sh -c 'exit 7' 2>/dev/null
is 'run: the exit status is the command'\''s' $? 7
report=$(dfput run --json --max-late 3s -- \
	workload uring-files --dir "$scratch" --files 32 --rounds 2 2>&1 >/dev/null)
is 'run --max-late: all gone in time' $? 0
is 'run --max-late: what was queued after the reap is seen' "$(perl -MJSON::PP -0777 -ne '
	my $report = decode_json($_);
	my $queued = 0;
	for my $window (qw(differences after)) {
		$queued += $report->{$window}{queued};
	}
	print $queued' <<<"$report")" 64
note "$report"
dfput run --max-late 1s -- sh -c "echo 0 >$stats/enable; echo 1 >$stats/enable" 2>/dev/null
is 'run --max-late: measuring was interrupted, so it can not tell' $? 4
dfput run --max-late 1s -- sh -c "echo 1 >$stats/reset" 2>/dev/null
is 'run --max-late: counters were reset, so it can not tell' $? 4

done_testing
