#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dfput doctor, in trees of /proc and /sys that are ill in one way or another.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
version=$(sed -n 's/#define DFPUT_VERSION "\(.*\)"/\1/p' ../../include/dfput/version.h)
secure_boot=sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c

put() {
	mkdir -p "$(dirname "$root/$1")"
	printf %b "$2" >"$root/$1"
}

# A machine on which all is well; $copy is its debugfs directory.
healthy() {
	root=$(mktemp -d "$work/root.XXXXXX")
	put proc/modules 'ext4 1 0 - Live 0x0\ndfput 1 0 - Live 0x0 (OE)\n'
	put proc/self/mountinfo '1 1 8:1 / / rw - ext4 /dev/sda1 rw\n'
	printf '%s\n' '2 1 0:7 / /sys/kernel/debug rw,nosuid shared:4 - debugfs debugfs rw' >>"$root/proc/self/mountinfo"
	put proc/sys/kernel/ftrace_enabled '1\n'
	put sys/module/dfput/initstate 'live\n'
	put sys/module/dfput/version "$version\n"
	put sys/module/dfput/taint 'OE\n'
	put sys/kernel/security/lockdown '[none] integrity confidentiality\n'
	put sys/kernel/debug/kprobes/enabled '1\n'
	put "$secure_boot" '\0006\0000\0000\0000\0000'
	copy=$root/sys/kernel/debug/dfput
	mkdir "$copy"
	cp "$fixtures/${1:-idle}"/* "$copy"
	set_value hooks version "$version"
}

doctor() {
	dfput doctor --root "$root" "$@"
}

# finds STATUS LINE NAME
finds() {
	doctor
	is_status "$1" "$3: status $1"
	has "$out" "$2" "$3"
}

healthy
doctor
is_status 0 "a healthy machine"
has_not "$out" ' (warn|fail) ' "no complaint"
has "$(head -n 1 <<<"$out")" '^dfput can measure: 15 checks passed\.$' "said first"
for check in module version signature lockdown secure-boot ftrace debugfs kprobes files abi enabled losses method selftest hooks; do
	has "$out" "^$check +ok " "checked: $check"
done
has "$out" '^debugfs +ok +mounted on /sys/kernel/debug ' "and where"
doctor --json
is_json "$out" 'j["healthy"] is True and all(c["status"] == "ok" and c["fix"] is None for c in j["doctor"])' "as JSON"

healthy
rm -r "$root/sys/module" "$copy"
put proc/modules 'ext4 1 0 - Live 0x0\n'
finds 1 '^module +fail +.* modprobe dfput$' "not loaded"
has "$(head -n 1 <<<"$out")" '^dfput cannot be trusted now: dfput is not loaded: nothing is measured \(and 1 more\); try: modprobe dfput$' "what to do is said first"
has "$out" '^files +fail +cannot open the directory .*/dfput: No such file.* modprobe dfput$' "no directory"
has_not "$out" '^(abi|hooks|losses)' "what cannot be looked at is left out"
doctor --json
is_json "$out" 'j["healthy"] is False and {"module", "files"} == {c["check"] for c in j["doctor"] if c["status"] == "fail"}' "as JSON"
put "$secure_boot" '\0006\0000\0000\0000\0001'
put sys/kernel/security/lockdown 'none [integrity] confidentiality\n'
finds 1 '^secure-boot +warn .* mokutil --import' "Secure Boot wants a signature"
has "$out" '^lockdown +warn +the kernel is locked down \(none \[integrity\] conf.* mokutil --import' "lockdown"
rm "$root/proc/sys/kernel/ftrace_enabled"
COLUMNS=80 doctor
has "$out" '^ftrace +warn +this kernel .* grep FUNCTION_TRACER= /boot/config-\*$' "on a narrow screen a fix stays whole"
has_not "$out" ' $' "and no line ends with a blank"

healthy
rm "$root/sys/module/dfput/initstate"
finds 0 '^module +ok' "loaded, as only /proc/modules shows"
put sys/module/dfput/version '9.9.9\n'
finds 0 "^version +warn +the module is 9.9.9, this reader $version.* modprobe -r dfput && modprobe dfput$" "another version"

healthy
sed -i /debugfs/d "$root/proc/self/mountinfo"
finds 1 '^debugfs +fail .* mount -t debugfs none /sys/kernel/debug$' "debugfs not mounted"
healthy
mv "$root/sys/kernel/debug" "$root/dbg"
sed -i 's|/sys/kernel/debug|/dbg|' "$root/proc/self/mountinfo"
finds 0 '^debugfs +ok +mounted on /dbg' "debugfs mounted elsewhere"
put proc/self/mountinfo '2 1 0:7 /tracing /trace rw - debugfs debugfs rw\n'
finds 1 '^debugfs +fail' "a bind mount of a part of it does not do"
rm "$root/proc/self/mountinfo"
finds 1 '^debugfs +fail +the table of mounts cannot be read' "no table of mounts"

healthy
sed -i '1s/2/3/' "$copy/stats"
finds 1 '^abi +fail .*speaks ABI 3, this dfput .* modprobe -r dfput && modprobe dfput$' "another ABI"
healthy
echo half >"$copy/stats"
finds 1 "^abi +fail +stats: does not begin with" "no file of ours"
healthy
sed -i /^watched/d "$copy/stats"
finds 1 "^stats +fail +stats: no value 'watched'" "a value is missing"
healthy
set_value stats enabled 0
finds 1 '^enabled +fail +measuring is switched off +echo 1 > .*/dfput/enable$' "switched off"
healthy
set_value stats lost_records 3
finds 1 '^losses +fail +lost_records is 3 .* echo 1 > .*/dfput/reset$' "losses"
has "$out" '^records +warn .*records=N$' "and a bigger table would help"
healthy
put proc/sys/kernel/ftrace_enabled '0\n'
finds 1 '^ftrace +fail .* sysctl kernel.ftrace_enabled=1$' "ftrace off"
healthy
put sys/kernel/debug/kprobes/enabled '0\n'
finds 1 '^kprobes +fail .* echo 1 > /sys/kernel/debug/kprobes/enabled$' "kprobes off"

healthy busy
finds 1 '^hook +fail +queue_many \(fput_many\) is failed: -ENOENT ' "a hook that failed"
has "$out" '^hook +fail +exit \(do_notify_parent\) is off: -' "a hook that is off"
has "$out" '^method +ok .*\(method reconciled\): see Methods' "how it measures"
has "$out" '^selftest +warn .* sleep 1; dfput doctor$' "self-test still waits"
has_not "$out" '^hooks +ok' "so not all is well with the hooks"
healthy
set_value hooks selftest failed
finds 1 '^selftest +fail' "self-test failed"
healthy
set_value hooks settled 0
finds 0 '^settled +warn' "files from before may be left"
has "$(head -n 1 <<<"$out")" '^dfput can measure, but files that were queued before .*; try: sleep 1; dfput doctor$' "a warning is said first, too"
healthy
sed -i 's/\tstate\t/\tstatus\t/' "$copy/hooks"
finds 1 "^hooks +fail +hooks: no column 'state'" "no state of hooks"
healthy
rm "$copy/hooks"
finds 1 '^hooks +fail +cannot open .*hooks' "no hooks"

healthy
rm -r "$copy"
dfput doctor --root "$root" --input "$fixtures/idle"
is_status 0 "--input in place of the directory"
finish
