#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dfput why, in trees of /proc and /sys, with and without the module's tables.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
tab=$'\t'

# put FILE TEXT: in the tree
put() {
	mkdir -p "$(dirname "$root/$1")"
	printf '%b' "$2" >"$root/$1"
}

# link FILE TARGET
link() {
	mkdir -p "$(dirname "$root/$1")"
	ln -sfn "$2" "$root/$1"
}

# mount_line PROCESS ID PARENT DEVICE ROOT TARGET TAGS FSTYPE SOURCE [OPTIONS]
mount_line() {
	mkdir -p "$root/proc/$1"
	echo "$2 $3 $4 $5 $6 rw${7:+ $7} - $8 $9 ${10:-rw}" >>"$root/proc/$1/mountinfo"
}

# process PID COMM NAMESPACE
process() {
	put "proc/$1/comm" "$2\n"
	link "proc/$1/task/$1/ns/mnt" "mnt:[$3]"
	link "proc/$1/task/$1/root" /
	mkdir -p "$root/proc/$1/task/$1/fd" "$root/proc/$1/task/$1/fdinfo"
	put "proc/$1/task/$1/maps" ''
}

# opens PID FD MOUNT-ID [MORE]: it leads to a file of the tree
opens() {
	put "files/$1.$2" ''
	link "proc/$1/task/$1/fd/$2" "$root/files/$1.$2"
	put "proc/$1/task/$1/fdinfo/$2" "pos:\t0\nflags:\t02\nmnt_id:\t$3\n${4-}"
}

# block NAME NUMBER: a block device
block() {
	mkdir -p "$root/sys/devices/$1/holders"
	put "sys/devices/$1/dev" "$2\n"
	link "sys/dev/block/$2" "../../devices/$1"
	link "sys/class/block/$1" "../../devices/$1"
	link "sys/block/$1" "../devices/$1"
}

# holder NAME ABOVE: the second device is on top of the first
holder() {
	link "sys/devices/$1/holders/$2" "../../$2"
}

# A machine: /mnt is ext4 on sdb1, and mounted a second time; nobody uses it.
machine() {
	root=$(mktemp -d "$work/root.XXXXXX")
	link proc/self/ns/mnt 'mnt:[1]'
	link proc/self/root /
	mount_line self 9001 1 8:1 / / shared:1 ext4 /dev/sda1
	mount_line self 9010 9001 8:17 / /mnt '' ext4 /dev/sdb1
	block sda 8:0
	block sdb 8:16
	block sdb1 8:17
	put sys/devices/sdb/sdb1/dev '8:17\n'
	put sys/devices/sdb/sdb1/partition '1\n'
	process 1 init 1
	opens 1 0 9001
}

# module: an empty copy of its directory, in $copy
module() {
	copy idle
	table pending age_ns state cause device inode fstype super cpu pid comm origin owner owner_comm owner_start_ns mount
	table held age_ns kind exit_ns device inode fstype super mount blocks pid start_ns uid cgroup reapers comm
	table rings id age_ns state kind pid start_ns uid cgroup reapers comm
	table umounts id ended_ns took_ns result why pending_mount pending_super held_mount rings ring_files shutdown_took_ns flags device fstype name super mount pid comm
	table superblocks id fstype device name state queued released pending
	row superblocks 2 ext4 8:17 sdb1 alive 1 1 0
}

# table FILE COLUMN...: without rows
table() {
	local file=$copy/$1 columns
	shift
	columns=$*
	printf '# dfput 2\n%s\n' "${columns// /$tab}" >"$file"
}

# row FILE CELL...
row() {
	local file=$copy/$1 cells
	shift
	cells=$*
	echo "${cells// /$tab}" >>"$file"
}

why() {
	dfput why --root "$root" "$@"
}

# finds STATUS LINE NAME
finds() {
	is_status "$1" "$3: status $1"
	has "$out" "$2" "$3"
}

# is_first TEXT START NAME
is_first() {
	[[ $1 == "$2"* ]]
	verdict $? "$3" "does not begin with: $2"
}

# ---- what is asked for

dfput why
is_status 2 "without a target"
machine
why 99:1
is_status 1 "no such device"
has "$err" "99:1 is neither a block device nor a mounted" "and it is said"
dfput why tcp:8080
has "$err" 'cannot look at tcp:8080: No such file or directory; if it is a port, use --port tcp:8080$' "a port without --port"
device=$(find /dev -maxdepth 1 -type b -printf '%f\n' -quit)
if [ "$device" ]; then
	dfput why "$device"
	has "$err" "cannot look at $device: .*; if it is a device, use /dev/$device\$" "a device without its folder"
else
	skip "a device without its folder" "there is no block device"
fi
why --input /nonexistent /mnt
is_status 1 "a copy that is not there"

# ---- nothing

why /mnt
finds 4 '^Cannot tell: nothing is seen to keep /mnt busy' "nothing, but the module was not there to be asked"
has "$out" '^Not seen: deferred files.*dfput doctor' "and it is said"
module
why --input "$copy" /mnt
finds 3 '^Nothing keeps /mnt busy\.$' "nothing"
has "$out" '^/mnt: ext4 on device 8:17; while it is mounted, it cannot be removed or renamed$' "what was looked at"
has_not "$out" 'no mount point' "which is a mount point"
why --input "$copy" /mnt/some/file
finds 3 '^/mnt: ext4 on device 8:17;' "a path on it"
has "$out" '^/mnt/some/file is no mount point; it is on /mnt\.$' "is said not to be the mount point"
why --json --input "$copy" /mnt
is_json "$out" 'j["verdict"] == "nothing" and j["reasons"] == [] and j["caveats"] == [] and j["busy"] is None and j["path"] == "/mnt" and j["device"] == "8:17" and j["block_devices"] == ["8:17"]' "nothing, as JSON"
chmod 000 "$root/proc/1/task/1/fd"
if [ "$(id -u)" = 0 ]; then
	skip "a process that cannot be looked at" "root can look at all"
else
	why --input "$copy" /mnt
	finds 4 '^Not seen: 1 process could not be looked at' "a process that cannot be looked at"
fi
chmod 755 "$root/proc/1/task/1/fd"

# ---- processes

machine
module
process 50 'a\0033b' 1
opens 50 3 9010
opens 50 4 9001
why --input "$copy" /mnt
finds 0 '^fd +mount +50 a\\033b +3 .*/files/50\.3 +open$' "a descriptor"
has_not "$out" ' 4 .*50\.4' "not one of elsewhere"
has "$out" '^/mnt is kept busy by process 50 \(a\\033b\): end it, or have it let go\.$' "the verdict, and what to do"
is_first "$out" '/mnt is kept busy' "comes first"
why --json --input "$copy" /mnt
is_json "$out" '[(r["kind"], r["keeps"], r["pid"], r["fd"]) for r in j["reasons"]] == [("fd", "mount", 50, 3)] and j["verdict"] == "found"' "as JSON"
why --input "$copy" /dev/sdb1
finds 0 '^fd +mount +50 ' "of the device"
has "$out" '^mount +device .* /mnt +mounted there' "which is mounted"
why --input "$copy" 8:17
finds 0 '^fd +mount +50 ' "by its number"
why --input "$copy" 8:16
finds 0 '^partition +device .* sdb1 +a part of it, mounted on /mnt' "of the disk"

machine
process 51 mapper 1
put proc/51/task/51/maps '7f0000000000-7f0000001000 r--s 00000000 08:11 12 /mnt/a b\n7f0000001000-7f0000002000 r--s 00001000 08:11 12 /mnt/a b\n7f0000003000-7f0000004000 r--s 00001000 08:01 12 /x\n'
why --input "$copy" /mnt
finds 0 '^mmap +device +51 mapper +- /mnt/a b +mapped, on which mount is not known$' "a mapping, of which that is all that can be known"
is_json "$(why --json --input "$copy" /mnt; echo "$out")" 'len(j["reasons"]) == 1' "in two pieces, one reason"

machine
process 52 ring 1
opens 52 5 9001 'UserFiles:\t3\n    0: /mnt/x\\040y\n    1: name\n    2: <none>\nUserBufs:\t1\n    0: 0x0/1\n'
why --input "$copy" /mnt
finds 4 '^uring perhaps +52 ring +5 /mnt/x y +registered with this ring; and 1 more$' "a registered file, that is not there any more"
is_json "$(dfput why --json --root "$root" --input "$copy" /mnt; echo "$out")" '[r["what"] for r in j["reasons"]] == ["/mnt/x y", "name"]' "and one of which there is a name"
has_not "$out" 'none|0x0' "and no more"
opens 52 5 9001 'UserFiles:\t3\nUserBufs:\t0\n'
why --input "$copy" /mnt
finds 4 '^Not seen: 1 ring of living processes' "a ring that is too busy to say"

machine
process 53 sender 1
opens 53 6 9001 'scm_fds: 2\n'
why --input "$copy" /mnt
finds 4 '^scm +perhaps +53 sender +6 ' "files in flight"

machine
module
process 54 watcher 1
opens 54 7 9001 'fanotify flags:0 event-flags:0\nfanotify mnt_id:2332 mflags:0 mask:20 ignored_mask:0\n'
opens 54 8 9001 'fanotify flags:0 event-flags:0\nfanotify ino:c sdev:800011 mflags:0 mask:20 ignored_mask:0\n'
opens 54 9 9001 'fanotify flags:200 event-flags:0\nfanotify sdev:800011 mflags:0 mask:20 ignored_mask:0\n'
opens 54 10 9001 'fanotify flags:0 event-flags:0\nfanotify sdev:800001 mflags:0 mask:20 ignored_mask:0\n'
why --input "$copy" /mnt
finds 4 '^fanotify +perhaps +54 watcher +7-8 - +watches it: events' "fanotify groups that watch the mount, and a file; not one without references"

# in_exit PID STATE FLAGS: a process whose descriptors have gone
in_exit() {
	process "$1" 'a) b' 1
	put "proc/$1/task/$1/stat" "$1 (a) b) $2 1 $1 $1 0 -1 $3 0 0 0 0 1 2 3 4 20 0 1 0 8150 0 0\n"
	put "proc/$1/task/$1/stack" '[<0>] fuse_wait+0x1/0x2 [fuse]\n[<0>] fuse_flush+0x1/0x2 [fuse]\n'
}
machine
module
in_exit 55 D 4194308
in_exit 56 Z 4194308
in_exit 57 D 4194304
why --input "$copy" /mnt
finds 4 '^exit +perhaps +55 a\) b +- fuse_wait < fuse_flush in its exit: which files' "a task in its exit"
has_not "$out" '56|57' "not one that is through with it, and not one that lives"
has "$out" '^Cannot tell: /mnt is perhaps kept busy by process 55 \(a\) b\): in its exit; its kernel stack' "and what to do"

dfput why --all /
has_not "$out" ' (kthreadd|kworker/[^ ]*) ' "no thread of the kernel's own, on this machine"

# ---- one line a process

machine
module
process 54 busy 1
for fd in 3 4 5 9 20 30 40; do opens 54 $fd 9010; done
link proc/54/task/54/cwd "$root/files/54.3"
put proc/54/task/54/maps '7f0000000000-7f0000001000 r--s 00000000 08:11 12 /mnt/a\n'
put proc/54/status 'Name:\tbusy\nUid:\t4000000000\t0\t0\t0\n'
put proc/54/cgroup '0::/system.slice/foo.service\n'
why --input "$copy" /mnt
finds 0 '^fd +mount +54 busy +3-5,9,20,\.\.\. .*/files/54\.[0-9]+ +open; and 6 more; of 4000000000 in foo\.service$' "its descriptors, its user, its unit"
is "$(grep -c '^fd' <<<"$out")" 1 "in one line"
why --json --input "$copy" /mnt
is_json "$out" 'sorted(r["fd"] or 0 for r in j["reasons"]) == [0, 3, 4, 5, 9, 20, 30, 40] and j["reasons"][0]["user"] == "4000000000" and j["reasons"][0]["unit"] == "foo.service"' "each of them, as JSON"
id=$(printf '0123456789abcdef%.0s' 1 2 3 4)
for path in "docker-$id.scope/init.scope" "kubepods/besteffort/pod1/$id" "user.slice/user-1.slice/session-3.scope" "user@1.service/init.scope" "lxc.payload.web/x.service"; do
	put proc/54/cgroup "1:name=systemd:/$path\n"
	why --input "$copy" /mnt
	sed -n 's/^fd .* in //p' <<<"$out"
done >"$work/units"
is "$(paste -sd ';' "$work/units")" 'container 0123456789ab;container 0123456789ab;session-3.scope;user@1.service;container web' "containers and units"
for pid in $(seq 100 130); do
	process "$pid" many 1
	opens "$pid" 3 9010
done
why --input "$copy" /mnt
has "$out" '^And 13 lines more: see --all\.$' "not more than a screen of lines"
why --all --input "$copy" /mnt
has_not "$out" 'see --all' "unless it is asked for"

cp "$DFPUT" "$work/whyself"
run bash -c 'cd "$1" && ./whyself why --json .' - "$work"
is_json "$out" 'not [r for r in j["reasons"] if r["comm"] == "whyself"] and [r for r in j["reasons"] if r["comm"] == "bash"]' "never itself, but who started it"

# ---- mounts

machine
mount_line self 9011 9010 0:40 / /mnt/child '' tmpfs none
mount_line self 9012 9001 8:17 /dir /elsewhere '' ext4 /dev/sdb1
process 60 other 2
mount_line 60/task/60 9101 1 8:1 / / master:1 ext4 /dev/sda1
mount_line 60/task/60 9110 9101 8:17 / /mnt '' ext4 /dev/sdb1
mount_line 60/task/60 9111 9101 8:17 / /third '' ext4 /dev/sdb1
opens 60 3 9110
opens 60 4 9111
opens 60 5 9999
why --input "$copy" /mnt
finds 0 '^child +mount .* /mnt/child +mounted on it$' "a child"
has "$out" '^mount +device .* /elsewhere +the same filesystem, mounted there$' "another mount"
has "$out" '^mount +device .* /third +the same .* in mount namespace 2, as process 60 sees it' "and in another namespace"
has_not "$out" '^mount .* /mnt ' "but not the copy that goes along"
has "$out" '^fd +mount +60 other +3 .*, on /mnt in mount namespace 2$' "who is busy on the copy keeps the mount"
has "$out" '^fd +device +60 other +4 .*, on /third in mount namespace 2$' "who is busy elsewhere does not"
why --input "$copy" /elsewhere
finds 0 '^fd +device +60 other +3-4 ' "of the other mount nobody keeps it"
has "$out" "^/elsewhere can be unmounted, but its filesystem stays in use by process 60 " "and that is said"

machine
mount_line self 9012 9001 8:17 /dir /elsewhere '' ext4 /dev/sdb1
process 61 other 3
mount_line 61/task/61 9201 1 8:1 / / '' ext4 /dev/sda1
mount_line 61/task/61 9210 9201 8:17 / /mnt '' ext4 /dev/sdb1
mount_line 61/task/61 9211 9210 0:42 / /mnt/dir/space '' tmpfs none
mount_line 61/task/61 9212 9201 0:43 / /mntdir '' tmpfs none
why --input "$copy" /mnt/dir/space
finds 0 '^child +device .* /mnt/dir/space +mounted on /mnt/dir/space, in mount namespace 3, as process 61 sees it$' "a mount point in another namespace only"
has "$out" '^/mnt/dir/space is no mount point here\. Where it is one .*; it is on /mnt\.$' "is none here"
why --input "$copy" /elsewhere/space
finds 0 '^child +device .* /mnt/dir/space +mounted on /elsewhere/space, in' "the same directory by another mount"
why --input "$copy" /mnt/dir
has_not "$out" '^child' "and not the one above"

machine
mount_line self 9020 9001 0:41 / /over '' overlay overlay 'rw,lowerdir=/usr:/mnt/lower,upperdir=/tmp/up,workdir=/tmp/work'
why --input "$copy" /mnt
has "$out" '^overlay +(device|perhaps) .* /over +an overlay with /mnt/lower as a layer$' "a layer of an overlay"

# ---- devices

machine
block dm-0 253:0
block dm-1 253:1
put sys/devices/dm-0/dm/name 'vg-lv\n'
holder sdb1 dm-0
holder dm-0 dm-1
mount_line self 9013 9001 253:1 / /deep '' xfs /dev/mapper/x
why --input "$copy" /dev/sdb1
finds 0 '^holder +device .* dm-0 +device-mapper volume vg-lv, on top of it$' "a holder"
has "$out" '^holder +device .* dm-1 +a device on top of it, mounted on /deep$' "and what is on top of that"
why --input "$copy" 8:16
has "$out" '^holder +device .* dm-0 +device-mapper' "for the disk, too"
block dm-2 253:2
holder dm-1 dm-2
why --input "$copy" /dev/sdb1
has "$out" "^Not seen: devices on top of these, such as dm-2: see 'lsblk -s /dev/dm-2'" "more than two are not followed"

machine
mount_line self 9021 9001 0:4 'mnt:[777]' /run/space '' nsfs nsfs
why --input "$copy" /mnt
finds 4 '^Not seen: mount namespaces in which no process lives: 1 that are mounted' "namespaces in which nobody is"

machine
block loop3 7:3
put sys/devices/loop3/loop/backing_file '/mnt/disk image\n'
block loop4 7:4
put sys/devices/loop4/loop/backing_file '/home/x\n'
mount_line self 9014 9001 7:3 / /looped '' ext4 /dev/loop3
why --input "$copy" /mnt
finds 0 '^loop +mount .* /mnt/disk image +backing file of /dev/loop3, mounted on /looped$' "a loop device"
has_not "$out" 'loop4' "not that of elsewhere"
sed -i /looped/d "$root/proc/self/mountinfo"
put sys/devices/loop3/loop/autoclear '1\n'
module
row pending 3000000 queued kthread 7:3 12 ext4 - 0 7 victim 0 7 victim 5 1
why --input "$copy" /mnt
finds 0 '^loop +mount .* /mnt/disk image +backing file of /dev/loop3, which detaches itself: device 7:3 is kept busy by 1 file \(pending\)' "one that is mounted nowhere, and what keeps it"
has "$out" '^/mnt is kept busy by /mnt/disk image \(loop\): it goes with its late files' "it goes by itself"
put sys/devices/loop3/loop/autoclear '0\n'
why --input "$copy" /mnt
finds 0 '^loop +mount .* /mnt/disk image +backing file of /dev/loop3$' "one without autoclear"
has "$out" 'losetup -d' "does not"
module
put sys/devices/loop3/loop/backing_file '/mnt/disk (deleted)\n'
why --input "$copy" /mnt
finds 0 '^loop +mount .* /mnt/disk +deleted, backing file' "with a backing file that was deleted"

machine
put proc/swaps 'Filename\tType\tSize\n/mnt/my\\040swap  file  100\n/home/swap file 1\n/dev/sdb partition 2\n'
why --input "$copy" /mnt
finds 0 '^swap +mount .* /mnt/my swap +in use as swap' "a swap file"
has_not "$out" 'home|sdb ' "and no other"
why --input "$copy" 8:16
finds 0 '^swap +device .* /dev/sdb +in use as swap' "a swap device"
put proc/swaps ''
put proc/fs/nfsd/exports '# Version 1.1\n/mnt/pub\t*(ro)\n'
why --input "$copy" /mnt
finds 0 '^export +mount .* /mnt/pub +exported by nfsd' "an export"

machine
sed -i '/8:17/d' "$root/proc/self/mountinfo"
mount_line self 9030 9001 0:50 / /mnt '' btrfs /dev/sdb1
block sdc 8:32
link sys/fs/btrfs/11223344-1111-2222-3333-444455556666/devices/sdb1 ../../../../devices/sdb1
link sys/fs/btrfs/11223344-1111-2222-3333-444455556666/devices/sdc ../../../../devices/sdc
process 70 user 1
opens 70 3 9030
why --json --input "$copy" /mnt
is_json "$out" 'j["device"] == "0:50" and sorted(j["block_devices"]) == ["8:17", "8:32"] and j["reasons"][0]["keeps"] == "mount"' "btrfs has a number of its own, and its devices"
why --json --input "$copy" 8:32
is_json "$out" 'j["device"] == "0:50" and [r["kind"] for r in j["reasons"]] == ["fd", "mount"]' "and is found by each of them"

# ---- the module

machine
module
row pending 1500 queued kthread 8:17 12 ext4 2 0 9 kworker/0:1 1 4321 my\\040job 5 m1
row pending 2500 queued kthread 8:17 13 ext4 2 0 9 kworker/0:1 1 4321 my\\040job 5 m1
row pending 2500 queued softirq 8:1 13 ext4 1 0 9 kworker/0:1 1 0 - 0 m2
why --input "$copy" /mnt
finds 0 '^pending mount +4321 my job +- 2 files +on the kernel.s list .* cause kthread, for 1.500us; closed by that' "files on the list"
has_not "$out" 'softirq' "not those of elsewhere"
row superblocks 1 ext4 8:1 sda1 alive 1 1 0
row pending 1000000000 started kthread 8:1 7 ext4 1 0 9 kworker/0:1 1 0 - 0 m2
why --input "$copy" /mnt
has "$out" '^/mnt is kept busy by 2 files \(pending\): the kernel will release that: dfput wait' "a release that may soon be over"
sed -i 's/^1000000000/18748000000/' "$copy/pending"
why --input "$copy" /mnt
has "$out" '^/mnt is kept busy by 2 files \(pending\): the list waits for the release of inode 7 on / \(8:1, ext4\), queued 18\.748s ago: see dfput pending --stuck 1s\.$' "what the list waits for"
why --json --input "$copy" /mnt
is_json "$out" 'j["list_waits_for"].startswith("the list waits for the release of inode 7 on / ") and j["last_late"] is None' "as JSON"
process 50 living 1
opens 50 3 9010
why --input "$copy" /mnt
has "$out" '^Files on the list: the list waits for the release of inode 7 on / ' "also where a process comes first"
rm -r "$root/proc/50"
row umounts 1 5 6 0 - 0 0 0 0 0 0 detach 8:17 ext4 sdb1 2 m1 77 umount
why --input "$copy" /mnt
finds 0 '^pending device +4321' "on a mount that was detached: the device"
has "$out" "^Its last umount, [-0-9]+: done\\.\$" "and the last umount is shown"
machine
module
mount_line self 9040 9001 0:60 / /merged '' overlay overlay
row pending 1500 queued kthread 8:17 12 overlay 2 0 9 kworker/0:1 1 4321 job 5 m1
row pending 1500 queued kthread 0:60 12 overlay 2 0 9 kworker/0:1 1 4321 job 5 m1
row pending 1500 queued kthread 8:17 13 overlay 2 0 9 kworker/0:1 1 4321 job 5 m1
row pending 1500 queued kthread 8:1 14 ext4 1 0 9 kworker/0:1 1 4321 job 5 -
why --input "$copy" /merged
finds 0 '^pending mount +4321 job +- 1 file ' "a file of an overlay"
has "$out" '^pending perhaps +4321 job +- 2 files .*; of another filesystem, perhaps a layer of this$' "apart from those that may be of a layer"
is "$(grep -c '^pending' <<<"$out")" 2 "and not those that have no mount"
module
many=$(awk 'BEGIN { OFS = "\t"; for (i = 1; i <= 16384; i++) print 5, "queued", "kthread", "8:17", i, "ext4", 2, 0, 9, "x", 1, i, "job", 5, "m1" }' | tee -a "$copy/pending" | wc -l)
table=$(awk 'BEGIN { OFS = "\t"; for (i = 1; i <= 16384; i++) print 5, "exit", 7, "8:17", i, "ext4", 2, "m1", "-", i, 5, 0, 1, "-", "job" }')
echo "$table" >>"$copy/held"
(ulimit -t 10 && exec "$DFPUT" why --root "$root" --input "$copy" /mnt) >"$work/out"
is "$many files of as many owners: $(grep -o 'And [0-9]* lines' "$work/out")" '16384 files of as many owners: And 32748 lines' "thousands, in a time that is not quadratic"

machine
module
mount_line self 9012 9001 8:17 /dir /elsewhere '' ext4 /dev/sdb1
row held 9000000 exit 7 8:17 99 ext4 2 m1 write 88 5 0 1 - job
row held 9000000 exit 7 8:17 98 ext4 2 m1 write 88 5 0 1 - job
process 80 living 1
put proc/80/task/80/maps '7f0000000000-7f0000001000 r--s 00000000 08:11 98 /mnt/a\n'
why --input "$copy" /mnt
finds 0 '^held +device +88 job +- inode 99 +closed by that process as it ended, 9.000ms ago' "held by nobody that lives"
has_not "$out" '^held .* inode 98' "not what a process is seen to have"

machine
module
row rings 1 7000 working exit 90 5 0 1 - dead
why --input "$copy" /mnt
finds 4 '^ring perhaps +90 dead .* closed by that process as it ended, 7.000us ago, and not freed yet \(working\)' "a ring in teardown: perhaps"
row umounts 1 5 6 -EBUSY other 0 0 0 0 0 0 - 8:17 ext4 sdb1 2 m1 77 umount
why --input "$copy" /mnt
finds 4 '^Its last umount, .*: -EBUSY, because of: other, no late file or ring of it\.$' "busy, and perhaps because of it"
has "$out" "^kernel +perhaps .* gone since its last umount, or a kernel reference that dfput can't see" "or of something else"
sed -i "s/^2\(${tab}ext4\)/7\1/" "$copy/superblocks"
why --json --input "$copy" /mnt
is_json "$out" 'j["busy"] is None and j["last_umount_result"] is None' "not because of an earlier superblock of the number"

COLUMNS=80 why --input "$copy" /mnt
has_not "$out" '^.{81}' "on 80 columns"

module
row umounts 1 5 6 -EBUSY ring 0 0 0 0 0 0 - 8:17 ext4 sdb1 2 m1 77 umount
why --input "$copy" /mnt
finds 3 '^/mnt is not seen to be busy any more: its last umount was refused because of a ring of io_uring\.$' "what was in its way is gone"
has_not "$out" 'kernel reference|perhaps' "and no guess is made"
sed -i 's/EBUSY\tring/EBUSY\tdeferral?/' "$copy/umounts"
set_value stats lost_records 3
why --input "$copy" /mnt
finds 4 '^/mnt is not seen to be busy any more: its last umount was refused perhaps because of a deferral\.$' "where something was lost, nobody knows what may be there"
row rings 1 7000 working exit 90 5 0 1 - dead
why --input "$copy" /mnt
finds 4 '^Cannot tell: /mnt is perhaps kept busy by a ring' "what may keep it now comes first"
module
row umounts 1 5 6 -EBUSY other 0 0 0 0 0 0 - 8:17 ext4 sdb1 2 m1 77 umount
why --input "$copy" /mnt
has "$out" '^/mnt was busy at its last umount; dfput sees nothing that keeps it now\.$' "of another reason nobody knows"
why --json --input "$copy" /mnt
is_status 3 "busy, and nothing to be seen"
is_json "$out" 'j["busy"] == "was" and [r["kind"] for r in j["reasons"]] == ["kernel"] and j["last_umount_why"] == "other" and j["verdict"] == "nothing"' "by exclusion, the kernel"
mount_line self 9012 9001 8:17 /dir /elsewhere '' ext4 /dev/sdb1
why --input "$copy" /mnt
finds 3 "^kernel +perhaps" "what keeps the device alone does not explain it"

machine
module
sed -i '/8:17/d' "$root/proc/self/mountinfo"
table superblocks id fstype device name state queued released pending
row superblocks 5 ext4 8:17 sdb1 shutdown 1 1 0
why --input "$copy" 8:17
finds 0 '^shutdown +device .* sdb1 +its superblock is being shut down' "a superblock that dies"
sed -i 's/shutdown/alive/' "$copy/superblocks"
why --json --input "$copy" 8:17
is_json "$out" 'j["busy"] == "device" and j["reasons"][0]["kind"] == "kernel"' "one that lives, mounted nowhere"
is_json "$out" '"whether the superblock is frozen: the module does not see that" in j["caveats"]' "an older module does not see whether it is frozen"

# lasts CELL...: the superblock, as a newer module has it
lasts() {
	table superblocks id fstype device name state shutdown_ns shutdown_pid shutdown_comm freeze frozen_ns frozen_pid frozen_comm
	row superblocks 5 ext4 8:17 sdb1 "$@"
}

lasts shutdown 1000000000 77 umount no 0 0 -
why --input "$copy" 8:17
finds 0 '^device 8:17 is kept busy by sdb1: its shutdown has run since [^ ]+ in umount \(PID 77\); use dfput wait --super\.$' "the task that shuts it down"
put proc/77/stack '[<0>] io_schedule+0x1/0x2\n[<0>] generic_shutdown_super+0x3/0x4\n[<0>] kill_block_super+0x5/0x6\n'
why --json --input "$copy" 8:17
is_json "$out" 'j["busy"] == "device" and [(r["kind"], r["keeps"], r["pid"], r["comm"]) for r in j["reasons"]] == [("shutdown", "device", 77, "umount")]' "it is a reason"
is_json "$out" 'j["reasons"][0]["detail"].endswith("(PID 77), which is in io_schedule < generic_shutdown_super < kill_block_super")' "where in the kernel it is"
put proc/77/stack '[<0>] do_nanosleep+0x1/0x2\n'
why --input "$copy" 8:17
has_not "$out" 'do_nanosleep' "but not where it is when that is over"
lasts alive 0 0 - frozen 1000000000 78 fsfreeze
why --input "$copy" 8:17
finds 0 '^device 8:17 is kept busy by sdb1: frozen since [^ ]+ by fsfreeze \(PID 78\); fsfreeze -u thaws it' "one that is frozen, by whom"
lasts alive 0 0 - frozen 0 0 -
why --input "$copy" 8:17
finds 0 '^device 8:17 is kept busy by sdb1: frozen since before dfput knew it; fsfreeze -u' "or nobody knows by whom"
lasts alive 0 0 - no 0 0 -
why --json --input "$copy" 8:17
is_json "$out" 'not j["caveats"] and j["verdict"] == "nothing"' "one that is not"
lasts alive 0 0 - unknown 0 0 -
why --json --input "$copy" 8:17
is_json "$out" 'len(j["caveats"]) == 1 and j["verdict"] == "unknown"' "one of which that is not known"

# ---- files

# file PID FD: what a process opens, as what is asked for; its inode in $inode
file() {
	target=/files/$1.$2
	inode=$(stat -c %i "$root$target")
}

machine
module
process 90 writer 1
opens 90 3 9001
file 90 3
put proc/locks ''
put proc/90/task/90/fdinfo/3 'flags:\t0100000\nmnt_id:\t9001\n'
why --input "$copy" "$target"
finds 0 "^$target is in use by process 90 \\(writer\\): end it, or have it let go; this is no deferral\\.\$" "a file that is open"
has "$out" "^$target: inode $inode of ext4 on device 8:1\$" "what was looked at"
has "$out" '^fd +open +90 writer +3 .* open$' "who has it"
has_not "$out" ' init |^mount' "not who has others, nor mounts"
why --input "$copy" /
has "$out" '^/ is kept busy by process [0-9]+ \([a-z]+\) and 1 more\.$' "nobody is told to end init, nor what is on the root"
why --input "$copy" "$(dirname "$target")"
has "$out" '^/: ext4 on device 8:1;' "a directory is its mount"
put proc/90/task/90/fdinfo/3 "flags:\t0100002\nmnt_id:\t9001\n"
why --json --input "$copy" "$target"
is_json "$out" "j['inode'] == $inode and j['path'] == '$target' and j['verdict'] == 'found' and [(r['keeps'], r['detail']) for r in j['reasons']] == [('exec', 'open for writing')]" "as JSON: it cannot be executed"
put proc/90/task/90/fdinfo/3 "flags:\t0100002\nmnt_id:\t9001\nlock:\t1: OFDLCK ADVISORY  WRITE -1 08:01:$inode 0 EOF\nlock:\t2: POSIX  ADVISORY  READ 90 08:01:$inode 100 199\n"
put proc/locks "1: OFDLCK ADVISORY  WRITE -1 08:01:$inode 0 EOF\n1: -> OFDLCK ADVISORY  WRITE -1 08:01:$inode 0 EOF\n2: POSIX  ADVISORY  READ 90 08:01:$inode 100 199\n3: FLOCK  ADVISORY  WRITE 91 08:11:$inode 0 EOF\n"
process 91 reader 1
link proc/91/task/91/fd/5 "$root$target"
put proc/91/task/91/fdinfo/5 "flags:\t0100000\nmnt_id:\t9001\n"
why --input "$copy" "$target"
finds 0 "^$target is locked by process 90 \\(writer\\): .* no deferral" "who has a lock comes first"
has "$out" '^fd +lock +90 .* open for writing, OFD lock \(WRITE\), fcntl lock \(READ, bytes 100 to 199\)$' "with its locks"
has "$out" '^fd +open +91 reader +5 ' "then who has none"
is "$(grep -c '^lock' <<<"$out")" 0 "no lock is told twice, nor one of another file"
put proc/locks "1: FLOCK  ADVISORY  WRITE 4321 08:01:$inode 0 EOF\n2: OFDLCK ADVISORY  READ -1 08:01:$inode 0 EOF\n"
put proc/90/task/90/fdinfo/3 "flags:\t0100000\nmnt_id:\t9001\n"
why --input "$copy" "$target"
finds 0 "^$target is locked by flock \\(WRITE\\) \\(lock\\): a late file, one in flight" "a lock that no descriptor has"
has "$out" '^lock +lock +4321 .* no process is seen that has the PID ' "of a process that is gone"
has "$out" '^lock +lock .* OFD lock \(READ\) .*PID -1 in /proc/locks is normal' "or of an open file"
has_not "$out" 'no deferral' "which may be one"
row pending 1500 queued kthread 8:1 "$inode" ext4 2 0 9 kworker/0:1 1 4321 job 5 m1
why --input "$copy" "$target"
finds 0 "^$target is locked by flock \\(WRITE\\) of ended process 4321 \\(job\\) \\(pending\\): the kernel will release that" "a late file of who took it has it"
sed -i 's/4321/4322/' "$copy/pending"
why --input "$copy" "$target"
has "$out" "\\(lock\\): a late file, one in flight" "one of another does not tell"
sed -i '$d' "$copy/pending"
# What a process may have as many of as it likes takes neither endless time nor a screen.
awk -v inode="$inode" 'BEGIN {
	for (i = 0; i < 60000; i++)
		printf "%d: POSIX  ADVISORY  WRITE 90 08:01:%s %d %d\n", i, inode, 2 * i, 2 * i
}' >"$root/proc/locks"
{
	printf 'flags:\t0100000\nmnt_id:\t9001\n'
	sed 's/^/lock:\t/' "$root/proc/locks"
} >"$root/proc/90/task/90/fdinfo/3"
run timeout 20 "$DFPUT" why --json --root "$root" --input "$copy" "$target"
is_json "$out" "[(r['keeps'], r['detail'][-45:]) for r in j['reasons'] if r['keeps'] == 'lock'] == [('lock', '(WRITE, bytes 14 to 14), and 59992 locks more')]" "60000 locks of one descriptor"

rm "$root/proc/locks"
put proc/90/task/90/fdinfo/3 "flags:\t0100000\nmnt_id:\t9001\n"
why --input "$copy" "$target"
has "$out" '^Not seen: locks: ' "locks that cannot be read"
put proc/locks ''
put proc/91/task/91/maps "7f0000000000-7f0000001000 r--p 00000000 08:01 $inode $target\n7f0000001000-7f0000002000 rw-s 00001000 08:01 $inode $target\n"
why --input "$copy" "$target"
finds 0 "^$target is open for writing by process 91 " "a shared mapping that can be written to"
has "$out" '^mmap +exec +91 .* mapped, open for writing' "said so"

cp "$(command -v sleep)" "$work/slow"
"$work/slow" 1000 &
pid=$!
flock -F "$work/locked" "$work/slow" 1000 &
for ((i = 0; i < 100; i++)); do
	dfput why "$work/slow"
	! grep -q 'and 1 more' <<<"$out" || break
	sleep 0.1
done
finds 0 "^$work/slow is being executed by process [0-9]+ \\(.*\\) and 1 more: end them, or have them let go" "of this machine: what is executed"
dfput why "$work/locked"
finds 0 "^$work/locked is locked by process $! \\(slow " "and what is locked"
has "$out" '^fd +lock .* open.*, flock \(WRITE\)' "how"
kill $pid $!
wait

machine
module
process 90 writer 1
opens 90 3 9001
file 90 3
rm "$root/proc/90/task/90/fd/3" "$root/proc/90/task/90/fdinfo/3"
put proc/locks ''
why --input "$copy" "$target"
finds 3 "^Nothing keeps $target busy; no deferral has it now\\.\$" "a file that nobody has"
has "$out" '^Files that were late before: see dfput leftovers$' "of now: others may have been late"
row superblocks 3 ext4 8:1 sda1 alive 1 1 0
{
	row leftovers 2 exit 34306000 5000000000 deferred kthread 1 8:1 "$inode" ext4 3 flock 901 4 0 1 - job -
	row leftovers 3 exit 34000000 6000000000 deferred kthread 1 8:1 "$inode" ext4 2 flock 902 4 0 1 - earlier -
	row leftovers 4 exit 34000000 6000000000 deferred kthread 1 8:1 1 ext4 3 flock 903 4 0 1 - another -
}
why --input "$copy" "$target"
finds 3 '^A file of this inode was late by 34\.306ms, of process 901 \(job\): released ' "this one was, on this superblock"
why --json --input "$copy" "$target"
is_json "$out" '[j["last_late"][k] for k in ("released_ns", "lateness_ns", "pid", "comm")] == [5034306000, 34306000, 901, "job"] and j["list_waits_for"] is None' "as JSON"
set_value hooks settled 0
why --input "$copy" "$target"
finds 4 "^Cannot tell: nothing is seen to keep $target busy" "but perhaps a file from before measuring"
module
row pending 1500 queued kthread 8:1 "$inode" ext4 2 0 9 kworker/0:1 1 4321 job 5 m1
row pending 1500 queued kthread 8:1 1 ext4 2 0 9 kworker/0:1 1 4322 job 5 m1
why --input "$copy" "$target"
finds 0 "^$target is in use by 1 file \\(pending\\): the kernel will release that" "but the list"
has "$out" '^pending open +4321 job ' "whose it was"
has_not "$out" '4322|no deferral' "not another file"
module
row held 9000000 exit 7 8:1 "$inode" ext4 2 m1 flock 88 5 0 1 - job
row held 9000000 exit 7 8:1 1 ext4 2 m1 flock 89 5 0 1 - job
why --input "$copy" "$target"
finds 0 "^$target is in use by inode $inode \\(held\\)" "or what is held"
has_not "$out" ' 89 ' "not another file"
module
row rings 1 7000 working exit 90 5 0 1 - dead
why --input "$copy" "$target"
finds 4 "^Cannot tell: $target is perhaps kept busy by a ring" "or a ring, perhaps"
why "$target"
finds 4 "^Cannot tell: nothing is seen to keep $target busy" "nor without the module"
block loop3 7:3
put sys/devices/loop3/loop/backing_file "$target\n"
block loop4 7:4
put sys/devices/loop4/loop/backing_file '/files/x\n'
why --input "$copy" "$target"
finds 0 "^loop +open .* $target +backing file of /dev/loop3" "a loop device"
has_not "$out" loop4 "not another's"

# ---- ports

# socket NAMESPACE TABLE ADDRESS STATE TIMER INODE: port 8080, in a process's network namespace
socket() {
	local file=$root/proc/$1/net/$2
	mkdir -p "$(dirname "$file")"
	echo "   0: $3:1F90 0100007F:C350 $4 00000000:00000000 03:$5 00000000     0        0 $6 1 0 100 0 0 10 0" >>"$file"
}

# opens_socket PID FD INODE
opens_socket() {
	link "proc/$1/task/$1/fd/$2" "socket:[$3]"
	put "proc/$1/task/$1/fdinfo/$2" 'pos:\t0\nflags:\t02\nmnt_id:\t8\n'
}

# net: init in our network namespace, and process 95 in another
net() {
	machine
	module
	link proc/self/ns/net 'net:[7]'
	link proc/1/ns/net 'net:[7]'
	process 95 boxed 1
	link proc/95/ns/net 'net:[8]'
	for process in 1 95; do
		put "proc/$process/net/tcp" ''
		put "proc/$process/net/udp" ''
	done
}

net
rm "$root"/proc/1/net/*
why --input "$copy" --port udp:53
finds 4 '^Not seen: sockets of this network namespace' "sockets that cannot be read"
for word in 0 65536 x tcp: sctp:80 tcp:80x ''; do
	dfput why --port "$word"
	is_status 1 "not a port: '$word'"
done
dfput why --port 80 /mnt
is_status 2 "a port and a path"
net
socket 1 udp 0100007F 07 00000000 400
why --input "$copy" --port udp:53
finds 3 '^Nothing keeps port udp:53 busy; no deferral has it now\.$' "nobody has another port"
why --input "$copy" --port 53
finds 4 '^Not seen: TCP sockets that are bound and do not listen' "of a TCP port that is not certain"

process 96 server 1
socket 1 tcp 00000000 0A 00000000 401
socket 1 tcp 0100007F 06 00000F2B 0
socket 1 tcp 0100007F 06 00000064 0
socket 1 tcp6 0000000000000000FFFF00000100007F 01 00000000 402
opens_socket 96 3 401
opens_socket 96 4 402
opens_socket 96 5 403
why --input "$copy" --port tcp:8080
finds 0 '^Port tcp:8080 is held by process 96 \(server\): end it, or have it let go; this is no deferral\.$' "a living process"
has "$out" '^fd +port +96 server +3-4 tcp:0\.0\.0\.0:8080 +open, LISTEN, inode 401; and 1 more$' "its sockets"
has "$out" '^protocol port .* 2 sockets in TIME_WAIT +.*its last timer ends in 38\.830s' "and those that nobody has"
has "$out" '^4 sockets in 2 network namespaces, 2 of them without a file$' "what was looked at"
why --json --input "$copy" --port tcp:8080
is_json "$out" 'j["port"] == "tcp:8080" and j["path"] is None and j["verdict"] == "found" and [(r["kind"], r["keeps"], r["fd"], r["what"]) for r in j["reasons"]][:2] == [("fd", "port", 3, "tcp:0.0.0.0:8080"), ("fd", "port", 4, "tcp:[::ffff:127.0.0.1]:8080")]' "as JSON"
why --port tcp:8080
finds 0 'this is no deferral\.$' "for that no module is needed"
why --input "$copy" --port 8080
finds 0 '^5 sockets in 2 ' "tcp and udp"
has "$out" 'who has 1 socket more' "and who has that of udp is not seen"
has_not "$out" 'no deferral' "so perhaps it is one"

net
socket 1 tcp 0100007F 06 00000F2B 0
socket 1 tcp 0100007F 01 00000000 0
why --port tcp:8080
finds 0 '^Port tcp:8080 is held by 1 socket in TIME_WAIT \(protocol\): wait, or use SO_REUSEADDR; this is no deferral\.$' "the protocol alone"

net
socket 1 tcp 00000000 0A 00000000 401
socket 1 tcp 00000000 06 00000000 0
why --input "$copy" --port tcp:8080
finds 3 '^Port tcp:8080 is busy, or was, for no reason that dfput can see\.$' "a socket that nobody is seen to have"
why --port tcp:8080
finds 4 'or, without the module, a deferral' "which may be a deferral"
process 97 ring 1
put proc/97/task/97/fdinfo/5 'pos:\t0\nflags:\t02\nmnt_id:\t8\nUserFiles:\t1\n    0: socket:[401]\n'
link proc/97/task/97/fd/5 'anon_inode:[io_uring]'
why --input "$copy" --port tcp:8080
finds 4 '^Cannot tell: port tcp:8080 is perhaps kept busy by process 97 \(ring\)' "registered with a ring, or a file of that name"
has "$out" '^uring +perhaps +97 ring +5 tcp:0\.0\.0\.0:8080 +registered with this ring, LISTEN' "which one"
rm -r "$root/proc/97"
row rings 1 7000 working exit 90 5 0 1 - dead
why --input "$copy" --port tcp:8080
finds 4 '^Cannot tell: port tcp:8080 is perhaps kept busy by a ring of io_uring of ended process 90 \(dead\)' "or a ring's"
row held 9000000 exit 7 8:1 401 ext4 2 m1 write 88 5 0 1 - job
row held 9000000 exit 7 0:8 402 sockfs 2 m1 listen 88 5 0 1 - job
why --input "$copy" --port tcp:8080
is_status 4 "neither another file of that number nor another socket"
row held 9000000 exit 7 0:8 401 sockfs 2 m1 listen 88 5 0 1 - job
why --input "$copy" --port tcp:8080
finds 0 '^Port tcp:8080 is held by inode 401 of ended process 88 \(job\) \(held\): look for sockets' "held"
has_not "$out" 'perhaps|no deferral' "which is known to be the reason"
table held age_ns kind exit_ns device inode fstype super mount blocks pid start_ns uid cgroup reapers comm
row pending 1500 queued kthread 0:8 401 sockfs 2 0 9 kworker/0:1 1 4321 job 5 m1
why --input "$copy" --port tcp:8080
finds 0 '^Port tcp:8080 is held by 1 socket of ended process 4321 \(job\) \(pending\): the kernel will release that' "on the list"

net
process 96 server 1
socket self tcp 00000000 0A 00000000 401
opens_socket 96 3 401
why --input "$copy" --port tcp:8080
finds 0 '^Port tcp:8080 is held by process 96 ' "our own namespace is read as ours, which nobody leaves meanwhile"

net
process 96 server 1
for state in 0A 01 01; do
	socket 1 tcp 00000000 $state 00000000 401
done
opens_socket 96 3 401
why --input "$copy" --port tcp:8080
finds 0 'end it, or have it let go; this is no deferral\.$' "subflows of MPTCP have one inode"
has_not "$out" 'more of this port' "and who has one has all"

net
socket 95 tcp 00000000 0A 00000000 500
opens_socket 95 3 500
why --input "$copy" --port tcp:8080
finds 4 '^fd +elsewhere +95 boxed +3 .* LISTEN, inode 500, in network namespace 8$' "in another network namespace"
has "$out" '^Cannot tell: nothing is seen to keep port tcp:8080 busy' "is no reason here"
socket 95 udp 00000000 07 00000000 500
why --input "$copy" --port udp:8080
finds 3 '^Nothing keeps port udp:8080 busy here; no deferral has it now\.$' "which is in nobody's way here"

exec 3< <(exec python3 -c '
import signal, socket
listens, binds = socket.socket(), socket.socket()
for one in listens, binds:
	one.bind(("127.0.0.1", 0))
listens.listen()
print(listens.getsockname()[1], binds.getsockname()[1], flush=True)
signal.pause()')
pid=$!
read -r listens binds <&3
dfput why --port "tcp:$listens"
finds 0 "^Port tcp:$listens is held by process $pid \\(python3.*no deferral" "of this machine: a server"
dfput why --port "tcp:$binds"
finds 4 "^Cannot tell: nothing is seen to keep port tcp:$binds busy" "and what only a bind could find"
kill $pid
wait $pid
dfput why --port "tcp:$binds"
finds 4 "^Cannot tell: nothing is seen to keep port tcp:$binds busy" "nor is a bind tried, in others' way, to see that it is free"

# ---- a module that lacks, or says, what is not understood

machine
module
set_value stats lost_records 3
why --input "$copy" /mnt
finds 4 '^Not seen: some deferrals: lost_records is 3' "losses"
module
rm "$copy/held"
why --input "$copy" /mnt
finds 4 '^Not seen: this module has no held' "an older module"
module
row rings 1 x working exit 90 5 0 1 - dead
why --input "$copy" /mnt
is_status 1 "not a number"
has "$err" "rings: line 3: 'age_ns' is not a 64-bit number: 'x'" "and it is said where"
finish
