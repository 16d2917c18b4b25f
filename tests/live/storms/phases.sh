# shellcheck shell=bash disable=SC2154 # of lib.sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What an unload waits for, after lib.sh: by the kernel's own function graph tracer,
# of the task that unloads and of no other.

# What it may ask of the kernel that takes long there, as far as that can be traced:
# ftrace itself can not, but it waits by these.
waits='synchronize_rcu synchronize_rcu_expedited synchronize_rcu_tasks synchronize_rcu_tasks_rude
	synchronize_rcu_tasks_trace rcu_barrier rcu_barrier_tasks schedule_on_each_cpu
	unregister_kretprobes unregister_kprobes stop_machine_cpuslocked msleep'
# Of these, what must not become more with what there is to be seen.
fixed='synchronize_rcu synchronize_rcu_tasks synchronize_rcu_tasks_rude synchronize_rcu_tasks_trace
	schedule_on_each_cpu unregister_kretprobes unregister_kprobes'
entry=__x64_sys_delete_module

# phased_unload: unloads, as soon as no file of it is open; $TMPDIR/phases has
# "NAME CALLS MS" of each wait, with the time of those alone that are in no other;
# "total" of it all; and "rest", without them
phased_unload() {
	local symbol status try
	echo 0 >"$tracing/tracing_on"
	for symbol in $entry $waits; do
		! can_trace "$symbol" || echo "$symbol"
	done >"$tracing/set_ftrace_filter"
	echo function_graph >"$tracing/current_tracer"
	echo 1 >"$tracing/options/funcgraph-tail"
	echo >"$tracing/trace"
	for ((try = 0; try < 600; try++)); do
		sh -c "echo \$\$ >$tracing/set_ftrace_pid && echo 1 >$tracing/tracing_on && exec rmmod dfput"
		status=$?
		echo 0 >"$tracing/tracing_on"
		[ $status != 0 ] || break
		sleep 0.1
	done 2>/dev/null
	cp "$tracing/trace" "$TMPDIR/graph"
	echo nop >"$tracing/current_tracer"
	echo >"$tracing/set_ftrace_filter"
	echo >"$tracing/set_ftrace_pid"
	awk -F '|' -v entry=$entry '
		function name(text) { gsub(/[^A-Za-z0-9_.]/, "", text); return text }
		function over(what, took) {
			if (what == entry) { total = took; return }
			calls[what]++
			if (!depth) { ms[what] += took; waited += took }
		}
		!/^ *[0-9]+\)/ { next }
		{ match($1, /[0-9.]+ us/); took = substr($1, RSTART, RLENGTH) / 1000 }
		$2 ~ /\{$/ { if (name($2) != entry) depth++; next }
		$2 ~ /\}/ { what = name($2); if (what != entry) depth--; over(what, took); next }
		$2 ~ /\(\);/ { over(name($2), took) }
		END {
			for (what in calls) printf "%s %d %.0f\n", what, calls[what], ms[what]
			printf "total 1 %.0f\nrest 1 %.0f\n", total, total - waited
		}' "$TMPDIR/graph" | sort >"$TMPDIR/phases"
	return $status
}

# phase NAME FIELD: of the last phased_unload; 2: calls, 3: ms
phase() {
	awk -v name="$1" -v field="$2" '$1 == name { print $field }' "$TMPDIR/phases"
}

# What it asked for, as often as it did.
asked_for() {
	local wait
	for wait in $fixed; do
		echo "$wait $(phase "$wait" 2)"
	done
}
