#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dfput metrics, on saved copies of the directory, and the file that it replaces.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"

# sample NAME: its value in the output
sample() {
	awk -v name="$1" '{ key = $0; sub(/ [^ ]*$/, "", key) } key == name { print $NF }' <<<"$out"
}

# ---- what it prints

dfput metrics --input "$fixtures/busy"
is_status 0 "a copy"
is "$(sample dfput_up)" 1 "it can be read"
is "$(sample dfput_released_total)" 2396 "a counter"
has "$out" '^# HELP dfput_released_total passed through a drain loop \(the ground truth\) \(files\)$' "its meaning and unit"
has "$out" '^# TYPE dfput_released_total counter$' "its type"
is "$(sample 'dfput_queued_total{cause="softirq"}')" 1500 "files queued, by cause"
is "$(sample 'dfput_leftover_total{route="deferred"}')" 9 "leftovers, by route"
is "$(sample dfput_umounts_busy_deferred_total)" 2 "busy umounts, by why"
is "$(sample 'dfput_losses_total{counter="missed_probes"}')" 7 "losses, all by one name"
has_not "$out" '^dfput_missed_probes' "and by no other"
is "$(sample dfput_trustworthy)" 0 "losses: not trustworthy"
is "$(sample dfput_pending)" 4 "a gauge"
is "$(sample dfput_measuring_seconds)" 4.210987654 "a time is in seconds"
is "$(sample dfput_pending_oldest_seconds)" 3.912345678 "age of the oldest file on the list"
is "$(sample dfput_releasing)" 1 "files in their release"
is "$(sample dfput_releasing_oldest_seconds)" 0.0471003 "and the age of the oldest"
is "$(sample dfput_hooks_failed)" 1 "hooks that failed"
is "$(sample dfput_start_time_seconds)" 1699999995 "when counting began: realtime without measuring_ns"
has "$out" '^dfput_info\{kernel="",reader="[0-9.]+",abi="2",version="0\.1\.0",method="reconciled",scope="exits",selftest="waiting"\} 1$' "versions and method"

# What counters.h has, is there: its parts are labels.
missing=
while read -r name group; do
	case $name,$group in
	*,loss) line="dfput_losses_total{counter=\"$name\"}" ;;
	queued_*) line="dfput_queued_total{cause=\"${name#*_}\"}" ;;
	leftover_exec,*) line=dfput_leftover_exec_total ;;
	leftover_*) line="dfput_leftover_total{route=\"${name#*_}\"}" ;;
	*) line=dfput_${name}_total ;;
	esac
	[ "$(sample "$line")" = "$(sed -n "s/^$name //p" "$fixtures/busy/stats")" ] || missing+=" $name"
done < <(sed -n '/define DFPUT_COUNTERS/,/^$/s/^	X(\([a-z_]*\), \([a-z]*\),.*/\1 \2/p' ../../include/dfput/counters.h |
	grep -vx -e 'queued queued' -e 'leftover exits')
is "$missing" '' "each counter of the schema, with its value"

# ---- histograms

dfput metrics --input "$fixtures/idle"
is "$(sample dfput_trustworthy)" 1 "nothing lost: trustworthy"
is "$(sample 'dfput_queue_wait_seconds_bucket{le="0.000001023"}')" 0 "below the first bucket that is not empty"
is "$(sample 'dfput_queue_wait_seconds_bucket{le="0.000016383"}')" 213 "buckets are cumulative"
is "$(sample 'dfput_queue_wait_seconds_bucket{le="0.000065535"}')" 1143 "and end where the module's do"
is "$(sample 'dfput_queue_wait_seconds_bucket{le="+Inf"}')" 1204 "the last has all"
is "$(sample dfput_queue_wait_seconds_count)" 1204 "as has the count"
is "$(sample dfput_queue_wait_seconds_sum)" NaN "there is no sum, nor a wrong one"
is "$(sample 'dfput_batch_size_bucket{le="7"}')" 308 "files are not seconds"
is "$(sample 'dfput_batch_time_seconds_bucket{le="1099.511627775"}')" 301 "what is far out is in the last alone"
is "$(sample 'dfput_batch_time_seconds_bucket{le="+Inf"}')" 302 "and is there"
series=$(grep -c '^[^#]' <<<"$out")

# ---- modules of another age

dfput metrics --input "$fixtures/newer"
is_status 0 "a newer module"
is "$(sample 'dfput_queued_total{cause="moon"}')" 3 "a new cause is a new label"
is "$(sample dfput_unknown_values)" 4 "and what is not known is counted: counters, facts of hooks, histograms"
is "$(grep -c '^[^#]' <<<"$out")" $((series + 1)) "a host has the same series, whatever it has counted"
dfput metrics --input "$fixtures/older"
is_status 0 "an older one"
is "$(sample dfput_unknown_values)" 0 "has nothing unknown"
has_not "$out" 'unwound' "what it lacks is left out"
has_not "$out" 'start_time' "as is the start, without clocks"

copy idle
set_value hooks method 'a"\\033\\134b'
dfput metrics --input "$copy"
has "$out" 'method="a\\"\\\\033\\\\134b"' "labels are harmless, and escaped"
if localedef -i de_DE -f ISO-8859-1 "$work/de_DE.ISO-8859-1" 2>"$work/err"; then
	set_value hooks method $'gr\374n'
	run env LOCPATH="$work" LC_ALL=de_DE.ISO-8859-1 "$DFPUT" metrics --input "$copy"
	has "$out" $'method="gr\357\277\275n"' "and in UTF-8, whatever the locale"
else
	skip "and in UTF-8, whatever the locale" 'no sources of locales'
fi

copy idle
set_value stats enabled 0
set_value stats measuring_ns 0
dfput metrics --input "$copy"
is "$(sample dfput_trustworthy)" 0 "switched off: not trustworthy"
has_not "$out" '^dfput_start_time' "and counting has not begun"

# ---- OpenMetrics

dfput metrics --openmetrics --input "$fixtures/busy"
has "$out" '^# TYPE dfput_released counter$' "OpenMetrics: the name of a counter"
is "$(sample dfput_released_total)" 2396 "and of its sample"
is "$(sample dfput_released_created)" 1699999995 "with the time of its reset"
is "$(sample 'dfput_queued_created{cause="bh"}')" 1699999995 "and its labels"
has "$out" '^# TYPE dfput info$' "a type for information"
has_not "$out" '_sum|_count' "a histogram without a sum has no count"
is "$(tail -n 1 <<<"$out")" '# EOF' "its end"

# ---- what their programs say of it

for age in idle busy older newer; do
	dfput metrics --input "$fixtures/$age"
	if command -v promtool >/dev/null; then
		run promtool check metrics <<<"$out"
		is "$status$out$err" 0 "promtool: $age"
	else
		skip "promtool: $age" 'no promtool'
	fi
	dfput metrics --openmetrics --input "$fixtures/$age"
	if python3 -c 'import prometheus_client' 2>/dev/null; then
		run python3 -c 'import sys, prometheus_client.openmetrics.parser as p
list(p.text_fd_to_metric_families(sys.stdin))' <<<"$out"
		is_status 0 "a parser of OpenMetrics: $age"
	else
		skip "a parser of OpenMetrics: $age" 'no Python with prometheus_client'
	fi
done

# ---- what is made of it

metrics=$("$DFPUT" metrics --input "$fixtures/idle")
names=$(sed -n 's/^\(dfput[a-z_]*\).*/\1/p' <<<"$metrics" | sort -u)
shipped=../../userspace/metrics
is_json "$(cat $shipped/dfput.dashboard.json)" 'len(j["panels"]) > 10' "the dashboard is JSON"
for file in dfput.dashboard.json dfput.rules.yml dfput.rules.test.yml; do
	used=$(grep -o 'dfput_[a-z_]*' "$shipped/$file" | sort -u)
	[ -n "$used" ]
	verdict $? "$file uses metrics"
	is "$(comm -23 <(echo "$used") <(echo "$names"))" '' "and there are all of them"
done
bounds=$(grep -ho 'le=\\*"[0-9.]*' $shipped/dfput.* | sed 's/[\]//' | sort -u)
[ -n "$bounds" ]
verdict $? "they use bounds of buckets"
is "$(grep -vxF -f <(grep -o 'le="[0-9.]*' <<<"$metrics") <<<"$bounds")" '' "and there are all of these"
if command -v promtool >/dev/null; then
	run promtool check rules $shipped/dfput.rules.yml
	is_status 0 "promtool: the rules"
	run promtool test rules $shipped/dfput.rules.test.yml
	is_status 0 "promtool: each fires when it should"
else
	skip "promtool: the rules" 'no promtool'
fi
mapfile -t rules < <(sed -n 's/.*alert: //p' $shipped/dfput.rules.yml)
for rule in "${rules[@]}"; do
	grep -q "alertname: $rule\$\|alertname=\"$rule\"" $shipped/dfput.rules.test.yml
	verdict $? "there is a test of $rule"
	grep -q "\`$rule\`" ../../docs/fleet.md
	verdict $? "and it is in the manual of fleets"
done

# ---- --textfile

mkdir "$work/textfiles"
file=$work/textfiles/dfput.prom

# is_alone NAME: nothing else is where the file is
is_alone() {
	is "$(ls -A "$work/textfiles")" dfput.prom "$1"
}

(umask 077 && "$DFPUT" metrics --textfile "$file" --input "$fixtures/busy" >"$work/printed")
is $? 0 "--textfile"
is "$(stat -c %a "$file")" 644 "everybody may read it, whatever the umask"
is "$(cat "$file")" "$("$DFPUT" metrics --input "$fixtures/busy")" "it is what is printed otherwise"
is "$(cat "$work/printed")" '' "which now is not"
is_alone "nothing else is left"

exec 3<"$file"
dfput metrics --textfile "$file" --input "$fixtures/idle"
is "$(grep -c '^dfput_released_total 2396$' <&3)" 1 "who reads it meanwhile has all of the old one"
exec 3<&-
has "$(cat "$file")" '^dfput_released_total 1204$' "and later the new one"

ln -s dfput.prom "$work/textfiles/link"
dfput metrics --textfile "$work/textfiles/link" --input "$fixtures/idle"
is "$(stat -c %N "$work/textfiles/link")" "'$work/textfiles/link' -> 'dfput.prom'" "a link stays one"
rm "$work/textfiles/link"
is_alone "its file is replaced, with nothing beside it"
if [ "$(id -u)" = 0 ]; then
	ln -s dfput.prom "$work/textfiles/link"
	chown -h 65534 "$work/textfiles/link"
	dfput metrics --textfile "$work/textfiles/link" --input "$fixtures/busy"
	is_status 1 "a link that another user has left"
	has "$err" "cannot write $work/textfiles/link: Permission denied" "is not followed"
	rm "$work/textfiles/link"
else
	skip "a link that another user has left" 'not root'
fi
mkfifo "$work/fifo"
dfput metrics --textfile "$work/fifo" --input "$fixtures/idle"
is_status 1 "a FIFO that nobody reads"
has "$err" "cannot write $work/fifo: No such device" "is not waited for"
{
	echo before
	"$DFPUT" metrics --textfile /dev/stdout --input "$fixtures/idle"
	echo after
} >"$work/redirected"
is "$(sed -n '1p;$p' "$work/redirected")" "before
after" "/dev/stdout: what others have written there stays"
has "$(cat "$work/redirected")" '^dfput_released_total 1204$' "and it stands between"

before=$(cat "$file")
run bash -c 'trap "" XFSZ; ulimit -f 1; exec "$@"' sh "$DFPUT" metrics --textfile "$file" --input "$fixtures/busy"
is_status 1 "a full disk"
has "$err" "^dfput: metrics: cannot write $file: File too large$" "said so"
is "$(cat "$file")" "$before" "the old one stays"
is_alone "and nothing else"

run bash -c 'ulimit -f 1; exec "$@"' sh "$DFPUT" metrics --textfile "$file" --input "$fixtures/busy"
is "$(cat "$file")" "$before" "a signal that ends it: the old one stays"
is_alone "and nothing else"

dfput metrics --textfile "$work/none/dfput.prom" --input "$fixtures/busy"
is_status 1 "no such directory"
has "$err" "cannot write $work/none/dfput.prom: No such file" "said so"
dfput metrics --textfile "$work/textfiles" --input "$fixtures/busy"
is_status 1 "a directory"
has "$err" "cannot write $work/textfiles: Is a directory" "said so"
is "$(find "$work" -maxdepth 1 -name 'textfiles?*')" '' "and nothing is left beside it"

# ---- without the module

none=$work/none
mkdir -p "$none/proc" "$none/sys"
dfput metrics --root "$none"
is_status 1 "no module"
is "$out" '' "nothing is printed"
dfput metrics --root "$none" --textfile "$file"
is_status 4 "--textfile: no measurement"
is "$(cat "$file")" "# HELP dfput_up 1 if dfput could read what the module counts
# TYPE dfput_up gauge
dfput_up 0" "the file says that alone"
has "$err" '^dfput: ' "stderr says why"
dfput metrics --root "$none" --textfile "$work/no/file"
is_status 1 "if that can't be written, it has failed"
copy idle
set_value stats released many
dfput metrics --input "$copy"
is_status 1 "a copy that is no good"
is "$out" '' "is not printed in part"
dfput metrics --input "$copy" --textfile "$file"
is_status 4 "nor written"
has "$(cat "$file")" '^dfput_up 0$' "it could not be read"

dfput metrics --openmetrics --textfile "$file" --input "$fixtures/idle"
is_status 2 "what node_exporter can't read is not written for it"
finish
