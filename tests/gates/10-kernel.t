#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module's build has nothing to say, with W=1 and with sparse. The kernel's
# own headers are not ours to judge.
. "$(dirname "$0")/../tap.sh"
cd "$(dirname "$0")/../.." || exit 1

headers=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-amd64' | sort -V | tail -n 1)

# judge NAME FOLDER SOURCE...: of what builds NAME.ko, whose copy is built in FOLDER
judge() {
	local name=$1 copy=$2 output
	shift 2
	mkdir -p "$copy"
	cp -ru "$@" "$copy"
	build() {
		make -C "$headers" M="$PWD/$copy" "$@" modules 2>&1
	}
	find "$copy" -name '*.o' -delete
	output=$(build W=1)
	ok "$name: builds" test -f "$copy/$name.ko"
	is "$name: W=1 has nothing to say" "$(grep -Ei 'warning|error' <<<"$output")" ''
	output=$(build C=2)
	is "$name: sparse has nothing to say" \
		"$(grep -E "$copy/[^ ]*: .*(warning|error)" <<<"$output")" ''
	is "$name: sparse has looked" "$(grep -c '^  CHECK ' <<<"$output")" \
		"$(find "$copy" -name '*.c' ! -name '*.mod.c' ! -path '*/probe/*' | wc -l)"
}

if [ -z "$headers" ]; then
	skip 'W=1' 'no kernel headers are installed: linux-headers-amd64'
	skip 'sparse' 'no kernel headers are installed: linux-headers-amd64'
else
	judge dfput build/gates/module Kbuild module include
	judge storm build/gates/storm tests/module/Kbuild tests/module/{storm,flushers,patch}.c
fi
done_testing
