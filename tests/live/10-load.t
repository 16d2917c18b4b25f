#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loading: what is there afterwards, and what happens when it can not be.
. "$(dirname "$0")/lib.sh"
fresh

# Of our own: the kernel's about a module that is not its own begin alike.
messages() {
	dmesg | grep 'dfput: ' | grep -Ev 'loading out-of-tree|module verification failed'
}

last_message() {
	messages | tail -n 1
}

refused() { # NAME ERRNO PATTERN PARAMETERS...
	local name=$1 errno=$2 pattern=$3 output
	shift 3
	output=$(load "$@" 2>&1)
	like "$name: refused with the right error" "$output" "$errno"
	like "$name: one clear line" "$(last_message)" "$pattern"
	nok "$name: nothing is left" is_loaded
	nok "$name: no directory is left" test -e "$stats"
}

# ---- a healthy load

ok 'the module loads' load
if grep -qw work_exited /proc/kallsyms; then
	is 'and says nothing' "$(messages)" ''
else
	is 'and says what it can not see without symbols of data, each once' \
		"$(messages | grep -oE 'cannot find [a-z_]+' | sort | tr '\n' ' ')" \
		'cannot find delayed_fput_work cannot find delayed_mntput_work cannot find work_exited '
fi
is 'its directory is for root alone' "$(stat -c %a "$stats")" 700
for file in stats histograms pending superblocks hooks; do
	is "$file: mode" "$(stat -c %a "$stats/$file")" 400
	is "$file: first line" "$(head -n 1 "$stats/$file")" '# dfput 2'
	is "$file: rows as long as their head" "$(awk -F '\t' '
		NF > 1 { if (!n) n = NF; if (NF != n) print }' "$stats/$file")" ''
done
for file in enable reset flush; do
	is "$file: mode" "$(stat -c %a "$stats/$file")" 200
done
is 'the self-test passed' "$(value hooks selftest)" passed
is 'what was there before is gone' "$(value hooks settled)" 1
is 'the method is the best that this kernel offers' "$(value hooks method)" "$(expected_method)"
is 'no hook failed' "$(column hooks hook state failed)" ''
# lockdep makes each lock several times as large
has_lockdep && mib=6 || mib=4
holds "memory is within $mib MiB" "$(value hooks memory_bytes)" -le $((mib << 20))
# how long is for make bench to say, whose clock does not depend on the machine
holds 'the time from insmod to measuring is shown' "$(value hooks load_ns)" -gt 0
nok 'a second load is refused' load 2>/dev/null
is 'and the first one goes on' "$(value stats enabled)" 1
nok 'no kernel pointer is shown' grep -rEq '[^0-9a-f](ffff|0x)[0-9a-f]{8}' "$stats"/[shp]*
ok 'it unloads' unload
nok 'its directory is gone' test -e "$stats"

# ---- bad parameters

refused 'unknown method' 'Invalid (parameters|argument)' 'method=best: must be auto, exact or reconciled' method=best
refused 'unknown scope' 'Invalid (parameters|argument)' 'scope=all: must be deferred or exits' scope=all
refused 'too few records' 'Invalid (parameters|argument)' 'records=7: must be from 8 to 1048576' records=7
refused 'too many records' 'Invalid (parameters|argument)' 'records=1048577: must be' records=1048577
refused 'records is no number' 'Invalid (parameters|argument)' '.*' records=many

# ---- what the kernel does not offer

if has_ftrace_switch; then
	ftrace_switch 0
	refused 'ftrace switched off' 'busy' 'cannot hook .*EBUSY.*kernel.ftrace_enabled'
	ftrace_switch 1
else
	skip 'ftrace switched off' 'this kernel does not let it be switched off'
fi
ok 'with ftrace on it loads' load
nok 'while it measures, ftrace can not be switched off' ftrace_switch 0
is 'and is still on' "$(cat /proc/sys/kernel/ftrace_enabled)" 1
unload

load scope=deferred
is 'scope=deferred: shown' "$(value hooks scope)" deferred
is 'scope=deferred: exits are not hooked' "$(column hooks state hook exit)" idle
sh -c 'exit 0'
is 'scope=deferred: exits are not counted' "$(value stats exits)" 0
unload

done_testing
