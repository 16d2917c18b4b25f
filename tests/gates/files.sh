# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the gates share: TAP, and the files that they look at.
. "$(dirname "${BASH_SOURCE[0]}")/../tap.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

# The files that git has or would add. What was removed can still be in the index.
tracked() {
	local file
	git ls-files -co --exclude-standard -- "$@" | while read -r file; do
		[ ! -e "$file" ] || echo "$file"
	done
}

# look_at PATTERN...: such files are then in files[]. A gate that looks at nothing
# would pass, so a pattern that matches no file fails, also one that excludes.
look_at() {
	local pattern
	for pattern in "$@"; do
		[ -n "$(tracked "${pattern#:!}")" ] || not_ok "there is a file $pattern"
	done
	mapfile -t files < <(tracked "$@")
	[ ${#files[@]} -eq 0 ] || return 0
	not_ok "there is a file to look at: $*"
	done_testing
	exit 1
}
