#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# checkpatch, from the kernel source that Debian packages; what is ignored, and
# why, is in .checkpatch.conf.
. "$(dirname "$0")/files.sh"

cache=${DFPUT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/dfput}/checkpatch

# The archive holds a whole kernel; three small files of it are kept.
fetch() {
	local package version work
	package=$(apt-cache depends linux-source | sed -n 's/ *Depends: //p' | head -n 1)
	[ -n "$package" ] || return 1
	version=$(apt-cache show --no-all-versions "$package" | sed -n 's/^Version: //p')
	scripts=$cache/$package-$version
	[ ! -d "$scripts" ] || return 0
	note "fetching checkpatch from $package $version"
	mkdir -p "$cache"
	work=$(mktemp -d "$cache/new.XXXXXX")
	chmod 755 "$work"
	(
		set -e -o pipefail
		cd "$work"
		apt-get -qq download "$package" 2>/dev/null
		mkdir found
		dpkg-deb --fsys-tarfile ./*.deb |
			tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
			tar -xJ -C found --strip-components=2 --wildcards \
				'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
				'*/scripts/const_structs.checkpatch'
		rm ./*.deb
		mv found "$scripts"
	)
	local status=$?
	rm -rf "$work"
	return $status
}

if ! fetch; then
	skip 'checkpatch' 'the package linux-source can not be had'
	done_testing
	exit
fi

# judge NAME IGNORED PATTERN...
looked=0
judge() {
	local output
	look_at "${@:3}"
	looked=$((looked + ${#files[@]}))
	output=$(perl "$scripts/checkpatch.pl" ${2:+--ignore "$2"} -f "${files[@]}" 2>/dev/null)
	is "checkpatch: $1" "$(grep -A 2 -E '^(ERROR|WARNING|CHECK):' <<<"$output")" ''
	is "checkpatch: $1: each file" "$(grep -c '^total: ' <<<"$output")" "${#files[@]}"
}

# Of use in the kernel alone: its macros, what ENOSYS means there, and messages
# that somebody looks for in 30 million lines.
in_kernel_only=ARRAY_SIZE,PREFER_DEFINED_ATTRIBUTE_MACRO,PREFER_KERNEL_TYPES,ENOSYS,BIT_MACRO,SPLIT_STRING
# Wrong guesses about `mount -t proc proc`, about texts that name what a function
# of ours is also called, about numbers in a table, and about lists that macros
# expand.
in_kernel_only+=,REPEATED_WORD,EMBEDDED_FUNCTION_NAME,CONSTANT_COMPARISON
in_kernel_only+=,MULTIPLE_ASSIGNMENTS,MULTISTATEMENT_MACRO_USE_DO_WHILE
in_kernel_only+=,MACRO_ARG_PRECEDENCE

judge kernel '' 'module/*.[ch]' 'include/*.[ch]' 'tests/module/*.[ch]' \
	'tests/bench/module/*.[ch]' ':!module/compat/probe' ':!module/core/trace.h'
# Tracepoints are laid out as in the kernel, not as functions are.
judge tracepoints PARENTHESIS_ALIGNMENT module/core/trace.h
# A probe is a file by itself: its prototypes have nowhere else to stand. What it asks
# __has_include() for is no expression.
judge probes AVOID_EXTERNS,SPACING 'module/compat/probe/*.[ch]'
judge userspace "$in_kernel_only" 'userspace/*.[ch]' 'docs/*.[ch]' 'tests/*.[ch]' \
	':!tests/unit' ':!tests/module' ':!tests/bench/module'
look_at '*.[ch]' ':!tests/unit'
is 'no file was left out' "$looked" "${#files[@]}"
done_testing
