# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# TAP for the tests that are scripts: the gates and the live tests. A test that
# can not be made is skipped with its reason, and counted.

tap_count=0

pass() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' "$tap_count" "$1"
}

not_ok() {
	tap_count=$((tap_count + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$1"
}

note() {
	printf '# %s\n' "${@//$'\n'/$'\n'# }"
}

skip() { # NAME REASON
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

# ok NAME COMMAND...: the command succeeds
ok() {
	local name=$1
	shift
	if "$@"; then pass "$name"; else not_ok "$name"; fi
}

# nok NAME COMMAND...: it does not
nok() {
	local name=$1
	shift
	if "$@"; then not_ok "$name"; else pass "$name"; fi
}

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	elif [[ $3 == *$'\n'* ]]; then
		not_ok "$1"
		note 'wanted (<) and got (>):' "$(diff <(echo "$3") <(echo "$2"))"
	else
		not_ok "$1"
		note "got: $2" "wanted: $3"
	fi
}

# holds NAME LEFT OPERATOR RIGHT: the numbers compare as test(1) has it
holds() {
	if test "$2" "$3" "$4"; then
		pass "$1"
	else
		not_ok "$1"
		note "it is not true that $2 $3 $4"
	fi
}

# like NAME TEXT PATTERN: an extended regular expression is in the text
like() {
	if grep -Eq -- "$3" <<<"$2"; then
		pass "$1"
	else
		not_ok "$1"
		note "not found: $3" "in: $2"
	fi
}

done_testing() {
	printf '1..%d\n' "$tap_count"
}
