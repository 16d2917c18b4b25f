#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each allocation, registration and lookup of the module fails, one after the
# other: at load, when measuring is begun, and when a file is opened and read. What
# can't be done without is refused with the right error and one line, and leaves
# nothing behind; what can is said to be missing; and nothing else suffers.
#
# The parameter `fail` counts steps down: what is left of a large number says how
# many there were, so none is missed, and none is guessed.
. "$(dirname "$0")/lib.sh"
use_seams
fresh

many=1000000
# All of them take minutes on an emulated host: `make check-faults`. Otherwise a few
# of them, others on each kernel.
if [ "${DFPUT_FAULTS-}" = all ]; then
	stride=1
else
	stride=33
fi
case $(uname -r) in
5.*) offset=1 ;;
6.1.*) offset=9 ;;
6.*) offset=17 ;;
*) offset=25 ;;
esac
first=$((stride > offset ? offset : 1))
plain=
quiet=

fail=/sys/module/dfput/parameters/fail
lines=0

steps() {
	echo $((many - $(<$fail)))
}

# From here on, what the log says is new.
mark_log() {
	lines=$(dmesg | wc -l)
}

messages() {
	dmesg | tail -n +$((lines + 1)) | grep 'dfput: ' |
		grep -Ev 'loading out-of-tree|module verification failed' | sed 's/^\[[^]]*\] //'
}

# What stands in the kernel by our doing, as the kernel itself has it.
traces_of_us() {
	ls -d "$stats" /sys/module/dfput 2>/dev/null
	sed 's/^[0-9a-f]* *//' /sys/kernel/debug/kprobes/list
	cat "$tracing/enabled_functions"
}

# What is seen and how, without the numbers.
how_it_sees() {
	[ -e "$stats/hooks" ] || return
	value hooks method
	fields hooks hook state error
}

# The errors that programs know by these words.
words_of() {
	case $1 in
	-ENOMEM) echo 'Cannot allocate memory' ;;
	-ENFILE) echo 'Too many open files in system' ;;
	-ENOENT) echo 'No such file or directory|Unknown symbol in module' ;;
	*) echo "no such error is expected: $1" ;;
	esac
}

# right_error OUTPUT: it is the one that the only line in the log has
right_error() {
	local line name
	line=$(messages)
	[ "$(wc -l <<<"$line")" = 1 ] || return 1
	case $line in
	*'cannot find do_exit '* | *'cannot find delayed_fput '* | *'cannot see queueing'*) name=-ENOENT ;;
	*) name=$(grep -oE -- '-E[A-Z]+' <<<"$line") ;;
	esac
	grep -Eq "$(words_of "$name")" <<<"$1"
}

declare -A outcome=()
faults=()

# tell OUTCOME STEP: counted, and what should not be is shown
tell() {
	outcome[$1]=$((${outcome[$1]-0} + 1))
	case $1 in
	wrong*) faults+=("$2: $1") ;;
	esac
}

# ---- at load

clean=$(traces_of_us)

try_load() { # STEP PARAMETER...
	local output
	mark_log
	output=$(load fail="$1" "${@:2}" 2>&1)
	if ! is_loaded; then
		if right_error "$output"; then tell refused; else
			tell 'wrong error' "step $1"
			note "step $1: $output" "$(messages)"
		fi
	else
		[ "$(<$fail)" = 0 ] || tell 'wrong: not taken' "step $1"
		if [ -n "$(messages)" ]; then
			tell said
		elif [ "$(how_it_sees)" != "$plain" ]; then
			tell shown
		else
			tell unseen
		fi
		unload
	fi
	[ "$(traces_of_us)" = "$clean" ] || tell 'wrong: something is left' "step $1"
}

vmalloc_used() {
	awk '$1 == "VmallocUsed:" { print $2 }' /proc/meminfo
}

each_step_of_load() { # NAME PARAMETER...
	local name=$1 step steps tried=0 absent memory
	shift
	mark_log
	load fail=$many "$@"
	steps=$(steps)
	quiet=$(messages)
	plain=$(how_it_sees)
	absent=$(column hooks error | grep -c ENOENT)
	holds "$name: takes so many steps that can fail" "$steps" -gt 50
	is "$name: says nothing, if none does" "$quiet" \
		"$(grep -qw work_exited /proc/kallsyms || messages | grep 'cannot find')"
	unload
	is "$name: unloaded, nothing is left" "$(traces_of_us)" "$clean"
	memory=$(vmalloc_used)

	outcome=()
	faults=()
	for ((step = first; step <= steps; step += stride)); do
		try_load $step "$@"
		tried=$((tried + 1))
	done
	note "$name: $tried of $steps steps: ${outcome[refused]-0} refused, ${outcome[said]-0} said," \
		"${outcome[shown]-0} shown in hooks, ${outcome[unseen]-0} of no account"
	is "$name: each is refused rightly, or its loss is said" "${faults[*]-}" ''
	if [ $stride = 1 ]; then
		is "$name: every step" $tried "$steps"
		# Three functions that the compiler may have inlined, and what this kernel
		# does not have anyway.
		is "$name: of no account are lookups of what needs not be there" \
			"${outcome[unseen]-0}" $((3 + absent))
	else
		skip "$name: every step" "each ${stride}th, to save time: make check-faults"
	fi
	holds "$name: no memory is left behind" $(($(vmalloc_used) - memory)) -lt 256
	note "$name: VmallocUsed: $memory kB before, $(vmalloc_used) kB after"
}

[ $stride != 1 ] || each_step_of_load 'load, scope=deferred' scope=deferred
each_step_of_load 'load'

mark_log
ok 'afterwards it loads' load
is 'and sees all that it saw before' "$(how_it_sees)" "$plain"
is 'and says as much' "$(messages)" "$quiet"

# ---- reading

# read_fails FILE: at each of its steps; then it reads. Of a call path, a function
# whose name there is no memory for is a question mark.
read_fails() {
	local step=0 output
	while [ $step -lt 1000 ]; do
		step=$((step + 1))
		echo $step >$fail
		if output=$(cat "$stats/$1" 2>&1); then
			[ "$(<$fail)" = 0 ] || break
			[ "$1" = origins ] || return 1
			grep -q '?' <<<"$output" || return 1
		else
			grep -q 'Cannot allocate memory' <<<"$output" || return 1
		fi
	done
	echo 0 >$fail
	reads=$((reads + step - 1))
	cat "$stats/$1" >/dev/null
}

mark_log
reads=0
# All tables are opened by one function, and but for call paths read by one.
for file in stats histograms hooks pending origins; do
	ok "$file: fails with ENOMEM at each step, and then reads" read_fails $file
done
note "$reads steps of reading"
is 'reading: nothing in the log' "$(messages)" ''

# ---- measuring begun

try_enable() { # STEP
	mark_log
	echo "$1" >$fail
	if output=$(bash -c "echo 1 >$stats/enable" 2>&1); then
		[ "$(value stats enabled)" = 1 ] || tell 'wrong: not enabled' "step $1"
		if [ -n "$(messages)" ]; then
			tell said
		elif [ "$(how_it_sees)" = "$plain" ]; then
			tell unseen
		else
			tell 'wrong: not said' "step $1"
		fi
		echo 0 >"$stats/enable"
	elif right_error "$output"; then
		tell refused
	else
		tell 'wrong error' "step $1"
		note "step $1: $output" "$(messages)"
	fi
	[ "$(value stats enabled)$(column hooks hook state armed)" = 0 ] ||
		tell 'wrong: half on' "step $1"
	[ "$(cat "$tracing/enabled_functions")" = "$off" ] ||
		tell 'wrong: something is left' "step $1"
}

echo 0 >"$stats/enable"
off=$(cat "$tracing/enabled_functions")
echo $many >$fail
echo 1 >"$stats/enable"
steps=$(steps)
echo 0 >"$stats/enable"
outcome=()
faults=()
tried=0
for ((step = first; step <= steps; step += stride)); do
	try_enable $step
	tried=$((tried + 1))
done
note "$tried of $steps steps of enable: ${outcome[refused]-0} refused, ${outcome[said]-0} said," \
	"${outcome[unseen]-0} of no account"
is 'enable: each is refused rightly, or its loss is said' "${faults[*]-}" ''
is 'enable: none is of no account' "${outcome[unseen]-0}" 0
echo 0 >$fail
ok 'enable: then it begins' sh -c "echo 1 >$stats/enable"
is 'enable: as before' "$(how_it_sees)" "$plain"

# ---- arming fails while files are deferred: what began meanwhile is forgotten

mount_scratch
echo 0 >"$stats/enable"
running=$(mktemp)
while [ -e "$running" ]; do
	workload aio-poll --files 50 --rounds 1
done >/dev/null 2>&1 &
refused=0
for ((i = 0; i < 6; i++)); do
	# The last step of arming; and the last of all, the fourth file of the self-test.
	echo $((steps - 4 * (i % 2))) >$fail
	sh -c "echo 1 >$stats/enable" 2>/dev/null || refused=$((refused + 1))
done
echo 0 >$fail
rm -f "$running"
wait
is 'busy: each arming that fails is refused' $refused 6
ok 'busy: then it begins' sh -c "echo 1 >$stats/enable"

is 'busy: the self-test passes' "$(value hooks selftest)" passed
ok 'busy: no batch of before is waited for' wait_for 60 is_settled
wait_for 60 is_quiet

mark
run_workload uring-files --dir "$scratch" --files 64 --rounds 1
wait_for 60 queued_since_mark 64
wait_for 60 is_quiet
is 'and it counts' "$(since_mark queued) $(since_mark released) $(since_mark unmatched)" '64 64 0'

done_testing
