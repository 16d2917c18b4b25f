#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The Debian packages, used: what dkms built is loaded and counts, the command shows it,
# and a purge leaves nothing. `host debs` has built the packages, installed and upgraded
# them in this host's root, and kept what the installation changed.
. "$(dirname "$0")/../tools.sh"
fresh
need_debs
with_tools

log=$TMPDIR/log

# run COMMAND...: there, quietly
run() {
	in_tools "$@" >"$log" 2>&1 && return
	note "$(<"$log")"
	return 1
}

# As in install-debs.
files() {
	in_tools find / -xdev ! -path '/var/log/*' ! -path '/var/lib/dpkg/*-old' \
		! -name 'modules.*' ! -name 'mok.*' | sort
}

before=$(files)
ok 'what an installation brings' run tar -C / -xf $debs/installed.tar
run depmod
is 'dpkg has both' "$(in_tools dpkg -l 'dfput*' | grep -c ^ii)" 2

ok 'modprobe dfput' run modprobe dfput
is 'it is the module of the packages' "$(cat /sys/module/dfput/version)" \
	"$(in_tools dpkg -s dfput-dkms | sed -n 's/^Version: //p')"
nok 'without seams for tests' test -e /sys/module/dfput/parameters/hide
mark
run_workload aio-poll --files 20 --rounds 1
wait_for 60 queued_since_mark "${did[last_puts]}"
wait_for 60 is_quiet
holds 'it counts' "$(since_mark queued)" -ge 20
is 'the command shows it' "$(in_tools /usr/bin/dfput stat --json |
	perl -MJSON::PP -e 'print decode_json(join "", <>)->{stats}{queued}')" "$(value stats queued)"

ok 'a purge, while the module is loaded' run dpkg --purge dfput dfput-dkms
is 'dkms knows nothing of it any more' "$(in_tools dkms status dfput)" ''
nok 'nor does modprobe' in_tools modprobe -n dfput 2>/dev/null
is 'every file is as it was before' "$(diff <(echo "$before") <(files))" ''
done_testing
