#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module builds for arm64, against the headers of Debian's kernels for it,
# without a warning. What boots it is 20-boot.t.
. "$(dirname "$0")/../tap.sh"
cd "$(dirname "$0")/../.." || exit 1
. tests/arm64/kernels.sh

read_kernels
for name in "${names[@]}"; do
	if ! command -v aarch64-linux-gnu-gcc >/dev/null; then
		skip "$name: the module builds" 'no cross compiler is installed: gcc-aarch64-linux-gnu'
		continue
	fi
	get_kernel "$name"
	if [ -n "$why" ]; then
		skip "$name: the module builds" "$why"
		continue
	fi
	copy=$(copy_of "$name")
	[ ! -d "$copy" ] || find "$copy" -name '*.o' -delete
	rm -f "$copy/dfput.ko"
	output=$(build_module "$name" W=1 "-j$(nproc)")
	ok "$name: the module builds, for $kver" test -f "$copy/dfput.ko"
	# that compiler or pahole is another than the kernel's is no news
	is "$name: W=1 has nothing to say" "$(grep -Ei 'warning|error' <<<"$output" |
		grep -v 'differs from the one used to build the kernel')" ''
	magic=$(modinfo -F vermagic "$copy/dfput.ko")
	is "$name: it is for that kernel" "${magic%% *} ${magic##* }" "$kver aarch64"
done
done_testing
