#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 100,000 files on the list, behind a release that is stuck: when the module is
# loaded, when the counts begin anew, when measuring stops, and when it is unloaded.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../storm.sh"
fresh
mount_scratch
files=${DFPUT_STORM:-100000}

pile_up() {
	storm "$files" limit=0
	is "$1: all are put" $(($(storm_did put_hardirq) + $(storm_did put_softirq) +
		$(storm_did put_bh) + $(storm_did put_kthread))) "$files"
}

drain() {
	let_worker
	ok "$1: all are released" wait_for 120 storm_released "$files"
	wait_for 120 is_quiet
}

took() {
	local began=$EPOCHREALTIME
	"$@"
	local status=$?
	note "$*: $(((${EPOCHREALTIME/./} - ${began/./}) / 1000)) ms"
	return $status
}

for records in 16384 262144; do
	name="reset, $records records"
	load records=$records
	hold_worker || not_ok "the worker can be held up: ${reason-}"
	before=$(value stats pending)
	pile_up "$name"
	is "$name: so many are pending" "$(value stats pending)" $((before + files))
	ok "$name: is taken" took sh -c "echo 1 >$stats/reset"
	is "$name: they still are" "$(value stats pending)" $((before + files))
	is "$name: and are carried over" "$(value stats pending_at_reset)" $((before + files))
	took cat "$stats/pending" >"$TMPDIR/pending"
	holds "$name: they can be listed, as many as have a record" \
		"$(grep -c "^[0-9]" "$TMPDIR/pending")" -ge $((files < records ? files : records - 1))
	drain "$name"
	is "$name: released" "$(value stats released)" $((before + files + $(value stats queued)))
	is "$name: none pending" "$(value stats pending)" 0
	is "$name: unmatched" "$(value stats unmatched)" 0
	is "$name: preload" "$(value stats preload)" 0
	storm_end
	unload
done

# ---- stopped

load
hold_worker
pile_up stop
before=$(value stats pending)
ok 'stop: is taken' took sh -c "echo 0 >$stats/enable"
is 'stop: they are counted' "$(value stats pending_at_stop)" "$before"
ok 'stop: and it begins again' took sh -c "echo 1 >$stats/enable"
drain stop
is 'stop: of before, without the one that is stuck' "$(value stats preload)" $((before - 1))
is 'stop: unmatched' "$(value stats unmatched)" 0
is 'stop: none pending' "$(value stats pending)" 0
storm_end

# ---- unloaded, and loaded

hold_worker
pile_up unload
before=$(value stats pending)
ok 'unload: does not wait for them' took unload
ok 'load: with all of them on the list' took load
is 'load: the self-test waits for the list' "$(value hooks selftest)" waiting
drain load
is 'load: they are of before, without the one that is stuck' "$(value stats preload)" \
	$((before - 1))
is 'load: unmatched' "$(value stats unmatched)" 0
is 'load: the self-test passed' "$(value hooks selftest)" passed
is 'load: settled' "$(value hooks settled)" 1
is 'load: none pending' "$(value stats pending)" 0
mark
storm_end
storm 1000
wait_for 60 storm_released 1000
wait_for 60 is_quiet
holds 'afterwards it counts' "$(since_mark queued)" -ge 1000
is 'and loses nothing' "$(since_mark unmatched)$(since_mark lost_records)" 00

done_testing
