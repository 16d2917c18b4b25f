# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A little TAP for scripts: source it, call what is below, end with `finish`.
# DFPUT is the reader to test. Each test begins with `run`, which leaves what
# came of it in $status, $out and $err.

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
DFPUT=${DFPUT:-../../build/sanitized/dfput}
fixtures=$PWD/fixtures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
nr=0 failures=0

# verdict RC NAME [DIAGNOSTIC...]
verdict() {
	local rc=$1 name=$2
	shift 2
	nr=$((nr + 1))
	if [ "$rc" = 0 ]; then
		echo "ok $nr - $name"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $nr - $name"
	printf '%s\n' "$@" "status: $status" "out: $out" "err: $err" | sed 's/^/# /'
}

# skip NAME REASON
skip() {
	nr=$((nr + 1))
	echo "ok $nr - $1 # SKIP $2"
}

run() {
	"$@" >"$work/out" 2>"$work/err"
	status=$?
	out=$(cat "$work/out")
	err=$(cat "$work/err")
}

# dfput ARGUMENT...
dfput() {
	run "$DFPUT" "$@"
}

# is_status EXPECTED NAME
is_status() {
	[ "$status" = "$1" ]
	verdict $? "$2" "expected status $1"
}

# is GOT WANTED NAME
is() {
	[ "$1" = "$2" ]
	verdict $? "$3" "got: $1" "wanted: $2"
}

# has TEXT REGEX NAME: an extended regular expression, on one line
has() {
	grep -Eq -- "$2" <<<"$1"
	verdict $? "$3" "no match for: $2"
}

# has_not TEXT REGEX NAME
has_not() {
	! grep -Eq -- "$2" <<<"$1"
	verdict $? "$3" "unwanted match for: $2"
}

# is_json TEXT EXPRESSION NAME: valid, and the Python expression on j is true
is_json() {
	if ! python3 -c 'import json' 2>/dev/null; then
		skip "$3" 'no Python with json'
		return
	fi
	python3 -c '
import json, sys
j = json.loads(sys.stdin.read())
sys.exit(not eval(sys.argv[1]))' "$2" <<<"$1" 2>"$work/python"
	verdict $? "$3" "expected: $2" "$(tail -1 "$work/python")"
}

# copy FIXTURE: a copy to change, in $copy
copy() {
	copy=$(mktemp -d "$work/copy.XXXXXX")
	cp "$fixtures/$1"/* "$copy"
}

# tree DIR: a root directory whose debugfs has DIR in place of the module's
tree() {
	local root
	root=$(mktemp -d "$work/tree.XXXXXX")
	mkdir -p "$root/sys/kernel/debug" "$root/proc/self/ns"
	ln -s "$1" "$root/sys/kernel/debug/dfput"
	ln -s "mnt:[1]" "$root/proc/self/ns/mnt"
	echo '1 1 8:1 / / rw - ext4 /dev/sda1 rw' >"$root/proc/self/mountinfo"
	echo '2 1 0:7 / /sys/kernel/debug rw - debugfs debugfs rw' >>"$root/proc/self/mountinfo"
	echo "$root"
}

# set_value FILE NAME VALUE: in the copy
set_value() {
	sed -i "s/^$2 .*/$2 $3/" "$copy/$1"
}

finish() {
	echo "1..$nr"
	exit $((failures > 0))
}
