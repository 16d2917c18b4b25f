#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The page of dfput report: what is on it, that nothing on it does harm, and that a
# browser shows it.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
tab=$'\t'
page=$work/page.html

# report COPY: its page
report() {
	dfput report "$1" -o "$page"
}

# is_safe NAME: the page is well-formed, runs nothing and loads nothing
is_safe() {
	run ./page.py safe "$page"
	is_status 0 "$1: well-formed, runs and loads nothing"
}

# has_text REGEX NAME: it is on the page
has_text() {
	has "$(./page.py text "$page")" "$1" "$2"
}

# ---- from a directory and an archive, of modules of all ages

for age in idle busy older newer; do
	report "$fixtures/$age"
	is_status 0 "$age: a page"
	is_safe "$age"
done
for what in record record.tar; do
	dfput record -t 0 --root "$(tree "$fixtures/busy")" "$work/$what"
	report "$work/$what"
	is_status 0 "$what: a page"
	is_safe "$what"
	has_text '^dfput-[0-9.]+$' "$what: by what it was recorded"
done
[ -z "$(find "$work" -name 'page.html?*')" ]
verdict $? "nothing else is left"
is "$(stat -c %a "$page")" 600 "as private as what it was made from"

# ---- what is on it

report "$fixtures/idle"
has_text '^Late files were in the way of 1 of 3 umounts; 3 files outlived their process\.$' "the verdict"
has_text '^Trustworthy: yes' "nothing lost"
has_text '^exact$' "how it was measured"
has_text '^86400\.123s$' "for how long"
for table in leftovers umounts pending held rings superblocks origins hooks; do
	for age in idle busy; do
		report "$fixtures/$age"
		"$DFPUT" $table --json --input "$fixtures/$age" >"$work/json"
		run ./page.py rows "$page" $table <"$work/json"
		is_status 0 "$table, $age: the numbers of its rows"
	done
done
missing=$(while read -r name value; do
	[ "$name" = '#' ] || ./page.py text "$page" | grep -A 1 "^$name\$" | grep -qx "$value" || echo "$name"
done <"$fixtures/busy/stats")
is "$missing" '' "each counter"
has_text '^Late files or rings were in the way of 3 of 9 umounts; 9 files outlived' "a verdict against"
has_text "^The list's drain is in the release of inode 77 " "what the list waits for"
has_text '^Trustworthy: no, lost_records is 5 ' "what was lost"
has_text 'Not drawn, as their times are impossible: [0-9]+ rows' "times that cannot be are not drawn, but counted"
has_text '^my job 4321: 1 file of anon_inodefs 0:15 by io_uring$' "the time line: a file on the list"
has_text '^in release, queued for 48\.211ms$' "and for how long"
has_text '^-EBUSY \(ring\?\) after 120\.000us$' "an umount that was refused"
has_text '^took 48\.211ms$' "a shutdown"
has_text '^io_sqe_files_unregister$' "the flame graph: a function"
has_text '^kthread: 3 of 4 files$' "and how wide a cause is"
report "$fixtures/idle"
has_text '^16\.384us - 32\.767us$' "a histogram: a range"
grep -q '>640</td><td><svg aria-hidden="true"><rect width="100.00%"' "$page"
verdict $? "and its bar"

# ---- names that mean harm

copy busy
export evil='<script>alert(1)</script>"'\''&amp;]]>'$'\xff\xe2\x80\xae''\033[31m'
for file in leftovers umounts held rings superblocks pending; do
	awk -F '\t' 'BEGIN { OFS = FS }
		NR == 2 { for (i = 1; i <= NF; i++) name[i] = $i }
		NR == 3 { for (i = 1; i <= NF; i++) if (name[i] ~ /comm$|^name$|^fstype$/) $i = ENVIRON["evil"] }
		{ print }' "$fixtures/busy/$file" >"$copy/$file"
done
sed -i "4s/;c$/;<b onclick=x>c/" "$copy/origins"
sed -i "s/^version .*/version <i>1<\/i>/" "$copy/hooks"
sed -i "s/^queue_fput/<u>/" "$copy/hooks"
printf 'batch<s>size\tfiles\t4\t1\n' >>"$copy/histograms"
for locale in C C.UTF-8; do
	run env LC_ALL=$locale "$DFPUT" report "$copy" -o "$page"
	is_status 0 "hostile names, $locale: a page"
	is_safe "hostile names, $locale"
	has_text '^<script>alert\(1\)</script>"'\''&amp;\]\]>\\377\\342\\200\\256\\033\[31m$' "$locale: a name is text"
	has_text '<b onclick=x>c' "$locale: a function"
	has_text '^<i>1</i>$' "$locale: a version"
	has_text '^batch<s>size$' "$locale: a histogram"
done

# ---- nothing, and too much

copy idle
for file in "$copy"/*; do
	[ "${file##*/}" = stats ] || sed -i "0,/$tab/b; /$tab/d" "$file"
done
report "$copy"
is_status 0 "tables without a row"
is_safe "tables without a row"
is "$(./page.py text "$page" | grep -c '^There is nothing to draw\.$')" 2 "an empty time line, an empty flame graph"
is "$(./page.py text "$page" | grep -c '^no values$')" "$(grep -c '<figure class="hist">' "$page")" "and distributions without a value"
has_text "^Not in rows: 'umounts' in stats is 3\.$" "an empty table does not deny what was counted"
has_text '^No ring is being taken down\.$' "and says so where nothing was"
set_value stats umounts_busy_deferred 0
set_value stats umounts_busy_ring 1
set_value stats leftover 0
report "$copy"
has_text '^Late files or rings were in the way of 1 of 3 umounts\.$' "a ring was in the way, and no file was late"
rm "$copy/rings" "$copy/origins"
set_value stats umounts_busy_ring 0
report "$copy"
has_text '^The module has no such table\.$' "a table that there is not"
is "$(./page.py text "$page" | grep -c '^There is nothing to draw\.$')" 2 "and no flame graph of it"
has_text '^No file was seen to outlive its process\.$' "nothing was late"
set_value stats lost_records 1
report "$copy"
has_text '^No file was seen to outlive its process, but not all was seen\.$' "or that is not known"
sed -i '/^clock_/d' "$copy/stats"
report "$copy"
has_text 'too old to tell what time it was' "no clock, no time line"
copy older
sed -i '/^umounts/d' "$copy/stats"
report "$copy"
has_text '^3 files outlived their process; umounts that they were in the way of were not counted\.$' "umounts that were not counted"
sed -i '/^leftover/d' "$copy/stats"
report "$copy"
has_text '^Files that outlived their process were not counted\.$' "nor were files"
copy busy
for ((i = 0; i < 150; i++)); do
	printf '%s\texit\t1000000\t%s\tdeferred\tkthread\t1\t8:1\t%s\text4\t2\twrite\t%s\t1\t0\t1\t-\tjob%s\t-\n' \
		$((6000 + i)) $((80000000000000 + i * 1000)) $i $i $i
done >>"$copy/leftovers"
report "$copy"
is_status 0 "many rows"
has_text '^Left out here: 52 rows more\.$' "how many are left out of a table"
has_text '^not drawn: 140 shorter ones$' "and of the time line"

# ---- recorded events

# event NAME AT FIELDS: one, as dfput events prints it
event() {
	printf '{"schema":1,"command":"events","event":"%s","at_ns":%s,"cpu":1,"%s":%s}\n' "$1" "$2" "$1" "$3"
}

# events NR NAME FIELDS: so many of a kind, microseconds apart
events() {
	for ((i = 1; i <= $1; i++)); do
		event "$2" $((89000000000000 + i * 1000)) "${3//NR/$i}"
	done
}

# has_row SECTION REGEX NAME: a row of the section has these cells
has_row() {
	has "$(sed -n "/<section id=\"$1\"/,/<\/section>/p" "$page" |
		sed 's/<tr>/\n/g; s/<[^>]*>/|/g; s/||*/|/g')" "$2" "$3"
}

copy idle
{
	events 3000 queue '{"id":NR,"cause":"kthread"}'
	events 3000 release '{"id":NR,"cause":"kthread","device":"8:1","super":2,"wait_ns":4500000,"release_ns":500000,"flush":false}'
	event release 89000500000000 '{"id":null,"cause":null,"device":"8:1","super":2,"wait_ns":0,"release_ns":7}'
	events 40 exit '{"pid":NR,"comm":"<b>job"}'
	event batch 89000500000000 '{"files":3001,"took_ns":9}'
	event leftover 89000500000000 '{"id":3,"kind":"exit","lateness_ns":48211907,"exit_ns":7000000000,"pid":903,"comm":"cat"}'
	event leftover 89000600000000 '{"id":4,"kind":"exit","lateness_ns":2000000,"exit_ns":89000598000000,"device":"8:1","pid":77,"comm":"gone"}'
	event umount 89000700000000 '{"id":4,"took_ns":1000,"result":"-EBUSY","flags":["force","detach"],"device":"8:1","super":2,"pid":78}'
	event umount 89000800000000 '{"id":5,"took_ns":2000,"result":"0","device":"8:1","super":2,"pid":79}'
	event super_shutdown 89000900000000 '{"super":9,"fstype":"xfs","device":"8:2","shutdown_ns":89000800000000,"shutdown_took_ns":50}'
} >"$copy/events.ndjson"
nr_events=$(wc -l <"$copy/events.ndjson")
# summary LOST LEFT_OUT: what record says of them
summary() {
	printf '# dfput 2\nrecorded_by dfput-0\nevents %s\nevents_lost %s\nevents_left_out %s\nevents_from_ns %s\nevents_to_ns %s\n' \
		"$nr_events" "$1" "$2" 88999000000000 89001000000000 >"$copy/record"
}
summary 0 0
mkdir "$copy/before"
sed 's/^queued 1204/queued 4/; s/^exits .*/exits 0/' "$fixtures/idle/stats" >"$copy/before/stats"
report "$copy"
is_status 0 "events: a page"
is_safe "events"
has_text '^Trustworthy: yes' "events: nothing lost"
has_text "^$nr_events events in 2\.000s\$" "events: how many, of how long"
has_text 'recording began$' "events: from when"
has_text '^3000 files of 8:1 by kthread$' "events: files that were on the list, as one"
has_text '^released after 5\.000ms$' "events: for how long"
has_text '^<b>job: 40 processes$' "events: exits, as one, harmless"
has_text '^gone 77: 1 file of 8:1$' "events: a leftover that the table no longer has"
has_text '^-EBUSY after 1\.000us$' "events: a refused umount"
has_text '^done in 2\.000us$' "events: an umount"
has_text '^xfs 8:2, by owner unknown$' "events: a shutdown"
is "$(./page.py text "$page" | grep -c '^cat 903: ')" 0 "events: what was over before is not drawn"
has_row events '^\|queue\|3000\|1200\|' "events: how many were recorded and counted"
has_row events '^\|super_shutdown\|1\|0\|' "events: each kind"
has_row hist '\|4\.194ms - 8\.388ms\|3000\|' "events: distributions of them alone"
has_row hist '\|batch_size\|' "events: those of drains"
[ "$(stat -c %s "$page")" -lt 100000 ]
verdict $? "events: the page does not grow with them"
tar -cf "$work/events.tar" -C "$copy" .
cp "$page" "$work/directory.html"
report "$work/events.tar"
run diff "$work/directory.html" "$page"
is_status 0 "events: the same from an archive"
dfput umounts --input "$copy"
is_status 0 "events: a table is shown as before"

# not all of them
rm -r "$copy/before"
head -c -20 "$copy/events.ndjson" >"$work/cut"
{
	printf '%s\n' '{"schema":1,"command":"events","event":"dfput_moon","at_ns":89000950000000}' \
		'{"schema":2,"event":"exit","at_ns":1,"exit":{}}' '[1]' 'nonsense' '{"a":' '' '{"schema":1,"event":"exit","at_ns":-1,"exit":null}'
	printf '{"schema":1,"event":"lost","at_ns":89000960000000,"cpu":3,"lost":512}\n\0\n'
	head -c 100000 /dev/zero | tr '\0' '['
	echo
	event exit 18446744073709551615 '{"pid":18446744073709551615,"comm":"\u0000\u001b]\ud800"}'
	event release 5 '{"id":1,"wait_ns":18446744073709551615,"release_ns":-5}'
	cat "$work/cut"
} >"$copy/events.ndjson"
summary 512 33
report "$copy"
is_status 0 "events, damaged: a page"
is_safe "events, damaged"
for caveat in "512 events were lost" "33 events had no room in events\.ndjson" \
	"9 lines of events\.ndjson are cut off, or no events of this dfput" \
	"1 events are of a kind that only a newer dfput knows"; do
	has_text "$caveat" "events, damaged: $caveat"
done
has_text '^CPU 3: 512 events$' "events, damaged: when they were lost"
has_text 'as their times are impossible: [0-9]+ rows?' "events, damaged: times that cannot be"
has_row events '^\|queue\|3000\|-\|' "events, damaged: nobody knows how many were counted"
tail -n 3 "$work/cut" >"$copy/events.ndjson"
report "$copy"
has_text "$((nr_events - 3)) events of events\.ndjson are gone" "events, damaged: fewer than there should be"
: >"$copy/events.ndjson"
nr_events=0
summary 0 0
report "$copy"
is_status 0 "no events: a page"
is_safe "no events"
has_text '^0 events in 2\.000s$' "no events: said so"
rm "$copy/record"
report "$copy"
is_status 0 "no events, and nobody says when: a page"
copy idle
mkdir "$copy/events.ndjson"
report "$copy"
is_status 1 "events that are no file"
has "$err" 'events.ndjson is not a regular file' "said so"

# ---- what fails

echo old >"$page"
copy idle
truncate -s -1 "$copy/umounts"
report "$copy"
is_status 1 "a damaged table"
has "$err" 'umounts: line [0-9]+: cut off' "which"
is "$(cat "$page")" old "the page that was there is left alone"
copy busy
sed -i 's/^48211907/4821190x/' "$copy/pending"
report "$copy"
has "$err" "pending: line [0-9]+" "the first error is the one that is told"
report "$work/none"
is_status 1 "nothing to read"
has "$err" 'cannot open .*none: No such file' "said so"
dfput report "$fixtures/idle" -o "$work/none/page"
is_status 1 "no such directory"
has "$err" 'cannot write .*none/page: No such file' "said so"
# shellcheck disable=SC2016 # for the shell inside
run sh -c 'trap "" XFSZ; ulimit -f 1; exec "$@"' sh "$DFPUT" report "$fixtures/idle" -o "$page"
is_status 1 "too big a page"
has "$err" "cannot write $page: File too large" "with the reason"
is "$(cat "$page")" old "and the old one is left alone"
[ -z "$(find "$work" -name 'page.html?*')" ]
verdict $? "nothing else is left"
if [ -w /dev/full ]; then
	dfput report "$fixtures/idle" -o /dev/full
	is_status 1 "a full disk"
	has "$err" 'cannot write /dev/full: No space left' "said so"
	[ -c /dev/full ]
	verdict $? "a device is written to, not replaced"
fi
dfput report "$fixtures/idle" -o /dev/stdout
is_status 0 "to stdout"
has "$out" '^</html>$' "all of it"
dfput report
is_status 2 "of what?"
has "$err" 'report: of what\?' "said so"
dfput report "$fixtures/idle"
is_status 2 "where to?"
has "$err" 'report: where to\? Say -o FILE\.html' "said so"
dfput report "$fixtures/idle" -o -
is_status 2 "-o -"
has "$err" "say -o /dev/stdout" "says what to use"
copy idle
tar -cf "$work/copy.tar" -C "$copy" .
ln -s copy.tar "$work/link.tar"
# is_refused COPY OUTPUT NAME
is_refused() {
	dfput report "$1" -o "$2"
	is_status 2 "$3 is not replaced"
	has "$err" "$2 would change $1, which it is made from" "said so"
}
is_refused "$work/copy.tar" "$work/copy.tar" "the archive"
is_refused "$work/copy.tar" "$work/link.tar" "by way of a link"
is_refused "$copy" "$copy/stats" "a file of the directory"
is_refused "$copy/" "$copy/new.html" "and one beside these"
run diff -r "$copy" "$fixtures/idle"
is_status 0 "the copy is left alone"
dfput report "$copy" -o "$copy.html"
is_status 0 "what merely begins as its name does is another"
dfput report "$fixtures/idle" --json -o "$page"
is_json "$out" "j['target'] == '$page' and j['bytes'] > 1000" "as JSON: what was written"

# ---- in a browser

if ! command -v chromium >/dev/null; then
	skip "a browser shows it" 'no chromium'
	finish
fi

# browse WIDTH PAGE ARGUMENT...
browse() {
	local width=$1 shown=$2
	shift 2
	run timeout 300 chromium --headless --no-sandbox --disable-gpu --disable-quic \
		--no-first-run --disable-background-networking --disable-component-update \
		--disable-sync --disable-dev-shm-usage --hide-scrollbars \
		--user-data-dir="$(mktemp -d "$work/browser.XXXXXX")" \
		--window-size="$width,2000" "$@" "file://$shown"
	err=$(grep -v ':ERROR:dbus/' "$work/err")
}

# What measures it is a script, which the page itself forbids; and a window cannot be as
# narrow as a frame.
report "$fixtures/busy"
for width in 1280 400; do
	./page.py frame "$page" $width >"$work/frame.html"
	browse 1600 "$work/frame.html" --dump-dom
	is "$(sed -n 's|.*<title>\(.*\)</title>.*|\1|p' <<<"$out")" "$width of $width, 12 sections" \
		"$width wide: all is there, and nothing sticks out"
	browse $width "$page" --screenshot="$work/$width.png"
	run ./page.py png "$work/$width.png" $width
	is_status 0 "$width wide: a picture"
done
browse 1280 "$page" --print-to-pdf="$work/page.pdf"
is "$(head -c 5 "$work/page.pdf")" %PDF- "it prints"
finish
