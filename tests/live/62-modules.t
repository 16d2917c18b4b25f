#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whose operations a late file has, held, on the list and released: as /proc/kallsyms has
# them. A module is waited for, and can be removed then.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
trap 'release; drop_stuck; rmmod tun 2>/dev/null; fresh' EXIT
if ! modprobe -q tun; then
	skip 'the operations of a module' 'this kernel has no module tun'
	done_testing
	exit
fi
load
wait_for 60 is_quiet
wait_for 60 is_settled

# named SYMBOL MODULE: what ops should be, by what the kernel says
named() {
	awk -v symbol="$1" -v module="${2:+[$2]}" '$3 == symbol && $4 == module {
		print symbol (module == "" ? "" : "\\040" module); exit }' /proc/kallsyms
}

# in_ring FILE...: a process opens these, registers them with a ring, and ends: what has
# them then is the ring. 425 is io_uring_setup(2), 427 io_uring_register(2).
in_ring() {
	perl -e 'my @fds = map { open my $file, "+<", $_ or die "$_: $!"; push @files, $file;
			fileno $file } @ARGV;
		my $ring = syscall(425, 4, my $parameters = "\0" x 120);
		die "io_uring_setup: $!" if $ring < 0;
		syscall(427, $ring, 2, my $list = pack("i*", @fds), scalar @fds) == 0
			or die "io_uring_register: $!"' "$@"
}

tun=$(named tun_fops tun)
like 'the kernel has it' "$tun" '^tun_fops.040\[tun\]$'

# said COMMAND...: dfput's output, status in $status
said() {
	dfput "$@" >"$TMPDIR/said" 2>&1
	status=$?
}

# ---- held: by a message that was not received

# shellcheck disable=SC2016 # that is Perl
fly 'open our $tun, "+<", "/dev/net/tun" or die; fileno $tun'
is_held() {
	column held ops | grep -qxF "$tun"
}
ok 'held: a file of tun' wait_for 60 is_held
is 'held: found by its module' "$(dfput held --module tun -n -o ops)" 'tun_fops [tun]'
is 'held: not by another' "$(dfput held --module ext4 -n -o ops)" ''
nok 'held: the module is in use' rmmod tun 2>/dev/null
said wait --module tun --timeout 1
is 'held: it is waited for' $status 3
like 'held: said so' "$(<"$TMPDIR/said")" '^Left after .*: 1 file held\.$'
like 'held: and the use count' "$(<"$TMPDIR/said")" '^Use count of tun: [1-9]'
said wait --module ext4 --timeout 60
is 'held: not for another module' $status 0
dfput wait --module tun --timeout 100 >"$TMPDIR/waited" 2>&1 &
waiter=$!
release
wait $waiter
is 'held: until it is gone' $? 0
ok 'held: then the module can be removed' wait_for 60 rmmod tun
modprobe tun

# ---- on the list

hold_worker || not_ok "the worker can be held up: ${reason-}"
is 'stuck: the operations of that file' "$(column pending ops state started)" \
	"$(named ext4_file_operations ext4)"
is 'stuck: since when' "$(fields pending state started_ns | awk '$1 == "started" && $2 > 0' | wc -l)" 1
holds 'stuck: since it began, which is after it was queued' \
	"$(column pending started_ns state started)" -le "$(column pending age_ns state started)"
like 'stuck: said first' "$(dfput pending | head -n 1)" \
	', ext4, ext4_file_operations( \[ext4\])?\), begun .* ago; '
echo >"$scratch/file"
losetup -f "$scratch/file"
loop=$(losetup -n -O NAME -j "$scratch/file")
in_ring /dev/net/tun "$scratch/file" "$loop" || not_ok 'a ring with files'
are_queued() {
	[ "$(column pending ops owner_comm perl | wc -l)" = 3 ]
}
ok 'list: three files' wait_for 60 are_queued
wait_for 60 has_no_ring
is 'list: the operations of each file' "$(column pending ops owner_comm perl | sort)" \
	"$({
		echo "$tun"
		named ext4_file_operations ext4
		named def_blk_fops
	} | sort)"
is 'list: none of them is started' "$(column pending started_ns state queued | sort -u)" 0
said wait --module tun --timeout 1
is 'list: it is waited for' $status 3
like 'list: said so' "$(<"$TMPDIR/said")" '^Left after .*: 1 file on the list\.$'
nok 'list: the module is in use' rmmod tun 2>/dev/null
dfput wait --module tun --timeout 100 >"$TMPDIR/waited" 2>&1 &
waiter=$!
let_worker
wait $waiter
is 'list: until it is released' $? 0
ok 'list: an rmmod at once after that' rmmod tun
losetup -d "$loop"

# ---- leftovers: named when they are read

wait_for 60 is_quiet
is 'leftover: of a module that is gone' "$(column leftovers ops fstype devtmpfs | sort -u)" \
	$'?\ndef_blk_fops'
is 'leftover: no address is shown' "$(column leftovers ops | grep -ciE '0x|ffff')" 0
is 'leftover: which another is not' \
	"$(column leftovers ops fstype ext4 | sort -u)" "$(named ext4_file_operations ext4)"
said wait --module tun
is 'gone: there is nothing to wait for' $status 1
like 'gone: said so' "$(<"$TMPDIR/said")" 'tun is not loaded'
modprobe tun

# ---- each time

waits=0 removals=0
for _ in {1..5}; do
	modprobe tun
	in_ring /dev/net/tun
	dfput wait --module tun --timeout 60 >"$TMPDIR/said" 2>&1 ||
		{ waits=$((waits + 1)); note "$(<"$TMPDIR/said")"; }
	rmmod tun || removals=$((removals + 1))
done
is 'rings: 5 waits' $waits 0
is 'rings: an rmmod at once after each' $removals 0
unload
load scope=deferred
modprobe tun
said wait --module tun --timeout 60
is 'scope deferred: cannot tell' $status 4
unload

done_testing
