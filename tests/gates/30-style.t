#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# clang-format by the committed style, shellcheck, cppcheck, gcc's analyzer,
# kernel-doc.
. "$(dirname "$0")/files.sh"

# Tracepoints are laid out as in the kernel, which clang-format can not.
look_at '*.[ch]' ':!module/core/trace.h'
is "clang-format: ${#files[@]} files" "$(clang-format --dry-run -Werror "${files[@]}" 2>&1)" ''

look_at '*'
mapfile -t files < <(grep -lE '^(#!/bin/(ba)?sh|# shellcheck shell=)' "${files[@]}")
holds 'there are scripts' ${#files[@]} -gt 0
is "shellcheck: ${#files[@]} files" "$(shellcheck -x -P SCRIPTDIR "${files[@]}" 2>&1)" ''

for folder in userspace tests/workloads tests/bench; do
	look_at "$folder/*.c"
	is "cppcheck: $folder, ${#files[@]} files" "$(cppcheck --quiet --std=c11 \
		--enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem -Iinclude -Iuserspace "${files[@]}" 2>&1)" ''
done

# What is handed on to a structure it takes for a leak. The unit tests look for those.
look_at 'userspace/*.c'
for file in "${files[@]}"; do
	# shellcheck disable=SC2046 # words
	is "gcc -fanalyzer: $file" "$(gcc -std=c11 -D_GNU_SOURCE -Iinclude -Iuserspace -O1 -Wall -Wextra \
		-fanalyzer -Wno-analyzer-malloc-leak -S -o /dev/null \
		$(pkg-config --cflags smartcols mount blkid json-c ncursesw libtracefs) "$file" 2>&1)" ''
done

look_at 'module/*.h' 'include/dfput/*.h' 'userspace/*.h'
kernel_doc=$(find /usr/lib/linux-kbuild-*/scripts/kernel-doc 2>/dev/null | sort -V | tail -n 1)
if [ -n "$kernel_doc" ]; then
	is "kernel-doc: ${#files[@]} files" "$("$kernel_doc" -none "${files[@]}" 2>&1)" ''
else
	skip 'kernel-doc' 'no kernel-doc: is linux-kbuild installed?'
fi

done_testing
