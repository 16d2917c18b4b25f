# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests in tools/ share, beside lib.sh. They need programs that the host does not
# have: tools/packages lists their packages, and `host run --with` brings an image of them.
# shellcheck source=tests/live/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tools=/mnt/tools

# with_tools: a root of the host's own and the image, which can be written to
with_tools() {
	local dir

	! mountpoint -q $tools || return 0
	mkdir -p $tools
	if [ ! -b /dev/vdd ]; then
		not_ok 'there is no image: host run --with tests/live/tools/packages'
		exit 1
	fi
	mount -t tmpfs tmpfs $tools
	mkdir $tools/{image,upper,work,root}
	mount -o ro /dev/vdd $tools/image
	mount -t overlay overlay -o "lowerdir=$tools/image:/,upperdir=$tools/upper,workdir=$tools/work" \
		$tools/root
	for dir in dev proc run sys tmp dfput; do
		mkdir -p "$tools/root/$dir"
		mount --rbind "/$dir" "$tools/root/$dir"
	done
}

# in_tools COMMAND...: there
in_tools() {
	chroot $tools/root "$@"
}

# need_debs: the Debian packages that `host debs` has built, and what one left there
debs=/dfput/build/debs

need_debs() {
	[ ! -e $debs/installed.tar ] || return 0
	not_ok 'there are packages: host debs'
	exit 1
}
