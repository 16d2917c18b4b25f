#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rules of this house that no other tool knows.
. "$(dirname "$0")/files.sh"

version=$(sed -n 's/^#define DFPUT_VERSION "\(.*\)"/\1/p' include/dfput/version.h)
like 'there is a version' "$version" '^[0-9]+\.[0-9]+\.[0-9]+$'
is 'dkms.conf has the same' \
	"$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)" "$version"
is 'so has the newest entry of debian/changelog' \
	"$(sed -n '1s/^dfput (\(.*\)) .*/\1/p' debian/changelog)" "$version"
ok 'so has the manual' grep -q "^\.Os \"dfput $version\"\$" userspace/man/dfput.1

look_at 'module/*' 'include/*' Kbuild ':!module/compat/compat.h'
is 'kernel versions are asked for in compat.h alone' \
	"$(grep -lE 'LINUX_VERSION_CODE|KERNEL_VERSION' "${files[@]}")" ''

look_at '*.[ch]' '*.sh' '*.t' '*/Makefile' Makefile '*Kbuild'
is 'every file of code says its licence' \
	"$(grep -L 'SPDX-License-Identifier: GPL-2.0-only' "${files[@]}")" ''

# What arms the hooks and what a reset does are not handlers.
look_at 'module/*/*.[ch]' ':!module/debugfs' ':!module/hook/hook.c' \
	':!module/hook/symbol.c' ':!module/core/stats.c' ':!module/core/waiters.c'
is 'handlers neither allocate, sleep, print nor wake' "$(grep -nE \
	'\b(k[mz]alloc|v[mz]alloc|pr_[a-z]+|printk|wake_up[a-z_]*|queue_work|schedule|mutex_lock|msleep)\(' \
	"${files[@]}" | grep -v 'NULL, [kv]zalloc(')" ''

look_at 'module/*.[ch]'
is 'no reference is ever taken on what we watch' "$(grep -nE \
	'\b(get_file|fget|igrab|ihold|mntget|get_task_struct|grab_super)\(' "${files[@]}")" ''

is 'no function is hooked by its name, which others may have' \
	"$(grep -nE '\bftrace_set_(filter|notrace)\(' "${files[@]}" | grep -v 'NULL, 0, 1')" ''

# ---- faults that no test can make happen: their source does not come back

is 'clocks may differ between processors: no time is subtracted but by dfput_elapsed()' \
	"$(grep -nE '\b(now|begun|started|ended) - ' "${files[@]}")" ''
is 'a call path has the function of the call, not what is behind it (%pB)' \
	"$(grep -nE '%p[sS]' "${files[@]}")" ''
is 'what ftrace answers is heard: it may refuse to unhook' \
	"$(grep -nE '^\s*(un)?register_ftrace_function\(' "${files[@]}")" ''
is 'the directory is made last and removed first' \
	"$(grep -oE 'dfput_(control|debugfs)_(init|exit)\(' module/main.c | tr -d '(\n')" \
	'dfput_control_initdfput_debugfs_initdfput_debugfs_exitdfput_control_exit'
like 'a 32-bit kernel is refused' "$("${CC:-cc}" -E module/compat/compat.h 2>&1 >/dev/null)" \
	'#error "dfput counts right only on 64-bit kernels"'

done_testing
