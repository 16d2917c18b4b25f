#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 1000 rings of io_uring, with a file in each, torn down together: more kworkers are
# at it at once than there are instances of our kretprobe. Every file is counted,
# and every call that was skipped.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../storm.sh"
fresh
mount_scratch
load
truth_start
rings=${DFPUT_RINGS:-1000}

# By bare system calls: io_uring_setup, io_uring_register(IORING_REGISTER_FILES).
cat >"$TMPDIR/rings" <<'PERL'
my ($nr, $dir) = @ARGV;
for (1 .. $nr) {
	my $parameters = "\0" x 120;
	my $ring = syscall(425, 4, $parameters);
	die "io_uring_setup: $!\n" if $ring < 0;
	open my $file, '>', "$dir/ring.$_" or die "$!\n";
	my $fds = pack 'i', fileno $file;
	syscall(427, $ring, 2, $fds, 1) == 0 or die "io_uring_register: $!\n";
}
kill KILL => $$;
PERL

ulimit -n 4096
wait_for 60 is_quiet
mark
echo >"$truth/trace"
is 'none is there' "$(value stats rings)" 0
perl "$TMPDIR/rings" "$rings" "$scratch" 2>"$TMPDIR/error"
is 'a process with 1000 rings is killed' $? 137
note "$(<"$TMPDIR/error")"
wait_for 120 queued_since_mark "$rings"
rings_gone() {
	[ "$(value stats rings)" = 0 ]
}
ok 'none is left' wait_for 120 rings_gone
wait_for 120 is_quiet
is 'each file was queued' "$(since_mark queued)" "$rings"
is "released = ftrace's own count" "$(since_mark released)" "$(truth_count)"
is 'queued = released' "$(since_mark queued)" "$(since_mark released)"
is 'unmatched' "$(since_mark unmatched)" 0
hits=$(column hooks hits hook ring_exit)
misses=$(column hooks misses hook ring_exit)
holds 'each ring was seen, or counted as missed' $((hits + misses)) -ge "$rings"
is 'what was missed is in the totals' "$(since_mark missed_probes)" "$misses"
note "ring_exit: $hits seen, $misses missed; leftovers $(since_mark leftover)"

# And with none missed, every file outlived its process.
mark
perl "$TMPDIR/rings" 100 "$scratch"
wait_for 120 queued_since_mark 100
wait_for 120 rings_gone
wait_for 120 is_quiet
is 'of 100 rings, none was missed' "$(since_mark missed_probes)" 0
note "leftovers $(since_mark leftover): those that were released after the exit was visible"
ok 'it unloads' unload

done_testing
