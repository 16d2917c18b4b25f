// SPDX-License-Identifier: GPL-2.0-only
/*
 * Doing without the rights that are not needed.
 *
 * By the bare system call, as the C library has none for it, and a library would be
 * one more thing to trust.
 */
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/privilege.h"

/* The kernel's overflow user and group, which own nothing. */
#define NOBODY 65534

static int become_nobody(void)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups(0, NULL))
		return -1;
	return setresgid(NOBODY, NOBODY, NOBODY) ||
	       setresuid(NOBODY, NOBODY, NOBODY);
}

/* Of the rights that we have, which may be none. */
static void keep_reading(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct have[_LINUX_CAPABILITY_U32S_3];
	struct __user_cap_data_struct keep[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, have))
		return;
	keep[0].permitted = have[0].permitted & (1U << CAP_DAC_READ_SEARCH);
	keep[0].effective = keep[0].permitted;
	syscall(SYS_capset, &header, keep);
}

void privilege_drop(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!geteuid())
		(void)!become_nobody();
	keep_reading();
#ifdef __SANITIZE_ADDRESS__
	/* Its search for leaks attaches to us, which the above forbids. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
#endif
}
