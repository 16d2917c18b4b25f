# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Makes the initramfs of a test host; sourced by `host`. It does one thing: find
# the root and the directory shared by `host`, and hand over to the init there.

# What the guest needs before it can load modules by itself. Which others these
# need, and which are part of the kernel, modprobe says.
boot_modules=(virtio_pci virtio_blk virtio_console ext4 9p 9pnet_virtio)

initramfs_init() {
	cat <<-'EOF'
		#!/bin/sh
		fail() {
			echo "dfput initramfs: $1"
			poweroff -f
		}
		mount -t devtmpfs dev /dev
		for module in /modules/*; do
			# one that this processor has no use for refuses, and need not be there
			insmod "$module"
		done
		tries=0
		until [ -b /dev/vda ]; do
			tries=$((tries + 1))
			[ "$tries" -lt 300 ] || fail "no disk after 30 s"
			sleep 0.1
		done
		mount -t ext4 -o noatime /dev/vda /root || fail "cannot mount the root"
		mount -t tmpfs -o mode=755 run /root/run
		mkdir /root/run/host
		mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 host /root/run/host ||
			fail "cannot mount the shared directory"
		mount -o move /dev /root/dev
		exec switch_root /root /run/host/init
	EOF
}

# Writes the initramfs for kernel $2 of root $1 to $3.
make_initramfs() {
	local root=$1 kver=$2 output=$3 dir module number=100

	dir=$(mktemp -d "$output.XXXXXX")
	mkdir "$dir"/{bin,dev,modules,root}
	cp "$(command -v busybox)" "$dir/bin/busybox"
	for module in sh echo insmod mkdir mount poweroff sleep switch_root; do
		ln -s busybox "$dir/bin/$module"
	done
	initramfs_init >"$dir/init"
	chmod 755 "$dir/init"

	while read -r module; do
		# the numbers keep the order
		number=$((number + 1))
		unpack_module "$module" "$dir/modules/$number-$(basename "$module")"
	done < <(modprobe -d "$root" -S "$kver" --show-depends -a "${boot_modules[@]}" |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }')
	[ "$number" -gt 100 ] || fail "no modules found for kernel $kver"

	(cd "$dir" && find . | cpio -o -H newc -R 0:0 --quiet | gzip -1) >"$output"
	rm -r "$dir"
}

unpack_module() {
	case $1 in
	*.xz) xz -dc "$1" >"${2%.xz}" ;;
	*.zst) zstd -qdc "$1" >"${2%.zst}" ;;
	*) cp "$1" "$2" ;;
	esac
}
