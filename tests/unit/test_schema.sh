#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What each command prints as JSON follows the schema, whatever the age of the module.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
schema=$(dirname "$DFPUT")/dfput.schema.json

if ! python3 -c 'import jsonschema' 2>/dev/null; then
	skip "JSON follows the schema" 'no Python with jsonschema'
	finish
fi

# follows NAME: what was printed
follows() {
	run ./schema.py "$schema" <<<"$out"
	[ "$status" = 0 ]
	verdict $? "$1: follows the schema"
}

# shows NAME ARGUMENT...
shows() {
	local name=$1
	shift
	dfput "$@" --json
	# A module that lacks a table or a column that decides: no document.
	[ -z "$out" ] && [ $age = older ] && return
	follows "$name"
}

# Each that shows a saved copy as JSON and needs no argument.
mapfile -t commands < <(sed -n 's/^\tX(\([a-z]*\), "[A-Z].*/\1/p' ../../userspace/cmd/commands.h)
showing=()
for command in "${commands[@]}"; do
	case $command in
	why | record | metrics) ;;
	*) ! "$DFPUT" "$command" --help | grep -q -e --input || showing+=("$command") ;;
	esac
done

for age in idle busy older newer; do
	copy $age
	root=$(tree "$copy")
	for command in "${showing[@]}"; do
		shows "$command, $age" "$command" --input "$copy"
	done
	shows "stat -i, $age" stat -i 1ms -c 2 --input "$copy"
	shows "wait --list, $age" wait --list --timeout 0 --root "$root"
	shows "wait, $age" wait --all --timeout 0 --root "$root"
	shows "wait --super, $age" wait --super '#1' --timeout 0 --root "$root"
	shows "why, $age" why --root "$root" /
	shows "record, $age" record -t 0 --root "$root" "$work/record.$age"
	shows "report, $age" report "$copy" -o "$work/page"
	touch "$copy/flush"
	shows "flush, $age" flush --root "$root"
	shows "umount, $age" umount --root "$root" "$work"
	dfput run --json --root "$root" true
	out=$err
	follows "run, $age"
	dfput run --max-late 1ms --json --root "$root" true
	out=$err
	follows "run --max-late, $age"
	dfput run --repeat 2 --json --root "$root" true
	out=$err
	follows "run --repeat, $age"
done
out='{"command": "stat", "schema": "1"}'
run ./schema.py "$schema" <<<"$out"
has "$err" "'1' is not of type 'integer'" "what does not follow it is found"
finish
