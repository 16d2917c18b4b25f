#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module that users build has no seam for tests: neither a parameter nor a function
# of theirs, whatever the environment says. `make modules TEST=1` alone has them.
. "$(dirname "$0")/files.sh"

headers=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-amd64' | sort -V | tail -n 1)
copy=build/gates/seams
documented='leftovers method records scope stack_sample stacks'
seams=$(sed -nE 's/^bool (dfput_[a-z_]+)\(.*;$/\1/p' module/core/fault.h)

look_at Kbuild 'module/*' 'include/*'
holds 'functions of seams are known' "$(wc -w <<<"$seams")" -ge 2
if [ -z "$headers" ]; then
	skip 'what users build' 'no kernel headers are installed: linux-headers-amd64'
else
	rm -rf "$copy"
	mkdir -p "$copy"
	tar -c "${files[@]}" | tar -x -C "$copy"
	TEST=1 DFPUT_TEST=1 make -j "$(nproc)" -C "$headers" M="$PWD/$copy" modules >"$copy/log" 2>&1
	ok 'it builds' test -e "$copy/dfput.ko"
	is 'and has nothing to say' "$(grep -iE 'warning|error' "$copy/log" | grep -v '^/usr/src/')" ''
	is 'its parameters are those of the manual' \
		"$(/sbin/modinfo -F parm "$copy/dfput.ko" | cut -d : -f 1 | sort | paste -sd ' ')" "$documented"
	is 'it has no function of a seam' "$(nm "$copy/dfput.ko" | grep -wF "$seams")" ''
fi

look_at dkms.conf
is 'dkms builds without' "$(grep -n TEST dkms.conf)" ''
is 'so do packages' "$(tracked 'debian/*' | xargs -r grep -n 'TEST=')" ''
is 'and the Makefile, but for the module of the tests' "$(grep -n 'TEST=1' Makefile)" \
	"$(grep -nF "M='\$(BUILD)/test' modules TEST=1" Makefile)"
done_testing
