#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels that lack something, each made from this one by hiding a symbol from
# the module: it falls back or refuses as documented, and what it still counts
# is right. What could not be looked at costs the clean verdict.
. "$(dirname "$0")/lib.sh"
use_seams
fresh
mount_scratch

refused() { # SYMBOLS PATTERN
	nok "without $1: it does not load" load hide="$1" 2>/dev/null
	like "without $1: and says why" "$(last_message)" "$2"
	nok "without $1: no directory is left" test -e "$stats"
}

# counts_right NAME: every file counted, against ftrace's own tracer.
counts_right() {
	truth_start
	mark
	run_workload uring-files --dir "$scratch" --files 32 --rounds 2
	wait_for 60 queued_since_mark 64
	wait_for 60 is_quiet
	is "$1: released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
	is "$1: queued = released" "$(since_mark queued)" "$(since_mark released)"
	is "$1: unmatched" "$(since_mark unmatched)" 0
	truth_stop
}

# verdict STATUS NAME [PATTERN]
verdict() {
	local output status
	output=$(dfput run --max-late 200ms -- true 2>&1)
	status=$?
	is "$2: verdict" $status "$1"
	[ -z "${3-}" ] || like "$2: it is said why" "$output" "$3"
}

doctor_says_no() {
	! dfput doctor >/dev/null
}

# ---- nothing can be counted: no load
refused __fput 'cannot hook __fput \(.*releases can not be measured'
refused delayed_fput 'cannot find delayed_fput'
refused flush_delayed_fput 'cannot find delayed_fput and flush_delayed_fput'
refused do_exit 'cannot find do_exit'
refused __fput_deferred,fput_many,fput 'cannot see queueing'

# ---- the next method, or the next function of this one
if can_trace __fput_deferred; then
	load hide=__fput_deferred
	is 'without __fput_deferred: method' "$(value hooks method)" reconciled
	counts_right 'without __fput_deferred'
	verdict 0 'without __fput_deferred'
	unload
	load hide=flush_delayed_work
	is 'without flush_delayed_work: said' "$(column hooks state hook flush_wait)" failed
	counts_right 'without flush_delayed_work'
	verdict 4 'without flush_delayed_work' "no hook 'flush_wait'"
	unload
else
	skip 'without __fput_deferred' 'this kernel has none'
fi
if can_trace fput_many; then
	load hide=fput_many
	is 'without fput_many: fput is hooked' "$(column hooks state hook queue_fput)" armed
	counts_right 'without fput_many'
	verdict 0 'without fput_many'
	unload
else
	skip 'without fput_many' 'this kernel has none'
fi

# ---- without something that is not needed for every number
load hide=do_notify_parent
is 'without do_notify_parent: said' "$(column hooks state hook exit)" failed
like 'without do_notify_parent: one line in the log' "$(last_message)" 'exits will not be seen'
counts_right 'without do_notify_parent'
is 'without do_notify_parent: no exits rather than some' "$(value stats exits)" 0
verdict 4 'without do_notify_parent' "no hook 'exit'"
ok 'without do_notify_parent: doctor says no' doctor_says_no
unload

load hide=generic_shutdown_super
is 'without generic_shutdown_super: said' "$(column hooks state hook super_shutdown)" failed
counts_right 'without generic_shutdown_super'
is 'without generic_shutdown_super: no superblocks rather than wrong ones' \
	"$(column superblocks id)" ''
verdict 4 'without generic_shutdown_super' "no hook 'super_shutdown'"
unload

# ---- whatever a kernel calls it: what it is built with is looked at, or missed

# failed_without SYMBOLS HOOK...: without these symbols the hooks have failed
failed_without() {
	local hook waiter
	load hide="$1"
	for hook in "${@:2}"; do
		is "without $1: $hook has failed" "$(column hooks state hook "$hook")" failed
		verdict 4 "without $1" "no hook '$hook'"
	done
	ok "without $1: doctor says no" doctor_says_no
	hold sleep 600
	wait_for 30 runs "$holder" sleep
	dfput wait --pid "$holder" --timeout 60 >"$TMPDIR/wait" 2>&1 &
	waiter=$!
	release
	wait $waiter
	is "without $1: dfput wait --pid cannot tell" $? 4
	like "without $1: and says why" "$(<"$TMPDIR/wait")" "no hook '$2'"
	unload
}

failed_without freeze_super.part.0,freeze_super freeze
failed_without io_uring_release ring
failed_without __fput_sync,fput_close_sync close_sync
failed_without io_ring_exit_work,io_fallback_req_func,io_tctx_fallback_work \
	ring_exit ring_fallback
failed_without aio_ring_mmap,aio_ring_mmap_prepare,exit_aio aio_map aio_exit
failed_without wait_for_completion_interruptible_timeout,wait_for_completion_timeout \
	ring_wait ring_wait_old

load hide=work_exited
like 'without work_exited: said' "$(last_message)" 'cannot find work_exited'
counts_right 'without work_exited'
unload

# The end of rings is not seen: they are given up after a minute, and counted.
if can_trace io_ring_exit_work; then
	load hide=io_ring_exit_work
	mark
	run_workload uring-files --dir "$scratch" --files 4 --rounds 2
	holds 'without io_ring_exit_work: rings are there' "$(value stats rings)" -ge 1
	dfput wait --all --timeout 90 >"$TMPDIR/said" 2>&1
	is 'without io_ring_exit_work: a wait ends' $? 4
	is 'without io_ring_exit_work: no ring is there for ever' "$(value stats rings)" 0
	is 'without io_ring_exit_work: and each is counted' "$(since_mark lost_rings)" 2
	unload
else
	skip 'without io_ring_exit_work' 'this kernel has none'
fi

# ---- kprobes disarmed before we come
echo 0 >/sys/kernel/debug/kprobes/enabled
if load; then
	mark
	dfput run --max-late 2s -- \
		workload uring-files --dir "$scratch" --files 32 --rounds 2 >/dev/null 2>&1
	is 'kprobes off at load: no verdict' $? 4
	wait_for 20 queued_since_mark 64
	is 'kprobes off at load: every file is queued' "$(since_mark queued)" 64
	ok 'kprobes off at load: doctor says no' doctor_says_no
	echo 1 >/sys/kernel/debug/kprobes/enabled
	# The last file of a batch whose end is not seen ends with the next batch.
	workload aio-poll --files 10 --rounds 1 >/dev/null
	wait_for 60 is_quiet
	counts_right 'kprobes on later'
	unload
else
	like 'kprobes off at load: said why' "$(last_message)" 'cannot hook|self-test'
	echo 1 >/sys/kernel/debug/kprobes/enabled
fi
ok 'with nothing hidden it is as ever' load
counts_right 'with nothing hidden'
verdict 0 'with nothing hidden'
unload

done_testing
