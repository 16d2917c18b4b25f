#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Both methods, asked for by name: the same counts; and one that this kernel does not
# offer is refused.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/counts.sh"
fresh
mount_scratch
trap 'drop_stuck; truth_stop; fresh' EXIT

# counts_right NAME: every file that a kworker puts
counts_right() {
	truth_start
	compare "$1: uring-files" last_puts uring-files --dir "$scratch" --files 64 --rounds 1
	truth_stop
}

# flush_right NAME: with the worker stuck, a flush has the rest, its last file included
# although it waits for the worker by 7.x
flush_right() {
	truth_start
	mark
	pile_up 64
	dfput flush >"$TMPDIR/flushed" 2>&1 &
	ok "$1: what the worker has not got" wait_for 60 released_since_mark 64
	nok "$1: while that goes on, the module can't be unloaded" unload 2>/dev/null
	let_worker
	wait
	wait_for 60 is_quiet
	is "$1: released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
	is "$1: queued = released" "$(since_mark queued)" "$(since_mark released)"
	is "$1: by it" "$(since_mark released_flush)" 64
	truth_stop
}

for method in exact reconciled; do
	if [ $method = exact ] && ! can_trace __fput_deferred; then
		output=$(load method=exact 2>&1)
		like 'exact: refused' "$output" '[Uu]nknown symbol|No such file'
		like 'exact: and why' "$(last_message)" 'cannot see queueing: .* method exact'
		nok 'exact: nothing is left' is_loaded
		continue
	fi
	ok "$method: loads" load method=$method
	is "$method: in force" "$(value hooks method)" $method
	is "$method: self-test" "$(value hooks selftest)" passed
	is "$method: no hook failed" "$(column hooks hook state failed)" ''
	counts_right $method
	flush_right "$method, flush"
	unload_soon
done

done_testing
