#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's arm64 kernels run some of the live tests, under QEMU. A guest is its
# initramfs, with the workloads and the tests in a shared directory: busybox and
# bash are all the programs it has, which is enough for these tests.
#
# usage: 20-boot.t [NAME]..., names as in tests/host/hosts
. "$(dirname "$0")/../tap.sh"
cd "$(dirname "$0")/../.." || exit 1
. tests/arm64/kernels.sh
. tests/host/qemu.sh

# The longest time for a guest, in seconds. Most take a tenth of that.
limit=300
tests=(10-load 20-counts)

# Puts the initramfs of kernel $name into $1.
make_initrd() {
	local dir=$1/initramfs

	rm -rf "$dir"
	mkdir -p "$dir/bin"
	cp -r "$entry/modules" "$dir"
	cp "$entry/guest/bin/busybox" "$dir/bin"
	cp "$entry/guest/bin/bash-static" "$dir/bin/bash"
	ln -s busybox "$dir/bin/sh"
	install -m 755 tests/arm64/guest-init "$dir/init"
	(cd "$dir" && find . | cpio -o -H newc -R 0:0 --quiet) >"$1/initrd"
}

# Boots kernel $name in directory $1. The processor has pointer authentication,
# in a kind that does not have to be computed, but no addresses of 52 bits, with
# which 5.10 does not boot. Names and speed of disks are those of the test hosts.
boot() {
	rm -f "$1/disk"
	truncate -s 512M "$1/disk"
	mke2fs -q -F -t ext4 -O none,dir_index,ext_attr,extent,filetype,has_journal,large_file "$1/disk"
	timeout "$limit" qemu-system-aarch64 -M virt -cpu max,pauth-impdef=on,lpa2=off \
		-accel "tcg,thread=$(tcg_threads)" -smp 2 -m 1G \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$entry/vmlinuz" -initrd "$1/initrd" \
		-append "console=ttyAMA0 panic=-1 watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120 log_buf_len=4M ${tests[*]/#/dfput.test=}" \
		-serial "file:$1/console" -device virtio-rng-pci \
		-drive driver=null-co,read-zeroes=on,if=virtio \
		-drive driver=null-co,read-zeroes=on,if=virtio \
		-drive "file=$1/disk,format=raw,if=virtio,cache=unsafe,throttling.iops-total=400" \
		-virtfs "local,path=$1/src,mount_tag=dfput,security_model=none" </dev/null
}

# The guest's own results, as ours. One that it did not come to has failed.
tell_results() {
	local test line

	for test in "${tests[@]}"; do
		while read -r line; do
			case $line in
			ok*'# SKIP '*) skip "$name: $test: $(what "${line%% # SKIP*}")" "${line#*# SKIP }" ;;
			ok*) pass "$name: $test: $(what "$line")" ;;
			not*) not_ok "$name: $test: $(what "$line")" ;;
			\#*) echo "$line" ;;
			esac
		done < <(cat "$1/$test.tap" && sed 's/^/# stderr: /' "$1/$test.stderr")
		is "$name: $test has run to its end" \
			"$(cat "$1/$test.status") $(tail -n 1 "$1/$test.tap" | cut -c 1-3)" '0 1..'
	done
}

# What a line of TAP is about.
what() {
	sed -E 's/^(not )?ok [0-9]+ - //' <<<"$1"
}

try() {
	local dir=$PWD/build/arm64/$name output

	if ! output=$(build_module "$name" && build_workloads "$name"); then
		not_ok "$name: the module and the workloads build"
		tail -n 20 <<<"$output" | sed 's/^/# /'
		return
	fi
	cp -ru tests "$dir/src"
	rm -rf "$dir/src/results"
	mkdir "$dir/src/results"
	make_initrd "$dir"
	boot "$dir" || note "$name: qemu ended with status $?"
	note "$name: $kver"
	tell_results "$dir/src/results" 2>/dev/null
	ok "$name: the kernel has nothing to complain of" tests/host/host check-log "$dir/console"
	ok "$name: nor had it before" tests/host/host check-log "$dir/src/results/dmesg"
}

read_kernels
# The module has three ways to come by the arguments of a function: each once.
if [ $# -eq 0 ]; then
	names=(bullseye bookworm trixie-backports)
else
	names=("$@")
fi
for name in "${names[@]}"; do
	missing=
	for program in aarch64-linux-gnu-gcc qemu-system-aarch64; do
		command -v "$program" >/dev/null || missing="not installed: $program"
	done
	if [ -z "$missing" ]; then
		get_kernel "$name"
		missing=$why
	fi
	if [ -n "$missing" ]; then
		skip "$name: boots, and counts" "$missing"
	else
		try
	fi
done
done_testing
