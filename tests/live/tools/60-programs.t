#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The programs of docs/programs.md, in Python and in C, follow umounts that are refused:
# each row is printed once, whatever else ends; what was overwritten is told; a reset is
# no loss; and the module can go once they have.
. "$(dirname "$0")/../tools.sh"
fresh
with_tools
columns=(id result pid comm)
busy=/mnt/programs
trap 'stop; exec 9>&-; umount $busy; fresh' EXIT
mkdir -p $busy
mount -t tmpfs tmpfs $busy
exec 9>$busy/open

declare -A program=(
	[python]="chroot $tools/root python3 /dfput/docs/examples/follow.py"
	[c]="$TMPDIR/follow"
)
declare -A follower
ok 'c: it can be compiled' \
	gcc -Wall -Wextra -Werror -O2 -o "$TMPDIR/follow" "$top/docs/examples/follow.c"

# refuse N: so many processes ask for an umount, in vain. 166 is umount2(2).
refuse() {
	perl -MErrno -e '
		my ($path, $nr) = @ARGV;
		for (1 .. $nr) {
			fork || exit(syscall(166, $path, 0) == -1 && $!{EBUSY} ? 0 : 1);
			wait;
			$failed += !!$?;
		}
		exit !!$failed' $busy "$1" || not_ok "$1 umounts are refused"
}

# table: what the programs should print of the rows that are there
table() {
	fields umounts "${columns[@]}" | tr ' ' '\t'
}

# In poll(2) of x86-64.
is_polling() {
	grep -q '^7 ' "/proc/$1/syscall"
}

is_stopped() {
	grep -q '^State:.*stopped' "/proc/$1/status"
}

has_lines() {
	[ "$(wc -l <"$1")" -ge "$2" ]
}

# follow NAME: in the background, until it waits
follow() {
	# shellcheck disable=SC2086 # words
	${program[$1]} umounts "${columns[@]}" >"$TMPDIR/$1" 2>"$TMPDIR/$1.said" &
	follower[$1]=$!
	ok "$1: it waits" wait_for 60 is_polling $!
}

stop() {
	[ ${#follower[@]} = 0 ] || kill -CONT "${follower[@]}"
	[ ${#follower[@]} = 0 ] || kill "${follower[@]}"
	wait "${follower[@]}" 2>/dev/null
	follower=()
}

# expect NAME LINES: each program prints that many in all
expect() {
	local name
	for name in "${!program[@]}"; do
		wait_for 60 has_lines "$TMPDIR/$name" "$(wc -l <"$TMPDIR/expected")"
		is "$name: $1" "$(<"$TMPDIR/$name")" "$(<"$TMPDIR/expected")"
	done
}

# refused NAME ERROR ARGUMENT...: each program says that, and fails
refused() {
	local name
	for name in "${!program[@]}"; do
		# shellcheck disable=SC2086 # words
		${program[$name]} "${@:3}" >"$TMPDIR/said" 2>&1
		is "$name: $1: it fails" $? 1
		like "$name: $1: and says why" "$(<"$TMPDIR/said")" "$2"
	done
}

refused 'no module' 'is dfput loaded' umounts id
load
refused 'no such column' "no column 'colour'" umounts id colour

refuse 3
for name in "${!program[@]}"; do
	follow "$name"
done
refuse 2
# Each wakes them, and is no umount.
run_workload uring-files --dir $busy --files 8 --rounds 1 || not_ok 'uring-files runs'
wait_for 60 is_quiet
refuse 1
is 'rows' "$(column umounts result | sort | uniq -c | tr -s ' ')" ' 6 -EBUSY'
table >"$TMPDIR/expected"
expect 'rows from before, and each new one'

# Of 300 in one go, 256 are left.
kill -STOP "${follower[@]}"
for pid in "${follower[@]}"; do
	wait_for 60 is_stopped "$pid"
done
refuse 300
table >>"$TMPDIR/expected"
kill -CONT "${follower[@]}"
expect 'the rows that are left of more than the table takes'

echo 1 >"$stats/reset"
refuse 2
is 'a reset forgets rows' "$(table | wc -l)" 2
table >>"$TMPDIR/expected"
expect 'rows after a reset'
for name in "${!program[@]}"; do
	is "$name: it says what was overwritten, and nothing else" "$(<"$TMPDIR/$name.said")" \
		'44 rows are lost'
done

nok 'the module cannot go while it is followed' unload 2>/dev/null
stop
ok 'and then it can' unload
done_testing
