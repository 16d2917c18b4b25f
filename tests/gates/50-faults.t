#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whatever can fail in the module stands in a dfput_try(), so that
# tests/live/36-faults.t makes each fail once: the calls in the source are counted
# against those in a dfput_try(), and a function that looks as if it could fail, and
# is not known here, is a fault.
. "$(dirname "$0")/files.sh"

look_at 'module/*.c' ':!module/compat'

# Without comments, texts and line ends.
flat() {
	cat "${files[@]}" | perl -0pe 's{/\*.*?\*/}{}gs; s{"[^"\n]*"}{}g; s/^#[^\n]*(\\\n[^\n]*)*//gm; s/\s+/ /g'
}

can_fail='k[mz]alloc|kasprintf|v[mz]alloc|(__)?alloc_percpu|register_k(ret)?probe|register_ftrace_function'
can_fail+='|ftrace_set_filter(_ip)?|debugfs_create_(dir|file)|__seq_open_private|anon_inode_getfile'
# Of the same kind by name, but these return nothing, or are about something else.
can_not='lockdep_(un)?register_key|tracepoint_synchronize_unregister|allocate|is_register|register_(hook|rare)'

calls=$(flat | grep -oE "(^|[^a-z_])($can_fail) ?\(" | wc -l)
tried=$(flat | grep -oP "dfput_try\( ?[^;]*?[^a-z_]($can_fail) ?\(" | wc -l)
holds 'there are steps that can fail' "$calls" -gt 15
is 'each stands in a dfput_try()' "$tried" "$calls"
is 'and a dfput_try() has no other' "$(flat | grep -oE '[^_a-z]dfput_try ?\(' | wc -l)" "$calls"
note "$calls calls in the source"
is 'nothing else can fail, by its name' "$(flat |
	grep -oE '\b[a-z_]*(alloc|asprintf|_?register|create|getfile|_open|dup|filp)[a-z_]*\(' |
	tr -d '(' | grep -vE "^(un.*|dfput_.*|open_.*|is_.*|$can_fail|$can_not)\$" | sort -u)" ''
look_at module/hook/context.h module/hook/exit.c module/list/batch.c module/exit/ring.c \
	module/umount/shutdown.c module/umount/umount.c module/core/trace.h
is 'handlers take no such step' "$(grep -l dfput_try "${files[@]}")" ''

done_testing
