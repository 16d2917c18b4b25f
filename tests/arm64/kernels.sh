# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's arm64 kernels and their headers, of the suites in tests/host/hosts,
# and the few arm64 programs that a guest needs; sourced by the tests here.
#
# They come through an apt of their own, so that this machine needs no foreign
# architecture. All of it is unpacked only, and none of it is run, but for the
# programs in linux-kbuild, which are of this machine's architecture: `native`.
#
#   $cache/NAME/packages   what the suite had when last asked
#   $cache/NAME/KEY/       headers/, vmlinuz, kver, modules/ for booting, guest/
#   $cache/apt/NAME/       apt's view of the suite
#
# KEY is a hash of all that shapes it, and nothing is trusted before it has been
# renamed to that.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../host" && pwd)
cache=${DFPUT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/dfput}/arm64
# what private_apt takes packages of
# shellcheck disable=SC2034
arch=arm64
native=$(dpkg --print-architecture)
# where depmod and modprobe are, and users mostly do not look
PATH=$PATH:/usr/sbin:/sbin

# shellcheck source-path=SCRIPTDIR/../host
. "$here/root.sh"
# shellcheck source-path=SCRIPTDIR/../host
. "$here/initramfs.sh"

# What these two files tell their user is a note of the test.
say() {
	note "$1"
}

fail() {
	note "$@"
	return 1
}

declare -a names=()
declare -A suite_of=() extra_of=() kernel_of=() headers_of=()

# The test hosts, with arm64's metapackages instead of their own.
read_kernels() {
	local name suite extra kernel headers

	while read -r name suite extra kernel headers _; do
		[[ $name && $name != \#* ]] || continue
		names+=("$name")
		suite_of[$name]=$suite
		extra_of[$name]=${extra#-}
		kernel_of[$name]=${kernel/-amd64/-arm64}
		headers_of[$name]=${headers/-amd64/-arm64}
	done <"$here/hosts"
}

# An apt for arm64 that also knows this machine's architecture, for linux-kbuild.
# Asked once a day, it keeps no more than it has to.
cross_apt() {
	private_apt "$1" || return
	cat >>"$APT_CONFIG" <<-EOF
		#clear APT::Architectures;
		APT::Architectures { "arm64"; "$native"; };
		Acquire::GzipIndexes "true";
		Dir::Cache::pkgcache "";
		Dir::Cache::srcpkgcache "";
	EOF
}

# What apt is to download for kernel $1, one a line. The solver names what its
# metapackages stand for today; what else they depend on is not needed here.
resolve() {
	apt-get -s install "${kernel_of[$1]}" "${headers_of[$1]}" \
		bash-static busybox-static libaio-dev liburing-dev linux-libc-dev |
		sed -nE 's/^Inst ((linux-[a-z]+-[0-9]|(bash|busybox)-static|lib(aio|uring)-dev|linux-libc-dev)[^ ]*) \(([^ ]*) .*/\1=\5/p' |
		sed -E "s/^(linux-kbuild-[^=]*)/\1:$native/" | sort
}

# Asks the suite of kernel $1 at most once a day. An archive out of reach is no
# reason not to use what is there.
ask() (
	known=$cache/$1/packages

	[ -z "$(find "$known" -mmin -1440 -newer "${BASH_SOURCE[0]}" 2>/dev/null)" ] || return 0
	if cross_apt "$1" && apt-get -q update && resolve "$1" >"$known.new" &&
		grep -q '^linux-image-[0-9]' "$known.new" && grep -q '^linux-headers-[0-9]' "$known.new"; then
		mv "$known.new" "$known"
	else
		rm -f "$known.new"
		[ -s "$known" ]
	fi
)

# The headers, with what is named absolutely in them named relatively.
unpack_headers() {
	local deb

	mkdir headers
	for deb in debs/linux-{headers,kbuild}-*.deb; do
		dpkg-deb -x "$deb" headers
	done
	sed -i 's|/usr/src/|../|' headers/usr/src/linux-headers-*-arm64/Makefile
	bring_libc
}

# The programs of a suite that is newer than this machine need a newer C library
# than it has: they are started with their own suite's.
bring_libc() {
	local program

	for program in headers/usr/lib/linux-kbuild-*/scripts/{basic,mod}/*; do
		# not by a pipe: who writes into one that is read no further has failed
		[[ $(ldd "$program" 2>&1) == *"version "*" not found"* ]] || continue
		if [ ! -d headers/libc ]; then
			(cd debs && apt-get -q download "libc6:$native")
			dpkg-deb -x debs/libc6_*.deb headers/libc
		fi
		mv "$program" "$program.program"
		cat >"$program" <<-'EOF'
			#!/bin/sh
			libc=$(dirname "$(realpath "$0")")/../../../../../libc
			loader=$(find "$libc" -type f -name 'ld-linux*')
			exec "$loader" --library-path "$(dirname "$loader")" "$0.program" "$@"
		EOF
		chmod 755 "$program"
	done
}

# The kernel, and the modules that a guest loads before it has its files, in the
# order in which it has to. Most of the others are not even unpacked.
unpack_kernel() {
	local deb kver module number=100

	mkdir root modules
	for deb in debs/linux-*.deb; do
		case $deb in
		*/linux-headers-* | */linux-kbuild-* | */linux-libc-*) continue ;;
		esac
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C root --exclude='*/drivers/[!bcv]*' \
			--exclude='*/sound' --exclude='./usr/lib/linux-image-*' --exclude='./usr/share'
	done
	[ -e root/lib ] || ln -s usr/lib root/lib
	kver=$(ls root/lib/modules)
	echo "$kver" >kver
	# the one place or, by 7.3, the other
	mv "root/boot/vmlinuz-$kver" vmlinuz || mv "root/lib/modules/$kver/vmlinuz" vmlinuz
	depmod -b root "$kver"
	modprobe -d root -S "$kver" --show-depends -a "${boot_modules[@]}" >loads
	while read -r module; do
		number=$((number + 1))
		unpack_module "$module" "modules/$number-$(basename "$module")"
	done < <(awk '$1 == "insmod" && !seen[$2]++ { print $2 }' loads)
	rm -r root loads
}

# What runs in the guest, and what the workloads are built with: libraries, and
# the headers of the kernel's interface that these want.
unpack_guest() {
	local deb

	mkdir guest
	for deb in debs/{bash-static,busybox-static,libaio-dev,liburing-dev,linux-libc-dev}_*.deb; do
		dpkg-deb -x "$deb" guest
	done
	rm -rf guest/usr/share
	[ -e guest/bin ] || ln -s usr/bin guest/bin
}

make_kernel() (
	set -e -o pipefail
	cross_apt "$1"
	cd "$2"
	mkdir debs
	cd debs
	xargs apt-get -q download <"$cache/$1/packages"
	cd ..
	unpack_headers
	unpack_kernel
	unpack_guest
	rm -r debs
)

# Sets $entry to the directory of kernel $1, which is made if the cache has none
# like it, and $kver to its version. If it can not be had, $why says why not. Not
# to be called as a condition: that would switch off set -e in make_kernel.
look_up() {
	local dir=$cache/$1 key new status

	if ! ask "$1" >"$dir/log" 2>&1; then
		why=$(grep -m 1 '^E: ' "$dir/log") ||
			why='the archive does not say which kernel is current'
		return
	fi
	key=$(cat "$dir/packages" "${BASH_SOURCE[0]}" | sha256sum | cut -c1-16)
	entry=$dir/$key
	if [ ! -d "$entry" ]; then
		new=$(mktemp -d "$dir/new.XXXXXX")
		chmod 755 "$new"
		make_kernel "$1" "$new" >>"$dir/log" 2>&1
		status=$?
		if [ "$status" -ne 0 ]; then
			why=$(grep -m 1 '^E: ' "$dir/log" || tail -n 1 "$dir/log")
			rm -rf "$new"
			return
		fi
		find "$dir" -mindepth 1 -maxdepth 1 -type d ! -path "$new" -exec rm -rf {} +
		mv -T "$new" "$entry"
	fi
	kver=$(cat "$entry/kver")
	why=
}

# The same, one process at a time. The updates of a suite that is on its way out
# may be listed and not be there any more; the suite itself is.
get_kernel() {
	local lock first

	mkdir -p "$cache/$1"
	exec {lock}>"$cache/$1.lock"
	flock "$lock"
	look_up "$1"
	if [ -n "$why" ] && [ -n "${extra_of[$1]}" ] && [[ ${kernel_of[$1]} != */* ]]; then
		first=$why
		extra_of[$1]=
		rm -f "$cache/$1/packages"
		look_up "$1"
		if [ -z "$why" ]; then
			note "$1: without its updates, because of $first"
		else
			why=$first
		fi
	fi
	exec {lock}>&-
}

# Where kernel $1's module is built, and what its guest has as /dfput.
copy_of() {
	echo "$PWD/build/arm64/$1/src"
}

# What this kernel's configuration says of the compiler, and is not true of ours,
# so that Kbuild does without. BTF would take pahole, and is of no use here.
overrides() {
	echo CONFIG_DEBUG_INFO_BTF_MODULES=
	aarch64-linux-gnu-gcc -fmin-function-alignment=8 -E -x c /dev/null >/dev/null 2>&1 ||
		echo CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=
}

# Builds the module for kernel $1, which get_kernel has got.
build_module() {
	local copy settings

	mapfile -t settings < <(overrides)
	copy=$(copy_of "$1")
	mkdir -p "$copy"
	cp -ru Kbuild module include "$copy"
	make -C "$entry/headers/usr/src/linux-headers-$kver" M="$copy" ARCH=arm64 \
		CROSS_COMPILE=aarch64-linux-gnu- CC=aarch64-linux-gnu-gcc \
		"${settings[@]}" "${@:2}" modules 2>&1
}

# Static, because the guest has no libraries.
build_workloads() {
	make -C tests/workloads BUILD="$(copy_of "$1")/build" CC=aarch64-linux-gnu-gcc \
		CPPFLAGS="-isystem $entry/guest/usr/include -isystem $entry/guest/usr/include/aarch64-linux-gnu" \
		LDFLAGS="-static -L$entry/guest/usr/lib/aarch64-linux-gnu" 2>&1
}
