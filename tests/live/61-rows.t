#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A reader that takes its time, while the table that it reads wraps: it gets each row
# that was there when it began, and none twice. What was overwritten before it came to
# it is missing in the ids.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
trap 'exec 3<&-; release; drop_stuck; fresh' EXIT
load leftovers=16

# ids FILE: of its rows, in one line
ids() {
	awk -F '\t' 'NF < 2 { next } !at { for (at = 1; $at != "id"; at++); next }
		{ printf "%s ", $at }' "$1"
}

# slowly FILE BLOCKS COMMAND...: reads so many small blocks, runs that, reads the rest
slowly() {
	local file=$1 blocks=$2
	shift 2
	exec 3<"$stats/$file"
	dd bs=150 count="$blocks" <&3 >"$TMPDIR/read" 2>/dev/null
	note "$file: read $(ids "$TMPDIR/read" | wc -w) rows, then $*"
	"$@"
	cat <&3 >>"$TMPDIR/read"
	exec 3<&-
}

# ---- umounts: 256 rows. Each process that asks has a row of its own.

case $(uname -m) in
x86_64) umount2=166 ;;
*) umount2=39 ;;
esac
ask() { # TIMES
	perl -e 'my ($nr, $path, $times) = @ARGV;
		for (1 .. $times) {
			my $pid = fork;
			if (!$pid) { syscall($nr, $path, 0); exit }
			waitpid $pid, 0;
		}' "$umount2" "$scratch" "$1"
}

hold sh -c "cd '$scratch' && exec sleep 1000"
wait_for 30 runs "$holder" sleep
ask 256
there=$(ids "$stats/umounts")
is 'umounts: the table is full' "$(wc -w <<<"$there")" 256
slowly umounts 100 ask 60
is 'umounts: 60 that were read are overwritten: no other is missing' "$(ids "$TMPDIR/read")" "$there"
new=$(ids "$stats/umounts")
is 'umounts: a new reader sees the 256 newest' "$new" "$(seq -s ' ' $((${there%% *} + 60)) \
	$((${there%% *} + 315))) "
slowly umounts 10 ask 200
read -ra got <<<"$(ids "$TMPDIR/read")"
is 'umounts: of 200, not all were read: the rest is there' "${got[-1]} $(printf '%s\n' "${got[@]}" |
	sort -un | wc -l)" "$((${there%% *} + 315)) ${#got[@]}"
holds 'umounts: and the ids say what is missing' "${#got[@]}" -lt 256
release

# What repeats is one row, and stays where it is.
echo 1 >"$stats/reset"
hold sh -c "cd '$scratch' && exec sleep 1000"
wait_for 30 runs "$holder" sleep
mkfifo "$TMPDIR/again"
# both ends are open from the start: what is written is there, whenever it is read
perl -e 'my ($nr, $path, $fifo) = @ARGV;
	open my $again, "+<", $fifo or die;
	syscall($nr, $path, 0);
	for (1 .. 2) { <$again>; syscall($nr, $path, 0) }' \
	"$umount2" "$scratch" "$TMPDIR/again" &
loop=$!
has_row() {
	[ "$(column umounts attempts pid $loop)" = "$1" ]
}
wait_for 30 has_row 1
ask 20
there=$(ids "$stats/umounts")
# again: the first row gets one more attempt
again() {
	echo >"$TMPDIR/again"
	wait_for 30 has_row "$1"
}
slowly umounts 4 again 2
is 'umounts: a row that repeats stays in its place' "$(ids "$TMPDIR/read")" "$there"
is 'umounts: for all' "$(ids "$stats/umounts")" "$there"
again 3
wait $loop
release

# ---- leftovers

# leave ROUNDS: twice as many, or less where a file is in time
leave() {
	mark
	run_workload uring-files --dir "$scratch" --files 2 --rounds "$1" || return
	wait_for 60 queued_since_mark $((2 * $1))
	wait_for 60 is_quiet
}

if leave 16; then
	there=$(ids "$stats/leftovers")
	is 'leftovers: the table is full' "$(wc -w <<<"$there")" 16
	slowly leftovers 5 leave 2
	is 'leftovers: no row is missing that is there' "$(ids "$TMPDIR/read")" "$there"
	mark
	dfput run --max-late 10s -- workload uring-files --dir "$scratch" --files 64 --rounds 1 \
		>"$TMPDIR/run"
	is 'leftovers: with more at once than there is room for, run cannot tell' $? 4
	holds 'leftovers: files that could not be watched are counted' "$(since_mark lost_leftovers)" -gt 0
else
	skip 'leftovers' "${did[skip]-}"
fi

done_testing
