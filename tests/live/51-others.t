#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Umounts, and files of others. Some may be in the way: then no deferral is excluded.
# Others are many, but elsewhere: then the verdict is as certain as without them.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/whys.sh"
fresh
parent=/mnt/others
mkdir -p "$parent"
mount -t tmpfs others "$parent"

cleanup() {
	release
	drop_stuck
	umount -l "$parent/debug" 2>/dev/null
	drop_fs
	umount -l "$parent"
	truth_stop
	fresh
}
trap cleanup EXIT

make_fs ext4 || { skip 'files of others' "$reason"; done_testing; exit; }
point=$parent/ext4
mkdir -p "$point" "$parent/debug" "$parent/links"
chmod 755 "$TMPDIR"
load
if ! workload_runs 'files of others' uring-files --dir "$TMPDIR" --files 1; then
	done_testing
	exit
fi

# send_fds(SOCKET, FILE...): 1 and 1 are SOL_SOCKET and SCM_RIGHTS
cat >"$TMPDIR/Fds.pm" <<'PERL'
package Fds;
sub send_fds {
	my ($sendmsg, $socket, @files) = @_;
	my $byte = 'x';
	my $vector = pack('PQ', $byte, 1);
	my $control = pack('Qii' . 'i' x (@files + 1), 16 + 4 * @files, 1, 1,
		(map { fileno $_ } @files), 0);
	my $message = pack('QLLPQPQiI', 0, 0, 0, $vector, 1, $control,
		16 + 8 * int((@files + 1) / 2), 0, 0);
	syscall($sendmsg + 0, fileno($socket), $message, 0) == 1 or die "sendmsg: $!\n";
}
1;
PERL

# ---- of an automounted mount, which an umount of that below takes along

# It pins its own mount, and nothing else of its own is in the way.
mount -t debugfs others "$parent/debug"
ls "$parent/debug/tracing/" >/dev/null 2>&1
if mountpoint -q "$parent/debug/tracing"; then
	ln -s "$parent/debug/tracing/tracing_on" "$parent/links/uring-files.0"
	forget
	mark
	hold_worker || not_ok "the worker can be held up: ${reason-}"
	run_workload uring-files --dir "$parent/links" --files 1 || not_ok 'uring-files runs'
	wait_for 60 queued_since_mark 2
	ok 'automounted: no ring is in the way' wait_for 60 has_no_ring
	read -r pid error <<<"$(ask "$parent/debug")"
	is 'automounted: busy' "$error" EBUSY
	is 'automounted: no file of that superblock is on the list' \
		"$(column umounts pending_super pid "$pid")" 0
	is 'automounted: perhaps' "$(whys "$pid")" 'deferral? '
	let_worker
	ok 'automounted: then it can be unmounted' until_umounted "$parent/debug"
else
	skip 'automounted' 'this kernel mounts no tracefs in debugfs'
	umount "$parent/debug"
fi

# ---- in flight to a socket that is on the list

# Two sockets are in flight to each other, and a third to them. In its queue is the file.
cat >"$TMPDIR/nest" <<'PERL'
use Socket;
use Fds;
my ($sendmsg, $path) = @ARGV;
sub make_pair {
	socketpair(my $one, my $other, AF_UNIX, SOCK_STREAM, 0) or die "$!\n";
	return ($one, $other);
}
my ($one, $other) = make_pair();
my ($holder, $sender) = make_pair();
open(my $file, '<', $path) or die "$!\n";
Fds::send_fds($sendmsg, $sender, $file);
close $file;
Fds::send_fds($sendmsg, $one, $one, $holder);
Fds::send_fds($sendmsg, $other, $other);
PERL

sockets_listed() {
	# Each close of such a socket wakes their collector.
	perl -MSocket -e 'socketpair(my $one, my $other, AF_UNIX, SOCK_STREAM, 0)'
	[ "$(column pending age_ns fstype sockfs | wc -l)" -ge 3 ]
}

mount "$device" "$point"
touch "$point/file"
forget
hold_worker || not_ok "the worker can be held up: ${reason-}"
perl -I "$TMPDIR" "$TMPDIR/nest" "$sendmsg" "$point/file" || not_ok 'nest runs'
if wait_for 20 sockets_listed; then
	ok 'in a socket: no ring is in the way' wait_for 60 has_no_ring
	read -r pid error <<<"$(ask "$point")"
	is 'in a socket: busy' "$error" EBUSY
	is 'in a socket: no file of that superblock is on the list' \
		"$(column umounts pending_super pid "$pid")" 0
	is 'in a socket: perhaps' "$(whys "$pid")" 'deferral? '
else
	skip 'in a socket' 'here who closes a socket collects others himself'
fi
let_worker
ok 'in a socket: then it can be unmounted' until_umounted "$point"

# ---- of so many superblocks and mounts that there is no room for all

[ ! -e /proc/sys/kernel/unprivileged_userns_clone ] || echo 1 >/proc/sys/kernel/unprivileged_userns_clone
mkdir -m 755 "$TMPDIR/many"
# A process ends with a file open in each, but they are in flight to its parent.
cat >"$TMPDIR/leave" <<'PERL'
use POSIX '_exit';
use Socket;
use Fds;
my ($mount, $sendmsg, $dir, $number) = @ARGV;
my ($none, $type, $options, @files) = ('none', 'tmpfs', '');
socketpair(my $to, my $from, AF_UNIX, SOCK_STREAM, 0) or die "$!\n";
syscall($mount, $none, $dir, $type, 0, $options) == 0 or die "$!\n";
for (1 .. $number) {
	my $path = "$dir/$_";
	mkdir $path;
	syscall($mount, $none, $path, $type, 0, $options) == 0 or die "$!\n";
}
if (!fork) {
	for (1 .. $number) {
		open(my $file, '>', "$dir/$_/file") or die "$!\n";
		push @files, $file;
	}
	for (my $at = 0; $at < @files; $at += 100) {
		Fds::send_fds($sendmsg, $from, @files[$at .. $at + 99]);
	}
	_exit(0);
}
wait;
sleep;
PERL

are_left() {
	[ "$(value stats watched)" -ge 1100 ]
}

mount "$device" "$point"
hold sh -c "cd '$point' && exec sleep 1000"
wait_for 30 runs "$holder" sleep
ok 'a living process: other' wait_for 90 plain
forget
mark
ulimit -n 4096
hold setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
	unshare --user --map-root-user --mount \
	perl -I "$TMPDIR" "$TMPDIR/leave" "$mount" "$sendmsg" "$TMPDIR/many" 1100
ok 'root of a user namespace can leave files behind in 1,100 superblocks' wait_for 300 are_left
note "without room: superblocks $(since_mark lost_supers), mounts $(since_mark lost_mounts)"
ok 'many others: a living process is still told' plain
read -r pid error <<<"$(ask "$point")"
holds 'many others: ours has its row in superblocks' "$(column umounts super pid "$pid")" -gt 0
mark
hold_worker || not_ok "the worker can be held up: ${reason-}"
run_workload uring-files --dir "$point" --files 16 || not_ok 'uring-files runs'
wait_for 60 queued_since_mark 17
ok 'many others: no ring is in the way' wait_for 60 has_no_ring
read -r pid error <<<"$(ask "$point")"
is 'many others: busy' "$error" EBUSY
is 'many others: all files of ours are counted' "$(column umounts pending_mount pid "$pid")" 16
is 'many others: a deferral is still told' "$(whys "$pid")" 'deferral '
is 'many others: none of ours is lost' "$(since_mark lost_supers) $(since_mark lost_mounts)" '0 0'
let_worker
kill "${holders[0]}"
wait_for 60 is_drained
dfput wait --mount "$point" --timeout 60 >"$TMPDIR/said" 2>&1
is 'many others: wait can tell' $? 0
note "$(tr '\n' ' ' <"$TMPDIR/said")"
ok 'many others: then it can be unmounted' until_umounted "$point"

done_testing
