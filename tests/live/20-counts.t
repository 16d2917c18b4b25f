#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every workload: what the module counts against what ftrace's own function
# tracer saw, and against what the workload knows it has done.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/counts.sh"
fresh
mount_scratch
load
truth_start

# 1: plain files never go through the list.
compare plain 0 plain --dir "$scratch" --files 5000 --rounds 1 &&
	is 'plain: 5000 files, none deferred' "$(since_mark queued)" 0

# 2: requests in flight, completed from interrupts and from a kworker. Where it takes
# longer to close a file than to read one, no read may be left at the kill.
if compare aio-rw last_puts aio-rw --dir "$scratch" --rounds 4; then
	has_lockdep || holds 'aio-rw: some in interrupts' "$(queued_by_interrupts)" -gt 0
	holds 'aio-rw: some in kernel threads' "$(since_mark queued_kthread)" -gt 0
fi

# 3
compare aio-poll last_puts aio-poll --files 100 --rounds 2 &&
	is 'aio-poll: all in kernel threads' "$(since_mark queued_kthread)" \
		"$(since_mark queued)"

# 4: every registered file, at every kill.
if compare uring-files last_puts uring-files --dir "$scratch" --files 64 --rounds 5; then
	holds 'uring-files: 5 kills of 64 files' "$(since_mark queued)" -ge 320
	is 'uring-files: all in kernel threads' "$(since_mark queued_kthread)" \
		"$(since_mark queued)"
fi

# 5
compare uring-direct 0 uring-direct --dir "$scratch" --rounds 3
compare uring-sqpoll 0 uring-sqpoll --dir "$scratch" --rounds 3

# 6: the collector is work for a kworker, or else runs in the task that closes.
if grep -qwE 'unix_gc_work|__unix_gc' /proc/kallsyms; then
	compare unix-gc last_puts unix-gc --dir "$scratch" --cycles 100 --rounds 2 &&
		is 'unix-gc: all in kernel threads' "$(since_mark queued_kthread)" \
			"$(since_mark queued)"
else
	compare unix-gc 0 unix-gc --dir "$scratch" --cycles 100 --rounds 2 &&
		is 'unix-gc: none deferred by the task that closes' "$(since_mark queued)" 0
fi

# Exits, exactly: nobody else is here, and this shell starts nothing between
# the two looks but what is counted: awk in value(), once.
wait_for 60 is_quiet
mark
workload forks --procs 200 >/dev/null
exits=$(since_mark exits)
# The workload itself, and the subshells and awk of since_mark.
holds 'forks: every exit is counted' "$exits" -ge 201
holds 'forks: and counted once' "$exits" -le 210

# The sums by superblock are the sums.
wait_for 60 is_quiet
is 'superblocks: released adds up' "$(column superblocks released |
	awk '{ n += $1 } END { print n }')" "$(value stats released)"
is 'superblocks: none pending' "$(column superblocks pending |
	awk '{ n += $1 } END { print n }')" 0
holds 'superblocks: the scratch disk is one' \
	"$(column superblocks queued name vdc)" -gt 0
umount "$scratch"
is 'superblocks: it dies with its umount' \
	"$(column superblocks state name vdc)" gone
mount /dev/vdc "$scratch"
run_workload uring-files --dir "$scratch" --files 4 --rounds 1
wait_for 60 is_quiet
is 'superblocks: the next mount is another generation' \
	"$(column superblocks state name vdc | sort | tr '\n' ' ')" 'alive gone '

# A mount that fails had a superblock, too, but nobody has ever seen that.
umount "$scratch"
echo generic_shutdown_super >"$truth/set_ftrace_filter"
echo >"$truth/trace"
mark
nok 'superblocks: there is no ext4 in the middle of the disk' \
	mount -t ext4 -o sb=12345 /dev/vdc "$scratch" 2>/dev/null
is 'superblocks: the kernel shuts down what it began' \
	"$(grep -c ' generic_shutdown_super <-' "$truth/trace")" 1
is 'superblocks: which is nothing that died' "$(since_mark supers_shutdown)" 0
is 'superblocks: nor another generation' \
	"$(column superblocks state name vdc | sort | tr '\n' ' ')" 'gone gone '

# The histograms hold every file once.
for histogram in queue_wait release_time; do
	is "histogram $histogram: every file is in it" "$(awk -F '\t' \
		-v name=$histogram '$1 == name { n += $4 } END { print n }' \
		"$stats/histograms")" "$(value stats released)"
done
is 'histogram batch_size: every batch is in it' "$(awk -F '\t' \
	'$1 == "batch_size" { n += $4 } END { print n }' "$stats/histograms")" \
	"$(value stats batches)"

done_testing
