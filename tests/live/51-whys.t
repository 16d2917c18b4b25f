#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What umounts says of a refused umount: never "no deferral" while a file of the
# superblock or a ring may be in the way, each way to be wrong about that on its own;
# and still "no deferral", with certainty, where a living process has a file open.
# Then, who may write into that table: not everybody, and not a row for each retry.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/whys.sh"
fresh
parent=/mnt/whys
mkdir -p "$parent"
mount -t tmpfs whys "$parent"
mount --make-shared "$parent"

cleanup() {
	release
	drop_stuck
	echo 1 >/sys/kernel/debug/kprobes/enabled
	umount -l "$merged" "$parent/bind" "$TMPDIR/tree" 2>/dev/null
	drop_fs
	umount -l "$parent"
	truth_stop
	fresh
}
merged=$parent/merged
trap cleanup EXIT

make_fs ext4 || { skip 'whys of umounts' "$reason"; done_testing; exit; }
point=$parent/ext4
mkdir -p "$point" "$merged" "$parent/bind"

# rows: how often which
rows() {
	note "$(fields umounts comm result attempts rings ring_files why | sort | uniq -c |
		sed 's/^ *//' | tr '\n' ';')"
}

# suspects_if_any NAME: of no refusal a deferral or a ring is excluded
suspects_if_any() {
	local whys
	whys=$(whys)
	if [ -z "$whys" ]; then
		skip "$1" 'no umount was refused: the files were released before'
	else
		like "$1: $whys" "$whys" '^((deferral|ring)\?? )+$'
	fi
}

# ---- a living process: certain, once rings from before would have been seen

load
mount "$device" "$point"
hold sh -c "cd '$point' && exec sleep 1000"
wait_for 30 runs "$holder" sleep
read -r pid error <<<"$(ask "$point")"
is 'a living process: busy' "$error" EBUSY
like 'right after the load no ring from before is excluded, or none was there' \
	"$(whys "$pid")" '^(unknown|other) $'
ok 'a living process: other, soon after' wait_for 90 plain
ok 'and each time then' plain
release
ok 'then it can be unmounted' until_umounted "$point"

# ---- what repeats is one row; who has no permission leaves none

mount "$device" "$point"
hold sh -c "cd '$point' && exec sleep 1000"
wait_for 30 runs "$holder" sleep
forget
read -r pid error <<<"$(ask "$point" 0 300)"
is '300 tries of one process: one row, with their number' \
	"$(fields umounts pid attempts why)" "$pid 300 other"
mark
chmod 755 "$TMPDIR"
read -r _ error <<<"$(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
	perl "$TMPDIR/ask" "$umount2" / 0 300)"
is 'nobody may umount' "$error" EPERM
is 'and that is seen' "$(since_mark umounts)" 300
is 'but leaves no row' "$(fields umounts pid attempts why)" "$pid 300 other"
release
until_umounted "$point"

[ ! -e /proc/sys/kernel/unprivileged_userns_clone ] || echo 1 >/proc/sys/kernel/unprivileged_userns_clone
mkdir -m 755 "$TMPDIR/many"
# MNT_EXPIRE is 4: it only marks. More superblocks than the table holds.
cat >"$TMPDIR/touch" <<'PERL'
my ($mount, $umount2, $dir) = @ARGV;
my ($none, $type, $options, $touched) = ('none', 'tmpfs', '', 0);
syscall($mount, $none, $dir, $type, 0, $options) == 0 or die "$!\n";
for (1 .. 1100) {
	my $path = "$dir/$_";
	mkdir $path;
	syscall($mount, $none, $path, $type, 0, $options) == 0 or die "$!\n";
	syscall($umount2, $path, 4);
	$touched++ if $!{EAGAIN};
}
print "$touched\n";
PERL
mark
touched=$(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
	unshare --user --map-root-user --mount perl "$TMPDIR/touch" "$mount" "$umount2" "$TMPDIR/many")
note "root of a user namespace touched ${touched:-no} superblocks"
holds 'root of a user namespace can touch many superblocks' "${touched:-0}" -gt 1000
is 'none of ours is lost by that' "$(since_mark lost_supers)" 0

# ---- (a) the files are of a copy of the mount, in a namespace that follows ours

if ! workload_runs 'a copy' uring-files --dir "$TMPDIR" --files 1; then
	done_testing
	exit
fi
mount "$device" "$point"
hold unshare -m --propagation slave sleep 1000
wait_for 30 runs "$holder" sleep
forget
mark
hold_worker || not_ok "the worker can be held up: ${reason-}"
ok 'a copy: has the files' nsenter -t "$holder" -m "$top/build/workloads/workload" \
	uring-files --dir "$point" --files 16
wait_for 60 queued_since_mark 17
read -r pid error <<<"$(ask "$point")"
is 'a copy: busy' "$error" EBUSY
is 'a copy: none of its files is of this mount' "$(column umounts pending_mount pid "$pid")" 0
is 'a copy: perhaps' "$(whys "$pid")" 'deferral? '
let_worker
ok 'a copy: then it can be unmounted' until_umounted "$point"
is 'a copy: and is still perhaps' "$(whys "$pid")" 'deferral? '
release

# ---- (c) rings with polls, whose processes are killed at once

mount "$device" "$point"
forget
umount "$point"
for round in 1 2 3; do
	mount "$device" "$point"
	run_workload uring-poll --dir "$point" --procs 40 || not_ok 'uring-poll runs'
	until_umounted "$point"
done
wait_for 60 is_quiet
rows
suspects_if_any 'polls of 40 processes that are killed at once'

# ---- (h) a living process closes its ring

mount "$device" "$point"
forget
for round in 1 2 3; do
	run_workload uring-poll --live --dir "$point" || not_ok 'uring-poll --live runs'
	[ "${did[busy]}" = 1 ] || mount "$device" "$point"
done
wait_for 60 is_quiet
rows
suspects_if_any 'a living process closes a ring with polls'
until_umounted "$point"

# ---- (f) a root mount: writers on any mount of the superblock are in the way

mount "$device" "$point"
mkdir -p "$point/dir"
mount --bind "$point/dir" "$parent/bind"
forget
mark
hold_worker || not_ok "the worker can be held up: ${reason-}"
run_workload uring-files --dir "$parent/bind" --files 16 || not_ok 'uring-files runs'
wait_for 60 queued_since_mark 17
read -r pid error <<<"$(ask / 0 1 "$point")"
is 'a root mount: busy' "$error" EBUSY
is 'a root mount: perhaps' "$(whys "$pid")" 'deferral? '
run_workload uring-files --dir "$point" --files 16 || not_ok 'uring-files runs'
wait_for 60 queued_since_mark 33
read -r pid error <<<"$(ask / 0 1 "$point")"
is 'a root mount, with its own files on the list: perhaps, too' "$error $(whys "$pid")" \
	'EBUSY deferral? '
let_worker
wait_for 60 is_quiet
read -r pid error <<<"$(ask / 0 1 "$point")"
is 'a root mount: then it is made read-only' "$error" ''
mount -o remount,rw "$point"
umount "$parent/bind"
ok 'a root mount: and can be unmounted' until_umounted "$point"

# ---- (i) overlay over ext4: two generations of files

if modprobe -q overlay || grep -qw overlay /proc/filesystems; then
	mount "$device" "$point"
	mkdir -p "$point"/{lower,upper,work}
	forget
	for ((round = 0; round < 12; round++)); do
		mount -t overlay overlay -o "lowerdir=$point/lower,upperdir=$point/upper,workdir=$point/work" \
			"$merged" || break
		run_workload umount --dir "$merged" --files 16 || not_ok 'overlay: umount runs'
		until_umounted "$merged"
	done
	wait_for 60 is_quiet
	rows
	suspects_if_any overlay
	# The files below it are still on the list, and hold it.
	mount -t overlay overlay -o "lowerdir=$point/lower,upperdir=$point/upper,workdir=$point/work" \
		"$merged"
	ok 'overlay: then it can be unmounted' until_umounted "$merged"
	ok 'and what is below it' until_umounted "$point"
else
	skip 'overlay' 'this kernel has no overlay'
fi

# ---- (g) files that come on the list after an umount began, and go before it ends

# An umount waits while somebody copies mounts. Each copy of this tree into itself
# doubles it, and takes twice as long as the one before.
cat >"$TMPDIR/copy" <<'PERL'
my ($mount, $tree, $times) = @ARGV;
for (1 .. $times) {
	my ($from, $to, $none) = ($tree, "$tree/d", 'none');
	# MS_BIND | MS_REC
	syscall($mount, $from, $to, $none, 4096 | 16384, 0) == 0 or die "$!\n";
}
PERL

copy() {
	perl "$TMPDIR/copy" "$mount" "$TMPDIR/tree" "$1"
}

# waits_in FUNCTION PID: a task that has not gone on since
waits_in() {
	grep -qw "$1" "/proc/$2/stack" 2>/dev/null
}

released_since_mark() {
	[ "$(since_mark released)" -ge "$1" ]
}

# meanwhile: the files come and go while an umount waits. Sets pid and error; false if
# it did not wait that long.
meanwhile() {
	local copier asker waited=1
	copy 1 &
	copier=$!
	perl "$TMPDIR/ask" "$umount2" "$point" 0 1 >"$TMPDIR/asked" &
	asker=$!
	wait_for 10 waits_in path_umount $asker &&
		mark &&
		run_workload uring-files --dir "$point" --files 16 &&
		wait_for 60 released_since_mark 16 &&
		waits_in path_umount $asker && waited=0
	wait $copier $asker
	read -r pid error <"$TMPDIR/asked"
	return $waited
}

mkdir "$TMPDIR/tree"
mount -t tmpfs tree "$TMPDIR/tree"
mount --make-private "$TMPDIR/tree"
mkdir "$TMPDIR/tree/d"
echo 1000000 >/proc/sys/fs/mount-max
copy 15
mount "$device" "$point"
hold sh -c "cd '$point' && exec sleep 1000"
wait_for 30 runs "$holder" sleep
forget
for ((round = 0; round < 5; round++)); do
	meanwhile && break
	note "come and gone: try $round: the umount did not wait long enough"
done
holds 'come and gone: while an umount waited' $round -lt 5
is 'come and gone: busy' "$error" EBUSY
is 'come and gone: none of them is on the list then' "$(column umounts pending_mount pid "$pid")" 0
is 'come and gone: perhaps' "$(whys "$pid")" 'deferral? '
umount -l "$TMPDIR/tree"
release
ok 'come and gone: then it can be unmounted' until_umounted "$point"

# ---- a drain is not followed, and is stuck in the release of a file

kprobes=/sys/kernel/debug/kprobes/enabled

is_drained_unfollowed() {
	[ "$(since_mark lost_batches)" -gt 0 ]
}

mount "$device" "$point"
forget
mark
hold_worker || not_ok "the worker can be held up: ${reason-}"
run_workload frozen --dir "$point" || not_ok 'frozen runs'
wait_for 60 queued_since_mark 2
wait_for 60 has_no_ring
echo 0 >$kprobes
let_worker
ok 'not followed: a drain' wait_for 60 is_drained_unfollowed
echo 1 >$kprobes
read -r pid error <<<"$(ask "$point")"
is 'not followed: busy' "$error" EBUSY
is 'not followed: nobody says that nothing is late' "$(whys "$pid")" 'unknown '
fsfreeze -u "$point"
echo 0 >"$stats/enable"
echo 1 >"$stats/enable"
ok 'not followed: then it can be unmounted' until_umounted "$point"

# ---- (d), (e) rings that were released before measuring began

mount_scratch
# At 400 requests a second they take some seconds.
again() {
	run_workload uring-direct --dir "$scratch" --files 8 --depth 512 --size 4096 ||
		{ note "no requests in flight: ${did[skip]-}"; return 1; }
}
ask_until_done() {
	local end=$((SECONDS + 60))
	until umount "$scratch" 2>"$TMPDIR/said" || [ $SECONDS -ge $end ]; do
		sleep 0.3
	done
}
for way in load enable; do
	if [ $way = load ]; then
		unload_soon
	else
		mount_scratch
		forget
		echo 0 >"$stats/enable"
	fi
	again || continue
	if [ $way = load ]; then
		load
	else
		echo 1 >"$stats/enable"
	fi
	ask_until_done
	note "released before $way: $(fields umounts result attempts rings why | tr '\n' ';')"
	if [ -z "$(whys)" ]; then
		note "released before $way: the ring was gone too early"
	else
		like "released before $way: not excluded: $(whys)" "$(whys)" \
			'^(((deferral|ring)\??|unknown) )+$'
	fi
	nok "released before $way: unmounted in the end" mountpoint -q "$scratch"
done

done_testing
