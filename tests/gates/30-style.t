#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# clang-format by the committed style, shellcheck, cppcheck, gcc's analyzer,
# kernel-doc.
. "$(dirname "$0")/../tap.sh"
cd "$(dirname "$0")/../.." || exit 1

tracked() {
	git ls-files -co --exclude-standard -- "$@"
}

# Tracepoints are laid out as in the kernel, which clang-format can not.
for file in $(tracked '*.c' '*.h' ':!module/core/trace.h'); do
	ok "clang-format: $file" clang-format --dry-run -Werror "$file" 2>/dev/null
done

for file in $(tracked | xargs grep -lE '^(#!/bin/(ba)?sh|# shellcheck shell=)'); do
	output=$(shellcheck -x -P SCRIPTDIR "$file" 2>&1)
	is "shellcheck: $file" "$output" ''
done

for folder in userspace tests/workloads tests/bench; do
	output=$(cppcheck --quiet --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppress=missingIncludeSystem -Iinclude -Iuserspace "$folder" 2>&1)
	is "cppcheck: $folder" "$output" ''
done

# What is handed on to a structure it takes for a leak. The unit tests look for those.
for file in $(tracked 'userspace/*.c'); do
	# shellcheck disable=SC2046 # words
	is "gcc -fanalyzer: $file" "$(gcc -std=c11 -D_GNU_SOURCE -Iinclude -Iuserspace -O1 -Wall -Wextra \
		-fanalyzer -Wno-analyzer-malloc-leak -S -o /dev/null \
		$(pkg-config --cflags smartcols mount json-c) "$file" 2>&1)" ''
done

kernel_doc=$(find /usr/lib/linux-kbuild-*/scripts/kernel-doc 2>/dev/null | sort -V | tail -n 1)
for file in $(tracked 'module/*.h' 'include/dfput/*.h' 'userspace/*.h'); do
	if [ -z "$kernel_doc" ]; then
		skip "kernel-doc: $file" 'no kernel-doc: is linux-kbuild installed?'
		continue
	fi
	is "kernel-doc: $file" "$("$kernel_doc" -none "$file" 2>&1)" ''
done

done_testing
