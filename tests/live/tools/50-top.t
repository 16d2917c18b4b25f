#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dfput top in tmux, beside workloads: what stands on its screen is what the module counts,
# and it does not keep the module loaded.
. "$(dirname "$0")/../tools.sh"
fresh
with_tools
load
mount_scratch
trap 'on_tmux kill-server; drop_stuck; fresh' EXIT

on_tmux() {
	in_tools env LC_ALL=C.UTF-8 tmux -S "$TMPDIR/tmux" -f /dev/null -u "$@"
}

# has_line REGEX: on its screen
has_line() {
	on_tmux capture-pane -p | grep -Eq -- "$1"
}

# shows NAME REGEX: sooner or later
shows() {
	if wait_for 120 has_line "$2"; then
		pass "$1"
	else
		not_ok "$1"
		note "$(on_tmux capture-pane -p)"
	fi
}

# counts NAME: its total is the module's
counts() {
	has_line "(^|  )$1 .* $(value stats "$1")(  |\$)"
}

on_tmux new-session -d -x 132 -y 43 "$(command -v dfput) top; echo status \$?; cat"
shows 'it begins' '^queued '
if workload_runs 'a ring with files' uring-files --dir "$scratch" --files 8 --rounds 5; then
	shows 'the call path' ' io_uring +kthread +[0-9]+ '
	shows 'late files, alike ones in a row' '^ +[0-9]+ +[0-9.]+(-[0-9.]+)?[mun]?s .* deferred +io_uring .* workload$'
fi
for counter in queued released leftover queued_kthread leftover_deferred; do
	ok "$counter: the total is the module's" wait_for 120 counts "$counter"
done
if hold_worker; then
	shows 'the file that the others wait for' '^ *[0-9.]+m?s started '
	let_worker
	shows 'and that it is gone' '^pending 0 files'
else
	skip 'the file that the others wait for' "${reason-}"
fi
ok 'the module can go' unload_soon
shows 'and then it ends' '^status 1$'
shows 'and says why' '^dfput: cannot open '
done_testing
