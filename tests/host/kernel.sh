# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # host sets what is not set here
#
# Makes kernels of our own, and keeps them in the cache; sourced by `host`.
#
# HOST+KERNEL is a host that boots with one: its root, and what kernels/KERNEL.config
# asks for, of the kernel source that the host's suite has. Such a kernel is compiled
# here and not in the host's root, which would need more packages than users have;
# so is the module for it, by the same compiler.
#
#   $cache/kernels/source/VERSION/  the source as the package has it, patched
#   $cache/kernels/NAME/KEY/        a kernel: vmlinuz initrd kver config, build/ to
#                                   build modules against
#   $cache/kernels/NAME/new.*/      one in the making; whoever finds it removes it
#
# KEY is a hash of all that shapes it. As with hosts, nothing is trusted before it
# has been renamed to its key.

# HOST+KERNEL: whether it is one, and its halves.
has_kernel() {
	[[ $1 == *+* ]]
}

host_of() {
	echo "${1%%+*}"
}

own_kernel_of() {
	echo "${1#*+}"
}

kernel_names() {
	local file

	for file in "$here"/kernels/*.config; do
		file=$(basename "$file" .config)
		[ "$file" = base ] || echo "$file"
	done
}

check_kernel() {
	grep -qxF "$1" < <(kernel_names) ||
		misuse "no kernel is called $1. There are: $(kernel_names | paste -sd' ')"
}

# The package of the kernel source of host $1, NAME=VERSION, on stdout.
source_package() (
	private_apt "$1"
	# its metapackage comes from where that of the kernel does
	apt-get -s install "${kernel_of[$1]/#linux-image-$arch/linux-source}" 2>/dev/null |
		sed -n 's/^Inst \(linux-source-[0-9][^ ]*\) (\([^ ]*\).*/\1=\2/p'
)

kernel_key() {
	{
		cat "$here/kernels/base.config" "$here/kernels/$1.config" "$here"/{kernel,initramfs}.sh
		echo "$2" "$arch"
		"${CC:-gcc}" --version
	} | sha256sum | cut -c1-16
}

# Unpacks package $1 of host $2's suite to directory $3.
unpack_source() (
	private_apt "$2"
	rm -rf "$3".new
	mkdir -p "$3".new
	cd "$3".new
	apt-get -q download "$1"
	dpkg-deb -x ./*.deb .
	mkdir src
	tar -C src --strip-components=1 -xf usr/src/linux-source-*.tar.xz
	mv -T src "$3"
	rm -rf "$3".new
)

# Each line of the fragments that the configuration in $1 does not have: the
# source may know an option no more, or not grant it to this compiler.
not_granted() {
	local line

	sed -n '/^CONFIG_/p' "${@:2}" | while IFS= read -r line; do
		case $line in
		*=n) ! grep -q "^${line%n}" "$1" || echo "$line" ;;
		*) grep -qx "$line" "$1" || echo "$line" ;;
		esac
	done
}

# Configures kernel $1 from source $2 in directory $3.
configure() {
	local fragments=("$here/kernels/base.config" "$here/kernels/$1.config") missing

	# the later of two that contradict each other counts: the kernel's own over base
	make -C "$2" O="$3" tinyconfig
	(cd "$3" && "$2/scripts/kconfig/merge_config.sh" -m .config "${fragments[@]}")
	make -C "$2" O="$3" olddefconfig
	missing=$(not_granted "$3/.config" "${fragments[1]}")
	missing+=$(not_granted "$3/.config" \
		<(grep -vFf <(sed -n 's/^\(CONFIG_[^=]*=\).*/\1/p' "${fragments[1]}") "${fragments[0]}"))
	[ -z "$missing" ] || fail "the kernel source does not grant:" "$missing"
}

# What is not needed to build modules against a kernel in directory $1.
prune() {
	find "$1" \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' \) \
		! -path '*/scripts/*' ! -path '*/tools/*' -delete
	rm -f "$1"/vmlinux* "$1"/.tmp_vmlinux* "$1"/arch/x86/boot/*.bin \
		"$1"/arch/x86/boot/*Image "$1"/arch/x86/boot/compressed/vmlinux*
}

# All steps to make kernel $1 from source $2 in directory $3.
make_kernel() {
	local name=$1 source=$2 dir=$3 kver
	local make=(make -C "$source" "O=$dir/build" KBUILD_BUILD_USER=dfput KBUILD_BUILD_HOST=dfput)

	mkdir -p "$dir/build"
	configure "$name" "$source" "$dir/build"
	say "... compiling, at low priority"
	nice "${make[@]}" -j "$(nproc)" bzImage modules
	kver=$(<"$dir/build/include/config/kernel.release")
	echo "$kver" >"$dir/kver"
	cp "$dir/build/.config" "$dir/config"
	cp "$dir/build/arch/x86/boot/bzImage" "$dir/vmlinuz"
	"${make[@]}" INSTALL_MOD_PATH="$dir" modules_install
	make_initramfs "$dir" "$kver" "$dir/initrd"
	rm -r "${dir:?}/lib"
	prune "$dir/build"
}

# What no kernel here is built from any more.
remove_old_sources() {
	local source

	for source in "$cache"/kernels/source/*/; do
		source=${source%/}
		find "$cache/kernels" -mindepth 4 -maxdepth 4 -path '*/build/source' \
			-lname "$source" | grep -q . || rm -rf "$source"
	done
}

remove_other_kernels() {
	local other

	rm -f "$cache/kernels/$1"/new.*.log
	for other in "$cache/kernels/$1"/*/; do
		other=${other%/}
		if [ "${other##*/}" != "$2" ] && [ -d "$other" ] && flock -n "$other" true; then
			rm -rf "$other"
		fi
	done
}

# Makes kernel $1 for host $2, which is prepared, if the cache has none like it, and
# sets $booted to its directory, which stays locked, shared, until this process ends.
prepare_kernel() {
	local name=$1 package key new made source fd lock

	package=$(source_package "$2")
	[ "$package" ] || fail "the suite of $2 offers no linux-source"
	mkdir -p "$cache/kernels/$name" "$cache/kernels/source"
	exec {fd}>"$cache/kernels/$name.lock"
	if ! flock -w 1 "$fd"; then
		say "waiting for another run, which makes kernel $name"
		flock "$fd"
	fi
	key=$(kernel_key "$name" "$package")
	booted=$cache/kernels/$name/$key
	if [ ! -d "$booted" ]; then
		need make make gcc gcc flex flex bison bison bc bc xz xz-utils cpio cpio
		[ -e /usr/include/gelf.h ] || fail "needed, but not installed: libelf-dev"
		source=$cache/kernels/source/${package#*=}
		remove_other_kernels "$name" "$key"
		new=$(mktemp -d "$cache/kernels/$name/new.XXXXXX")
		say "making kernel $name of $package: 10 to 30 minutes"
		set +e
		(
			set -e
			exec {lock}>"$cache/kernels/source.lock"
			flock "$lock"
			[ -d "$source" ] || unpack_source "$package" "$2" "$source"
			exec {lock}>&-
			make_kernel "$name" "$source" "$new"
		) >"$new.log" 2>&1
		made=$?
		set -e
		if [ "$made" -ne 0 ]; then
			show_log "$new.log"
			rm -rf "$new"
			fail "making kernel $name failed" "the whole log: $new.log"
		fi
		mv "$new.log" "$new/log"
		mv -T "$new" "$booted"
		remove_old_sources
		say "made kernel $name, $(cat "$booted/kver")"
	fi
	exec {use_kernel}<"$booted"
	flock -s "$use_kernel"
	exec {fd}>&-
}
