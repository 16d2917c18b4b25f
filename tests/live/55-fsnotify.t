#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What fsnotify says of a superblock's end, and when, beside what dfput says:
# the table in docs/umounts.md is of what this prints. The order is taken from
# kprobe events: it is the same at every run.
. "$(dirname "$0")/lib.sh"
fresh
load

order=$tracing/instances/dfput_order

# What happens to a superblock, in the words of the table: FUNCTION WORD
steps='generic_shutdown_super begins
shrink_dcache_for_umount dcache
evict_inodes evict
inotify_handle_event IN_UNMOUNT
inotify_handle_inode_event IN_UNMOUNT
ext4_put_super put_super
xfs_fs_put_super put_super
btrfs_put_super put_super
blkdev_put device
bdev_fput device
bdev_release device
fs_bdev_file_release device'

cleanup() {
	if [ -d "$order" ]; then
		echo 0 >"$order/events/enable"
		rmdir "$order"
		sed -n 's/^p:\(dfput_order[^ ]*\).*/-:\1/p' "$tracing/kprobe_events" |
			while read -r gone; do echo "$gone" >>"$tracing/kprobe_events"; done
	fi
	drop_fs
	fresh
}
trap cleanup EXIT

# Of each kernel and each filesystem there are some; those of a module come with
# it.
order_start() {
	local function
	mkdir "$order"
	echo 0 >"$order/tracing_on"
	echo mono >"$order/trace_clock"
	while read -r function _; do
		echo "p:dfput_order/$function $function" 2>/dev/null >>"$tracing/kprobe_events"
	done <<<"$steps"
	echo 1 >"$order/events/dfput_order/enable"
}

# seen: the steps of a superblock's end, each once, in their order
seen() {
	sed -n 's/.* [0-9.]*: \([a-zA-Z0-9_]*\): (.*/\1/p' "$order/trace" |
		awk -v steps="$steps" '
			BEGIN {
				n = split(steps, word, "[ \n]")
				for (i = 1; i < n; i += 2) name[word[i]] = word[i + 1]
			}
			{ step = name[$1] }
			step == "begins" { begun = 1 }
			begun && !had[step]++ { printf "%s%s", blank, step; blank = " " }
			END { print "" }'
}

# before ONE OTHER: in the steps that were seen
before() {
	[[ " $steps_seen " == *" $1 "*"$2 "* ]]
}

super_row() {
	fields superblocks name id "$@" | grep "^${device##*/} " | sort -nk 2 |
		tail -n 1 | cut -d ' ' -f 3-
}

is_gone() {
	[ "$(super_row state)" = gone ]
}

# span NAME: FROM and TO of what the workload saw
span() {
	cut -d ' ' -f 2,3 <<<"${did[$1]}"
}

# told NAME OPTION...: one umount, watched
told() {
	local name=$1 begun took asked told_to free_from free_to
	shift
	mount "$device" "$point"
	wait_for 60 is_quiet
	echo >"$order/trace"
	echo 1 >"$order/tracing_on"
	run_workload watch --dir "$point" --device "$device" "$@" || not_ok "$name: watch runs"
	wait_for 30 is_gone
	echo 0 >"$order/tracing_on"
	read -r begun took <<<"$(super_row shutdown_ns shutdown_took_ns)"
	read -r asked _ <<<"$(span umount)"
	read -r _ told_to <<<"$(span unmounted)"
	read -r free_from free_to <<<"$(span free)"
	steps_seen=$(seen)
	note "$name: $steps_seen"
	note "$name: ns from the umount: shutdown $((begun - asked)), IN_UNMOUNT read by" \
		"$((told_to - asked)), over $((begun + took - asked))," \
		"last refused $((free_from - asked)), opened by $((free_to - asked))"

	ok "$name: IN_UNMOUNT is sent once the shutdown has begun" before begins IN_UNMOUNT
	holds "$name: and so it is read" "$told_to" -gt "$begun"
	ok "$name: it is sent before put_super" before IN_UNMOUNT put_super
	ok "$name: and before the device is let go" before IN_UNMOUNT device
	case $(uname -r) in
	5.* | 6.*)
		ok "$name: it is sent after the inodes are evicted" before evict IN_UNMOUNT
		;;
	*)
		ok "$name: it is sent before the dcache is shrunk" before IN_UNMOUNT dcache
		ok "$name: and before the inodes are evicted" before IN_UNMOUNT evict
		;;
	esac
	holds "$name: the device was free no sooner than the shutdown began" "$free_to" -gt "$begun"
	if [ "$told_to" -lt "$free_from" ]; then
		note "$name: the device was still refused when IN_UNMOUNT had been read"
	fi
	detached "$name"
}

# detached NAME: FAN_MNT_DETACH, where the kernel has it
detached() {
	local to
	if [ -z "${did[detached]-}" ]; then
		skip "$1: FAN_MNT_DETACH" 'this kernel does not have it'
		return
	fi
	read -r _ to <<<"$(span detached)"
	note "$1: FAN_MNT_DETACH read by $((to - asked))"
	holds "$1: FAN_MNT_DETACH is not the shutdown" $((to - asked)) -gt 0
}

modprobe -aq xfs btrfs
order_start
for type in ext4 xfs btrfs; do
	if ! make_fs $type; then
		skip "$type" "$reason"
		continue
	fi
	[ $type != ext4 ] || told "$type, umount"
	told "$type, MNT_DETACH" --detach
	# It left the namespace while files had the superblock live on.
	if [ -n "${did[detached]-}" ]; then
		holds "$type: FAN_MNT_DETACH comes with the umount, not with the shutdown" \
			"$(span detached | cut -d ' ' -f 1)" -lt "$(super_row shutdown_ns)"
	fi
	drop_fs
done

done_testing
