#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What keeps a file busy: a living process that has a lock on it, has it open for
# writing, mapped or executed, which is no deferral; the list, where the lock of a dead
# process waits behind a stuck release; a ring. On ext4, btrfs and overlay.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
merged=/mnt/why-file
odd=$'a line\nand more'

cleanup() {
	release
	drop_stuck
	umount "$merged" 2>/dev/null
	drop_fs
	truth_stop
	fresh
}
trap cleanup EXIT

case $(uname -m) in
x86_64) mmap=9 ;;
*) mmap=222 ;;
esac

# keep HOW FILE NR-OF-MMAP: does that to it, calls itself kept, and sleeps. 37, 6 and 1024
# are F_OFD_SETLK, F_SETLK and F_SETLEASE; the lock is an exclusive one.
cat >"$TMPDIR/keep" <<'PERL'
use Fcntl ':flock';
my ($how, $path, $mmap) = @ARGV;
my $lock = pack 's s x4 q q l x4', 1, 0, 100, 100, 0;
open my $file, $how eq 'read' ? '<' : '+<', $path or die "$!\n";
my %ways = (
	read => sub { 1 },
	write => sub { 1 },
	flock => sub { flock $file, LOCK_EX },
	ofd => sub { fcntl $file, 37, $lock },
	posix => sub { fcntl $file, 6, $lock },
	lease => sub { fcntl $file, 1024, 1 },
	shared => sub { syscall($mmap, 0, 4096, 3, 1, fileno $file, 0) > 0 && close $file },
	private => sub { syscall($mmap, 0, 4096, 1, 2, fileno $file, 0) > 0 && close $file },
);
$ways{$how}->() or die "$how: $!\n";
$0 = 'kept';
sleep;
PERL

# why FILE: its output in $said, its exit status in $why
why() {
	said=$(dfput why "$1" 2>&1)
	why=$?
}

# finds NAME FIRST-LINE [PATTERN]
finds() {
	is "$1: found" $why 0
	like "$1: said first" "$(head -n 1 <<<"$said")" "$2"
	[ $# = 2 ] || like "$1: and by what" "$said" "$3"
}

# living HOW BUSY PATTERN: a process keeps the program so
living() {
	hold perl "$TMPDIR/keep" "$1" "$program" $mmap
	if ! wait_for 30 runs "$holder" kept; then
		skip "$name: $1" 'not to be had on this filesystem'
		release
		return
	fi
	why "$program"
	finds "$name: $1" "^$program is $2 by process $holder \(kept.*; this is no deferral\.$" "$3"
	# A mapping of a file of an overlay is of the file below, which may be written to.
	if [[ $2 = *writing ]] && ! { [ "$name" = overlay ] && [[ $3 = *mmap* ]]; }; then
		like "$name: $1: it cannot be executed" "$("$program" 0 2>&1)" 'Text file busy'
	fi
	release
}

# try NAME DIR: each way to keep a file of that filesystem busy
try() {
	local name=$1 program=$2/program
	cp "$(command -v sleep)" "$program"
	living flock locked '^fd +lock .* open for writing, flock \(WRITE\)'
	living ofd locked '^fd +lock .* OFD lock \(WRITE, bytes 100 to 199\)'
	living posix locked '^fd +lock .* fcntl lock \(WRITE, bytes 100 to 199\)'
	living lease locked '^fd +lock .* lease \(WRITE\)'
	living write 'open for writing' '^fd +exec .* open for writing'
	living shared 'open for writing' '^mmap +exec .* mapped, open for writing'
	living private 'open for writing' '^mmap +exec .* mapped, open for writing'
	living read 'in use' '^fd +open .* open; of '
	hold "$program" 1000
	wait_for 30 runs "$holder" program
	like "$name: executed: it cannot be written to" "$(sh -c ": >>'$program'" 2>&1)" 'Text file busy'
	why "$program"
	finds "$name: executed" "^$program is being executed by process $holder \(.*; this is no deferral" \
		'^exe +write '
	release
	why "$program"
	is "$name: then nobody has it" $why 3
	like "$name: nor a deferral" "$said" "^Nothing keeps $program busy; no deferral has it now\.$"
}

load
make_fs ext4 || { skip 'files' "$reason"; done_testing; exit; }
mount "$device" "$point"
wait_for 60 is_settled
wait_for 60 is_quiet
wait_for 60 has_no_ring
try ext4 "$point"

# ---- what else a file may be, and be called

mkfifo "$point/fifo"
hold sh -c "exec 8<>'$point/fifo' && exec sleep 1000"
wait_for 30 runs "$holder" sleep
why "$point/fifo"
finds 'a FIFO' "^$point/fifo is in use by process $holder " '^fd +open .* open for writing; of '
ok 'a FIFO that a living process has is not waited for' dfput wait --file "$point/fifo" --timeout 60
release
touch "$point/$odd"
hold perl "$TMPDIR/keep" flock "$point/$odd" $mmap
wait_for 30 runs "$holder" kept
why "$point/$odd"
finds 'a name of two lines' "^$point/a line.*and more is locked by process $holder "
release

# A child that was forked at the wrong moment has it: its parent has closed it.
# shellcheck disable=SC2016 # that is Perl
hold perl -e 'open my $file, "+<", $ARGV[0]; fork and close $file; $0 = "kept"; sleep' "$point/program"
parent=$holder
forked() {
	[ "$(cat "/proc/$parent/task/$parent/children" 2>/dev/null)" ] && runs "$parent" kept
}
wait_for 30 forked
child=$(tr -d ' ' <"/proc/$parent/task/$parent/children")
wait_for 30 runs "$child" kept
why "$point/program"
finds 'a child' "^$point/program is open for writing by process $child "
kill "$child"
release

# ---- a ring, until it puts what it has

run_workload flock --dir "$point" --files 8 || not_ok 'flock runs'
locked=$point/flock.0
running=$(mktemp)
while [ -e "$running" ]; do
	workload flock --dir "$point" --files 8 --rounds 4 >/dev/null
done &
for ((i = 0; i < 200; i++)); do
	why "$locked"
	! grep -q '^ring ' <<<"$said" || break
done
like 'a ring: perhaps' "$said" '^ring +perhaps '
nok 'a ring: it may be a deferral' grep -q 'no deferral' <<<"$said"
rm -f "$running"
wait $!
wait_for 60 is_quiet
wait_for 60 has_no_ring

# ---- once a late file was waited for, it is released

waits=0 released=0
for _ in {1..5}; do
	run_workload uring-files --dir "$point" --files 8 --rounds 1
	dfput wait --file "$point/uring-files.0" --timeout 60 >"$TMPDIR/said" 2>&1 ||
		{ waits=$((waits + 1)); note "$(<"$TMPDIR/said")"; }
	dfput leftovers --raw -n -o inode >"$TMPDIR/late"
	! grep -qx "$(stat -c %i "$point/uring-files.0")" "$TMPDIR/late" || released=$((released + 1))
	echo 1 >"$stats/reset"
done
is 'wait --file: each time' $waits 0
is 'wait --file: it is released then' $released 5
wait_for 60 is_settled
wait_for 60 is_quiet

# ---- the worker is stuck, and behind it waits the file with its lock

mark
hold_worker || not_ok "the worker can be held up: ${reason-}"
hold workload flock --dir "$point" --files 1
waiter=$holder
ok 'the list: has the file' wait_for 60 queued_since_mark 2
why "$locked"
finds 'the list' "^$locked is locked by flock \(WRITE\) of ended process [0-9]+ \(workload\) \(pending\): the (kernel will release that|list waits for the release of )" \
	'^lock +lock .* no descriptor is seen to have it; no process is seen that has the PID'
like 'the list: has it' "$said" '^pending +open +[0-9]+ workload '
nok 'the list: is a deferral' grep -q 'no deferral' <<<"$said"
like 'the list: so who waits for the lock is not blamed for it' "$said" '^fd +exec .* workload '
said=$(dfput wait --file "$locked" --timeout 1)
is 'the list: wait does not say that nothing is left' $? 3
like 'the list: but where it is' "$said" '^Left after .*: 1 file on the list\.$'
said=$(dfput wait --file "$point/program" --timeout 60)
is 'the list: another file is not waited for' $? 0
let_worker
wait "$waiter"
is 'the list: who waited for the lock has got it' $? 0
holders=()
wait_for 60 is_quiet
why "$locked"
is 'the list: then nobody has it' $why 3

# ---- other filesystems

umount "$point"
mount "$device" "$point"
mkdir -p "$merged" "$point"/{lower,upper,work}
cp "$(command -v sleep)" "$point/lower/program"
modprobe -q overlay
if mount -t overlay -o "lowerdir=$point/lower,upperdir=$point/upper,workdir=$point/work" overlay \
	"$merged"; then
	try overlay "$merged"
	umount "$merged"
else
	skip overlay 'this kernel has none'
fi
umount "$point"
drop_fs

if make_fs btrfs && mount "$device" "$point" &&
	btrfs subvolume create "$point/1" >/dev/null 2>&1 &&
	btrfs subvolume create "$point/2" >/dev/null 2>&1; then
	touch "$point/2/other"
	try btrfs "$point/1"
	# Of the same number, in the other subvolume.
	is 'btrfs: another has the same number' "$(stat -c %i "$point/2/other")" \
		"$(stat -c %i "$point/1/program")"
	hold perl "$TMPDIR/keep" flock "$point/2/other" $mmap
	wait_for 30 runs "$holder" kept
	why "$point/1/program"
	is 'btrfs: which is not taken for it' $why 3
	release
	mark
	hold_worker || not_ok "the worker can be held up: ${reason-}"
	run_workload uring-files --dir "$point/2" --files 1 || not_ok 'uring-files runs'
	wait_for 60 queued_since_mark 2
	wait_for 60 has_no_ring
	touch "$point/1/twin"
	is 'btrfs: a late file there has the number of one here' \
		"$(stat -c %i "$point/2/uring-files.0")" "$(stat -c %i "$point/1/twin")"
	said=$(dfput wait --file "$point/1/twin" --timeout 2)
	is 'btrfs: wait cannot tell which' $? 4
	like 'btrfs: and says so' "$said" "have the file's inode number, and may be others"
	let_worker
	ok 'btrfs: until it is released' dfput wait --file "$point/1/twin" --timeout 60
	umount "$point"
else
	skip btrfs "${reason:-no subvolumes}"
fi

done_testing
