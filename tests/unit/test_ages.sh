#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Modules of the same ABI that are older or newer than the reader: what they lack is
# shown as -, and is a caveat if it counts losses; what we do not know is ignored.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
older=$fixtures/older
newer=$fixtures/newer

# ---- older

dfput stat --all --input "$older"
is_status 0 "older: stat"
has "$out" '^foreign +- files' "older: a counter that it lacks"
has "$out" '^pending_max +- files' "older: a gauge that it lacks"
has "$out" '^queued +1204 files' "older: one that it has"
has "$out" '^Trustworthy: no, the module does not count foreign ' "older: who counts no losses is not trusted"
has_not "$out" 'does not count (unwound|lost_shutdowns)' "older: what counts no losses is no caveat"
dfput stat --all --json --input "$older"
is_json "$out" 'j["stats"]["foreign"] is None and j["trustworthy"] is False' "older: null in JSON"

for table in pending:cpu leftovers:blocks held:blocks superblocks:chain umounts:ring_files hooks:misses; do
	column=${table#*:} table=${table%:*}
	dfput "$table" --json --input "$older"
	is_status 0 "older: $table"
	is_json "$out" "len(j['$table']) > 0 and all(r['$column'] is None for r in j['$table'])" "older: $column is not there"
	dfput "$table" -o all --input "$older"
	is_status 0 "older: $table, for people"
	has "$out" "${column^^}" "older: under its heading"
done
dfput hooks --input "$older"
has "$out" '^load_ns +- ' "older: a value that it lacks"
dfput rings --input "$older"
is_status 1 "older: a table that it lacks"

cp -r "$older" "$work/cut"
cp "$fixtures/busy/rings" "$work/cut"
dfput wait --mount / --timeout 0 --root "$(tree "$work/cut")"
is_status 4 "older: no verdict without a column that decides"
has "$err" "no column 'owner_start_ns'" "older: said so"
sed -i '/^watched/d' "$work/cut/stats"
dfput wait --all --timeout 0 --root "$(tree "$work/cut")"
is_status 4 "older: none without a gauge that decides"

# ---- newer

dfput stat --all --input "$newer"
is_status 0 "newer: stat"
has "$out" '^sunsets +2 ' "newer: a counter that we do not know"
has "$out" '^Trustworthy: yes' "newer: is no caveat"
for table in pending leftovers held rings superblocks umounts origins hooks; do
	dfput "$table" --json --input "$newer"
	is_status 0 "newer: $table"
	is_json "$out" "all('mood' not in r for r in j['$table'])" "newer: its columns that we do not know are ignored"
done
finish
