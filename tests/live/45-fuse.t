#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# FUSE: a ring's files are late there as elsewhere, also while the server is stopped, as
# nobody waits for its answer. A killed process that closes a file while the server is
# stopped does wait, in its exit: that is no deferral, and why names the process. So it is
# until the server goes on, or is killed too. So does who reads the memory of a killed
# process, which keeps what that had mapped: nobody sees by whom. What is passed through to another
# filesystem is late twice, and the second time by FUSE.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/whys.sh"
fresh
mount_scratch
point=/mnt/fuse
mkdir -p "$point"
mapped=/mnt/mapped
files=16

stop_server() {
	kill -9 "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	umount -l "$point" "$mapped" 2>/dev/null
}
trap 'stop_server; release 2>/dev/null; truth_stop; fresh' EXIT

# serve [OPTION...]: until stop_server
serve() {
	workload fuse --dir "$point" "$@" </dev/null >"$TMPDIR/served" 2>&1 &
	server=$!
	wait_for 60 mountpoint -q "$point"
}

is_stopped() {
	[ "$(cut -d ' ' -f 3 "/proc/$server/stat")" = T ]
}

is_stuck_in_exit() {
	[ "$(cut -d ' ' -f 3 "/proc/$holder/stat")" = D ] && [ -z "$(ls "/proc/$holder/fd")" ]
}

# late NAME: the ring's files, and none else; as many were deferred as ftrace counts
late() {
	is "$1: as many are deferred as ftrace counts" "$(since_mark queued)" "$(truth_count)"
	truth_stop
	is "$1: each is a leftover, or was in time" \
		$(($(since_mark leftover) + $(since_mark in_time))) "$(since_mark queued)"
	for loss in lost_leftovers lost_rings lost_records missed_probes stale_records unmatched; do
		is "$1: $loss" "$(since_mark "$loss")" 0
	done
}

# get_stuck: a process that has a file is killed while the server is stopped
get_stuck() {
	hold sh -c "exec 9<$point/file.1 && exec sleep 1000"
	wait_for 60 runs "$holder" sleep
	wait_for 60 is_quiet
	mark
	truth_start
	kill -STOP "$server"
	wait_for 60 is_stopped
	kill -9 "$holder"
	ok "$1: it is stuck in its exit, without descriptors" wait_for 60 is_stuck_in_exit
}

# nothing_of_ours NAME: once it is over
nothing_of_ours() {
	wait "$holder" 2>/dev/null
	holders=()
	wait_for 60 is_quiet
	is "$1: as many are deferred as ftrace counts" "$(since_mark queued)" "$(truth_count)"
	truth_stop
	is "$1: none is" "$(since_mark queued)" 0
	is "$1: nor is any file late" "$(since_mark leftover)" 0
}

modprobe -q fuse
[ -c /dev/fuse ] || mknod /dev/fuse c 10 229
if ! serve; then
	skip FUSE "$(<"$TMPDIR/served")"
	done_testing
	exit
fi
load
wait_for 60 is_settled

# ---- a ring's files

wait_for 60 is_quiet
mark
truth_start
if workload_runs 'a ring' uring-files --dir "$point" --files $files; then
	wait_for 60 queued_since_mark $files
	wait_for 60 is_quiet
	late 'a ring'
	is 'a ring: all of them' "$(since_mark queued)" $files
	is 'a ring: of that process and of FUSE, by its ring, through the list' \
		"$(dfput leftovers -n --raw -o pid,fstype,route,origin_name |
			grep -vxE "${victims[0]%% *} +fuse +deferred +io_uring")" ''
fi

# ---- the server is stopped

get_stuck 'stopped'
ok 'stopped: an umount is refused, and no deferral is to blame' wait_for 90 plain
output=$(dfput why "$point")
is 'stopped: why cannot be certain' $? 4
like 'stopped: but names the process' "${output%%$'\n'*}" \
	"perhaps kept busy by process $holder \(sleep.*\): in its exit"
like 'stopped: where it is' "$output" "exit +perhaps +$holder sleep .*fuse_flush"
output=$(dfput wait --pid "$holder" --timeout 0)
is 'stopped: wait does not say that nothing is left' $? 3
like 'stopped: but that it still exits' "$output" "process $holder is in its exit"
kill -CONT "$server"
nothing_of_ours 'stopped'
ok 'stopped: then it can be unmounted' wait_for 60 umount "$point"
wait "$server"
is 'stopped: and the server ends' $? 0

# ---- and then killed

serve || not_ok 'the server serves again'
get_stuck 'killed'
kill -9 "$server"
wait "$server" 2>/dev/null
nothing_of_ours 'killed'
ok 'killed: then it can be unmounted' wait_for 60 umount "$point"

# ---- another process reads the memory of one that is killed

# map NR-OF-MMAP SAID FILE...: maps each, closes it, writes down where the last one is
cat >"$TMPDIR/map" <<'PERL'
my ($nr, $said, @paths) = @ARGV;
my $at;
for (@paths) {
	open my $file, '<', $_ or die "$!\n";
	$at = syscall($nr, 0, 4096, 1, 2, fileno $file, 0);
	$at > 0 or die "$!\n";
}
open my $out, '>', "$said.new" or die "$!\n";
print $out $at;
close $out;
rename "$said.new", $said;
sleep;
PERL
case $(uname -m) in
x86_64) mmap=9 process_vm_readv=310 ;;
*) mmap=222 process_vm_readv=270 ;;
esac

is_reading() {
	grep -qs "^$process_vm_readv " "/proc/$holder/syscall"
}

plain_mapped() {
	point=$mapped plain
}

mkdir -p $mapped
mount -t tmpfs mapped $mapped
truncate -s 4096 $mapped/file
serve || not_ok 'the server serves again'
hold perl "$TMPDIR/map" $mmap "$TMPDIR/at" $mapped/file "$point/file.1"
ok 'memory: a process maps a file there, and one of FUSE' wait_for 60 test -e "$TMPDIR/at"
victim=$holder
wait_for 60 is_quiet
mark
truth_start
kill -STOP "$server"
wait_for 60 is_stopped
# shellcheck disable=SC2016 # perl's
hold perl -e 'my ($nr, $pid, $at) = @ARGV;
	my $room = "x" x 16;
	my $local = pack "Pq", $room, 16;
	my $remote = pack "qq", $at, 16;
	syscall($nr, $pid + 0, $local, 1, $remote, 1, 0)' $process_vm_readv "$victim" "$(<"$TMPDIR/at")"
ok 'memory: another reads it, and waits for the server' wait_for 60 is_reading
kill -9 "$victim"
wait "$victim" 2>/dev/null
ok 'memory: killed: an umount is refused, and no deferral is to blame' wait_for 90 plain_mapped
output=$(dfput why $mapped)
is 'memory: why sees no reason' $? 3
like 'memory: and says that the kernel may have one' "$output" \
	'^kernel +perhaps .* a kernel reference that dfput can.t see'
kill -CONT "$server"
nothing_of_ours 'memory'
ok 'memory: read: then it can be unmounted' wait_for 60 umount $mapped
ok 'memory: and what FUSE has' wait_for 60 umount "$point"
wait "$server"

# ---- what is passed through to another filesystem

echo 1 >"$stats/reset"
: >"$scratch/backing"
serve --backing "$scratch/backing" || not_ok 'the server passes through'
mark
truth_start
if ! grep -qw fuse_passthrough_open /proc/kallsyms; then
	skip 'passed through' 'this kernel passes nothing through'
elif workload_runs 'passed through' uring-files --dir "$point" --files $files; then
	wait_for 60 queued_since_mark $((2 * files))
	wait_for 60 is_quiet
	is 'passed through: each twice' "$(since_mark queued)" $((2 * files))
	is 'passed through: as many are deferred as ftrace counts' "$(truth_count)" $((2 * files))
	is 'passed through: by io_uring, and then by FUSE' \
		"$(dfput origins -n --raw -o origin_name,count | sort | tr '\n' ';')" \
		"fuse $files;io_uring $files;"
	note "$(dfput leftovers)"
fi
truth_stop
stop_server

done_testing
