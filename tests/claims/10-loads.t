#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Measures what docs/claims.md is about: processes do something with files, and are
# all killed; how many of their files are deferred then, why, by whom, and is an
# umount right after it busy? On a kernel without AIO or io_uring, loads that need
# them are skipped. On a test host; `make claims HOST=trixie`.
#
# Every load leaves a line in results/claims.tsv.
. "$(dirname "$0")/../live/lib.sh"
. "$(dirname "$0")/../live/counts.sh"
. "$(dirname "$0")/claims.sh"
fresh
trap 'umount -l "$scratch" 2>/dev/null; truth_stop; fresh' EXIT

table claims.tsv

files() {
	load_with_umounts "$1" fsload --dir "$scratch" --umount "${@:2}"
}

# ---- without the module: what a probe on the kernel's worker sees ----------------

mount_scratch
truth_of_calls
sleep 1
echo >"$truth/trace"
run_workload fsload --dir "$scratch" --rounds "$trials"
sleep 1
is 'files, dfput not loaded: none is released from the list' "$(truth_count)" 0
is 'files, dfput not loaded: delayed_fput is not called' "$(calls)" 0

load

# ---- ordinary files: the dying task's own work ------------------------------------

files files
is 'files: none is deferred' "$(since_mark queued)" 0
is 'files: delayed_fput is not called' "$(calls)" 0
is 'files: no umount is busy' "${sum[busy]}" 0
files files-watched --watched
is 'files-watched: none is deferred' "$(since_mark queued)" 0

remount
load_alone open plain --dir "$scratch" --files 1000 --rounds 4
is 'open: none is deferred' "$(since_mark queued)" 0
holds 'open: each is task work' "$(task_works)" -ge 4000

# ---- as fsstress does it, which waits for each request ------------------------------

files fsstress --aio --uring
files aio --aio
files uring --uring

# ---- and as other programs may -------------------------------------------------------

files aio-closed --aio --closed
files aio-watched --aio --watched
files uring-closed --uring --closed
files uring-watched --uring --watched
remount
load_alone aio-rw aio-rw --dir "$scratch" --rounds "$trials"
load_alone aio-poll aio-poll --files 64 --rounds "$trials"
load_alone uring-direct uring-direct --dir "$scratch" --rounds "$trials"
load_with_umounts uring-files umount --dir "$scratch" --files 64 &&
	is 'uring-files: each is deferred' "$(since_mark queued)" $((64 * trials))

# ---- no asynchronous I/O at all ---------------------------------------------------------

remount
load_alone unix-gc unix-gc --dir "$scratch" --cycles 50 --extra 1 --rounds 2

# Of everything above: who puts a file late, and in which context.
is 'no load has a task past its exit task work' \
	"$(awk -F '\t' 'NR > 1 { n += $13 } END { print n + 0 }' "$results")" 0

done_testing
