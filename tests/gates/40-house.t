#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rules of this house that no other tool knows.
. "$(dirname "$0")/../tap.sh"
cd "$(dirname "$0")/../.." || exit 1

tracked() {
	git ls-files -co --exclude-standard -- "$@"
}

version=$(sed -n 's/^#define DFPUT_VERSION "\(.*\)"/\1/p' include/dfput/version.h)
like 'there is a version' "$version" '^[0-9]+\.[0-9]+\.[0-9]+$'
is 'dkms.conf has the same' \
	"$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)" "$version"
ok 'so has the manual' grep -q "^\.Os \"dfput $version\"\$" userspace/dfput.8

is 'kernel versions are asked for in compat.h alone' \
	"$(tracked module include Kbuild |
		xargs grep -lE 'LINUX_VERSION_CODE|KERNEL_VERSION' | grep -v '^module/compat/compat.h$')" ''

is 'every file of code says its licence' "$(tracked '*.c' '*.h' '*.sh' '*.t' '*/Makefile' Makefile Kbuild |
	xargs grep -L 'SPDX-License-Identifier: GPL-2.0-only')" ''

# The account is printed beside every total, so every counter has its meaning.
is 'handlers neither allocate, sleep, print nor wake' "$(grep -nE \
	'\b(k[mz]alloc|v[mz]alloc|pr_[a-z]+|printk|wake_up[a-z_]*|queue_work|schedule|mutex_lock|msleep)\(' \
	module/hook/{ftrace,kretprobe,probe_site,exit}.c module/hook/context.h module/list/batch.c \
	module/core/pool.c | grep -v 'pool.c:.*vzalloc(array_size')" ''

is 'no reference is ever taken on what we watch' "$(tracked 'module/*.[ch]' | xargs grep -nE \
	'\b(get_file|fget|igrab|ihold|mntget|get_task_struct|grab_super)\(')" ''

done_testing
