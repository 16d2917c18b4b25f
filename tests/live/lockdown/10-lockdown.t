#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that is locked down after the module was loaded, first for integrity, then
# for confidentiality: statistics can be read, controls are refused with EPERM, and
# measuring goes on. There is no way back, so this has a boot of its own. (Locked
# down before, a kernel loads no module that is not signed: docs/security.md.)
. "$(dirname "$0")/../lib.sh"
fresh
mount_scratch
lockdown=/sys/kernel/security/lockdown
mount -t securityfs securityfs /sys/kernel/security 2>/dev/null

refused() { # NAME COMMAND...
	local output
	output=$("${@:2}" 2>&1) && output='it succeeded'
	like "$1: EPERM" "$output" 'Operation not permitted'
}

write() {
	bash -c "echo $2 >$stats/$1"
}

load
if ! [ -w $lockdown ]; then
	skip 'lockdown' 'this kernel has none'
	done_testing
	exit
fi
for mode in integrity confidentiality; do
	echo $mode >$lockdown
	like "$mode: in force" "$(<$lockdown)" "\[$mode\]"
	for file in stats histograms pending superblocks hooks leftovers origins umounts held rings; do
		ok "$mode: $file can be read" grep -q '^# dfput 2$' "$stats/$file"
	done
	for control in enable reset flush; do
		refused "$mode: $control" write $control 1
	done
	mark
	run_workload uring-files --dir "$scratch" --files 64 --rounds 1
	wait_for 60 queued_since_mark 64
	wait_for 60 is_quiet
	is "$mode: it counts" "$(since_mark queued) $(since_mark released) $(since_mark unmatched)" \
		'64 64 0'
	is "$mode: leftovers" "$(since_mark leftover)" 64
	ok "$mode: dfput stat" dfput stat
	ok "$mode: dfput wait" dfput wait --all --timeout 30
	dfput run --max-late 5s -- true 2>/dev/null
	is "$mode: dfput run gives a verdict" $? 0
	dfput flush >/dev/null 2>"$TMPDIR/said"
	is "$mode: dfput flush fails" $? 1
	note "$(<"$TMPDIR/said")"
	note "dfput doctor: $(dfput doctor 2>&1 | grep "^lockdown")"
done
ok 'it unloads' unload
nok 'and can not be loaded again, as it is not signed' load 2>/dev/null

done_testing
