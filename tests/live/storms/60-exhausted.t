#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 100 flushes at once, each held up by a release: more than a kretprobe has instances
# for, and than there are slots for batches. Every file is counted all the same, what
# was skipped is counted too, and no clean verdict is given.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../storm.sh"
fresh
trap '[ ! -d /sys/module/flushers ] || echo 0 >/sys/module/flushers/parameters/hold; truth_stop; fresh' EXIT
files=100
load
truth_start
storm_begin
dfput run --max-late 1s -- insmod "$top/tests/module/flushers.ko" >/dev/null 2>&1
is 'of that time there is no verdict' $? 4
ok 'all files are put' wait_for 60 queued_since_mark $files
note "pending: $(value stats pending)"
echo 0 >/sys/module/flushers/parameters/hold
ok 'all are released' wait_for 60 rmmod flushers
wait_for 60 is_quiet
is "released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
is 'queued = released' "$(since_mark queued)" "$(since_mark released)"
holds 'all of them' "$(since_mark released)" -ge $files
is 'unmatched' "$(since_mark unmatched)" 0
is 'none pending' "$(value stats pending)" 0
holds 'calls that were skipped are counted' "$(since_mark missed_probes)" -gt 0
is 'as many as the hook says' "$(since_mark missed_probes)" \
	"$(column hooks misses hook batch_flush)"
holds 'so are the files of batches that were not followed' "$(since_mark lost_batches)" -gt 0
note "missed_probes $(since_mark missed_probes), lost_batches $(since_mark lost_batches)"
mark
dfput run --max-late 1s -- true >/dev/null 2>&1
is 'and a verdict can be had afterwards' $? 0
ok 'it unloads' unload

done_testing
