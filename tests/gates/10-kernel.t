#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module's build has nothing to say, with W=1 and with sparse. The kernel's
# own headers are not ours to judge.
. "$(dirname "$0")/../tap.sh"
cd "$(dirname "$0")/../.." || exit 1

headers=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-amd64' | sort -V | tail -n 1)
copy=build/gates/module
mkdir -p "$copy"
cp -ru Kbuild module include "$copy"

build() {
	make -C "$headers" M="$PWD/$copy" "$@" modules 2>&1
}

ours() {
	grep -E "$copy/(module|include)/[^ ]*: .*(warning|error)"
}

if [ -z "$headers" ]; then
	skip 'W=1' 'no kernel headers are installed: linux-headers-amd64'
	skip 'sparse' 'no kernel headers are installed: linux-headers-amd64'
else
	find "$copy" -name '*.o' -delete
	output=$(build W=1)
	ok 'the module builds' test -f "$copy/dfput.ko"
	is 'W=1 has nothing to say' "$(grep -Ei 'warning|error' <<<"$output")" ''
	output=$(build C=2)
	is 'sparse has nothing to say' "$(ours <<<"$output")" ''
	is 'sparse has looked' "$(grep -c '^  CHECK ' <<<"$output")" \
		"$(find module -maxdepth 1 -name '*.c' | wc -l)"
fi
done_testing
