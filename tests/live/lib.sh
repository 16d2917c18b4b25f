# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the live tests share. They run as root on a test host, in /dfput, and
# speak TAP. Nothing in here asserts a duration: the hosts are emulated.
set -u

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$top/tests/tap.sh"
stats=/sys/kernel/debug/dfput
tracing=/sys/kernel/tracing
truth=$tracing/instances/dfput_truth
TMPDIR=$(mktemp -d)
export TMPDIR
PATH=$top/build:$top/build/workloads:$PATH

# ---- the module -------------------------------------------------------------

# The module that is loaded: the one that users have, unless a test needs the seams.
module=$top/dfput.ko

# use_seams: from here on, load the module that has the parameters hide and fail
use_seams() {
	module=$top/build/test/dfput.ko
}

load() { # PARAMETER...
	insmod "$module" "$@"
}

unload() {
	rmmod dfput
}

# unload_soon: where readers come and go, each of which is a use of the module
unload_soon() {
	wait_for 60 rmmod dfput 2>/dev/null
}

is_loaded() {
	[ -d /sys/module/dfput ]
}

# A test begins and ends with the module gone, whatever happened before.
fresh() {
	! is_loaded || unload_soon
}
trap 'truth_stop; fresh' EXIT

# can_trace FUNCTION: the kernel has it, and lets ftrace hook it
can_trace() {
	grep -qx "$1" "$tracing/available_filter_functions"
}

# expected_method: the one that `load` takes here
expected_method() {
	if can_trace __fput_deferred; then
		echo exact
	else
		echo reconciled
	fi
}

# The last line that the module has left in the kernel log.
last_message() {
	dmesg | grep 'dfput: ' | tail -n 1
}

# has_lockdep: this kernel proves its locks, and takes its time
has_lockdep() {
	[ -e /proc/lockdep_stats ]
}

# is_realtime: this kernel was built with PREEMPT_RT
is_realtime() {
	[[ $(uname -v) = *' PREEMPT_RT '* ]]
}

# takes_its_time: an umount may take longer than the release of all that is on the list.
# It waits for a grace period, which PREEMPT_RT does not expedite.
takes_its_time() {
	has_lockdep || [ "$(cat /sys/kernel/rcu_normal 2>/dev/null)" = 1 ]
}

# ftrace_switch VALUE: kernel.ftrace_enabled
ftrace_switch() {
	sh -c "echo $1 >/proc/sys/kernel/ftrace_enabled" 2>/dev/null
}

# has_ftrace_switch: it can be switched off while nobody minds. By 7.3 it can not.
has_ftrace_switch() {
	ftrace_switch 0 && ftrace_switch 1
}

# value FILE NAME: a value of a statistics file
value() {
	local name number
	while read -r name number; do
		[ "$name" != "$2" ] || echo "$number"
	done <<<"$(<"$stats/$1")"
}

# column FILE COLUMN [KEY-COLUMN KEY]: a column of a table, by name
column() {
	awk -F '\t' -v column="$2" -v key="${3-}" -v wanted="${4-}" '
		NF < 2 { next }
		!at { for (i = 1; i <= NF; i++) place[$i] = i; at = place[column]; next }
		key == "" || $place[key] == wanted { print $at }' "$stats/$1"
}

# fields FILE COLUMN...: columns of a table, by name, with blanks in between
fields() {
	awk -F '\t' -v names="${*:2}" '
		NF < 2 { next }
		!nr { for (i = 1; i <= NF; i++) place[$i] = i; nr = split(names, name, " "); next }
		{ for (i = 1; i <= nr; i++) printf "%s%s", $place[name[i]], i < nr ? " " : "\n" }' \
		"$stats/$1"
}

# since_mark NAME: how much a counter has grown since mark
declare -A marked

mark() {
	local name number
	[ -e "$stats/stats" ] || { not_ok 'dfput is loaded'; exit 1; }
	while read -r name number; do
		[ "$name" = '#' ] || marked[$name]=$number
	done <<<"$(<"$stats/stats")"
}

since_mark() {
	echo $(($(value stats "$1") - ${marked[$1]}))
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

holders=()

# hold COMMAND...: run it in the background, with nothing of ours but its output
hold() {
	"$@" </dev/null >/dev/null 2>&1 &
	holder=$!
	holders+=("$holder")
}

# fly PERL [ARGUMENT...]: a process does that, which returns a descriptor, sends it to a
# socket of its parent, and ends. 46 is sendmsg(2), 1 and 1 are SOL_SOCKET and SCM_RIGHTS.
fly() {
	# shellcheck disable=SC2016 # that is Perl
	hold perl -MSocket -MPOSIX=_exit -e '
		socketpair(my $to, my $from, AF_UNIX, SOCK_STREAM, 0) || die;
		my $open = eval "sub { " . shift(@ARGV) . " }" || die;
		if (!fork) {
			my $fd = $open->();
			my $byte = pack("Pq", "x", 1);
			my $control = pack("QiiiI", 20, 1, 1, $fd, 0);
			my $message = pack("QLLPQPQiI", 0, 0, 0, $byte, 1, $control, 24, 0, 0);
			_exit(syscall(46, fileno($from), $message, 0) == 1 ? 0 : 1);
		}
		wait;
		sleep' "$@"
}

# release: all that were held
release() {
	[ ${#holders[@]} = 0 ] || kill "${holders[@]}"
	wait "${holders[@]}" 2>/dev/null
	holders=()
}

# runs PID NAME: it is where it should be, and executes that
runs() {
	[ "$(cat "/proc/$1/comm" 2>/dev/null)" = "$2" ]
}

queued_since_mark() {
	[ "$(since_mark queued)" -ge "$1" ]
}

# How many, since mark, were queued where a device's interrupt is served: with PREEMPT_RT
# that is a thread with bottom halves off.
queued_by_interrupts() {
	local sum=$(($(since_mark queued_hardirq) + $(since_mark queued_softirq)))
	! is_realtime || sum=$((sum + $(since_mark queued_bh)))
	echo $sum
}

is_drained() {
	[ "$(value stats pending)" = 0 ]
}

# What was in a ring has been put.
has_no_ring() {
	[ "$(value stats rings)" = 0 ]
}

# Nothing comes any more: what a dead process left has been torn down.
is_quiet() {
	local before
	before=$(value stats queued)
	sleep 0.5
	is_drained && [ "$(value stats queued)" = "$before" ]
}

# What was on the list before measuring is gone.
is_settled() {
	[ "$(value hooks settled)" = 1 ]
}

# excludes_rings MOUNT: it is busy, and no longer perhaps because of a ring from before
# measuring, as in the first seconds.
excludes_rings() {
	! umount "$1" 2>/dev/null && [ "$(fields umounts why | tail -n 1)" = other ]
}

# ---- an independent count ---------------------------------------------------

# ftrace's own function tracer, in an instance of its own, on __fput.
truth_start() {
	mkdir -p "$truth"
	echo 0 >"$truth/tracing_on"
	echo 16384 >"$truth/buffer_size_kb"
	echo __fput >"$truth/set_ftrace_filter"
	echo function >"$truth/current_tracer"
	echo >"$truth/trace"
	echo 1 >"$truth/tracing_on"
}

truth_stop() {
	[ -d "$truth" ] || return 0
	echo nop >"$truth/current_tracer"
	rmdir "$truth"
}

# Calls of __fput from the drain functions, or nothing if the tracer lost any.
truth_count() {
	local lost
	lost=$(awk '/^(overrun|commit overrun|dropped events):/ { n += $NF } END { print n + 0 }' \
		"$truth"/per_cpu/cpu*/stats)
	[ "$lost" = 0 ] || return 1
	grep -Ec '__fput <-(flush_)?delayed_fput$' "$truth/trace"
}

# count_from_now: nothing of before is in a table or comes any more
count_from_now() {
	wait_for 60 is_quiet
	wait_for 60 has_no_ring
	echo 1 >"$stats/reset"
	mark
	truth_start
}

# deferred NAME QUEUED: so many files were, as ftrace says too, and no more come
deferred() {
	wait_for 60 is_quiet
	wait_for 60 has_no_ring
	is "$1: deferred" "$(since_mark queued)" "$2"
	is "$1: as many as ftrace counts" "$(truth_count)" "$2"
	truth_stop
}

# lost_none NAME: what tells of late files missed nothing
lost_none() {
	local loss
	for loss in lost_leftovers lost_rings lost_records missed_probes stale_records unmatched; do
		is "$1: $loss" "$(since_mark "$loss")" 0
	done
}

# ---- trace instances of dfput ------------------------------------------------

instances() {
	find "$tracing/instances" -maxdepth 1 -name 'dfput-*'
}

remove_instances() {
	instances | while read -r dir; do rmdir "$dir"; done
}

# ---- filesystems on loop devices --------------------------------------------

# Their images are on the fast disk.
images=/mnt/images

mount_images() {
	reason='this kernel has no loop devices'
	modprobe -q loop || [ -e /dev/loop-control ] || return 1
	reason='the disk for images can not be used'
	mkdir -p "$images"
	mountpoint -q "$images" || { mkfs.ext4 -qF /dev/vdb && mount /dev/vdb "$images"; }
}

# make_fs TYPE: a fresh and empty one; its device is then in $device, and a place
# to mount it in $point. Says why not in $reason.
# shellcheck disable=SC2034 # for the tests
make_fs() {
	local image=$images/$1
	point=/mnt/$1
	device=
	mount_images || return 1
	reason="this host has no mkfs.$1"
	command -v "mkfs.$1" >/dev/null || return 1
	reason="this kernel has no $1"
	modprobe -q "$1" || grep -qw "$1" /proc/filesystems || return 1
	reason="an image of $1 could not be made"
	mkdir -p "$point"
	rm -f "$image"
	truncate -s 400M "$image"
	case $1 in
	ext4) mkfs.ext4 -qF "$image" ;;
	*) "mkfs.$1" -f "$image" >/dev/null ;;
	esac || return 1
	device=$(losetup --find --show "$image")
}

# Takes down what make_fs made, also if it is frozen. What holds it is a fault that
# others report.
drop_fs() {
	[ -n "${device-}" ] || return 0
	fsfreeze -u "$point" 2>/dev/null
	umount -l "$point" 2>/dev/null
	losetup -d "$device"
	device=
}

# The kernel's worker gets stuck in the release of a file on a frozen filesystem,
# and whatever is deferred then stays on the list until let_worker.
stuck=/mnt/stuck

hold_worker() {
	mount_images || return 1
	if ! mountpoint -q "$stuck"; then
		mkdir -p "$stuck"
		truncate -s 32M "$images/stuck"
		mkfs.ext4 -qF "$images/stuck" && mount -o loop "$images/stuck" "$stuck" || return 1
	fi
	run_workload frozen --dir "$stuck" && wait_for 60 is_stuck
}

is_stuck() {
	[ -n "$(column pending age_ns state started)" ]
}

let_worker() {
	fsfreeze -u "$stuck"
}

# For the end of a test: whether or not it was held.
drop_stuck() {
	mountpoint -q "$stuck" || return 0
	let_worker 2>/dev/null
	umount -l "$stuck"
}

# stamped COMMAND...: prints its status, when it was over, and whether $device
# could be opened exclusively right then: "STATUS NANOSECONDS yes"
stamped() {
	DEVICE=$device perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC -MFcntl -e '
		open my $out, ">&", \*STDOUT;
		open STDOUT, ">&", \*STDERR;
		my $status = system { $ARGV[0] } @ARGV;
		my $over = clock_gettime(CLOCK_MONOTONIC);
		my $free = sysopen my $device, $ENV{DEVICE}, O_RDONLY | O_EXCL;
		printf $out "%d %.0f %s\n", $status >> 8 || $status, $over * 1e9,
			$free ? "yes" : "$!"' "$@"
}

# ---- workloads --------------------------------------------------------------

# The slow disk, so that requests are in flight when their process is killed.
scratch=/mnt/scratch

mount_scratch() {
	grep -q " $scratch " /proc/mounts && return
	mkdir -p "$scratch"
	mkfs.ext4 -qF /dev/vdc && mount /dev/vdc "$scratch"
}

# run_workload NAME ARGS...: what it printed is then in did[]; of victims[] and
# execs[] each is "PID FROM TO"
# shellcheck disable=SC2034 # for the tests
declare -A did
# shellcheck disable=SC2034 # the same
declare -a victims execs heirs closers

# shellcheck disable=SC2034 # for the tests
run_workload() {
	local output name number status
	did=()
	victims=()
	execs=()
	heirs=()
	closers=()
	output=$(workload "$@")
	status=$?
	while read -r name number; do
		[ -z "$name" ] || did[$name]=$number
		case $name in
		victim) victims+=("$number") ;;
		exec) execs+=("$number") ;;
		heir) heirs+=("${number%% *}") ;;
		closer) closers+=("${number%% *}") ;;
		esac
	done <<<"$output"
	note "workload $*: $(tr '\n' ' ' <<<"$output")"
	return $status
}

# workload_runs NAME ARGS...: it does; or NAME is skipped with the workload's own
# reason, or has failed
workload_runs() {
	local name=$1
	shift
	run_workload "$@" && return
	if [ -n "${did[skip]-}" ]; then
		skip "$name" "${did[skip]}"
	else
		not_ok "$name: the workload runs"
	fi
	return 1
}

# pile_up FILES: since mark, the worker is stuck, and behind that wait so many
pile_up() {
	hold_worker || not_ok "the worker can be held up: ${reason-}"
	run_workload uring-files --dir "$scratch" --same --files "$1" ||
		not_ok 'uring-files runs'
	wait_for 60 queued_since_mark $(($1 + 1))
	is 'so many are pending' "$(value stats pending)" $(($1 + 1))
}
