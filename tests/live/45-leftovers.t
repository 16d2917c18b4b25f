#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Files that outlive the exit of their process: how many there are, whose they
# are, since when, and by which path. Held against workloads that know what they
# left, which process it was, and between which two moments that ended.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
load

# A release is stamped as it begins: until it is over a process may be refused, and
# under emulation a processor may be away just then, for longer than a tick.
slack_ns=250000000

# Every exit that is counted, with its process.
exits=$tracing/instances/dfput_exits
mkdir "$exits"
echo 1 >"$exits/events/dfput/dfput_exit/enable"

# run NAME LEAST ARGS...: the workload, until nothing that it left is coming any
# more; LEAST is how many files are deferred at least, or a key of what it prints
run() {
	local name=$1 least=$2
	shift 2
	wait_for 60 is_quiet
	mark
	workload_runs "$name" "$@" || return
	wait_for 60 queued_since_mark "${did[$least]-$least}"
	wait_for 60 is_quiet
	lost_none "$name"
}

# exits_of PID: how many times it was said to have ended
exits_of() {
	grep -cE "dfput_exit: tgid=$1 " "$exits/trace"
}

# rows PID COLUMN...: of the leftovers of a process
rows() {
	local pid=$1
	shift
	fields leftovers pid "$@" | sed -n "s/^$pid //p"
}

# look SPAN KIND COMM: the rows of a victim, and those of them that are right:
# its name, and a moment that was between the workload's own stamps
look() {
	local pid from to
	read -r pid from to <<<"$1"
	# A ring is put when an exec is over, and so after its close-on-exec.
	[ "$2" = exit ] || to=$((to + slack_ns))
	all=$(rows "$pid" kind comm exit_ns lateness_ns route cause)
	good=$(awk -v kind="$2" -v comm="$3" -v from="$from" -v to="$to" '
		$1 == kind && $2 == comm && from <= $3 && $3 <= to && $4 > 0 &&
			$5 == "deferred" && $6 == "kthread"' <<<"$all")
	[ "$all" = "$good" ] || note "wanted: $2 $3 $from <= exit_ns <= $to" \
		"a row: $(grep -vxF "$good" <<<"$all" | head -n 1)"
}

# ended_once NAME: so it was said of every victim
ended_once() {
	is "$1: each of them ended once" \
		"$(for span in "${victims[@]}"; do exits_of "${span%% *}"; done | sort -u)" 1
}

# judged NAME EACH KIND COMM: every victim has left that many files. Where an exit
# takes long, the list may have released some of them before its end.
judged() {
	local name=$1 each=$2 kind=$3 comm=$4 span all good in_time
	local -n spans=victims
	[ "$kind" = exit ] || local -n spans=execs
	ended_once "$name"
	in_time=$(since_mark in_time)
	has_lockdep || is "$name: none was in time" "$in_time" 0
	is "$name: $((each * ${#spans[@]})) leftovers" \
		$(($(since_mark leftover) + in_time)) $((each * ${#spans[@]}))
	for span in "${spans[@]}"; do
		look "$span" "$kind" "$comm"
		holds "$name: ${span%% *}: $each rows" \
			"$(($(grep -c . <<<"$all") + in_time))" -ge "$each"
		is "$name: ${span%% *}: each with kind, name, and when it ended" "$good" "$all"
	done
}

# path PID: the call paths that queued the leftovers of a process
path() {
	local id
	for id in $(rows "$1" origin | sort -u); do
		column origins stack id "$id"
	done
}

first_victim() {
	echo "${victims[0]%% *}"
}

# ---- a process killed with registered io_uring files

if run uring-files last_puts uring-files --dir "$scratch" --files 64 --rounds 10; then
	judged uring-files 64 exit workload
	is 'uring-files: every one is a leftover' \
		$(($(since_mark leftover) + $(since_mark in_time))) "${did[last_puts]}"
	is 'uring-files: all of them through the list' \
		"$(since_mark leftover_deferred)" "$(since_mark leftover)"
	path=$(path "$(first_victim)")
	like 'uring-files: its path is the end of a ring' "$path" 'io_ring_exit_work'
	is 'uring-files: and there is one' "$(grep -c . <<<"$path")" 1
	is 'uring-files: no subreaper' "$(rows "$(first_victim)" reapers | sort -u)" -
	is 'uring-files: in the histogram, too' "$(awk -F '\t' \
		'$1 == "lateness" { n += $4 } END { print n }' "$stats/histograms")" \
		"$(value stats leftover)"
fi

# flock_row PID: the row of the one file that has it is right
flock_row() {
	local inode blocks exit_ns lateness released refused got
	read -r _ refused got <<<"${did[locked]}"
	read -r inode blocks exit_ns lateness \
		<<<"$(rows "$1" inode blocks exit_ns lateness_ns | grep flock)"
	is 'flock: on one file' "$(rows "$1" blocks | grep -c flock)" 1
	is 'flock: on the right one' "$inode" "$(stat -c %i "$scratch/flock.0")"
	like 'flock: and others could see what for' "$blocks" '(^|,)flock(,|$)'
	released=$((exit_ns + lateness))
	note "flock: released $(((released - refused) / 1000)) us after it was last refused," \
		"and $(((got - released) / 1000)) us before it was seen to be free," \
		"$((lateness / 1000)) us after the exit"
	holds 'flock: released after the other process was refused' \
		$((released + slack_ns)) -gt "$refused"
	holds 'flock: and has it no sooner than that' $((got + slack_ns)) -gt "$released"
}

if run flock last_puts flock --dir "$scratch" --files 8; then
	judged flock 8 exit workload
	if has_lockdep && ! rows "$(first_victim)" blocks | grep -q flock; then
		skip 'flock: on one file' 'where an exit takes long, it was in time'
	else
		flock_row "$(first_victim)"
	fi
fi

# ---- nothing outlives a process that was alone with its files, or shares them

if run plain 0 plain --dir "$scratch" --files 1000; then
	is 'plain: 1000 files, no leftover' "$(since_mark leftover)" 0
	is 'plain: none deferred' "$(since_mark queued)" 0
fi

before=$(value stats watched)
if run shared 0 shared --dir "$scratch" --procs 50 --rounds 20; then
	is 'shared: 1000 exits' "${did[exits]}" 1000
	is 'shared: no leftover' "$(since_mark leftover)" 0
	holds 'shared: what is watched stays bounded' "$(value stats watched)" -le \
		$((before + 8))
	note "shared: watched $before before, $(value stats watched) after"
fi

# More files than are watched at once: what the parent has takes no room.
many=$(($(</sys/module/dfput/parameters/leftovers) + 1000))
run 'many, exits' 0 shared --dir "$scratch" --files $many --procs 3 &&
	is 'many, exits: no leftover' "$(since_mark leftover)" 0
mark
(
	ulimit -n $((many + 100))
	perl -e 'for my $i (1 .. shift) { open $file[$i], "<", "/proc/self/stat" or die }
		for (1 .. 3) { system "/bin/true" and die }' $many
)
is 'many, execs: they run' $? 0
lost_none 'many, execs'

# A process that is not the parent has it still, and closes it.
: >"$scratch/kept"
is_kept() {
	[ -n "$(column held age_ns inode "$(stat -c %i "$scratch/kept")")" ]
}
exec 7<"$scratch/kept"
(sleep 0.1 &)
ok 'kept: an orphan has closed it' wait_for 60 is_kept
mark
exec 7<&-
nok 'kept: closed by a live process' is_kept
is 'kept: and counted so' "$(since_mark closed_by_live)" 1

# ---- every other way to end

if run leader-first last_puts leader-first --dir "$scratch" --rounds 3; then
	judged leader-first 16 exit workload
fi

# What its workers were at may be left, too: on some kernels a file of each.
if run last-thread last_puts last-thread --dir "$scratch" --rounds 3; then
	for victim in "${victims[@]}"; do
		read -r pid from to <<<"$victim"
		is "last-thread: $pid: every registered file, in the leader's name" \
			"$(rows "$pid" fstype kind comm | grep -cx 'ext4 exit workload')" 16
		is "last-thread: $pid: nothing in another name" \
			"$(rows "$pid" comm | grep -vxc workload)" 0
		is "last-thread: $pid: ended when its last thread did" \
			"$(rows "$pid" exit_ns | awk -v from="$from" -v to="$to" \
				'$1 < from || $1 > to' | head -n 1)" ''
	done
	is 'last-thread: nobody else left anything' "$(since_mark leftover)" \
		"$(for victim in "${victims[@]}"; do rows "${victim%% *}" id; done | grep -c .)"
fi

# Its end is visible once the tracer has let go of it. Should that take longer
# than its ring, there is nothing late; so let one of three be in time.
if run traced last_puts traced --dir "$scratch" --rounds 3; then
	ended_once traced
	full=0
	for span in "${victims[@]}"; do
		look "$span" exit workload
		is "traced: ${span%% *}: each row with kind, name, and when it ended" "$all" "$good"
		[ "$(grep -c . <<<"$good")" != 16 ] || full=$((full + 1))
	done
	holds 'traced: 16 rows of a victim' $full -ge 1
fi

if run orphan last_puts orphan --dir "$scratch" --rounds 2; then
	judged orphan 16 exit workload
	reapers=$(workload orphan --dir "$scratch" | tee "$TMPDIR/orphan" |
		awk '$1 == "reaper" { printf "%s%s", comma, $2; comma = "," }')
	wait_for 60 is_quiet
	is 'orphan: the subreapers, nearest first' \
		"$(rows "$(awk '$1 == "victim" { print $2 }' "$TMPDIR/orphan")" reapers |
			sort -u)" "$reapers"
fi

# ---- exec

# An execution's own end: the ring that it closed was the last to have them.
run exec-ring last_puts exec-ring --dir "$scratch" --rounds 3 &&
	judged exec-ring 16 exec sleep

# Nobody closed it: the kernel puts it for the exec.
run exec-registered last_puts exec-registered --dir "$scratch" --rounds 3 &&
	judged exec-registered 16 exec sleep

# The exec closed them, but the ring lived on; what they outlived is its end.
run exec-kept last_puts exec-kept --dir "$scratch" --rounds 3 &&
	judged exec-kept 16 exit sleep

# It is the parent that closed the ring, and itself that ends soon after.
if run exec-parent last_puts exec-parent --dir "$scratch" --rounds 3; then
	is 'exec-parent: nothing is laid on those who did not have the ring' \
		"$(for victim in "${victims[@]}"; do rows "${victim%% *}" id; done)" ''
	note "exec-parent: $(since_mark leftover) leftovers of the parent"
fi

# ---- the last to have a ring or a file need not be who closed it

# nobodys NAME: each file is its victim's, or nobody's
nobodys() {
	local in_time
	in_time=$(since_mark in_time)
	has_lockdep || is "$1: none was in time" "$in_time" 0
	is "$1: each is counted" $(($(since_mark unowned) + $(since_mark leftover) + in_time)) \
		"${did[last_puts]}"
	is "$1: a leftover is a victim's" "$(since_mark leftover)" \
		"$(for victim in "${victims[@]}"; do rows "${victim%% *}" id; done | grep -c .)"
	note "$1: $(since_mark unowned) of ${did[last_puts]} files are nobody's"
}

run uring-read last_puts uring-read --dir "$scratch" --rounds 10 && nobodys uring-read
run uring-zombie last_puts uring-zombie --dir "$scratch" --rounds 3 && nobodys uring-zombie

# ---- aio: what was closed before is nobody's; the ring of a context is

# aio_judged NAME
aio_judged() {
	local rings victim
	is "$1: nothing but rings" "$(fields leftovers id fstype |
		awk -v after="$last_id" '$1 > after && $2 != "aio"' | head -n 1)" ''
	rings=$(for victim in "${victims[@]}"; do
		rows "${victim%% *}" fstype kind comm
	done | grep -cx 'aio exit workload')
	is "$1: each of them its owner's" "$(since_mark leftover)" "$rings"
	holds "$1: one a process at most" "$rings" -le "${did[ring_files]}"
	# where an exit takes long, all may be in time
	has_lockdep || holds "$1: and one at least" "$rings" -ge 1
}

last_id=$(column leftovers id | tail -n 1)
if run aio-rw last_puts_min aio-rw --dir "$scratch" --live --rounds 3; then
	aio_judged aio-rw
	holds 'aio-rw: the rest is counted as nobody'"'"'s' "$(since_mark unowned)" -ge \
		"${did[last_puts_min]}"
fi
last_id=$(column leftovers id | tail -n 1)
if run aio-poll last_puts aio-poll --rounds 3; then
	aio_judged aio-poll
	holds 'aio-poll: the rest is counted as nobody'"'"'s' "$(since_mark unowned)" -ge \
		"${did[last_puts]}"
fi

# ---- AF_UNIX: the collector is work for a kworker, or the task's that closes

if ! grep -qw unix_gc_work /proc/kallsyms; then
	run unix-gc 0 unix-gc --dir "$scratch" --cycles 20 --extra 2 &&
		holds 'unix-gc: put by a process itself, which closes: handed on' \
			"$(since_mark closed_by_live)" -ge "${did[last_puts]}"
	is 'unix-gc: no leftover' "$(since_mark leftover)" 0
	skip 'unix-gc: its path' "here the collector runs in the task that closes: nothing is deferred"
else
	if run unix-gc last_puts unix-gc --dir "$scratch" --cycles 20 --extra 2; then
		judged unix-gc $((did[last_puts])) exit workload
		like 'unix-gc: its path is the collector' "$(path "$(first_victim)")" 'unix_gc'
	fi
	if run 'unix-gc --closed' last_puts unix-gc --dir "$scratch" --cycles 20 --extra 2 --closed; then
		is 'unix-gc --closed: no leftover' "$(since_mark leftover)" 0
		holds 'unix-gc --closed: all of them nobody'"'"'s' "$(since_mark unowned)" -ge \
			"${did[last_puts]}"
	fi
fi

# ---- the order of events, in one trace

instance=$tracing/instances/dfput_order
mkdir "$instance"
echo mono >"$instance/trace_clock"
wait_for 60 is_quiet
mark
echo 1 >"$instance/events/dfput/enable"
run_workload uring-files --dir "$scratch" --files 8
wait_for 60 queued_since_mark "${did[last_puts]}"
wait_for 60 is_quiet
echo 0 >"$instance/events/dfput/enable"
trace=$(grep -v '^#' "$instance/trace")
pid=$(first_victim)

# where EVENT: the lines of the trace with an event of the victim's
where() {
	grep -nE "dfput_$1: (.* )?tgid=$pid( |\$)" <<<"$trace" | cut -d : -f 1
}
last_put=$(where put | tail -n 1)
end=$(where exit)
leftover=$(where leftover)
holds 'order: the standard three and the ring, released by itself' \
	"$(where put | grep -c .)" -ge 4
is 'order: one exit' "$(grep -c . <<<"$end")" 1
is 'order: an event for each leftover' "$(grep -c . <<<"$leftover")" 8
holds 'order: its own task work is before its exit' "${last_put:-0}" -lt "${end:-0}"
holds 'order: the leftovers are after it' "${end:-0}" -lt "${leftover%%$'\n'*}"
inodes=$(rows "$pid" inode | sort)
is 'order: and so is the release of each by the list' \
	"$(tail -n "+$end" <<<"$trace" | sed -n 's/.*dfput_release: .* ino=\([0-9]*\) .*/\1/p' |
		grep -xF "$inodes" | sort)" "$inodes"
rmdir "$instance" "$exits"

# ---- all of this was seen by these

for hook in close exit ring ring_exit aio_exit; do
	holds "$hook: it had something to do" "$(column hooks hits hook $hook)" -gt 0
done
if [ "$(column hooks state hook close_sync)" = armed ]; then
	holds 'close_sync: it had something to do' "$(column hooks hits hook close_sync)" -gt 0
fi
unload

done_testing
