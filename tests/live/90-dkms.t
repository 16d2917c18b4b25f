#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The life of the module under dkms: added, built and installed from the tree by
# `make dkms-install`, built anew by an upgrade of the kernel where the headers of
# an older one are at hand, loaded by name, removed without a trace.
#
# Building takes minutes on an emulated host. `host dkms` has mostly done it
# before, in this host's root, and kept what dkms wrote in build/dkms.tar.
. "$(dirname "$0")/lib.sh"
fresh
kernel=$(uname -r)
version=$(sed -n 's/^#define DFPUT_VERSION "\(.*\)"/\1/p' "$top/include/dfput/version.h")
log=$TMPDIR/log

if [ ! -e "/lib/modules/$kernel/build" ]; then
	skip 'the life under dkms' 'this kernel is one of our own, and has no headers for dkms'
	done_testing
	exit
fi

# another kernel whose headers are here: the one that was upgraded from
older=$(for build in /lib/modules/*/build; do basename "${build%/build}"; done | grep -vxF "$kernel")

# run COMMAND...: quietly, its output to the log
run() {
	"$@" >"$log" 2>&1
}

# All that dkms could leave. Keys to sign with are made once and stay, and depmod
# writes its lists anew.
files() {
	find /usr/src /var/lib/dkms /lib/modules -not -name 'modules.*' -not -name 'mok.*' | sort
}

status() {
	dkms status dfput 2>/dev/null | tr -s ', /' ' ' | sort
}

# installed_for KERNEL...: what status says if these are all that it is installed for
installed_for() {
	printf "dfput $version %s $(uname -m): installed\n" "$@" | sort
}

module() {
	modinfo -k "$kernel" "$@" dfput 2>/dev/null
}

install() {
	if [ -e "$top/build/dkms.tar" ]; then
		tar -C / -xf "$top/build/dkms.tar" && depmod -a
	else
		"$top/tests/live/dkms-install" "$kernel"
	fi
}

before=$(files)
ok 'make dkms-install' run install
note "$(tail -n 20 "$log")"
# a line without a kernel, of one that is built or added only, would be one more
is 'dkms has it installed for each kernel at hand, and nothing else' \
	"$(status)" "$(installed_for "$kernel" ${older:+"$older"})"
if [ -n "$older" ]; then
	is 'the one that was upgraded from has its own' \
		"$(modinfo -F vermagic "/lib/modules/$older/updates/dkms"/dfput.ko* | cut -d ' ' -f 1)" "$older"
	ok 'modprobe takes the one that came with the upgrade' \
		grep -qF "insmod /lib/modules/$kernel/updates/dkms/dfput.ko" <(modprobe -nv dfput)
else
	skip 'dkms builds it for a new kernel' 'one kernel is at hand in this suite, so there is no upgrade'
fi
like 'the module is where dkms puts modules' "$(module -n)" '/updates/dkms/dfput\.ko(\.[a-z]+)?$'
is 'it is this version' "$(module -F version)" "$version"
is 'it is for this kernel' "$(module -F vermagic | cut -d ' ' -f 1)" "$kernel"
is 'dkms took the sources, and nothing that was built from them' \
	"$(find "/usr/src/dfput-$version" -name '*.o' -o -name '*.ko' -o -name '*.cmd' -o -name features.h)" ''

ok 'modprobe dfput' modprobe dfput
is 'the self-test passed' "$(value hooks selftest)" passed
mark
run_workload aio-poll --files 20 --rounds 1
wait_for 60 queued_since_mark "${did[last_puts]}"
wait_for 60 is_quiet
holds 'it counts' "$(since_mark queued)" -ge 20
is 'and loses nothing' "$(value stats unmatched)" 0
ok 'modprobe -r dfput' modprobe -r dfput

# ---- kernels that it can not be built for

nok 'dkms finds nothing outdated in our dkms.conf' grep -qi 'deprecated' <(dkms status 2>&1)

nok 'a kernel that is too old is refused' run dkms build -m dfput -v "$version" \
	-k 5.9.0-1-amd64 --kernelsourcedir "/lib/modules/$kernel/build"
like 'and it is said why' "$(cat "$log")" 'BUILD_EXCLUSIVE'
nok 'so is one whose headers are missing' run dkms build -m dfput -v "$version" -k 6.9.9-none
like 'and the package is named' "$(cat "$log")" 'linux-headers-6\.9\.9-none'
nok 'make says it as well' run make -C "$top" dkms-install KVER=6.9.9-none
like 'and names the package' "$(cat "$log")" 'install linux-headers-6\.9\.9-none'

# ---- the end

ok 'make dkms-remove' run make -C "$top" dkms-remove
note "$(tail -n 20 "$log")"
is 'dkms knows nothing of it any more' "$(status)" ''
nok 'nor does modprobe' modprobe -n dfput 2>/dev/null
is 'every file is as it was before, of every kernel' "$(diff <(echo "$before") <(files))" ''

done_testing
