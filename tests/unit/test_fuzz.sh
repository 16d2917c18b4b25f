#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What comes from elsewhere, through all that reads it, by libFuzzer: fuzz.c. A minute in
# all, begun with what was worth keeping (corpus/) and with the fixtures.
#
# usage: ./test_fuzz.sh [keep SECONDS]: search that long a target, and keep what reaches
# code that nothing else does.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
fuzz=$(realpath -m "$(dirname "$DFPUT")/../fuzz/fuzz")
# Seconds a target.
declare -A seconds=([tables]=16 [proc]=11 [archive]=11 [rules]=4 [words]=4)

# as_input NAME FILE: for fuzz.c to read in place of a file of that name
as_input() {
	printf '%s\n' "$1"
	cat "$2"
}

# seeds TARGET: in $work/TARGET
seeds() {
	local file

	mkdir "$work/$1"
	cp "corpus/$1"/* "$work/$1"
	for file in "$fixtures"/*/*; do
		[ "$1" != tables ] || as_input "${file##*/}" "$file" >"$work/$1/${file//\//.}"
	done
	[ "$1" != rules ] || cp ../../userspace/origins.rules "$work/$1"
}

# fuzz TARGET OPTION...
fuzz() {
	run env FUZZ="$1" TMPDIR="$work" UBSAN_OPTIONS=print_stacktrace=1 "$fuzz" \
		-close_fd_mask=2 -max_len=8192 -timeout=20 -artifact_prefix="$work/" "${@:2}"
}

# search TARGET: a fault is told with its input, and how to see it again
search() {
	local input kept

	fuzz "$1" -max_total_time="${seconds[$1]}" -print_final_stats=1 "$work/$1"
	nr_runs=$(sed -n 's/^stat::number_of_executed_units: *//p' <<<"$err")
	[ "$status" = 0 ] && [ "${nr_runs:-0}" -gt 0 ]
	verdict $? "$1: no fault in ${nr_runs:-0} runs"
	for input in "$work"/{crash,leak,oom,timeout}-*; do
		[ -e "$input" ] || continue
		kept=$(dirname "$fuzz")/${input##*/}
		mv "$input" "$kept"
		echo "# To see it again: FUZZ=$1 $fuzz $kept"
	done
}

# keep TARGET SECONDS
keep() {
	mkdir "$work/found"
	fuzz "$1" -max_total_time="$2" "$work/found" "$work/$1"
	ls "$work/$1" >"$work/known"
	fuzz "$1" -merge=1 -set_cover_merge=1 -use_counters=0 "$work/$1" "$work/found"
	for input in "$work/$1"/*; do
		grep -qx "${input##*/}" "$work/known" || cp "$input" "corpus/$1"
	done
	rm -r "$work/found"
}

if [ ! -x "$fuzz" ]; then
	skip 'fuzzing' 'no clang with libFuzzer'
	finish
fi
for target in "${!seconds[@]}"; do
	seeds "$target"
	if [ "${1-}" = keep ]; then
		keep "$target" "$2"
	else
		search "$target"
	fi
done
finish
