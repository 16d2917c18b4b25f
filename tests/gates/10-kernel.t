#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module's build has nothing to say, with W=1 and with sparse. The kernel's
# own headers are not ours to judge. With TEST=1, so that every file is built.
. "$(dirname "$0")/files.sh"

headers=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-amd64' | sort -V | tail -n 1)

# judge NAME FOLDER PATTERN...: of what builds NAME.ko, in a copy in FOLDER
judge() {
	local name=$1 copy=$2 output
	look_at "${@:3}"
	rm -rf "$copy"
	mkdir -p "$copy"
	tar -c "${files[@]}" | tar -x -C "$copy"
	# where Kbuild looks for it
	[ -e "$copy/Kbuild" ] || mv "$copy"/tests/module/* "$copy"
	output=$(make -j "$(nproc)" -C "$headers" M="$PWD/$copy" TEST=1 W=1 C=2 modules 2>&1)
	ok "$name: builds" test -f "$copy/$name.ko"
	is "$name: W=1 and sparse have nothing to say" \
		"$(grep -Ei 'warning|error' <<<"$output" | grep -v "^/usr/src/")" ''
	is "$name: sparse has looked at each file" "$(grep -c '^  CHECK ' <<<"$output")" \
		"$(printf '%s\n' "${files[@]}" | grep '\.c$' | grep -vc /probe/)"
}

if [ -z "$headers" ]; then
	skip 'W=1 and sparse' 'no kernel headers are installed: linux-headers-amd64'
else
	judge dfput build/gates/module Kbuild 'module/*' 'include/*'
	judge storm build/gates/storm tests/module
fi
done_testing
