#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the quick form of the benchmark makes of figures: when it fails, and when it
# can't tell.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
quick=../bench/quick
config=reconciled/deferred

# figures FILE KERNEL READ QUEUE [LONGEST]: what a read and a queueing take with dfput,
# and the longest time with interrupts off. Without dfput they take 1000 and 50
# instructions, and nothing else adds anything.
figures() {
	local at figure

	for at in none $config; do
		for figure in open_close munmap drain; do
			printf 'bookworm\t%s\t%s\t%s\t500\t900\t500\t500\t100\n' "$2" "$at" "$figure"
		done
	done >"$work/$1"
	for at in "none 1000 50" "$config $3 $4"; do
		read -r at read queue <<<"$at"
		printf 'bookworm\t%s\t%s\tread_shared\t%d\t900\t1\t1\t100\n' "$2" "$at" "$read"
		printf 'bookworm\t%s\t%s\tqueue\t%d\t900\t1\t1\t0\n' "$2" "$at" "$queue"
	done >>"$work/$1"
	printf 'bookworm\t%s\tirqoff/attack\t%s\t%d\t0\t0\t0\t9\n' "$2" short 100 "$2" long "${5:-20000}" \
		>>"$work/$1"
}

compare() {
	run $quick bookworm "$work/was" "$work/is"
}

this='6.1.0-56-amd64 6.1.192-2'
figures was "$this" 1040 1050

figures is "$this" 1040 1050
compare
is_status 0 "the same figures"
has_not "$out" '^not ok|SKIP' "are fine, each of them"
has "$out" '^1\.\.6$' "and are six tests"

figures is "$this" 1040 1050 20001
compare
has "$out" '^not ok .*no more than 20000 instructions' "a longer time with interrupts off fails"
has "$out" '20001 in long' "and it says where"
sed -i '/irqoff/d' "$work/is"
compare
has "$out" '^not ok .*no more than 20000 instructions: not measured' "so does one that was not measured"

figures is "$this" 1045 1070
compare
has_not "$out" '^not ok' "5 instructions or 2 % more are let pass"

figures is "$this" 1046 1050
compare
has "$out" "^not ok .*$config: read_shared" "6 of 40 more are not"
has "$out" '46 instructions; it was 40, the limit is 45' "and it says by how much"

figures is "$this" 1040 1071
compare
has "$out" "^not ok .*$config: deferral" "nor 21 of 1000, of a whole deferral"

figures is "$this" 1030 900
compare
has_not "$out" '^not ok' "less is always fine"

figures is '6.1.0-60-amd64 6.1.200-1' 1065 1150
compare
has_not "$out" '^not ok' "on another kernel of that series 25 instructions or 10 % are let pass"
has "$out" "^ok .*closely # SKIP this kernel is 6.1.0-60-amd64 6.1.200-1, that of figures.tsv was $this" \
	"and the closer look is skipped, with both kernels"
figures is '6.1.0-60-amd64 6.1.200-1' 1066 1050
compare
has "$out" "^not ok .*$config: read_shared" "more are not"

figures is '6.12.1-amd64 6.12.1-1' 2000 2000
compare
has "$out" '^1\.\.3$' "on a kernel of another series nothing is compared"
has "$out" '# SKIP this kernel is 6.12' "which is skipped, too"

sed -i '/read_shared/d' "$work/is"
sed -i 's/6.12.1-amd64 6.12.1-1/6.1.0-56-amd64 6.1.192-2/' "$work/is"
compare
has "$out" "^not ok .*read_shared adds no more than it did: not measured" "a figure that is missing is a failure"

sed -i '/reconciled/d' "$work/was"
figures is "$this" 1040 1050
compare
has "$out" "# SKIP figures.tsv has none of $config" "a method that was never measured is skipped"

finish
