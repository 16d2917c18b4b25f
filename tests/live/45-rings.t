#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rings that a living process closes: their files are late though nobody died. They are
# rows of kind ring, and no death's; `dfput wait --rings` waits for them, and then the
# filesystem can be unmounted, and the file be executed.
. "$(dirname "$0")/lib.sh"
fresh
load
trap 'cleanup; fresh' EXIT
files=16

cleanup() {
	[ -z "${closer-}" ] || kill -9 "$closer" 2>/dev/null
	truth_stop
	drop_stuck
	drop_fs
}

# begin NAME ARGUMENT...: a process with a ring; nothing of before is in a table any more
begin() {
	workload_runs "$@" || return 1
	closer=${closers[0]}
	count_from_now
}

# close_ring: that process closes it, and has done so
close_ring() {
	kill -USR1 "$closer"
	wait_for 60 runs "$closer" closed || not_ok 'the ring is closed'
}

# end: the process ends
end() {
	kill -9 "$closer"
	wait_for 60 has_ended
}

has_ended() {
	! kill -0 "$closer" 2>/dev/null
}

# counted NAME QUEUED OF-RINGS: so many were deferred, as ftrace says too, and so many
# outlived a ring; nothing was lost
counted() {
	deferred "$1" "$2"
	is "$1: outlived the ring" "$(since_mark outlived_ring)" "$3"
	is "$1: rows of kind ring" "$(column leftovers pid kind ring | grep -cx "$closer")" "$3"
	lost_none "$1"
}

# no_death NAME: nothing says that a process was outlived
no_death() {
	is "$1: no leftover of a death" "$(value stats leftover)" 0
	is "$1: nor in the histogram" "$(column histograms count histogram lateness)" ''
}

if ! make_fs ext4; then
	skip 'rings of living processes' "$reason"
	done_testing
fi
mount "$device" "$point"
file=$point/uring-closed.0

# ---- registered files

if begin uring-closed uring-closed --dir "$point" --files $files; then
	close_ring
	ok 'wait --rings --pid: of a living process' \
		dfput wait --rings --pid "$closer" --timeout 60
	ok 'then the mount is not busy' umount "$point"
	ok 'and that process lives' kill -0 "$closer"
	mountpoint -q "$point" || mount "$device" "$point"
	counted uring-closed $files $files
	no_death uring-closed
	is 'nor of its filesystem' "$(column superblocks leftovers fstype ext4 | grep -cvx 0)" 0
	is 'each row: that process, by its ring, through the list' \
		"$(dfput leftovers -n --raw -o pid,comm,kind,route,fstype,origin_name |
			grep -vxE "$closer +workload +ring +deferred +ext4 +io_uring")" ''
	is 'none is held' "$(value stats watched)" 0
	end
	is 'nor is one a leftover at its end' "$(value stats leftover)" 0
fi

# ---- that process has the files open as well: the ring is not the last

if begin 'kept open' uring-closed --kept --dir "$point" --files $files; then
	close_ring
	ok 'kept open: wait --rings' dfput wait --rings --timeout 60
	counted 'kept open' 0 0
	is 'kept open: a living process has them: not held' "$(value stats watched)" 0
	nok 'kept open: the mount is busy' umount "$point" 2>/dev/null
	is 'kept open: not by what an ended process closed' "$(fields umounts held_mount | tail -n 1)" 0
	end
	no_death 'kept open'
fi

# ---- with the worker held up: the file is busy, and outlives the ring

if begin 'not executed' uring-closed --dir "$point" --files 1; then
	cat "$(type -P true)" >"$file"
	chmod +x "$file"
	nok 'not executed: the ring has it open for writing' "$file" 2>/dev/null
	hold_worker || not_ok "the worker can be held up: ${reason-}"
	close_ring
	wait_for 60 queued_since_mark 2
	is 'not executed: the list has it, of that process' \
		"$(column pending owner state queued)" "$closer"
	nok 'not executed: after the close neither' "$file" 2>/dev/null
	nok 'not executed: nor can it be unmounted' umount "$point" 2>/dev/null
	is 'not executed: because of a deferral' "$(fields umounts why | tail -n 1)" deferral
	dfput wait --rings --pid "$closer" --timeout 1 >"$TMPDIR/said"
	is 'wait --rings: what the ring has put is not released' $? 3
	like 'wait --rings: it says so' "$(<"$TMPDIR/said")" '^Left after .*: 1 file on the list'
	let_worker
	ok 'wait --rings: until it is' dfput wait --rings --pid "$closer" --timeout 60
	ok 'executed at once after that' "$file"
	wait_for 60 is_quiet
	is 'executed: the file outlived the ring' "$(column leftovers pid kind ring)" "$closer"
	truth_stop
	end
fi

# ---- what outlives the ring, and then the process, has outlived the process

if begin 'outlives both' uring-closed --dir "$point" --files $files; then
	hold_worker || not_ok "the worker can be held up: ${reason-}"
	mark
	close_ring
	wait_for 60 queued_since_mark $files
	end
	is 'outlives both: so many are on the list' "$(column pending owner owner "$closer" | wc -l)" $files
	let_worker
	wait_for 60 is_quiet
	truth_stop
	is 'outlives both: leftovers of the exit' \
		"$(column leftovers kind pid "$closer" | sort | uniq -c | xargs)" "$files exit"
	is 'outlives both: not of the ring' "$(since_mark outlived_ring)" 0
fi

# ---- requests that wait: the living process puts their files itself

if begin requests uring-unpolled --dir "$point" --files 4; then
	nok 'requests: they keep the mount busy' umount "$point" 2>/dev/null
	close_ring
	ok 'requests: wait --rings' dfput wait --rings --timeout 60
	wait_for 60 is_quiet
	note "requests: $(since_mark queued) deferred, $(since_mark outlived_ring) outlived the ring"
	is 'requests: what was deferred, outlived it' "$(since_mark outlived_ring)" "$(since_mark queued)"
	is 'requests: as many as ftrace counts' "$(truth_count)" "$(since_mark queued)"
	truth_stop
	no_death requests
	end
fi

# ---- a program that was run

# shellcheck disable=SC2016 # the inner shell's
run_closer() {
	dfput run --json -o "$TMPDIR/json" -- bash -c '
		pid=$(workload uring-closed --dir "$1" --files "$2" | awk "/^closer/ { print \$2 }")
		kill -USR1 "$pid"
		until [ "$(cat "/proc/$pid/comm")" = closed ]; do sleep 0.1; done
		dfput wait --rings --pid "$pid" --timeout 60 >/dev/null
		kill -9 "$pid"' - "$point" $files
}
wait_for 60 is_quiet
wait_for 60 has_no_ring
run_closer >/dev/null 2>"$TMPDIR/said" || note "$(<"$TMPDIR/said")"
like 'run: they are told apart' "$(<"$TMPDIR/json")" "\"outlived_ring\": *${files}[,}]"
like 'run: from deaths' "$(<"$TMPDIR/json")" '"outlived": *0[,}]'

done_testing
