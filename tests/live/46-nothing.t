#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Ends at which much is closed at once, and nothing is deferred: the right answer is that
# no file is late. Held against ftrace, as a kernel may do otherwise.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
group=$TMPDIR/group
cleanup() {
	release
	truth_stop
	umount "$group" 2>/dev/null
	rm -f "$scratch"/nothing.*
	fresh
}
trap cleanup EXIT
load

# nothing NAME COMMAND...: is deferred while that happens
nothing() {
	local name=$1
	shift
	wait_for 60 is_quiet
	mark
	truth_start
	"$@" || not_ok "$name: it happens"
	wait_for 60 is_quiet
	is "$name: as many are deferred as ftrace counts" "$(since_mark queued)" "$(truth_count)"
	truth_stop
	is "$name: none is" "$(since_mark queued)" 0
	is "$name: no file is late" "$(since_mark leftover)" 0
	holds "$name: and ends were seen" "$(since_mark exits)" -gt 0
	like "$name: said so" "$(dfput wait --all --timeout 10)" '^Nothing is left'
}

# In each of these, a shell has files open and becomes sleep.
# shellcheck disable=SC2016 # the shell's
files='for i in {1..8}; do eval "exec $((i + 10))>$0/nothing.$i"; done; exec sleep 1000'

end_holder() {
	kill -9 "$holder"
	wait "$holder" 2>/dev/null
	holders=()
}

# A file in flight to a socket, whose sender has ended: who has the socket ends as well.
is_in_flight() {
	fields held fstype inode | grep -qx "ext4 $(stat -c %i "$scratch/nothing.1")"
}
# shellcheck disable=SC2016 # perl's
end_receiver() {
	: >"$scratch/nothing.1"
	fly 'open(FILE, ">", $ARGV[0]) || die; fileno(FILE)' "$scratch/nothing.1"
	wait_for 30 is_in_flight || return
	end_holder
}
nothing 'a file in flight' end_receiver

# A container's end: the first process of its PID namespace, its mounts, its files.
end_container() {
	hold unshare --pid --fork --kill-child --mount bash -c \
		"mount -t tmpfs none /mnt && exec 9>/mnt/file && mkdir /mnt/x && mount -t proc none /mnt/x &&
		 $files" "$scratch"
	wait_for 30 pgrep -P "$holder" -x sleep >/dev/null || return
	end_holder
}
nothing 'a container' end_container

group_sleeps() {
	[ "$(xargs -I PID cat /proc/PID/comm <"$group/all/cgroup.procs" | grep -c sleep)" = 10 ]
}

end_group() {
	while [ ${#holders[@]} -lt 10 ]; do
		hold bash -c "echo \$\$ >'$group/all/cgroup.procs' && $files" "$scratch"
	done
	wait_for 30 group_sleeps || return
	echo 1 >"$group/all/cgroup.kill"
	wait "${holders[@]}" 2>/dev/null
	holders=()
	rmdir "$group/all"
}
mkdir "$group"
if mount -t cgroup2 none "$group" && mkdir "$group/all" && [ -e "$group/all/cgroup.kill" ]; then
	nothing 'a cgroup' end_group
else
	rmdir "$group/all"
	skip 'a cgroup' 'this kernel has no cgroup.kill'
fi

# A terminal: the last close of its master hangs up the other end.
# shellcheck disable=SC2016 # perl's
end_terminal() {
	hold perl -e 'my $number = pack "i", 0;
		open my $master, "+<", "/dev/ptmx" or die;
		ioctl $master, 0x40045431, $number or die;
		ioctl $master, 0x80045430, $number or die;
		open my $slave, "+<", "/dev/pts/" . unpack "i", $number or die;
		exec "sleep", 1000 if fork;
		sleep 1000' || return
	wait_for 30 runs "$holder" sleep || return
	pkill -9 -P "$holder"
	end_holder
}
if mountpoint -q /dev/pts; then
	nothing 'a terminal' end_terminal
else
	mkdir -p /dev/pts
	mount -t devpts -o ptmxmode=666 devpts /dev/pts
	nothing 'a terminal' end_terminal
	umount /dev/pts
fi

done_testing
